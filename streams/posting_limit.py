"""Which of a person's posts are over the posting limit, and when may they post again?

As the software of the E-Democracy forums has it: so many posts in any sliding interval, and posts
over the limit do not count against the next.
"""

from collections import deque
from collections.abc import Sequence
from typing import NamedTuple


class Breach(NamedTuple):
    """A post over the limit.

    Attributes:
        post: Its place in the given order.
        at: When it was made, in Unix ms.
        may_post_again_at: When the oldest post that counts leaves the interval, in Unix ms.
    """

    post: int
    at: int
    may_post_again_at: int


def breaches(times: Sequence[int], posts: int, interval: int) -> list[Breach]:
    """Find the posts of one person that are over the limit.

    A post counts for less than the interval: one made exactly an interval later is within the
    limit again. (Decide Madrid has no such pair, so its reference figures leave that open.)

    Args:
        times: When each post was made, in Unix ms, in any order.
        posts: How many are allowed, at least 1.
        interval: In any so many milliseconds, at least 1.

    Returns:
        One for each post over the limit, by time; those of one moment in the given order.
    """
    counted: deque[int] = deque(maxlen=posts)
    over = []
    for post in sorted(range(len(times)), key=times.__getitem__):
        at = times[post]
        if len(counted) == posts and at - counted[0] < interval:
            over.append(Breach(post, at, counted[0] + interval))
        else:
            counted.append(at)
    return over
