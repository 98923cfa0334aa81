"""regulations.gov: the bulk download of comments (CSV) becomes a consultation per docket.

With an id given, everything in the file is that one consultation. The document that was commented
on is the topic. Its own row, which usually stands first, is no comment: it gives the topic its
title. A topic whose document is not in the file opens at the end, called by its document's id; a
comment on no document in particular is on its docket.

Who speaks: the export has no account of anybody, so that a person is who they say they are: first
and last name with city, state, postal code and country, as far as given, in lower case and without
needless blanks. The same name in another place is another person. Of two people of one name who
both give no place the file cannot tell that they are two; they count as one. Whoever gives half a
name, none (most rows), or one that means nobody is unknown, also where an organisation is named: an
organisation is the contribution's group and no person.

When: `Received Date` is a day, written as its first moment in Washington, such as
`2024-03-05T05:00Z`, or alone (`2024-03-05`). It is taken as the noon of that day there, so that it
is the same day all over the country. `Posted Date` is set in batches and not used. When a comment
was withdrawn is not told: it has the moment at which it was received.

Attachments are called by the last two parts of their address (`EPA-2024-1-0002/attachment_1.pdf`),
since the last alone is the same in every comment. `Duplicate Comments`, the agency's own count of
copies (1: the comment alone), has no place in an event: a notice tells the sum of the others. The
`Title` of a comment names its author and is left out.
"""

import re
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from intake.edge import Edge
from intake.importing import Item, Meter, Source
from intake.markup import plain_text
from intake.moments import NOON
from intake.pseudonyms import known_author
from intake.rows import read_rows, to_items
from intake.tables import (
    MAX_TITLE_CHARACTERS,
    BadFieldError,
    Row,
    TableError,
    consultation_id,
    is_whole_number,
    limited,
)
from schemas.events import (
    MAX_TEXT_CHARACTERS,
    ConsultationOpened,
    ConsultationOpenedData,
    ContributionSubmitted,
    ContributionSubmittedData,
    ContributionWithdrawn,
    ContributionWithdrawnData,
    Event,
    Identity,
    Mode,
    TopicOpened,
    TopicOpenedData,
)

CHANNEL = "regulations"
LANGUAGE = "en"
ZONE = ZoneInfo("America/New_York")

_COLUMNS = (
    "Document ID",
    "Docket ID",
    "Document Type",
    "Received Date",
    "Comment on Document ID",
    "First Name",
    "Last Name",
    "Comment",
)
_COMMENT = "Public Submission"
_COMMENTED = frozenset({"Notice", "Proposed Rule", "Rule"})
_PLACE = ("City", "State/Province", "Zip/Postal Code", "Country")
_DEMOGRAPHICS = {"state": "State/Province", "country": "Country", "category": "Category"}
_LABEL_CHARACTERS = 128
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def read(source: Source, edge: Edge, meter: Meter) -> Iterator[Item]:
    """Read a bulk download, in the order of its rows.

    A title or a label that is too long is cut, a text that is too long is a problem.

    Raises:
        TableError: There is no such file, or its header lacks a column.
        InvalidIdError: The consultation's id is none.
    """
    given = None if source.consultation is None else consultation_id(source.consultation, "")
    if not source.path.is_file() or not source.path.stat().st_size:
        raise TableError(
            f"{source.path.name}: no such file, or it is empty; give the CSV of a bulk download"
        )
    comments = _Comments(source, given, edge)
    with meter.open(source.path) as file:
        name = source.path.name
        rows = read_rows(file, name, _COLUMNS)
        yield from to_items(rows, name, meter, comments.events, unique="Document ID")
    yield from comments.remaining_topics()
    if comments.copies:
        meter.notices.append(
            f"The agency counts {comments.copies:,} copies that it did not post (Duplicate"
            " Comments); they are in no figure."
        )


class _Comments:
    """Makes the events of rows.

    Args:
        source: What they are of.
        consultation: What all of them belong to; None: each to its docket's.
        edge: What people and texts pass through.

    Attributes:
        copies: How many copies the agency counted beside the comments.
    """

    def __init__(self, source: Source, consultation: str | None, edge: Edge) -> None:
        self.copies = 0
        self._given = source
        self._consultation = consultation
        self._edge = edge
        self._consultations: set[str] = set()
        # By consultation and topic: whether it is open.
        self._topics: dict[tuple[str, str], bool] = {}

    def events(self, row: Row) -> Iterator[Event]:
        """What a row says: a topic, a comment, or neither (other documents of a docket)."""
        kind = row.cells["Document Type"].strip()
        if kind == _COMMENT:
            yield from self._comment(row)
        elif kind in _COMMENTED:
            consultation = self._consultation or _required(row, "Docket ID")
            yield from self._open_consultation(consultation)
            title = self._edge.text(plain_text(row.cells.get("Title", "")).strip())
            yield from self._open_topic(consultation, _required(row, "Document ID"), title)
        elif not kind:
            raise BadFieldError("Document Type", "no value")

    def remaining_topics(self) -> Iterator[Event]:
        """The topics with comments whose document was not in the file."""
        for (consultation, topic), is_open in self._topics.items():
            if not is_open:
                yield self._topic_opened(consultation, topic, topic)

    def _comment(self, row: Row) -> Iterator[Event]:
        docket = _required(row, "Docket ID")
        consultation = self._consultation or docket
        topic = row.cells["Comment on Document ID"].strip() or docket
        contribution = _required(row, "Document ID")
        text = self._edge.text(plain_text(row.cells["Comment"]))
        participant = self._edge.participant(_person(row))
        received = _received(row)
        submitted = ContributionSubmitted(
            id=f"comment-{contribution}",
            source=self._source(consultation),
            data=ContributionSubmittedData(
                consultation=consultation,
                topic=topic,
                contribution=contribution,
                channel=CHANNEL,
                mode=Mode.ONLINE,
                participant=participant,
                identity=Identity.SELF_DECLARED if participant else Identity.NONE,
                text=limited(text, "Comment", MAX_TEXT_CHARACTERS),
                attachments=_attachments(row),
                language=LANGUAGE,
                occurred_at=received,
                group=_label(row, "Organization Name") or None,
                demographics={
                    key: label
                    for key, field in _DEMOGRAPHICS.items()
                    if (label := _label(row, field))
                },
            ),
        )
        yield from self._open_consultation(consultation)
        self._topics.setdefault((consultation, topic), False)
        yield submitted
        self.copies += max(_copies(row) - 1, 0)
        if row.cells.get("Is Withdrawn?", "").strip().lower() in {"true", "yes"}:
            yield ContributionWithdrawn(
                id=f"comment-{contribution}-withdrawn",
                source=self._source(consultation),
                data=ContributionWithdrawnData(
                    consultation=consultation,
                    topic=topic,
                    contribution=contribution,
                    occurred_at=received,
                ),
            )

    def _open_consultation(self, consultation: str) -> Iterator[Event]:
        if consultation in self._consultations:
            return
        yield ConsultationOpened(
            id=f"consultation-{consultation}",
            source=self._source(consultation),
            data=ConsultationOpenedData(
                consultation=consultation,
                title=(self._given.title or consultation)[:MAX_TITLE_CHARACTERS],
            ),
        )
        self._consultations.add(consultation)

    def _open_topic(self, consultation: str, topic: str, title: str) -> Iterator[Event]:
        if not self._topics.get((consultation, topic)):
            yield self._topic_opened(consultation, topic, title or topic)
            self._topics[consultation, topic] = True

    def _source(self, consultation: str) -> str:
        return self._given.name or f"urn:isegoria:{CHANNEL}:{consultation}"

    def _topic_opened(self, consultation: str, topic: str, title: str) -> TopicOpened:
        return TopicOpened(
            id=f"topic-{topic}",
            source=self._source(consultation),
            data=TopicOpenedData(
                consultation=consultation, topic=topic, title=title[:MAX_TITLE_CHARACTERS]
            ),
        )


def _required(row: Row, field: str) -> str:
    cell = row.cells[field].strip()
    if not cell:
        raise BadFieldError(field, "no value")
    return cell


def _person(row: Row) -> str | None:
    """What a person is known by: a whole name, and the place as far as it is given."""
    first, last = (_plain(row.cells[field]) for field in ("First Name", "Last Name"))
    if not (first and last and known_author(f"{first} {last}")):
        return None
    return "|".join([first, last, *(_plain(row.cells.get(field, "")) for field in _PLACE)])


def _plain(cell: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", cell).casefold().split())


def _received(row: Row) -> datetime:
    cell = _required(row, "Received Date")
    try:
        received = datetime.fromisoformat(cell)
        if _DAY.fullmatch(cell):
            received = received.replace(tzinfo=ZONE)
        if received.tzinfo is not None:
            there = received.astimezone(ZONE)
            is_day = there.time() == time()
            return (there.replace(hour=NOON.hour) if is_day else there).astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise BadFieldError("Received Date", "not a day like 2024-03-05 or 2024-03-05T05:00Z")


def _copies(row: Row) -> int:
    cell = row.cells.get("Duplicate Comments", "").strip()
    return int(cell) if is_whole_number(cell) else 0


def _attachments(row: Row) -> tuple[str, ...]:
    addresses = row.cells.get("Attachment Files", "").split(",")
    paths = (address.split("/") for address in map(str.strip, addresses) if address)
    return tuple("/".join(path[-2:])[-_LABEL_CHARACTERS:] for path in paths)


def _label(row: Row, field: str) -> str:
    return plain_text(row.cells.get(field, "")).strip()[:_LABEL_CHARACTERS]
