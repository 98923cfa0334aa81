"""Tables of the form for tests, and reading them."""

from intake.edge import Edge
from intake.importing import Meter, Source
from intake.pseudonyms import Pseudonymiser
from intake.tables import Problem

EDGE = Edge(Pseudonymiser(b"k" * 32), scope="the hall")
HEADER = ("topic", "text", "participant", "mode", "channel", "occurred_at")


def row(**cells):
    """What a row says: a whole contribution, but for what a test changes."""
    whole = {
        "topic": "tram",
        "text": "A stop in front of the school.",
        "participant": "member 7",
        "mode": "offline",
        "channel": "paper",
        "occurred_at": "2026-03-31",
    }
    return {**whole, **cells}


def read(importer, path, *, meter=None, edge=EDGE, **options):
    """Events, and problems."""
    options = {"zone": "Europe/Vienna", **options}
    items = list(importer(Source(path, "hall", **options), edge, meter or Meter()))
    problems = [item for item in items if isinstance(item, Problem)]
    return [item for item in items if not isinstance(item, Problem)], problems
