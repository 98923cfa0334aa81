"""Procedures that end in the middle, as if they were killed: nothing of theirs runs afterwards."""


class Interrupted(BaseException):
    """Nothing catches it."""


def interrupted_at(wanted):
    """For `on_step`: ends the procedure where it begins a step."""

    def on_step(step):
        if step == wanted:
            raise Interrupted

    return on_step
