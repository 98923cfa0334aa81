"""The groups that two senders or more had a part in."""

# ruff: noqa: S608 (the statements are put together from constants of this package)

from sinks.verify.comparison import row_differences
from sinks.verify.screening import SCREENED, VOICE

_SECOND = "toUnixTimestamp64Milli(toStartOfSecond(occurred_at))"

_COLUMNS = {
    "partition": "any(`partition`)",
    "as_of_offset": "max(greatest(`offset`, changed_at))",
    "representative": "argMinIf(contribution, `offset`, live)",
    "representative_offset": "minIf(`offset`, live)",
    "contributions": "countIf(live)",
    "senders": f"uniqExactIf({VOICE}, live)",
    "unknown_senders": "countIf(live AND participant = '')",
    "first_at": "minOrNullIf(occurred_at, live)",
    "last_at": "maxOrNullIf(occurred_at, live)",
    "largest_burst": f"arrayMax(mapValues(sumMapIf(map({_SECOND}, 1), live)))",
}

LETTERS = f"""
    WITH {SCREENED},
    computed AS
    (
        SELECT
            consultation, topic, root_offset,
            {", ".join(f"{value} AS `{name}`" for name, value in _COLUMNS.items())}
        FROM screened
        WHERE is_first
        GROUP BY consultation, topic, root_offset
        HAVING uniqExact({VOICE}) > 1
    )
""" + row_differences("letters", ("consultation", "topic", "root_offset"), equal=_COLUMNS)
