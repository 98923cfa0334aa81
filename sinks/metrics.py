"""What the sink counts and times, for the worker's `/metrics`."""

from prometheus_client import Counter, Histogram

INSERT_SECONDS = Histogram(
    "isegoria_sink_insert_seconds",
    "Time that ClickHouse took to answer an insert, by table.",
    ["table"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60),
)
ROWS = Counter("isegoria_sink_rows", "Rows that ClickHouse has taken, by table.", ["table"])
RETRIES = Counter(
    "isegoria_sink_retries", "Inserts that have to be tried again, by table.", ["table"]
)
