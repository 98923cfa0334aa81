"""What policy officers see, read from the summaries; and what every reading of the tables shares.

Who may read a consultation is said by its `visibility`. Whatever holds texts, pseudonyms or titles
takes the visibilities that the reader may see, and gives nothing of any other consultation.
"""

# ruff: noqa: S608 (the statements are put together from constants of this module)

from collections.abc import Collection
from typing import TypedDict, cast

from clickhouse_connect.driver.client import Client

from schemas.records import Summary

OPEN = ("open",)
"""What everybody may read."""

VOICE = "if(participant = '', concat(toString(`partition`), '/', toString(`offset`)), participant)"
"""SQL for who said a contribution: an unknown author is a voice of its own for each."""


def iso(column: str) -> str:
    """SQL for a time as ISO 8601 in UTC with a `Z`; null stays null."""
    return f"concat(replaceOne(toString({column}, 'UTC'), ' ', 'T'), 'Z')"


class Figures(TypedDict):
    """The seven figures of a topic, not counting what is redelivered."""

    contributions: int
    voices: int
    top1_share: float
    top5_share: float
    gini: float
    effective_voices_1: float
    effective_voices_2: float


class TopicSummary(TypedDict):
    """One topic as `isegoria topics --json` prints it. Scripts depend on its keys and their order.

    The figures are those of participants, and again in `everyone` of all roles. `newest_event` is
    ISO 8601 in UTC with a `Z`, None for a topic in which nothing was said.
    """

    consultation: str
    topic: str
    title: str
    contributions: int
    voices: int
    top1_share: float
    top5_share: float
    gini: float
    effective_voices_1: float
    effective_voices_2: float
    everyone: Figures
    originals: int
    redelivered: int
    resubmitted: int
    campaign: int
    supports: int
    newest_event: str | None
    as_of_offset: int


FIGURES = tuple(Figures.__annotations__)

_COLUMNS = ", ".join(
    [
        "consultation",
        "topic",
        "title",
        *FIGURES,
        *(f"everyone_{figure}" for figure in FIGURES),
        "originals",
        "redelivered",
        "resubmitted",
        "campaign",
        "supports",
        f"{iso('newest_event')} AS newest",
        "as_of_offset",
    ]
)


# A topic's consultation that was never opened is private: nobody said who may read it.
_SUMMARIES = """
    SELECT summaries.*, if(opened.visibility = '', 'private', opened.visibility) AS visibility
    FROM
    (
        SELECT * FROM summaries FINAL
        WHERE {consultation:String} = '' OR consultation = {consultation:String}
    ) AS summaries
    LEFT JOIN (SELECT consultation, visibility FROM opened) AS opened USING (consultation)
"""


def topic_summaries(
    client: Client, consultation: str | None = None, visibilities: Collection[str] = OPEN
) -> list[TopicSummary]:
    """The summary of every topic, or of one consultation's topics, by consultation and topic.

    Args:
        client: Of ClickHouse.
        consultation: None for all of them.
        visibilities: Of consultations that the reader may see.
    """
    result = client.query(
        f"SELECT {_COLUMNS} FROM ({_SUMMARIES}) AS summaries"
        " WHERE visibility IN {visibilities:Array(String)} ORDER BY consultation, topic",
        parameters={"consultation": consultation or "", "visibilities": list(visibilities)},
    )
    return [
        TopicSummary(
            consultation=row["consultation"],
            topic=row["topic"],
            title=row["title"],
            contributions=row["contributions"],
            voices=row["voices"],
            top1_share=row["top1_share"],
            top5_share=row["top5_share"],
            gini=row["gini"],
            effective_voices_1=row["effective_voices_1"],
            effective_voices_2=row["effective_voices_2"],
            everyone=Figures(
                contributions=row["everyone_contributions"],
                voices=row["everyone_voices"],
                top1_share=row["everyone_top1_share"],
                top5_share=row["everyone_top5_share"],
                gini=row["everyone_gini"],
                effective_voices_1=row["everyone_effective_voices_1"],
                effective_voices_2=row["everyone_effective_voices_2"],
            ),
            originals=row["originals"],
            redelivered=row["redelivered"],
            resubmitted=row["resubmitted"],
            campaign=row["campaign"],
            supports=row["supports"],
            newest_event=row["newest"],
            as_of_offset=row["as_of_offset"],
        )
        for row in result.named_results()
    ]


def hidden_topics(
    client: Client, consultation: str | None = None, visibilities: Collection[str] = OPEN
) -> dict[str, int]:
    """How many topics `topic_summaries` leaves out for one who may see these, by visibility."""
    result = client.query(
        f"SELECT visibility, count() FROM ({_SUMMARIES}) AS summaries"
        " WHERE visibility NOT IN {visibilities:Array(String)} GROUP BY visibility ORDER BY 1",
        parameters={"consultation": consultation or "", "visibilities": list(visibilities)},
    )
    return {str(visibility): int(count) for visibility, count in result.result_rows}


_TIMES = ("newest_event", "answered_at")
_STATE = ", ".join(
    f"{iso(f'summaries.{name}')} AS {name}" if name in _TIMES else name
    for name in Summary.__annotations__
)


def topic_state(client: Client, consultation: str, topic: str) -> Summary | None:
    """The summary of one topic with everything it says, None where there is no such topic.

    Times are ISO 8601 in UTC with a `Z`.
    """
    result = client.query(
        f"SELECT {_STATE} FROM summaries FINAL"
        " WHERE consultation = {consultation:String} AND topic = {topic:String}",
        parameters={"consultation": consultation, "topic": topic},
    )
    return next((cast("Summary", row) for row in result.named_results()), None)


def visibility_of(client: Client, consultation: str) -> str:
    """Who may read a consultation, as it was last opened; one that never was is private."""
    found = client.query(
        "SELECT visibility FROM opened WHERE consultation = {consultation:String}",
        parameters={"consultation": consultation},
    ).result_rows
    return str(found[0][0]) if found else "private"
