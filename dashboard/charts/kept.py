"""Charts that were drawn before, for as long as they fit."""

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from functools import wraps
from threading import Lock
from typing import ParamSpec

from dashboard.charts.chart import Chart

MAX_BYTES = 32_000_000

Arguments = ParamSpec("Arguments")


class Shelf:
    """Charts by what they show, those last asked for, up to a number of bytes. Thread-safe."""

    def __init__(self, max_bytes: int) -> None:
        self._charts: OrderedDict[bytes, Chart] = OrderedDict()
        self._max_bytes = max_bytes
        self._lock = Lock()
        self.bytes = 0

    def __len__(self) -> int:
        return len(self._charts)

    def get(self, name: bytes) -> Chart | None:
        """The chart, which now counts as asked for last; None where it is not here."""
        with self._lock:
            if name in self._charts:
                self._charts.move_to_end(name)
            return self._charts.get(name)

    def put(self, name: bytes, chart: Chart) -> None:
        """Keep a chart; those not asked for the longest make room."""
        with self._lock:
            if name in self._charts:
                return
            self._charts[name] = chart
            self.bytes += _size(chart)
            while self.bytes > self._max_bytes:
                _, dropped = self._charts.popitem(last=False)
                self.bytes -= _size(dropped)


_SHELF = Shelf(MAX_BYTES)


def kept(
    chart: Callable[Arguments, Chart | None], shelf: Shelf = _SHELF
) -> Callable[Arguments, Chart | None]:
    """A chart function that draws once what it is asked for again.

    Its arguments must say in their `repr` all that the chart depends on.
    """

    @wraps(chart)
    def looked_up(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Chart | None:
        asked = repr((chart.__qualname__, args, sorted(kwargs.items())))
        name = hashlib.sha256(asked.encode("utf-8", "backslashreplace")).digest()
        found = shelf.get(name)
        if found is None:
            found = chart(*args, **kwargs)
            if found is not None:
                shelf.put(name, found)
        return found

    return looked_up


def _size(chart: Chart) -> int:
    """About how many bytes a chart takes."""
    table = sum(len(cell) for row in chart.rows for cell in row)
    return len(chart.svg) + len(chart.spec) + len(chart.description) + table
