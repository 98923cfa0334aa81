"""Polis: an export folder of one conversation becomes one consultation with one topic.

`comments.csv` holds the statements, `votes.csv` (optional) the votes, `summary.csv` (optional) the
title. Both header layouts that Polis has written are read, by column name. Authors and voters are
one space of ids, which Polis numbers anew in every conversation.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal, NamedTuple

from intake.edge import Edge
from intake.importing import Item, Meter, Source
from intake.tables import (
    MAX_TITLE_CHARACTERS,
    BadFieldError,
    InvalidIdError,
    Problem,
    Row,
    TableError,
    consultation_id,
    is_whole_number,
    limited,
    read_records,
    read_rows,
    whole_number,
)
from schemas.events import (
    MAX_TEXT_CHARACTERS,
    ConsultationOpened,
    ConsultationOpenedData,
    ContributionSubmitted,
    ContributionSubmittedData,
    ContributionSupported,
    ContributionSupportedData,
    Event,
    Mode,
    Role,
    TopicOpened,
    TopicOpenedData,
)

CHANNEL = "polis"
TOPIC = "statements"
DEFAULT_ORGANISER = "0"

_COMMENT_COLUMNS = ("timestamp", "comment-id", "author-id", "comment-body")
_VOTE_COLUMNS = ("timestamp", "comment-id", "voter-id", "vote")
_VOTES: dict[str, Literal[-1, 0, 1]] = {"-1": -1, "0": 0, "1": 1}

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# What an event can hold: `schemas.events.Moment`.
_LATEST_MILLISECONDS = (datetime(2200, 1, 1, tzinfo=UTC) - _EPOCH) // timedelta(milliseconds=1)


class _Comment(NamedTuple):
    milliseconds: int
    comment: int
    author: int
    text: str


class _Vote(NamedTuple):
    milliseconds: int
    comment: int
    voter: int
    value: Literal[-1, 0, 1]


@dataclass(frozen=True)
class Export:
    """One conversation, read and sorted by time.

    Attributes:
        consultation: Id of the consultation that it becomes.
        title: Title of the consultation and of its topic.
        question: The topic's question, empty where the export has none.
        organiser: Whose statements and votes are the organiser's.
        problems: The rows that were skipped, in the order of the files.
    """

    consultation: str
    title: str
    question: str
    organiser: str
    problems: tuple[Problem, ...]
    _edge: Edge
    _comments: list[_Comment]
    _votes: list[_Vote]

    @property
    def total(self) -> int:
        """How many events `events` gives."""
        return 2 + len(self._comments) + len(self._votes)

    def events(self) -> Iterator[Event]:
        """The events in publishing order: every statement comes before every vote.

        `source` and `id` follow from the rows alone, so that a second import of the same rows is
        seen as a redelivery.
        """
        source = f"urn:isegoria:{CHANNEL}:{self.consultation}"
        yield ConsultationOpened(
            id="consultation",
            source=source,
            data=ConsultationOpenedData(
                consultation=self.consultation, title=self._edge.text(self.title)
            ),
        )
        yield TopicOpened(
            id=f"topic-{TOPIC}",
            source=source,
            data=TopicOpenedData(
                consultation=self.consultation,
                topic=TOPIC,
                title=self._edge.text(self.title),
                question=self._edge.text(self.question),
            ),
        )
        people = _People(self._edge, self.organiser)
        for comment in self._comments:
            yield self._submitted(comment, source, people)
        for number, vote in _numbered(self._votes):
            yield self._supported(vote, number, source, people)

    def _submitted(
        self, comment: _Comment, source: str, people: "_People"
    ) -> ContributionSubmitted:
        participant, role = people.who(comment.author)
        return ContributionSubmitted(
            id=f"comment-{comment.comment}",
            source=source,
            data=ContributionSubmittedData(
                consultation=self.consultation,
                topic=TOPIC,
                contribution=str(comment.comment),
                channel=CHANNEL,
                mode=Mode.ONLINE,
                participant=participant,
                role=role,
                text=self._edge.text(comment.text),
                occurred_at=_moment(comment.milliseconds),
            ),
        )

    def _supported(
        self, vote: _Vote, number: int, source: str, people: "_People"
    ) -> ContributionSupported:
        participant, role = people.who(vote.voter)
        repeated = f"-{number}" if number > 1 else ""
        return ContributionSupported(
            id=f"vote-{vote.comment}-{participant}-{vote.milliseconds}-{vote.value}{repeated}",
            source=source,
            data=ContributionSupportedData(
                consultation=self.consultation,
                topic=TOPIC,
                contribution=str(vote.comment),
                channel=CHANNEL,
                mode=Mode.ONLINE,
                participant=participant,
                role=role,
                value=vote.value,
                occurred_at=_moment(vote.milliseconds),
            ),
        )


def read(source: Source, edge: Edge, meter: Meter) -> Iterator[Item]:
    """Read an export folder, which is sorted in memory: its problems come first.

    Raises:
        TableError: `comments.csv` is absent or the header of a file is wrong.
        InvalidIdError: The consultation's or the organiser's id is none.
    """
    export = read_export(
        source.path,
        consultation=source.consultation,
        edge=edge,
        organiser=DEFAULT_ORGANISER if source.organiser is None else source.organiser,
    )
    meter.total = export.total
    yield from export.problems
    for event in export.events():
        meter.done += 1
        yield event


def read_export(
    path: Path,
    *,
    consultation: str | None = None,
    edge: Edge,
    organiser: str = DEFAULT_ORGANISER,
) -> Export:
    """Read an export folder. Rows that cannot be taken are skipped and listed as problems.

    Args:
        path: The folder.
        consultation: Id of the consultation; by default made from the folder's name.
        edge: Gives authors and voters their pseudonyms.
        organiser: The author id that is the organiser's.

    Raises:
        TableError: `comments.csv` is absent or the header of a file is wrong.
        InvalidIdError: The consultation's or the organiser's id is none.
    """
    if not path.is_dir():
        raise TableError(f"{path}: not a folder; a Polis export is a folder with comments.csv")
    name = path.resolve().name
    consultation = consultation_id(consultation, name)
    if not is_whole_number(organiser):
        raise InvalidIdError("organiser: a Polis author id is a whole number")
    problems: list[Problem] = []
    comments = _read_comments(path / "comments.csv", problems)
    votes_file = path / "votes.csv"
    votes = _read_votes(votes_file, problems) if votes_file.exists() else []
    summary = _read_summary(path / "summary.csv", problems)
    return Export(
        consultation=consultation,
        title=summary.get("topic") or name[:MAX_TITLE_CHARACTERS],
        question=summary.get("conversation-description", ""),
        organiser=str(int(organiser)),
        problems=tuple(problems),
        _edge=edge,
        _comments=comments,
        _votes=votes,
    )


class _People:
    """Pseudonym and role by Polis id, each worked out once."""

    def __init__(self, edge: Edge, organiser: str) -> None:
        self._edge = edge
        self._organiser = organiser
        self._known: dict[int, tuple[str, Role]] = {}

    def who(self, number: int) -> tuple[str, Role]:
        found = self._known.get(number)
        if found is None:
            raw = str(number)
            role = Role.ORGANISER if raw == self._organiser else Role.PARTICIPANT
            found = self._known[number] = (
                self._edge.pseudonyms.of(raw, scope=self._edge.scope),
                role,
            )
        return found


def _read_comments(path: Path, problems: list[Problem]) -> list[_Comment]:
    records = read_records(path, _COMMENT_COLUMNS, _comment, problems, unique="comment-id")
    return sorted(records, key=lambda comment: (comment.milliseconds, comment.comment))


def _read_votes(path: Path, problems: list[Problem]) -> list[_Vote]:
    records = read_records(path, _VOTE_COLUMNS, _vote, problems)
    # The sort is stable: of two votes in the same millisecond the file's later one stays the last.
    return sorted(records, key=lambda vote: vote.milliseconds)


def _read_summary(path: Path, problems: list[Problem]) -> dict[str, str]:
    limits = {
        "topic": MAX_TITLE_CHARACTERS,
        "conversation-description": MAX_TEXT_CHARACTERS,
    }
    found: dict[str, str] = {}
    if not path.exists():
        return found
    for line, row in read_rows(path):
        if isinstance(row, str):
            problems.append(Problem(path.name, line, "row", row))
            continue
        limit = limits.get(row[0])
        if limit is None or len(row) == 1:
            continue
        try:
            found[row[0]] = limited(row[1], row[0], limit).strip()
        except BadFieldError as error:
            problems.append(error.at(path.name, Row(line, {row[0]: row[1]})))
    return found


def _comment(row: Row) -> _Comment:
    text = limited(row.cells["comment-body"], "comment-body", MAX_TEXT_CHARACTERS)
    return _Comment(
        milliseconds=_milliseconds(row),
        comment=whole_number(row, "comment-id"),
        author=whole_number(row, "author-id"),
        text=text,
    )


def _vote(row: Row) -> _Vote:
    value = _VOTES.get(row.cells["vote"].strip())
    if value is None:
        raise BadFieldError("vote", "not one of -1, 0, 1")
    return _Vote(
        milliseconds=_milliseconds(row),
        comment=whole_number(row, "comment-id"),
        voter=whole_number(row, "voter-id"),
        value=value,
    )


def _milliseconds(row: Row) -> int:
    number = whole_number(row, "timestamp")
    if number >= _LATEST_MILLISECONDS:
        raise BadFieldError("timestamp", "not a Unix time in milliseconds before the year 2200")
    return number


def _moment(milliseconds: int) -> datetime:
    return _EPOCH + timedelta(milliseconds=milliseconds)


def _numbered(votes: list[_Vote]) -> Iterator[tuple[int, _Vote]]:
    """Number equal votes 1, 2, … They share a millisecond, so that one is counted at a time."""
    seen: Counter[_Vote] = Counter()
    moment = -1
    for vote in votes:
        if vote.milliseconds != moment:
            seen.clear()
            moment = vote.milliseconds
        seen[vote] += 1
        yield seen[vote], vote
