"""Decidim: the open-data export of a platform becomes one consultation.

PATH is the zip as downloaded, a folder of its files, or one of them. They are called
`<host>-open-data-<entity>.csv`; the host is the consultation's title, and its id unless one is
given. Columns stand apart by `;` (or `,`, where a platform is set so), translations are columns
such as `title/en`, and lists are joined by `, `. All header generations are read, by name.

What becomes of it:

- Each component, such as the proposals of one phase of one process, is a topic. A proposal is a
  contribution to it: title, blank line, body, in the first language that has a text.
- Each proposal, and each debate, is also a topic of its own, to which its comments contribute. The
  answer to a proposal is a response in its topic, so that the share of topics answered is that of
  the proposals. Whatever else has comments (a meeting, a result, a post, a project) is a topic from
  its first comment on, without a title of its own. A topic is found by `root_commentable_url`.
- A comment's alignment is its stance: 1 for, 0 neutral, -1 against. A reply names the comment that
  it answers; whether that one is in the export is not looked up.
- A meeting that was held is told with its place and how many came; one that nobody has closed or
  counted was only announced.
- A withdrawn proposal is a contribution, and then withdrawn.

Who speaks: the first of several authors, since an event has one. The organisation itself, known by
the address of the front page as `author/url`, is an official: its number may be a user's too. A
meeting as author means that the proposal was made in the room and written down by staff, and by
whom is unknown. Where there is no `author/url`, an id is a user's. Older exports have no authors of
proposals: nobody is known.

Not imported: votes, likes and follows, which are sums that name nobody. What else is in the export,
such as results, is left out with a notice.
"""

from collections.abc import Iterator
from contextlib import ExitStack

from intake.decidim.contributions import CHANNEL, Export
from intake.decidim.files import open_files
from intake.edge import Edge
from intake.importing import Item, Meter, Source
from intake.rows import read_rows, to_items
from intake.tables import MAX_TITLE_CHARACTERS, consultation_id
from schemas.events import ConsultationOpened, ConsultationOpenedData

__all__ = ["CHANNEL", "read"]

_REQUIRED = {
    "meetings": ("id", "start_time"),
    "proposals": ("id", "component/id"),
    "debates": ("id",),
    "comments": (
        "id",
        "created_at",
        "author/id",
        "commentable_id",
        "commentable_type",
        "root_commentable_url",
    ),
}


def read(source: Source, edge: Edge, meter: Meter) -> Iterator[Item]:
    """Read an export: meetings first, then proposals, debates and comments, in the order of rows.

    A title that is too long is cut, a text that is too long is a problem. A problem with the answer
    to a proposal leaves the proposal in.

    Raises:
        TableError: There is nothing to import at the path, or a header lacks a column.
        InvalidIdError: The consultation's id is none.
    """
    with ExitStack() as stack:
        # All are opened first, so that the meter knows their size.
        files = open_files(source.path, meter, stack)
        host = files[0].host or source.path.resolve().stem
        consultation = consultation_id(source.consultation, host)
        name = source.name or f"urn:isegoria:{CHANNEL}:{consultation}"
        export = Export(consultation, name, edge, source.organiser)
        yield ConsultationOpened(
            id="consultation",
            source=name,
            data=ConsultationOpenedData(
                consultation=consultation, title=(source.title or host)[:MAX_TITLE_CHARACTERS]
            ),
        )
        events = {
            "meetings": export.meeting,
            "proposals": export.proposal,
            "debates": export.debate,
            "comments": export.comment,
        }
        for file in files:
            rows = read_rows(file.content, file.name, _REQUIRED[file.entity], delimiters=";,")
            yield from to_items(rows, file.name, meter, events[file.entity], unique="id")
