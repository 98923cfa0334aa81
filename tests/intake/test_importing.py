"""What every item passes on its way to Kafka."""

from datetime import timedelta
from pathlib import Path

from intake.importing import Meter, Source, checked
from intake.tables import Problem, Row
from tests.make import START, contribution

SOURCE = Source(Path("forms.csv"))


def test_what_may_pass_passes_in_its_order():
    items = [contribution("a"), Problem("forms.csv", 3, "text", "no value"), contribution("b")]

    assert items == list(checked(iter(items), SOURCE, Meter(), START))


def test_an_event_from_the_future_is_a_problem_of_its_row():
    meter = Meter()
    meter.place = ("forms.csv", Row(4, {"text": "Hi"}))
    event = contribution("a", occurred_at=START + timedelta(days=2))

    (problem,) = checked(iter([event]), SOURCE, meter, START)

    assert isinstance(problem, Problem)
    assert ("forms.csv", 4, "occurred_at") == (problem.file, problem.line, problem.field)
    assert {"text": "Hi"} == problem.cells


def test_what_is_the_present_is_given():
    event = contribution("a", occurred_at=START + timedelta(days=2))

    assert [event] == list(checked(iter([event]), SOURCE, Meter(), START + timedelta(days=2)))


def test_a_row_is_a_problem_once():
    meter = Meter()
    meter.place = ("forms.csv", Row(4, {}))
    events = [contribution(name, channel="ann@example.org") for name in "ab"]

    assert 1 == len(list(checked(iter(events), SOURCE, meter, START)))


def test_an_event_that_is_too_large_for_kafka_is_a_problem():
    # A control character is six bytes of JSON.
    cells = {f"{number}": "\x01" * 128 for number in range(50)}
    event = contribution(
        "a",
        "\x01" * 20_000,
        demographics=cells,
        attachments=["\x01" * 128] * 50,
        group="\x01" * 128,
    )
    data = event.data.model_copy(update={"text": "\x01" * 40_000})

    items = list(checked(iter([event.model_copy(update={"data": data})]), SOURCE, Meter(), START))

    assert ["row"] == [item.field for item in items if isinstance(item, Problem)]


def test_a_meter_counts_the_bytes_that_are_read(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"x" * 100_000)
    meter = Meter()

    with meter.open(path) as file:
        file.read(10)
        begun = meter.done
        while file.read(10_000):
            pass

    assert 0 < begun < 100_000
    assert (100_000, 100_000) == (meter.done, meter.total)
