"""The events that rows of an open-data export become."""

from collections.abc import Iterator

from intake.decidim.cells import (
    Author,
    component_title,
    first_author,
    is_true,
    moment,
    topic_of,
    translated,
    wording,
)
from intake.edge import Edge
from intake.tables import MAX_TITLE_CHARACTERS, BadFieldError, Row, limited, whole_number
from schemas.events import (
    MAX_TEXT_CHARACTERS,
    CapturedBy,
    ContributionSubmitted,
    ContributionSubmittedData,
    ContributionWithdrawn,
    ContributionWithdrawnData,
    Event,
    MeetingHeld,
    MeetingHeldData,
    Mode,
    ResponsePublished,
    ResponsePublishedData,
    Role,
    Stance,
    TopicOpened,
    TopicOpenedData,
)

CHANNEL = "decidim"

_REPLY = "Decidim::Comments::Comment"
_STANCES = {"": None, "-1": Stance.AGAINST, "0": Stance.NEUTRAL, "1": Stance.FOR}
_LABEL_CHARACTERS = 128


class Export:
    """Makes the events of rows.

    Args:
        consultation: Id of the consultation.
        source: The events' `source`.
        edge: What people and texts pass through.
        organiser: The user id that is the organiser's, if any.
    """

    def __init__(self, consultation: str, source: str, edge: Edge, organiser: str | None) -> None:
        self._source = source
        self._consultation = consultation
        self._edge = edge
        self._organiser = organiser
        self._opened: set[str] = set()

    def proposal(self, row: Row) -> Iterator[Event]:
        """A contribution to its component's topic, and a topic of its own."""
        number = whole_number(row, "id")
        component = whole_number(row, "component/id")
        title, body, language = wording(row, "title", "body")
        yield from self._open(f"component-{component}", component_title(row, component))
        yield from self._open(f"proposal-{number}", title, body)

        author = first_author(row)
        in_room = author.in_meeting or is_true(row, "created_in_meeting")
        contribution = f"proposal-{number}"
        published = moment(row, "published_at", "created_at")
        yield ContributionSubmitted(
            id=contribution,
            source=self._source,
            data=ContributionSubmittedData(
                consultation=self._consultation,
                topic=f"component-{component}",
                contribution=contribution,
                channel=CHANNEL,
                mode=Mode.OFFLINE if in_room else Mode.ONLINE,
                participant=self._edge.participant(author.identity),
                role=self._role(author),
                captured_by=CapturedBy.STAFF if author.in_meeting else CapturedBy.SELF,
                text=self._text("\n\n".join(filter(None, (title, body))), "body"),
                language=language,
                occurred_at=published,
            ),
        )
        if is_true(row, "withdrawn") or row.cells.get("state", "").strip() == "withdrawn":
            yield ContributionWithdrawn(
                id=f"{contribution}-withdrawn",
                source=self._source,
                data=ContributionWithdrawnData(
                    consultation=self._consultation,
                    topic=f"component-{component}",
                    contribution=contribution,
                    occurred_at=moment(row, "withdrawn_at", "updated_at", "published_at"),
                ),
            )
        yield from self._answer(row, number)

    def _answer(self, row: Row, number: int) -> Iterator[Event]:
        answer, _ = translated(row, "answer")
        if not answer:
            return
        url = row.cells.get("url", "").strip()
        yield ResponsePublished(
            id=f"proposal-{number}-answer",
            source=self._source,
            data=ResponsePublishedData(
                consultation=self._consultation,
                topic=f"proposal-{number}",
                response=f"proposal-{number}-answer",
                text=self._text(answer, "answer"),
                url=url or None,
                occurred_at=moment(row, "answered_at", "state_published_at"),
            ),
        )

    def meeting(self, row: Row) -> Iterator[Event]:
        """A meeting that was held: its organisers have closed it, or counted who came."""
        number = whole_number(row, "id")
        counted = row.cells.get("attendees", "").strip()
        if not counted and not row.cells.get("closed_at", "").strip():
            return
        title, _ = translated(row, "title")
        place, _ = translated(row, "location")
        ended = row.cells.get("end_time", "").strip()
        yield MeetingHeld(
            id=f"meeting-{number}",
            source=self._source,
            data=MeetingHeldData(
                consultation=self._consultation,
                meeting=f"meeting-{number}",
                title=self._edge.text(title)[:MAX_TITLE_CHARACTERS],
                place=(place or row.cells.get("address", "").strip())[:MAX_TITLE_CHARACTERS],
                occurred_at=moment(row, "start_time"),
                ended_at=moment(row, "end_time") if ended else None,
                attendance=whole_number(row, "attendees") if counted else None,
            ),
        )

    def debate(self, row: Row) -> Iterator[Event]:
        """A topic."""
        title, description, _ = wording(row, "title", "description")
        yield from self._open(f"debate-{whole_number(row, 'id')}", title, description)

    def comment(self, row: Row) -> Iterator[Event]:
        """A contribution to the topic of what it is on."""
        number = whole_number(row, "id")
        stance = row.cells.get("alignment", "").strip()
        if stance not in _STANCES:
            raise BadFieldError("alignment", "not one of -1, 0, 1")
        body, language = translated(row, "body")
        reply = row.cells["commentable_type"].strip() == _REPLY
        group = row.cells.get("user_group/name", "").strip()
        author = first_author(row)
        topic = topic_of(row)
        submitted = ContributionSubmitted(
            id=f"comment-{number}",
            source=self._source,
            data=ContributionSubmittedData(
                consultation=self._consultation,
                topic=topic,
                contribution=f"comment-{number}",
                channel=CHANNEL,
                mode=Mode.ONLINE,
                participant=self._edge.participant(author.identity),
                role=self._role(author),
                text=self._text(body, "body"),
                stance=_STANCES[stance],
                language=row.cells.get("locale", "").strip() or language,
                occurred_at=moment(row, "created_at"),
                reply_to=f"comment-{whole_number(row, 'commentable_id')}" if reply else None,
                group=group[:_LABEL_CHARACTERS] or None,
            ),
        )
        yield from self._open(topic)
        yield submitted

    def _open(self, topic: str, title: str = "", question: str = "") -> Iterator[Event]:
        """Open a topic, once. Without a title it is called by its id: `meeting-5`, Meeting 5."""
        if topic in self._opened:
            return
        title = title or topic.replace("-", " ").replace("_", " ").capitalize()
        yield TopicOpened(
            id=f"topic-{topic}",
            source=self._source,
            data=TopicOpenedData(
                consultation=self._consultation,
                topic=topic,
                title=self._edge.text(title)[:MAX_TITLE_CHARACTERS],
                question=self._edge.text(question)[:MAX_TEXT_CHARACTERS],
            ),
        )
        self._opened.add(topic)

    def _text(self, text: str, field: str) -> str:
        return limited(self._edge.text(text), field, MAX_TEXT_CHARACTERS)

    def _role(self, author: Author) -> Role:
        known = author.identity is not None and author.identity == self._organiser
        return Role.ORGANISER if known else author.role
