"""Verdicts on arrival, and what later events made of them."""

# ruff: noqa: S608 (the statements are put together from constants of this package)

from sinks.verify.comparison import differences, differing, key_of, row_differences
from sinks.verify.screening import ARRIVED, SCREENED

FACT = ("consultation", "topic", "partition", "offset")

ON_ARRIVAL = f"WITH {ARRIVED}" + differences(
    "contributions",
    key_of(*FACT),
    [
        differing("verdict", "verdict", "right_verdict"),
        differing("refers_to", "refers_to", "right_refers_to"),
        differing("as_of_offset", "as_of_offset", "`offset`"),
    ],
    "arrived",
)

STANDINGS = f"""
    WITH {SCREENED},
    computed AS
    (
        SELECT
            consultation, topic, `partition`, `offset`,
            right_verdict AS verdict,
            right_refers_to AS refers_to,
            withdrawn, superseded,
            changed_at AS as_of_offset
        FROM screened
        WHERE changed_at > 0
    )
""" + row_differences(
    "standings",
    FACT,
    equal=("verdict", "refers_to", "withdrawn", "superseded", "as_of_offset"),
)
