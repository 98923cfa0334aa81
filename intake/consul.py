"""CONSUL: a folder of proposals and their comments becomes one consultation, a topic per proposal.

`comments.csv` holds the comments, `proposals.csv` (optional) what they are about, in the columns in
which those of Decide Madrid were published (github.com/argrecsys/decide-madrid-2019-annotations).
Dates and times are what the site showed: the local time of Madrid.

Votes are not imported: `numVotes` and its two parts are sums that name no voter, and a vote here is
a person's.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from intake.edge import Edge
from intake.importing import Item, Meter, Source
from intake.tables import (
    MAX_TITLE_CHARACTERS,
    BadFieldError,
    Problem,
    Row,
    TableError,
    consultation_id,
    limited,
    read_records,
    whole_number,
)
from schemas.events import (
    MAX_TEXT_CHARACTERS,
    ConsultationOpened,
    ConsultationOpenedData,
    ContributionSubmitted,
    ContributionSubmittedData,
    Event,
    Mode,
    Role,
    TopicOpened,
    TopicOpenedData,
)

CHANNEL = "consul"
LANGUAGE = "es"
ZONE = ZoneInfo("Europe/Madrid")

_COMMENT_COLUMNS = ("id", "parentId", "proposalId", "userId", "userType", "date", "time", "text")
_PROPOSAL_COLUMNS = ("id", "title", "summary")
_NO_PARENT = "-1"
_OFFICIAL = "Empleados públicos"
_TIME = re.compile(r"0 days ([0-9]{2}:[0-9]{2}:[0-9]{2})")
# The years that an event can hold: `schemas.events.Moment`.
_YEARS = range(1900, 2200)


class _Proposal(NamedTuple):
    number: int
    title: str
    question: str


class _Comment(NamedTuple):
    occurred_at: datetime
    comment: int
    parent: int | None
    proposal: int
    user: int
    role: Role
    text: str


@dataclass(frozen=True)
class Export:
    """Proposals and their comments, read and sorted.

    Attributes:
        consultation: Id of the consultation that they become.
        title: Title of the consultation.
        problems: The rows that were skipped, in the order of the files, proposals first.
    """

    consultation: str
    title: str
    problems: tuple[Problem, ...]
    _edge: Edge
    _proposals: list[_Proposal]
    _comments: list[_Comment]

    @property
    def total(self) -> int:
        """How many events `events` gives."""
        return 1 + len(self._proposals) + len(self._comments)

    def events(self) -> Iterator[Event]:
        """The events in publishing order: topics by number, then comments by time and id.

        `source` and `id` follow from the rows alone, so that a second import of the same rows is
        seen as a redelivery.
        """
        source = f"urn:isegoria:{CHANNEL}:{self.consultation}"
        yield ConsultationOpened(
            id="consultation",
            source=source,
            data=ConsultationOpenedData(consultation=self.consultation, title=self.title),
        )
        for proposal in self._proposals:
            yield self._opened(proposal, source)
        proposals: dict[int | None, int] = {
            comment.comment: comment.proposal for comment in self._comments
        }
        for comment in self._comments:
            answered = proposals.get(comment.parent) == comment.proposal
            yield self._submitted(comment, source, str(comment.parent) if answered else None)

    def _opened(self, proposal: _Proposal, source: str) -> TopicOpened:
        topic = _topic(proposal.number)
        return TopicOpened(
            id=f"topic-{topic}",
            source=source,
            data=TopicOpenedData(
                consultation=self.consultation,
                topic=topic,
                title=self._edge.text(proposal.title) or f"Proposal {proposal.number}",
                question=self._edge.text(proposal.question),
            ),
        )

    def _submitted(
        self, comment: _Comment, source: str, reply_to: str | None
    ) -> ContributionSubmitted:
        return ContributionSubmitted(
            id=f"comment-{comment.comment}",
            source=source,
            data=ContributionSubmittedData(
                consultation=self.consultation,
                topic=_topic(comment.proposal),
                contribution=str(comment.comment),
                channel=CHANNEL,
                mode=Mode.ONLINE,
                # Every CONSUL site numbers its users from 1, and the files do not name theirs.
                participant=self._edge.participant(str(comment.user)),
                role=comment.role,
                text=self._edge.text(comment.text),
                language=LANGUAGE,
                occurred_at=comment.occurred_at,
                reply_to=reply_to,
            ),
        )


def read(source: Source, edge: Edge, meter: Meter) -> Iterator[Item]:
    """Read an export folder, which is sorted in memory: its problems come first.

    Raises:
        TableError: `comments.csv` is absent or the header of a file is wrong.
        InvalidIdError: The consultation's id is none.
    """
    export = read_export(source.path, consultation=source.consultation, edge=edge)
    meter.total = export.total
    yield from export.problems
    for event in export.events():
        meter.done += 1
        yield event


def read_export(path: Path, *, consultation: str | None = None, edge: Edge) -> Export:
    """Read an export folder. Rows that cannot be taken are skipped and listed as problems.

    A title or summary that is too long is cut, a comment that is too long is a problem. A comment
    whose proposal is not among the proposals still gets its topic.

    Args:
        path: The folder.
        consultation: Id of the consultation; by default made from the folder's name.
        edge: Gives the commenters their pseudonyms.

    Raises:
        TableError: `comments.csv` is absent or the header of a file is wrong.
        InvalidIdError: The consultation's id is none.
    """
    if not path.is_dir():
        raise TableError(f"{path}: not a folder; a CONSUL export is a folder with comments.csv")
    name = path.resolve().name
    consultation = consultation_id(consultation, name)
    problems: list[Problem] = []
    proposals = _read_proposals(path / "proposals.csv", problems)
    comments = _read_comments(path / "comments.csv", problems)
    for comment in comments:
        proposals.setdefault(comment.proposal, _Proposal(comment.proposal, "", ""))
    return Export(
        consultation=consultation,
        title=name[:MAX_TITLE_CHARACTERS],
        problems=tuple(problems),
        _edge=edge,
        _proposals=[proposal for _, proposal in sorted(proposals.items())],
        _comments=comments,
    )


def _read_proposals(path: Path, problems: list[Problem]) -> dict[int, _Proposal]:
    if not path.exists():
        return {}
    records = read_records(path, _PROPOSAL_COLUMNS, _proposal, problems, unique="id")
    return {proposal.number: proposal for proposal in records}


def _read_comments(path: Path, problems: list[Problem]) -> list[_Comment]:
    records = read_records(path, _COMMENT_COLUMNS, _comment, problems, unique="id")
    return sorted(records, key=lambda comment: (comment.occurred_at, comment.comment))


def _proposal(row: Row) -> _Proposal:
    return _Proposal(
        number=whole_number(row, "id"),
        title=row.cells["title"].strip()[:MAX_TITLE_CHARACTERS],
        question=row.cells["summary"].strip()[:MAX_TEXT_CHARACTERS],
    )


def _comment(row: Row) -> _Comment:
    top_level = row.cells["parentId"].strip() == _NO_PARENT
    official = row.cells["userType"].strip() == _OFFICIAL
    return _Comment(
        occurred_at=_moment(row),
        comment=whole_number(row, "id"),
        parent=None if top_level else whole_number(row, "parentId"),
        proposal=whole_number(row, "proposalId"),
        user=whole_number(row, "userId"),
        role=Role.OFFICIAL if official else Role.PARTICIPANT,
        text=limited(row.cells["text"], "text", MAX_TEXT_CHARACTERS),
    )


def _moment(row: Row) -> datetime:
    """When a comment was written, by `date` and `time`, in UTC.

    Where the clocks change, the offset before the change holds (PEP 495, `fold=0`): a time of the
    hour that is shown twice in autumn is the first of the two, and a time of the hour that is
    skipped in spring is an hour later on the new clock.
    """
    return datetime.combine(_day(row), _time(row), ZONE).astimezone(UTC)


def _day(row: Row) -> date:
    try:
        day = date.fromisoformat(row.cells["date"].strip())
    except ValueError:
        raise BadFieldError("date", "not a day like 2015-09-15") from None
    if day.year not in _YEARS:
        raise BadFieldError("date", f"not a day of {_YEARS[0]} to {_YEARS[-1]}")
    return day


def _time(row: Row) -> time:
    found = _TIME.fullmatch(row.cells["time"].strip())
    try:
        return time.fromisoformat(found[1] if found else "")
    except ValueError:
        raise BadFieldError("time", "not a time like 0 days 11:48:43") from None


def _topic(proposal: int) -> str:
    return f"proposal-{proposal}"
