"""What a worker counts of what it screens."""

import pytest
from prometheus_client import REGISTRY

from schemas.events import Fault, InvalidEventError, decode, encode
from schemas.records import Verdict
from streams import metrics
from streams.metrics import MOST_CHANNELS, OTHER_CHANNELS
from streams.screening import Arrival, Screened
from tests.make import contribution


def screened(verdict=Verdict.ORIGINAL, channel="web", number=0):
    made = contribution(f"c{number}", "A bench where the path is steep.", channel=channel)
    return Screened(Arrival(number, "made/t", made), verdict=verdict)


def value(name, **labels):
    return REGISTRY.get_sample_value(name, labels) or 0.0


@pytest.mark.parametrize("verdict", list(Verdict))
def test_contributions_are_counted_by_verdict(verdict):
    before = value("isegoria_worker_verdicts_total", verdict=verdict.value)
    metrics.count([screened(verdict), screened(verdict)])
    assert before + 2 == value("isegoria_worker_verdicts_total", verdict=verdict.value)


def test_channels_beyond_a_number_count_as_one(monkeypatch):
    monkeypatch.setattr(metrics, "_named_channels", set())
    metrics.count([screened(channel=f"kiosk-{number}") for number in range(MOST_CHANNELS + 3)])
    names = {f"kiosk-{number}" for number in range(MOST_CHANNELS)} | {OTHER_CHANNELS}
    counted = {
        sample.labels["channel"]
        for sample in metrics.CONTRIBUTIONS.collect()[0].samples
        if sample.labels["channel"].startswith("kiosk-") or sample.labels["channel"] == "other"
    }
    assert names == counted
    assert 3 == value("isegoria_worker_contributions_total", channel=OTHER_CHANNELS)


@pytest.mark.parametrize("name", ["anna.mueller@example.org", "Anna Müller", "x" * 41, "{job}"])
def test_what_is_no_name_of_a_channel_is_no_label(name):
    before = value("isegoria_worker_contributions_total", channel=OTHER_CHANNELS)
    metrics.count([screened(channel=name)])
    assert before + 1 == value("isegoria_worker_contributions_total", channel=OTHER_CHANNELS)


VALID = encode(contribution("c1", "A bench where the path is steep."))


@pytest.mark.parametrize(
    ("payload", "fault"),
    [
        (b"no JSON", Fault.JSON),
        (b'{"type": "contribution.submitted.v9"}', Fault.TYPE),
        (b"{}", Fault.TYPE),
        (VALID.replace(b'"online"', b'"somewhere"'), Fault.FIELD),
        (b" " * 300_000, Fault.SIZE),
    ],
)
def test_every_fault_has_a_kind(payload, fault):
    with pytest.raises(InvalidEventError) as error:
        decode(payload)
    assert fault is error.value.fault
