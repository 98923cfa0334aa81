"""Small logs full of what goes wrong between a channel and the screening, made from a seed.

`events` gives events in the order of publishing, `place` their partitions and offsets. The same
seed gives the same events, and a smaller size the first of them, so that a failure shrinks.
"""

import itertools
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import NamedTuple, TypeAlias, TypedDict

from hypothesis import strategies as st

from schemas.events import (
    ConsultationClosed,
    ConsultationClosedData,
    ConsultationOpened,
    ConsultationOpenedData,
    ContributionCorrected,
    ContributionSubmitted,
    ContributionSubmittedData,
    ContributionSupported,
    ContributionSupportedData,
    ContributionWithdrawn,
    ContributionWithdrawnData,
    Event,
    MeetingHeld,
    MeetingHeldData,
    Mode,
    RecognitionAwarded,
    RecognitionAwardedData,
    ResponsePublished,
    ResponsePublishedData,
    Role,
    Stance,
    SupportWithdrawn,
    SupportWithdrawnData,
    TopicOpened,
    TopicOpenedData,
    partition_key,
)
from schemas.policy import (
    DeploymentPolicy,
    Dominance,
    Letters,
    Policy,
    PostingLimit,
    Similarity,
)
from schemas.topics import partition_of
from tests.make import START, pseudonym

Topic: TypeAlias = tuple[str, str]

SOURCES = ("urn:web", "urn:hall", "urn:paper")
CHANNELS = {"web": Mode.ONLINE, "app": Mode.ONLINE, "hall": Mode.OFFLINE, "paper": Mode.OFFLINE}
SHORT = ("I agree.", "i AGREE", "Totalmente de acuerdo", "Nein danke!", "同意", "No.")
NO_WORDING = ("", "!!!", "...?!", " — ", "🙂🙂", "___")
POINTS_AT_ATTACHMENT = ("See attached file(s)", "see attached files.", "Please see attachment")

POLICY = DeploymentPolicy(
    default=Policy(
        posting_limit=PostingLimit(posts=2, hours=1.5),
        dominance=Dominance(
            minimum_contributions=8,
            minimum_voices=4,
            top5_share=0.7,
            window_minimum_contributions=4,
            windows=(1, 24, 168),
        ),
        letters=Letters(minimum_senders=3),
    ),
    consultations={
        "consultation-1": Policy(
            dominance=Dominance(
                minimum_contributions=1,
                minimum_voices=1,
                top1_share=0.1,
                maximum_effective_voices=4.0,
                window_minimum_contributions=1,
                window_top1_share=0.3,
                windows=(1, 5),
            ),
            similarity=Similarity(jaccard=0.6, containment=0.9, short_words=4),
        )
    },
)
"""With minimums that logs of this size reach, and another for one of the consultations."""

BERLIN, KOLKATA = timezone(timedelta(hours=1)), timezone(timedelta(hours=5, minutes=30))


class Envelope(TypedDict):
    """What names an event."""

    id: str
    source: str


@dataclass(frozen=True)
class _Language:
    """What is written in it.

    Attributes:
        code: As the event gives it.
        space: What stands between words.
        letters: Template letters, each a list of sentences.
        own: Sentences that senders add.
        words: What opinions are put together from, with spaces between them.
    """

    code: str
    space: str
    letters: Sequence[Sequence[str]]
    own: Sequence[str]
    words: str

    def vocabulary(self) -> list[str]:
        """The words one by one."""
        return self.words.split()


LANGUAGES = (
    _Language(
        "en",
        " ",
        (
            (
                "Please keep the swimming pool in the north of the town open all year.",
                "Children learn to swim there and the next one is an hour away by bus.",
                "A town that closes its last pool saves money only on paper.",
            ),
            ("The night bus must stop at the hospital again so that nurses get home after work.",),
        ),
        (
            "My daughter learned to swim there when she was six.",
            "I have lived here since 1984 and never wrote to the council before.",
            "Whoever decides this should take the last bus once in the rain.",
        ),
        "lamp bridge market bench river tree noise tram school garden light corner hill gate roof "
        "paint shade water fence stone play quiet early winter path wide cheap near",
    ),
    _Language(
        "es",
        " ",
        (
            (
                "Pedimos que la plaza vieja quede sin coches los fines de semana.",
                "Los niños juegan allí y los mayores se sientan a la sombra de los árboles.",
            ),
        ),
        (
            "Mi abuela vive en la plaza y no puede dormir por el ruido de los motores.",
            "Vengo cada domingo con mis hijos desde el otro lado del río.",
        ),
        "calle plaza árbol ruido farola puente río mercado banco escuela sombra agua jardín luz "
        "esquina pintura valla piedra juego silencio temprano invierno camino ancho",
    ),
    _Language(
        "de",
        " ",
        (
            (
                "Die Straße am Fluß soll für Fahrräder breiter werden als sie heute ist.",
                "Wer dort zur Schule fährt, teilt sich den Weg mit Lastwagen und Bussen.",
            ),
        ),
        ("Mein Sohn ist dort im Herbst gestürzt und fährt seitdem nicht mehr mit dem Rad.",),
        "Laterne Brücke Markt Bank Fluss Baum Lärm Schule Garten Licht Ecke Hügel Tor Dach Farbe "
        "Schatten Wasser Zaun Stein Spiel Ruhe Winter Weg breit billig nah",
    ),
    _Language(
        "zh",
        "",
        (
            (
                "请在河边的公园里多种一些树让老人夏天有地方乘凉。",
                "孩子们放学以后也需要一个安全的地方玩耍。",
            ),
        ),
        ("我每天早上都带孙子去那个公园散步。", "去年夏天太热了我母亲中暑住院。"),
        " ".join("灯桥市场长椅河树声音学校花园光角山门屋顶油漆影水栏石玩静早冬路宽便宜近"),
    ),
)


class Placed(NamedTuple):
    """An event and where it is in the log."""

    partition: int
    offset: int
    event: Event


def events(seed: int, size: int = 100) -> list[Event]:
    """Make `size` events, in the order of publishing."""
    return list(itertools.islice(_Consultations(seed).publish(), size))


def place(
    published: Iterable[Event], *, partitions: int = 3, largest_gap: int = 0, seed: int = 0
) -> list[Placed]:
    """Put events where Kafka's partitioner puts them.

    Args:
        published: In the order of publishing.
        partitions: How many there are.
        largest_gap: Largest number of offsets between two events (control records take them, and
            records that were rejected).
        seed: Of the gaps.
    """
    rng = random.Random(seed)
    ends = [0] * partitions
    placed = []
    for event in published:
        partition = partition_of(partition_key(event), partitions)
        offset = ends[partition] + rng.randint(0, largest_gap)
        ends[partition] = offset + 1
        placed.append(Placed(partition, offset, event))
    return placed


def logs(max_size: int = 100) -> st.SearchStrategy[list[Placed]]:
    """Logs of up to `max_size` events, in 1 to 4 partitions, with gaps or without."""
    return st.builds(
        lambda seed, size, partitions, gap: place(
            events(seed, size), partitions=partitions, largest_gap=gap, seed=seed
        ),
        st.integers(0, 2**32 - 1),
        st.integers(1, max_size),
        st.integers(1, 4),
        st.integers(0, 3),
    )


class _Consultations:
    """A few people in a few topics, and channels that do all that channels do."""

    def __init__(self, seed: int) -> None:
        self._rng = rng = random.Random(seed)
        self._clock = START + timedelta(hours=rng.randrange(24))
        self._numbers = itertools.count(1)
        self._people = [pseudonym(person) for person in range(1, rng.randint(3, 8) + 1)]
        # Of a few, one may write most.
        self._busy = rng.choice(self._people)
        consultations = [f"consultation-{number}" for number in range(rng.randint(1, 3))]
        self._topics: list[Topic] = list(
            dict.fromkeys(
                # Topics of two consultations may have one name.
                (rng.choice(consultations), f"topic-{rng.randrange(4)}")
                for _ in range(rng.randint(2, 5))
            )
        )
        self._published: list[Event] = []

    def publish(self) -> Iterable[Event]:
        """Events without end."""
        steps: dict[Callable[[Topic], Iterable[Event]], int] = {
            self._contribute: 24,
            self._resubmit: 8,
            self._withdraw: 8,
            self._correct: 7,
            self._reuse: 3,
            self._redeliver: 7,
            self._vote: 9,
            self._answer: 2,
            self._burst: 3,
            self._dense_hour: 3,
            self._late_batch: 2,
            self._open: 2,
            self._recognise: 1,
            self._meet: 1,
            self._close: 1,
        }
        for consultation in sorted({consultation for consultation, _ in self._topics}):
            yield self._keep(
                ConsultationOpened(
                    **self._envelope(),
                    data=ConsultationOpenedData(consultation=consultation, title="A town asks"),
                )
            )
        while True:
            [step] = self._rng.choices(list(steps), list(steps.values()))
            for event in step(self._rng.choice(self._topics)):
                yield self._keep(event)

    def _keep(self, event: Event) -> Event:
        self._published.append(event)
        return event

    def _envelope(self) -> Envelope:
        return {"id": f"event-{next(self._numbers)}", "source": self._rng.choice(SOURCES)}

    def _now(self) -> datetime:
        """The clock's time, in some zone, after a pause of nothing to days."""
        pauses = ((0, 3), (1, 3), (60, 6), (1_800, 4), (10_800, 3), (86_400, 2), (400_000, 1))
        [longest] = self._rng.choices(
            [pause for pause, _ in pauses], [weight for _, weight in pauses]
        )
        self._clock += timedelta(milliseconds=self._rng.randint(0, longest * 1000))
        return self._clock.astimezone(self._rng.choice((None, BERLIN, KOLKATA)))

    def _person(self) -> str | None:
        """Somebody: often the busy one, and one time in six nobody knows who."""
        if self._rng.random() < 1 / 6:
            return None
        return self._busy if self._rng.random() < 0.3 else self._rng.choice(self._people)

    def _contribution(self, topic: Topic, **fields: object) -> ContributionSubmittedData:
        rng = self._rng
        channel = rng.choice(list(CHANNELS))
        text, attachments, language = self._wording()
        consultation, name = topic
        return ContributionSubmittedData.model_validate(
            {
                "consultation": consultation,
                "topic": name,
                "contribution": f"contribution-{next(self._numbers)}",
                "channel": channel,
                "mode": CHANNELS[channel],
                "participant": self._person(),
                "role": rng.choices(list(Role), (12, 1, 1))[0],
                "text": text,
                "attachments": attachments,
                "language": language,
                "stance": rng.choice((None, *Stance)),
                "occurred_at": fields.get("occurred_at") or self._now(),
                **fields,
            }
        )

    def _submitted(self, topic: Topic, **fields: object) -> ContributionSubmitted:
        return ContributionSubmitted(**self._envelope(), data=self._contribution(topic, **fields))

    def _wording(self) -> tuple[str, tuple[str, ...], str | None]:
        """A text, its attachments and its language."""
        rng = self._rng
        attachments = tuple(
            rng.sample(("plan.pdf", "photo.jpg", "list.csv"), rng.choice((1, 1, 2)))
        )
        kind = rng.choices(("letter", "opinion", "short", "none", "attached"), (9, 5, 3, 1, 2))[0]
        if kind == "short":
            return rng.choice(SHORT), (), None
        if kind == "none":
            return rng.choice(NO_WORDING), rng.choice(((), attachments)), None
        if kind == "attached":
            # Now and then the file did not come along.
            return rng.choice(POINTS_AT_ATTACHMENT), rng.choice(((), *[attachments] * 4)), "en"
        language = rng.choice(LANGUAGES)
        if kind == "opinion":
            return self._opinion(language), rng.choice(((), (), attachments)), language.code
        return self._copy(language), (), language.code

    def _opinion(self, language: _Language) -> str:
        return language.space.join(
            self._rng.choices(language.vocabulary(), k=self._rng.randint(6, 24))
        )

    def _copy(self, language: _Language) -> str:
        """A template letter: as it is, retyped, edited, shuffled, or with one's own sentences."""
        rng = self._rng
        sentences = list(rng.choice(language.letters))
        edit = rng.choice(("none", "none", "retyped", "words", "shuffled", "sentence", "much"))
        if edit == "shuffled":
            rng.shuffle(sentences)
        if edit == "sentence":
            sentences.insert(rng.randint(0, len(sentences)), rng.choice(language.own))
        if edit == "much":
            sentences = [*language.own, *sentences, self._opinion(language)]
        text = language.space.join(sentences)
        if edit == "retyped":
            return text.upper().replace(" ", "  ").replace(".", " !")
        if edit == "words":
            words = text.split() if language.space else list(text)
            for place_of_word in rng.sample(range(len(words)), rng.randint(1, 4)):
                words[place_of_word] = rng.choice(language.vocabulary())
            return language.space.join(words)
        return text

    def _seen(self, topic: Topic) -> list[ContributionSubmitted | ContributionCorrected]:
        return [
            event
            for event in self._published
            if isinstance(event, ContributionSubmitted | ContributionCorrected)
            and (event.data.consultation, event.data.topic) == topic
        ]

    def _some_id(self, topic: Topic) -> str:
        """A contribution's id: one of the topic's, or one that nobody has heard of."""
        seen = self._seen(topic)
        if not seen or self._rng.random() < 0.1:
            return "contribution-nowhere"
        # Early ones are the roots and the originals.
        chosen = self._rng.choice((seen, seen[:4]))
        return self._rng.choice(chosen).data.contribution

    def _contribute(self, topic: Topic) -> Iterable[Event]:
        yield self._submitted(topic)

    def _resubmit(self, topic: Topic) -> Iterable[Event]:
        """Somebody, or somebody else, says what was said, through any channel."""
        for event in self._rng.sample(seen := self._seen(topic), min(len(seen), 1)):
            person = self._rng.choice((event.data.participant, self._person()))
            attachments = self._rng.choice((event.data.attachments, ()))
            yield self._submitted(
                topic, participant=person, text=event.data.text, attachments=attachments
            )

    def _withdraw(self, topic: Topic) -> Iterable[Event]:
        event = ContributionWithdrawn(
            **self._envelope(),
            data=ContributionWithdrawnData(
                consultation=topic[0],
                topic=topic[1],
                contribution=self._some_id(topic),
                occurred_at=self._now(),
            ),
        )
        yield event
        if self._rng.random() < 0.3:
            # The id is used again, and then the withdrawal comes once more.
            yield self._submitted(topic, contribution=event.data.contribution)
            yield event

    def _correct(self, topic: Topic) -> Iterable[Event]:
        """The same wording, slightly another, or quite another; twice now and then."""
        fields: dict[str, object] = {"contribution": self._some_id(topic)}
        same = [
            one.data for one in self._seen(topic) if one.data.contribution == fields["contribution"]
        ]
        if same and self._rng.random() < 0.7:
            fields |= {"participant": same[-1].participant, "text": same[-1].text}
            if self._rng.random() < 0.5:
                fields["text"] = f"{same[-1].text} Thank you for reading this."[:2_000]
        for _ in range(self._rng.choice((1, 1, 1, 2))):
            yield ContributionCorrected(
                **self._envelope(), data=self._contribution(topic, **fields)
            )

    def _reuse(self, topic: Topic) -> Iterable[Event]:
        """A contribution under an id that is taken, or was."""
        yield self._submitted(topic, contribution=self._some_id(topic))

    def _redeliver(self, topic: Topic) -> Iterable[Event]:
        """Source and id again: in the same event, another text, another type or another topic."""
        event = self._rng.choice(self._published)
        how = self._rng.choice(("same", "same", "same", "text", "type", "topic"))
        again: Envelope = {"id": event.id, "source": event.source}
        if how == "same":
            yield event
        elif isinstance(event, ContributionSubmitted | ContributionCorrected):
            data = event.data
            if how == "text":
                yield type(event)(**again, data=data.model_copy(update={"text": "Something else."}))
            elif how == "type":
                other = (
                    ContributionCorrected
                    if isinstance(event, ContributionSubmitted)
                    else ContributionSubmitted
                )
                yield other(**again, data=data)
            else:
                moved = {"consultation": topic[0], "topic": topic[1]}
                yield type(event)(**again, data=data.model_copy(update=moved))

    def _vote(self, topic: Topic) -> Iterable[Event]:
        """A vote, taken back or changed, also before the one that it changes was cast."""
        rng = self._rng
        role = rng.choices(list(Role), (8, 1, 1))[0]
        channel = rng.choice(list(CHANNELS))
        on = self._some_id(topic)
        at = self._now()
        pair = {
            "consultation": topic[0],
            "topic": topic[1],
            "contribution": on,
            "channel": channel,
            "mode": CHANNELS[channel],
            "participant": rng.choice(self._people[:3]),
        }
        for _ in range(rng.randint(1, 3)):
            when = at - timedelta(seconds=rng.choice((0, 0, 60, 86_400)))
            fields = {**pair, "role": role, "occurred_at": when}
            if rng.random() < 0.25:
                yield SupportWithdrawn(
                    **self._envelope(), data=SupportWithdrawnData.model_validate(fields)
                )
            else:
                yield ContributionSupported(
                    **self._envelope(),
                    data=ContributionSupportedData.model_validate(
                        {**fields, "value": rng.choice((-1, 0, 1))}
                    ),
                )

    def _answer(self, topic: Topic) -> Iterable[Event]:
        yield ResponsePublished(
            **self._envelope(),
            data=ResponsePublishedData(
                consultation=topic[0],
                topic=topic[1],
                response=f"response-{self._rng.randrange(3)}",
                text="You said it, and we did it.",
                url=self._rng.choice((None, "https://example.org/answer")),
                occurred_at=self._now() - timedelta(days=self._rng.randrange(3)),
            ),
        )

    def _burst(self, topic: Topic) -> Iterable[Event]:
        """Copies of one letter within a second or two."""
        at, text = self._now(), self._copy(self._rng.choice(LANGUAGES))
        for _ in range(self._rng.randint(3, 8)):
            when = at + timedelta(milliseconds=self._rng.choice((0, 1, 400, 999, 1_000)))
            yield self._submitted(topic, text=text, attachments=(), occurred_at=when)

    def _dense_hour(self, topic: Topic) -> Iterable[Event]:
        """An hour in which one person writes most."""
        loud = self._rng.choice(self._people)
        for _ in range(self._rng.randint(6, 14)):
            self._clock += timedelta(seconds=self._rng.randint(0, 400))
            person = loud if self._rng.random() < 0.7 else self._person()
            yield self._submitted(
                topic, participant=person, role=Role.PARTICIPANT, occurred_at=self._clock
            )

    def _late_batch(self, topic: Topic) -> Iterable[Event]:
        """Paper from weeks ago, typed in now, in no order."""
        for _ in range(self._rng.randint(2, 5)):
            said = self._clock - timedelta(
                days=self._rng.randint(7, 40), minutes=self._rng.randrange(1_440)
            )
            yield self._submitted(
                topic,
                channel="paper",
                mode=Mode.OFFLINE,
                captured_by="staff",
                occurred_at=said,
                recorded_at=self._clock,
            )

    def _open(self, topic: Topic) -> Iterable[Event]:
        title = f"Title {self._rng.randrange(5)}"
        yield TopicOpened(
            **self._envelope(),
            data=TopicOpenedData(consultation=topic[0], topic=topic[1], title=title),
        )

    def _meet(self, topic: Topic) -> Iterable[Event]:
        began = self._now()
        yield MeetingHeld(
            **self._envelope(),
            data=MeetingHeldData(
                consultation=topic[0],
                meeting=f"meeting-{self._rng.randrange(3)}",
                title="An evening at the town hall",
                place=self._rng.choice(("", "Town hall")),
                occurred_at=began,
                ended_at=self._rng.choice((None, began + timedelta(hours=2))),
                attendance=self._rng.choice((None, 0, 84)),
            ),
        )

    def _close(self, topic: Topic) -> Iterable[Event]:
        """What comes after it counts all the same."""
        yield ConsultationClosed(
            **self._envelope(),
            data=ConsultationClosedData(consultation=topic[0], occurred_at=self._now()),
        )

    def _recognise(self, topic: Topic) -> Iterable[Event]:
        yield RecognitionAwarded(
            **self._envelope(),
            data=RecognitionAwardedData(
                consultation=topic[0],
                recognition="bridge",
                participant=self._rng.choice(self._people),
                occurred_at=self._now(),
            ),
        )
