"""The tables again, from what the workers have said: the sink reads its topics once more.

Nothing is emptied: a row that is there already is replaced by its equal.
"""

from operations.rebuilding.cluster import Cluster
from operations.rebuilding.errors import RebuildError
from schemas.topics import DOMINANCE, SCREENED, SUMMARIES

WRITTEN = (SCREENED, SUMMARIES, DOMINANCE)
"""The topics that the tables are written from."""


def restore(cluster: Cluster) -> None:
    """Have the next worker write every row again. An interrupted call can be repeated.

    Raises:
        RebuildError: Workers run, or rows are no longer in Kafka.
        KafkaError: Kafka cannot be reached or refuses.
    """
    # The other two are compacted: of what they lose, a later record says all.
    if any(cluster.starts(SCREENED)):
        raise RebuildError(
            f"{SCREENED} has lost its oldest records by retention: 'isegoria replay' makes them"
            " again from the events"
        )
    cluster.rewind(WRITTEN)
