"""Why a procedure is not begun, or cannot go on; each message says what to do."""


class RebuildError(Exception):
    """A procedure refuses, or another one has to be completed first."""
