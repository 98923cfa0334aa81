"""Ctrl-C is heeded between two steps, and not in the middle of one."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def heeded_between_steps() -> Iterator[Callable[[], None]]:
    """Keep an interrupt for a moment at which nothing is half done; a second one does not wait.

    kafka-python, interrupted while it takes a record, may keep a batch that it never sends. For the
    main thread.

    Yields:
        To be called between two steps; raises KeyboardInterrupt where one was asked for.
    """
    asked = False

    def ask(*_: object) -> None:
        nonlocal asked
        if asked:
            raise KeyboardInterrupt
        asked = True

    def check() -> None:
        if asked:
            raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, ask)
    try:
        yield check
    finally:
        signal.signal(signal.SIGINT, before)
