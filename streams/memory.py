"""Giving memory back to the system that Python has freed."""

import ctypes


def give_back() -> None:
    """Return freed memory to the system, where the C library can (glibc's malloc_trim(3)).

    A recovery frees what it decoded in small pieces; left to itself, glibc was measured to keep
    more of it than the state needs.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
