"""What an importer gave, taken apart."""

from intake.tables import Problem
from schemas.events import ContributionSubmitted


def of(kind, items):
    """The items of a kind."""
    return [item for item in items if isinstance(item, kind)]


def problems(items):
    """The rows that were not taken."""
    return of(Problem, items)


def submitted(items):
    """What the contributions say."""
    return [event.data for event in of(ContributionSubmitted, items)]
