"""What the intake counts and times, for its `/metrics`; channels are those of the configuration."""

from prometheus_client import Counter, Histogram

NOBODY = "none"
"""Stands for a request whose channel is not known."""

REQUESTS = Counter(
    "isegoria_intake_requests", "Requests, by channel and status code.", ["channel", "code"]
)
EVENTS = Counter("isegoria_intake_events", "Events that Kafka has taken, by channel.", ["channel"])
SECONDS = Histogram(
    "isegoria_intake_request_seconds",
    "Time from a request to its answer.",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
