"""Clocks: of ClickHouse against ours, and of whoever publishes, as far as that can be told."""

from datetime import UTC, datetime, timedelta

from operations.doctor.finding import Finding, ok, warning

CLICKHOUSE_CLOCK = "clock of ClickHouse"
PUBLISHERS_CLOCK = "clocks of publishers"

SKEW_SECONDS = 5.0
"""Lag and freshness are told in seconds and alarms begin at a minute: this much does not matter."""

_MEND = "have every machine keep its clock: timedatectl set-ntp true"


def clickhouse_clock(before: datetime, theirs: datetime, after: datetime) -> Finding:
    """Compare ClickHouse's clock with ours.

    Args:
        before: Our time before it was asked.
        theirs: What it said.
        after: Our time when the answer was there.
    """
    skew = theirs - min(max(theirs, before), after)
    seconds = skew.total_seconds()
    if abs(seconds) <= SKEW_SECONDS:
        return ok(CLICKHOUSE_CLOCK, f"as ours, to {SKEW_SECONDS:.0f} s")
    direction = "ahead of" if seconds > 0 else "behind"
    return warning(CLICKHOUSE_CLOCK, f"{abs(seconds):,.1f} s {direction} ours", _MEND)


def publishers_clock(newest: datetime | None, now: datetime) -> Finding:
    """Judge by the latest time that an event in Kafka has.

    Whoever publishes dates an event, so that a date to come tells of a clock that is wrong, theirs
    or ours. A date in the past tells nothing: it may be when the event came.

    Args:
        newest: That time; None where there is no event.
        now: Ours, taken after it.
    """
    if newest is None:
        return ok(PUBLISHERS_CLOCK, "no event yet to tell by")
    ahead = newest - now
    if ahead <= timedelta(seconds=SKEW_SECONDS):
        return ok(PUBLISHERS_CLOCK, "no event is dated ahead of ours")
    return warning(
        PUBLISHERS_CLOCK, f"an event is dated {ahead.total_seconds():,.0f} s ahead of ours", _MEND
    )


def now() -> datetime:
    """Our time."""
    return datetime.now(UTC)


def at(seconds: float) -> datetime:
    """A time, from seconds since 1970."""
    return datetime.fromtimestamp(seconds, UTC)
