"""The addresses of pages: one place that knows them, for routes, links and redirects."""

from collections.abc import Mapping
from urllib.parse import quote, urlencode

CONSULTATIONS = "/"
WAITING = "/waiting"


def consultation(consultation: str) -> str:
    """A consultation's page."""
    return f"/c/{_part(consultation)}"


def topic(consultation: str, topic: str) -> str:
    """A topic's page."""
    return f"/c/{_part(consultation)}/topics/{_part(topic)}"


def answer(consultation: str, topic: str) -> str:
    """The form for a response to a topic."""
    return f"/c/{_part(consultation)}/topics/{_part(topic)}/answer"


def contributions(consultation: str, query: Mapping[str, str] | None = None) -> str:
    """The contributions behind a number: those that the filters leave."""
    return f"/c/{_part(consultation)}/contributions{_query(query)}"


def contribution(consultation: str, topic: str, contribution: str) -> str:
    """One contribution."""
    return f"/c/{_part(consultation)}/topics/{_part(topic)}/contributions/{_part(contribution)}"


def letters(consultation: str, query: Mapping[str, str] | None = None) -> str:
    """The template letters of a consultation."""
    return f"/c/{_part(consultation)}/letters{_query(query)}"


def letter(consultation: str, topic: str, root_offset: int) -> str:
    """One template letter."""
    return f"/c/{_part(consultation)}/letters/{_part(topic)}/{root_offset}"


def suspects(consultation: str) -> str:
    """The usual suspects of a consultation."""
    return f"/c/{_part(consultation)}/suspects"


def ambassadors(consultation: str) -> str:
    """Recognitions and candidates for ambassador."""
    return f"/c/{_part(consultation)}/ambassadors"


def measures(consultation: str) -> str:
    """How everything is measured, with the thresholds in force for a consultation."""
    return f"/c/{_part(consultation)}/measures"


def explore(consultation: str, query: Mapping[str, str] | None = None) -> str:
    """Charts that answer to a pointer."""
    return f"/c/{_part(consultation)}/explore{_query(query)}"


def specification(consultation: str, chart: str, query: Mapping[str, str] | None = None) -> str:
    """What such a chart is drawn from."""
    return f"/c/{_part(consultation)}/explore/{chart}.json{_query(query)}"


def exports(consultation: str, query: Mapping[str, str] | None = None) -> str:
    """What can be downloaded of a consultation."""
    return f"/c/{_part(consultation)}/export{_query(query)}"


def export(
    consultation: str, view: str, suffix: str, query: Mapping[str, str] | None = None
) -> str:
    """A view as a file: `csv`, `xlsx`, `parquet` or `json`."""
    return f"/c/{_part(consultation)}/export/{view}.{suffix}{_query(query)}"


def open_data(consultation: str) -> str:
    """A consultation as open data."""
    return f"/c/{_part(consultation)}/open-data.zip"


def report(consultation: str) -> str:
    """A consultation's report, to be printed."""
    return f"/c/{_part(consultation)}/report"


def waiting(query: Mapping[str, str] | None = None) -> str:
    """The topics that wait for an answer."""
    return f"{WAITING}{_query(query)}"


def static(name: str) -> str:
    """A file that belongs to the pages."""
    return f"/static/{name}"


def _part(name: str) -> str:
    return quote(name, safe=":._-")


def _query(query: Mapping[str, str] | None) -> str:
    return f"?{urlencode(query)}" if query else ""
