"""What topics are called: by their titles, or by their ids where nobody gave one."""

from collections.abc import Iterable

from schemas.records import Summary
from sinks.answers import Waiting
from sinks.queries import TopicSummary


def title_of(topic: Summary | TopicSummary | Waiting) -> str:
    """What a topic is called."""
    return topic["title"] or topic["topic"]


def titles(topics: Iterable[TopicSummary]) -> dict[str, str]:
    """What topics are called, by their ids."""
    return {topic["topic"]: title_of(topic) for topic in topics}
