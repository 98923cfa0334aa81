"""What policy officers see, read from the summaries."""

from typing import TypedDict

from clickhouse_connect.driver.client import Client


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
        "concat(replaceOne(toString(newest_event, 'UTC'), ' ', 'T'), 'Z') AS newest",
        "as_of_offset",
    ]
)


def topic_summaries(client: Client, consultation: str | None = None) -> list[TopicSummary]:
    """The summary of every topic, or of one consultation's topics, by consultation and topic."""
    where = "" if consultation is None else "WHERE consultation = {consultation:String}"
    result = client.query(
        f"SELECT {_COLUMNS} FROM summaries FINAL {where} ORDER BY consultation, topic",  # noqa: S608
        parameters={} if consultation is None else {"consultation": consultation},
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
