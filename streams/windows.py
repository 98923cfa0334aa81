"""Who wrote what share of an hour, a day, a week? Sliding windows over when things were said.

A window of length L starts at a multiple of L/12 since the epoch and holds what occurred in
[start, start + L). A share over a whole process hides an afternoon in which one person wrote nearly
everything.

Times are Unix milliseconds. A voice is an integer: a participant's is 0 or more, and each
contribution of an unknown author has a negative one of its own. All numbers are whole, so that the
order in which contributions come changes nothing, to the last bit.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

STEPS: Final = 12
"""How often a window moves on in its own length."""

Integers: TypeAlias = NDArray[np.int64]
Table: TypeAlias = NDArray[np.void]
"""A structured array; its columns are those of the `dtype` named where it is returned."""

WINDOW: Final = np.dtype(
    [
        ("start", np.int64),
        ("contributions", np.int64),
        ("voices", np.int64),
        ("top1", np.int64),
        ("effective_voices_2", np.float64),
    ]
)
"""Start in Unix ms, contributions, voices, contributions of the most active voice, Hill number."""

PEAK: Final = np.dtype([("voice", np.int64), ("wrote", np.int64), *WINDOW.descr])
"""A voice, how many contributions are its own, and the window of which that is so."""


class _Presence(NamedTuple):
    """Voices that have contributions in windows: three columns, one row per voice and window.

    Attributes:
        window: Index of the window.
        voice: The voice.
        wrote: Contributions of the voice in the window.
    """

    window: Integers
    voice: Integers
    wrote: Integers


def name(hours: int) -> str:
    """What windows of so many hours are called: `1h`, `24h`, `7d`."""
    days, rest = divmod(hours, 24)
    return f"{hours}h" if rest or days == 1 else f"{days}d"


def touched_starts(times: Integers, length: int) -> Integers:
    """The starts, in Unix ms and rising, of all windows that hold any of these times.

    Args:
        times: Unix ms, in any order.
        length: Of the windows, in ms: a multiple of 12.
    """
    step = _step(length)
    steps = np.unique(times // step)
    before = np.concatenate((steps[:1] - STEPS, steps[:-1]))
    touched = np.subtract.outer(steps, np.arange(STEPS)[::-1])
    return touched[touched > before[:, np.newaxis]] * step


def latest(times: Integers, length: int) -> int:
    """The start of the window that ends at the first step after the newest of these times.

    Args:
        times: Unix ms, at least one.
        length: Of the window, in ms: a multiple of 12.
    """
    step = _step(length)
    return (int(times.max()) // step + 1) * step - length


def judged_windows(
    times: Integers,
    voices: Integers,
    length: int,
    minimum: int,
) -> Table:
    """Measure all windows with enough contributions to be judged.

    Args:
        times: When each contribution occurred, in Unix ms, in any order.
        voices: Whose each is.
        length: Of the windows, in ms: a multiple of 12.
        minimum: Contributions, at least 1, from which on a window is judged.

    Returns:
        A row of `WINDOW` for each, by rising start.
    """
    starts = touched_starts(times, length)
    ordered = np.sort(times)
    contributions = np.searchsorted(ordered, starts + length) - np.searchsorted(ordered, starts)
    enough = contributions >= minimum
    windows = np.zeros(np.count_nonzero(enough), WINDOW)
    windows["start"] = starts[enough]
    windows["contributions"] = contributions[enough]
    squares = np.zeros(len(windows), np.int64)
    for rows in _presence(times, voices, length, windows["start"]):
        np.add.at(windows["voices"], rows.window, 1)
        np.add.at(squares, rows.window, rows.wrote**2)
        np.maximum.at(windows["top1"], rows.window, rows.wrote)
    windows["effective_voices_2"] = windows["contributions"] ** 2 / squares
    return windows


def worst(windows: Table) -> Table:
    """The window with the highest share of one voice, as a table of one row, or none of none.

    Of level ones it is the one with most contributions, and of those the earliest.

    Args:
        windows: Rows of `WINDOW`.
    """
    order = np.lexsort((windows["start"], -windows["contributions"], -_share(windows, "top1")))
    return windows[order[:1]]


def peaks(times: Integers, voices: Integers, windows: Table, length: int, share: float) -> Table:
    """Find for every participant the window in which they wrote most, of those with a high share.

    Args:
        times: When each contribution occurred, in Unix ms, in any order.
        voices: Whose each is.
        windows: The rows of `WINDOW` to look at.
        length: Of the windows, in ms.
        share: Look only where they wrote this share, 0 to 1, or more.

    Returns:
        A row of `PEAK` for each who did so anywhere, by rising voice. Of windows in which they
        wrote as much it is the one with fewest contributions, and of those the earliest. Unknown
        authors are not among them.
    """
    windows = windows[_share(windows, "top1") >= share]
    found = [np.zeros(0, PEAK)]
    for rows in _presence(times, voices, length, windows["start"]):
        theirs = windows[rows.window]
        keep = (rows.wrote / theirs["contributions"] >= share) & (rows.voice >= 0)
        peak = np.zeros(np.count_nonzero(keep), PEAK)
        peak["voice"] = rows.voice[keep]
        peak["wrote"] = rows.wrote[keep]
        for column in WINDOW.fields or ():
            peak[column] = theirs[column][keep]
        found.append(peak)
    all_rows = np.concatenate(found)
    order = np.lexsort(
        (all_rows["start"], all_rows["contributions"], -all_rows["wrote"], all_rows["voice"])
    )
    _, first = np.unique(all_rows["voice"][order], return_index=True)
    return all_rows[order[first]]


def histogram(times: Integers, voices: Integers, start: int, length: int) -> dict[int, int]:
    """Contributions of a voice -> voices with that many, in one window.

    Args:
        times: When each contribution occurred, in Unix ms, in any order.
        voices: Whose each is.
        start: Of the window, in Unix ms.
        length: Of the window, in ms.
    """
    inside = (times >= start) & (times < start + length)
    _, counts = np.unique(voices[inside], return_counts=True)
    distinct, numbers = np.unique(counts, return_counts=True)
    return dict(zip(distinct.tolist(), numbers.tolist(), strict=True))


def _step(length: int) -> int:
    step, rest = divmod(length, STEPS)
    if rest or length <= 0:
        raise ValueError(f"length of a window: {length} ms, must be a positive multiple of {STEPS}")
    return step


def _share(table: Table, column: str) -> NDArray[np.float64]:
    """Shares of contributions as floats, which order as the fractions do.

    Two fractions with denominators below 2^26 (67 million) differ by more than 2^-52, and a
    quotient is rounded correctly: equal ones stay equal and others apart.
    """
    return np.asarray(table[column] / table["contributions"], np.float64)


def _presence(
    times: Integers, voices: Integers, length: int, starts: Integers
) -> Iterator[_Presence]:
    """Say for every voice and window with contributions of it how many they are.

    A contribution counts in the windows from the first that holds it up to the first that starts
    after it. So a voice's count over the windows is a staircase, which goes up and down by one at
    these places. None of its stairs is longer than a contribution's stay: 12 windows at most. Rows
    come in as many layers: first of all stairs their first windows, then their second ones ...

    Args:
        times: Unix ms, in any order.
        voices: Whose each is.
        length: Of the windows, in ms.
        starts: Of the windows, rising.

    Raises:
        ValueError: The voices are numbered with such gaps that the work would not fit 64 bits.
    """
    first = np.searchsorted(starts, times - length, side="right")
    after = np.searchsorted(starts, times, side="right")
    held = first < after
    lowest = voices.min(initial=0)
    width = len(starts) + 1
    if (int(voices.max(initial=0)) - int(lowest)) * width > np.iinfo(np.int64).max - width:
        raise ValueError("voices: their numbers lie too far apart; number them one by one")
    # One number for a voice and a window, which orders by voice and then by window.
    row = (voices[held] - lowest) * width
    ups, downs = np.sort(row + first[held]), np.sort(row + after[held])
    both = np.concatenate((ups, downs))
    # Stable, because that merges what is sorted.
    order = np.argsort(both, kind="stable")
    height = np.cumsum(np.where(order < len(ups), 1, -1))
    both = both[order]
    # Where several go up or down at one place, all but the last stair there has no length.
    stairs = np.flatnonzero((height[:-1] > 0) & (both[:-1] < both[1:]))
    wrote, (voice, window) = height[stairs], np.divmod(both[stairs], width)
    end = both[stairs + 1] - voice * width
    voice += lowest
    while len(window):
        yield _Presence(window, voice, wrote)
        window = window + 1
        stay = window < end
        window, voice, wrote, end = window[stay], voice[stay], wrote[stay], end[stay]
