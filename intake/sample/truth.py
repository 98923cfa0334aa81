"""What is known of the sample because it was made so; no screening was run to find it out."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from schemas.events import Event
from schemas.records import Verdict


class Expected(NamedTuple):
    """What screening says of one delivery.

    `refers_to` is the id of the contribution that it repeats: its own where it is a redelivery,
    that of the letter's first copy where it is a campaign, empty where it is an original.
    """

    verdict: Verdict
    refers_to: str


@dataclass(frozen=True)
class LetterFacts:
    """A template letter: who sent it, and how.

    Attributes:
        id: Its name.
        topic: The topic it was sent to.
        text: The template.
        senders: Pseudonyms, in the order of publishing, one for each contribution.
        contributions: Ids of the contributions, in the same order.
        verbatim: Those of them that are the template word for word.
    """

    id: str
    topic: str
    text: str
    senders: tuple[str, ...]
    contributions: tuple[str, ...]
    verbatim: frozenset[str]


@dataclass(frozen=True)
class Truth:
    """The planned facts.

    Attributes:
        verdicts: For every delivery of a contribution, by index into the sample's events.
        redelivered_supports: Indexes of the votes that came before.
        counts: Deliveries by topic and verdict, of every role.
        supports: Distinct pairs of contribution and participant that voted, by topic.
        contributions: What known participants said, not counting redeliveries, by topic and
            pseudonym.
        unknown_authors: What participants without a pseudonym said, likewise, by topic.
        other_roles: What organisers and officials said, likewise, by topic and pseudonym.
        letters: The template letters.
        usual_suspects: Pseudonyms of those who dominate, with the topics they dominate.
        late_batch: Ids of the paper forms that were published last although written early.
    """

    verdicts: Mapping[int, Expected]
    redelivered_supports: frozenset[int]
    counts: Mapping[str, Mapping[Verdict, int]]
    supports: Mapping[str, int]
    contributions: Mapping[str, Mapping[str, int]]
    unknown_authors: Mapping[str, int]
    other_roles: Mapping[str, Mapping[str, int]]
    letters: tuple[LetterFacts, ...]
    usual_suspects: Mapping[str, tuple[str, ...]]
    late_batch: tuple[str, ...]


@dataclass(frozen=True)
class Sample:
    """The events in publishing order, and what is true of them."""

    events: list[Event]
    truth: Truth
