"""Events without end, made up from a seed: for load, for crashes, for measurements.

The stream is a function of its arguments. It keeps only the last few events in memory, and every
fresh text carries its own number, so that nothing repeats by chance: what is redelivered or
resubmitted was meant to be.
"""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Literal, NamedTuple

import orjson

from schemas.events import (
    ConsultationOpened,
    ConsultationOpenedData,
    ContributionSubmitted,
    ContributionSubmittedData,
    ContributionSupported,
    ContributionSupportedData,
    Event,
    Mode,
    TopicOpened,
    TopicOpenedData,
    partition_key,
)

SOURCE = "urn:isegoria:generated"

_SUPPORT_SHARE = 0.15
_REDELIVERED_SHARE = 0.02
_RESUBMITTED_SHARE = 0.03
_OFFLINE_SHARE = 0.2
_VALUES: tuple[Literal[-1, 0, 1], ...] = (1, 1, 1, 0, -1)

# A repeat is of one of the last so many events: as many are kept.
_REMEMBERED = 1024
_START = datetime(2026, 3, 2, 8, tzinfo=UTC)
_WORDS_IN_TEXT = (8, 12, 16)
# Any odd number spreads the ranks over the 128 bits of a pseudonym, one to one.
_SPREAD = 0x9E3779B97F4A7C15F39CC0605CEDC835

_VOCABULARY = """
about accept across after again against allotment always among answer area around arrive ask
away bakery balance bench better between bicycle bins bridge bright broken budget build bus
careful carry centre change cheap check children church clean clear close corner cost council
count cross cut cycle daily dark day decide deliver depend difficult door down drain drive early
east easy empty end enough even evening every expect fair family far farm fast feel fence few
field find first fix flat flood follow footpath forget found free fresh friend front garden
give glad go good grass ground group grow half hall happen hard hear help hill hope hospital
hour house idea inside join keep kerb kind know lamp land lane large late lead leave less let
library light listen little live local long look loud low make many market matter meadow mean
meet mend middle might mile mind minute miss money morning most move much narrow near need
neighbour never new next night noise north notice number offer often old once only open orchard
order other outside over own park part path pavement pay people place plan plant play please
point pond poor possible post quick quiet quite rain raise reach read ready real reason remain
repair rest return ride right river road roof room round run safe same save say school seat see
send set shade share shed shelter shop short should show side sign simple sit slow small snow
soon south space speak spend spring square stand start station stay step still stone stop store
straight street strong summer sun sure swim table take talk teach tell thank think time today
together too town traffic train tree try turn under until use useful van very view village visit
voice wait walk wall want warm waste watch water way week well west wet wheel while wide wild
wind window winter without wonder wood work worth write year young
"""
_WORDS = _VOCABULARY.split()


class _Shape(NamedTuple):
    """An event before it is written out; `text` is empty where it is a vote."""

    id: str
    topic: int
    contribution: str
    participant: str
    text: str
    value: Literal[-1, 0, 1]
    offline: bool
    occurred_at: datetime


def generate(
    count: int,
    *,
    seed: int = 1,
    consultations: int = 1,
    topics: int = 40,
    participants: int = 100_000,
) -> Iterator[Event]:
    """Generate events: the openings of every consultation and topic, then what people do there.

    Of the rest about 85 % are contributions and 15 % votes; 2 % are redeliveries of a recent event
    and 3 % exact resubmissions of a recent contribution, but for case and punctuation. The
    participant of rank r acts about 1/r as often as the first.

    Args:
        count: How many events in all, the openings included.
        seed: The same seed gives the same events.
        consultations: How many consultations.
        topics: How many topics each has.
        participants: How many people there are.
    """
    places = _places(consultations, topics)
    yield from _openings(places, count)
    for shape in _shapes(count - consultations - len(places), len(places), seed, participants):
        yield _event(shape, *places[shape.topic])


def generate_encoded(
    count: int,
    *,
    seed: int = 1,
    consultations: int = 1,
    topics: int = 40,
    participants: int = 100_000,
) -> Iterator[tuple[str, bytes]]:
    """The events of `generate` as Kafka key and JSON, several times as fast.

    The JSON leaves out fields that have their default; decoded, it equals the event.
    """
    places = _places(consultations, topics)
    for event in _openings(places, count):
        yield partition_key(event), orjson.dumps(event.model_dump(exclude_none=True))
    keys = [f"{consultation}/{topic}" for consultation, topic in places]
    heads = [
        f'"data":{{"consultation":"{consultation}","topic":"{topic}","contribution":"'
        for consultation, topic in places
    ]
    for shape in _shapes(count - consultations - len(places), len(places), seed, participants):
        yield keys[shape.topic], _json(shape, heads[shape.topic]).encode()


def _places(consultations: int, topics: int) -> list[tuple[str, str]]:
    return [
        (f"generated-{consultation}", f"topic-{topic:02d}")
        for consultation in range(1, consultations + 1)
        for topic in range(1, topics + 1)
    ]


def _openings(places: list[tuple[str, str]], count: int) -> Iterator[Event]:
    events: list[Event] = []
    for consultation in dict.fromkeys(consultation for consultation, _ in places):
        title = f"Generated consultation {consultation}"
        opened = ConsultationOpenedData(consultation=consultation, title=title)
        events.append(ConsultationOpened(id=consultation, source=SOURCE, data=opened))
    for consultation, topic in places:
        begun = TopicOpenedData(consultation=consultation, topic=topic, title=f"Generated {topic}")
        events.append(TopicOpened(id=f"{consultation}/{topic}", source=SOURCE, data=begun))
    yield from events[:count]


def _shapes(count: int, places: int, seed: int, participants: int) -> Iterator[_Shape]:
    rng = random.Random(seed)  # noqa: S311  made-up events, no secret
    uniform = rng.random
    recent: list[_Shape] = []  # the last events, in a ring
    spoken: list[_Shape] = []  # the last fresh contributions, in a ring
    resubmitted_below = _REDELIVERED_SHARE + _RESUBMITTED_SHARE
    supported_below = resubmitted_below + _SUPPORT_SHARE
    for number in range(count):
        dice = uniform()
        if spoken and dice < _REDELIVERED_SHARE:
            yield recent[int(uniform() * len(recent))]
            continue
        occurred_at = _START + timedelta(seconds=number)
        rank = int(participants ** uniform())
        participant = f"p-{rank * _SPREAD & (1 << 128) - 1:032x}"
        offline = uniform() < _OFFLINE_SHARE
        if spoken and dice < resubmitted_below:
            again = spoken[int(uniform() * len(spoken))]
            shape = again._replace(
                id=f"e{number}",
                contribution=f"c{number}",
                text=f"{again.text.upper()}!",
                offline=offline,
                occurred_at=occurred_at,
            )
        elif spoken and dice < supported_below:
            target = spoken[int(uniform() * len(spoken))]
            shape = target._replace(
                id=f"e{number}",
                participant=participant,
                text="",
                value=_VALUES[int(uniform() * len(_VALUES))],
                offline=offline,
                occurred_at=occurred_at,
            )
        else:
            length = _WORDS_IN_TEXT[int(uniform() * len(_WORDS_IN_TEXT))]
            words = " ".join(rng.choices(_WORDS, k=length))
            shape = _Shape(
                id=f"e{number}",
                topic=int(uniform() * places),
                contribution=f"c{number}",
                participant=participant,
                text=f"{words}, number {number}.",
                value=0,
                offline=offline,
                occurred_at=occurred_at,
            )
            _remember(spoken, shape, number)
        _remember(recent, shape, number)
        yield shape


def _remember(ring: list[_Shape], shape: _Shape, number: int) -> None:
    if len(ring) < _REMEMBERED:
        ring.append(shape)
    else:
        ring[number % _REMEMBERED] = shape


def _event(shape: _Shape, consultation: str, topic: str) -> Event:
    # What is made here is valid by construction, so that no time goes into checking it.
    mode = Mode.OFFLINE if shape.offline else Mode.ONLINE
    if shape.text:
        return ContributionSubmitted.model_construct(
            id=shape.id,
            source=SOURCE,
            data=ContributionSubmittedData.model_construct(
                consultation=consultation,
                topic=topic,
                contribution=shape.contribution,
                channel="paper" if shape.offline else "web",
                mode=mode,
                participant=shape.participant,
                text=shape.text,
                occurred_at=shape.occurred_at,
            ),
        )
    return ContributionSupported.model_construct(
        id=shape.id,
        source=SOURCE,
        data=ContributionSupportedData.model_construct(
            consultation=consultation,
            topic=topic,
            contribution=shape.contribution,
            channel="paper" if shape.offline else "web",
            mode=mode,
            participant=shape.participant,
            value=shape.value,
            occurred_at=shape.occurred_at,
        ),
    )


def _json(shape: _Shape, head: str) -> str:
    # Nothing in a shape needs escaping: ids, words of a-z, and one comma, full stop or exclamation.
    channel = '"paper","mode":"offline"' if shape.offline else '"web","mode":"online"'
    kind = "submitted" if shape.text else "supported"
    what = f'"text":"{shape.text}"' if shape.text else f'"value":{shape.value}'
    return (
        f'{{"specversion":"1.0","id":"{shape.id}","source":"{SOURCE}",'
        f'"type":"contribution.{kind}.v1",{head}{shape.contribution}","channel":{channel},'
        f'"participant":"{shape.participant}",{what},'
        f'"occurred_at":"{shape.occurred_at.isoformat()}"}}}}'
    )
