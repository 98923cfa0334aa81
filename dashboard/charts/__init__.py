"""Charts: data in, a picture with its words and its table out. Each function draws one kind."""

from dashboard.charts.chart import Chart
from dashboard.charts.cosigners import cosigners
from dashboard.charts.lorenz import lorenz
from dashboard.charts.shares import Split, mix, stance, support
from dashboard.charts.timeline import timeline
from dashboard.charts.weights import spread, windows
from dashboard.i18n import ENGLISH, Words

__all__ = [
    "Chart",
    "Split",
    "cosigners",
    "lorenz",
    "mix",
    "spread",
    "stance",
    "support",
    "timeline",
    "warm",
    "windows",
]


def warm() -> None:
    """Start the renderer, so that the first reader does not wait for it: about a second."""
    spread(2.0, 1.0, Words(ENGLISH), "warm")
    lorenz([(0.0, 0.0), (1.0, 1.0)], 1, 1, Words(ENGLISH), "warm")
