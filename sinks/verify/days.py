"""What was said on each topic on each day."""

# ruff: noqa: S608 (the statements are put together from constants of this package)

from sinks.verify.comparison import row_differences
from sinks.verify.screening import SCREENED, VOICE

_COLUMNS = {
    "partition": "any(`partition`)",
    "as_of_offset": "max(greatest(`offset`, changed_at))",
    "contributions": "countIf(live AND role = 'participant')",
    "voices": f"uniqExactIf({VOICE}, live AND role = 'participant')",
    "originals": "countIf(live AND right_verdict = 'original')",
    "resubmitted": "countIf(live AND right_verdict = 'resubmitted')",
    "campaign": "countIf(live AND right_verdict = 'campaign')",
    "redelivered": "countIf(NOT is_first)",
    "not_live": "countIf(is_first AND NOT live)",
    "online": "countIf(live AND mode = 'online')",
    "offline": "countIf(live AND mode = 'offline')",
}

DAYS = f"""
    WITH {SCREENED},
    computed AS
    (
        SELECT
            consultation, topic, toDate32(occurred_at, 'UTC') AS day,
            {", ".join(f"{value} AS `{name}`" for name, value in _COLUMNS.items())}
        FROM screened
        GROUP BY consultation, topic, day
    )
""" + row_differences("days", ("consultation", "topic", "day"), equal=_COLUMNS)
