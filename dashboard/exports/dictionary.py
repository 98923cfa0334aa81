"""The data dictionary: every view that can be exported, and what each of its columns means."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from dashboard.exports.views import Column, Disclosure, Kind, Row, Table
from dashboard.exports.views import message as _
from sinks.people import Suspect

_PEOPLE, _CONTRIBUTIONS, _TOPICS = _("people"), _("contributions"), _("topics")
_DAYS, _FLAGS, _VOICES = _("days"), _("flags"), _("voices")


def _text(name: str, description: str) -> Column:
    return Column(name, Kind.TEXT, description)


def _count(name: str, unit: str, description: str) -> Column:
    return Column(name, Kind.INTEGER, description, unit)


def _moment(name: str, description: str) -> Column:
    return Column(name, Kind.MOMENT, description)


def _share(name: str, description: str) -> Column:
    return Column(name, Kind.SHARE, description)


def _effective(name: str, description: str) -> Column:
    return Column(name, Kind.NUMBER, description, _VOICES)


_CONSULTATION = _text("consultation", _("Id of the consultation, unique in the deployment."))
_VISIBILITY = _text("visibility", _("Who may read the consultation: open, restricted or private."))
_TOPIC = _text("topic", _("Id of the topic, unique in its consultation."))
_TITLE = _text("title", _("What readers see it called; its id where nobody gave it a title."))
_PARTICIPANT = _text(
    "participant",
    _("Whose it is, as a pseudonym and never a name; empty where nobody knows."),
)
_NEWEST = _moment(
    "newest_event", _("When the newest contribution or vote was made; empty where there is none.")
)
_FIGURES = (
    _count(
        "contributions",
        _CONTRIBUTIONS,
        _("Live contributions of participants, redelivered ones not counted."),
    ),
    _count(
        "voices",
        _PEOPLE,
        _(
            "How many different people these come from; an unknown author is a voice for each"
            " contribution."
        ),
    ),
    _effective(
        "effective_voices_2",
        _(
            "How many equally active people would weigh the same: 1 divided by the sum of the"
            " squared shares (Hill number of order 2)."
        ),
    ),
)
_MODES = (
    _count(
        "online",
        _CONTRIBUTIONS,
        _("Live contributions of every role that were made on line."),
    ),
    _count(
        "offline",
        _CONTRIBUTIONS,
        _("Live contributions of every role that were made in the room, on paper or by phone."),
    ),
)
_EVERYONE = _count("everyone", _CONTRIBUTIONS, _("Live contributions of every role."))

CONSULTATIONS = Table(
    "consultations",
    _("A row for each consultation."),
    (
        _CONSULTATION,
        _TITLE,
        _text("owner", _("The office that asks.")),
        _VISIBILITY,
        _moment("opens_at", _("From when on people may contribute; it may be planned.")),
        _moment("closes_at", _("Until when people may contribute; it may be planned.")),
        _moment("closed_at", _("When people could contribute no more; empty while it runs.")),
        _count("topics", _TOPICS, _("Topics of the consultation.")),
        *_FIGURES,
        _count(
            "flags",
            _FLAGS,
            _("Flags raised for weight in the numbers, in its topics and as a whole."),
        ),
        _count("suspects", _PEOPLE, _("How many people the flags name.")),
        _EVERYONE,
        *_MODES,
        _count("answered", _TOPICS, _("Topics with a response.")),
        _NEWEST,
    ),
)

TOPICS = Table(
    "topics",
    _("A row for each topic, with its figures."),
    (
        _TOPIC,
        _TITLE,
        *_FIGURES,
        _share("top1_share", _("Share of these contributions that the most active one wrote.")),
        _count("flags", _FLAGS, _("Flags raised in the topic for weight in the numbers.")),
        _count("suspects", _PEOPLE, _("How many people the flags name.")),
        _EVERYONE,
        *_MODES,
        _count(
            "letters",
            _("letters"),
            _("Template letters with as many senders as the policy asks for, or more."),
        ),
        _count("responses", _("responses"), _("Responses that were published to the topic.")),
        _count(
            "supports",
            _("votes"),
            _("Votes on its contributions, of every person on every contribution the last."),
        ),
        _text("judgement", _("Empty, or why it is not judged whether anybody dominates.")),
        _NEWEST,
        _moment("answered_at", _("When the first response was published; empty without one.")),
    ),
)

CONTRIBUTIONS = Table(
    "contributions",
    _("A row for each contribution, in the order of the log."),
    (
        _count("partition", "", _("Where it is in the log: the partition.")),
        _count("offset", "", _("Where it is in the log: the place in its partition.")),
        _TOPIC,
        _text("contribution", _("Id of the contribution, unique in its topic.")),
        replace(
            _text(
                "text",
                _("What was said, letter for letter; it may be empty where all is attached."),
            ),
            disclosure=Disclosure.LIVE,
        ),
        Column(
            "attachments",
            Kind.LIST,
            _("Ids of the files that came with it, not the files."),
            disclosure=Disclosure.CLOSED,
        ),
        _PARTICIPANT,
        _text(
            "role",
            _("Who speaks: participant, organiser (seed statements) or official (replies)."),
        ),
        _text("channel", _("The channel that it came through, as the operator calls it.")),
        _text("mode", _("online for on line, offline for in the room, on paper or by phone.")),
        _text(
            "group",
            _("Id of the group that the person speaks in: a school, a district, a club."),
        ),
        _text("language", _("Language of the text, as a tag of BCP 47; empty: not stated.")),
        _text(
            "stance",
            _(
                "Where it stands on the topic's question: for, against or neutral; empty: it was"
                " not asked."
            ),
        ),
        _text(
            "verdict",
            _(
                "What screening says: original; resubmitted, said again by the same person;"
                " campaign, said before by somebody else; redelivered, the same message twice,"
                " which counts nowhere."
            ),
        ),
        _text("refers_to", _("Id of the contribution that it repeats; empty for an original.")),
        _text("reply_to", _("Id of the contribution that it answers; empty for none.")),
        _count(
            "root_offset",
            "",
            _(
                "The offset of the first contribution of its wording: all copies of a letter have"
                " the same one."
            ),
        ),
        _moment("occurred_at", _("When it was said or written.")),
        _moment("recorded_at", _("When it was typed in or scanned; empty where it was at once.")),
        Column("withdrawn", Kind.FLAG, _("Whether it was taken back, and counts no more.")),
        Column(
            "superseded",
            Kind.FLAG,
            _("Whether a corrected version replaced it, so that it counts no more."),
        ),
    ),
)

DAYS = Table(
    "days",
    _("A row for each day (UTC, by when it was said) on which something was said."),
    (
        Column("day", Kind.DAY, _("The day in UTC.")),
        _count("online", _CONTRIBUTIONS, _("Contributions that were made on line.")),
        _count(
            "offline",
            _CONTRIBUTIONS,
            _("Contributions that were made in the room, on paper or by phone."),
        ),
        _count(
            "late_online",
            _CONTRIBUTIONS,
            _("Those of online that were recorded seven days later or more."),
        ),
        _count(
            "late_offline",
            _CONTRIBUTIONS,
            _("Those of offline that were recorded seven days later or more."),
        ),
        _count("originals", _CONTRIBUTIONS, _("The first ones of their wording.")),
        _count("resubmitted", _CONTRIBUTIONS, _("Those said again by the same person.")),
        _count("campaign", _CONTRIBUTIONS, _("Those said before by somebody else.")),
    ),
)

LETTERS = Table(
    "letters",
    _("A row for each template letter: contributions of one wording by several senders."),
    (
        _CONSULTATION,
        _TOPIC,
        _VISIBILITY,
        _count("root_offset", "", _("Which letter: the offset of the first one of its wording.")),
        _text("representative", _("Id of the first live contribution of the letter.")),
        _text("group", _("Id of the group that its sender spoke in.")),
        _text("language", _("Its language (BCP 47), empty where nobody said it.")),
        _text("text", _("The text of that contribution, letter for letter.")),
        _count("contributions", _CONTRIBUTIONS, _("Live copies of the letter, of every role.")),
        _count(
            "senders",
            _PEOPLE,
            _("Who sent it; an unknown author is a sender for each contribution."),
        ),
        _count("unknown_senders", _PEOPLE, _("Those of the senders whom nobody knows.")),
        _moment("first_at", _("When the first copy was written.")),
        _moment("last_at", _("When the last copy was written.")),
        Column(
            "growth",
            Kind.LIST,
            _("How many had sent it by the end of each day (UTC) that brought a new sender."),
        ),
        Column(
            "bursts",
            Kind.LIST,
            _("The seconds in which many sent it, the largest in the order of time."),
        ),
    ),
)

SUSPECTS = Table(
    "suspects",
    _(
        "A row for each person who is flagged for weight in the numbers, and each topic that they"
        " wrote in. It is no judgement on a person."
    ),
    (
        _CONSULTATION,
        _VISIBILITY,
        _PARTICIPANT,
        _text("topic", _("Id of the topic; empty for the consultation as a whole.")),
        Column("sentences", Kind.LIST, _("Why they are flagged there, a sentence for each flag.")),
        _count("contributions", _CONTRIBUTIONS, _("Live contributions of this person there.")),
        _count("now_contributions", _CONTRIBUTIONS, _("Those of all participants there.")),
        _count("now_voices", _PEOPLE, _("How many different people these come from.")),
        _share("now_top1_share", _("Share of these that the most active one wrote.")),
        _effective(
            "now_effective_voices_1",
            _("How many equally active people would weigh the same (Hill number of order 1)."),
        ),
        _effective(
            "now_effective_voices_2",
            _("How many equally active people would weigh the same (Hill number of order 2)."),
        ),
        _count(
            "without_contributions",
            _CONTRIBUTIONS,
            _("Those of all participants there but this person."),
        ),
        _count(
            "without_voices", _PEOPLE, _("How many different people there are without this one.")
        ),
        _share(
            "without_top1_share",
            _("Share of the most active one without this person's contributions."),
        ),
        _effective(
            "without_effective_voices_1",
            _("Effective voices (Hill number of order 1) without this person's contributions."),
        ),
        _effective(
            "without_effective_voices_2",
            _("Effective voices (Hill number of order 2) without this person's contributions."),
        ),
    ),
)

WAITING = Table(
    "waiting",
    _("A row for each topic that people spoke on and nobody answered, the longest wait first."),
    (
        _CONSULTATION,
        _TOPIC,
        _TITLE,
        _VISIBILITY,
        _count("voices", _PEOPLE, _("How many people wait.")),
        Column("since", Kind.DAY, _("The day in UTC of the first contribution.")),
        _count("days", _DAYS, _("How long they have waited since then.")),
        _count("voice_days", _("voices times days"), _("How many wait, times how long.")),
    ),
)

AMBASSADORS = Table(
    "ambassadors",
    _("A row for each candidate for ambassador: whoever answers newcomers, the broadest first."),
    (
        _CONSULTATION,
        _VISIBILITY,
        _PARTICIPANT,
        _count(
            "newcomers_answered",
            _PEOPLE,
            _("Different people whom they answered in these people's first week."),
        ),
        _count("newcomers_returned", _PEOPLE, _("Those of them who contributed again after it.")),
        _count(
            "replies_to_newcomers",
            _CONTRIBUTIONS,
            _("How many replies that took; moves nobody up."),
        ),
        _count("groups", _("groups"), _("Groups that they wrote in or replied to.")),
        _count("topics", _TOPICS, _("Topics that they wrote in.")),
        _count(
            "offline_contributions",
            _CONTRIBUTIONS,
            _("Their contributions in the room, on paper or by phone; moves nobody up."),
        ),
    ),
)

AWARDS = Table(
    "awards",
    _("A row for each recognition that was awarded, in the order of time."),
    (
        _CONSULTATION,
        _VISIBILITY,
        _text("participant", _("Who was recognised, as a pseudonym and never a name.")),
        _text("recognition", _("What kind of recognition.")),
        _text("reason", _("What for, in a sentence without names.")),
        _moment("awarded_at", _("When it was awarded.")),
    ),
)

RESPONSES = Table(
    "responses",
    _("A row for each response of the people who decide."),
    (
        _TOPIC,
        _text("response", _("Id of the response, unique in its topic.")),
        _text("owner", _("The office that answers.")),
        _text("text", _("What was heard, and what is done or why not.")),
        _text("url", _("Where it is published in full; empty where it is nowhere.")),
        _moment("occurred_at", _("When it was published.")),
    ),
)

TABLES = {
    table.name: table
    for table in (
        CONSULTATIONS,
        TOPICS,
        CONTRIBUTIONS,
        DAYS,
        LETTERS,
        SUSPECTS,
        WAITING,
        AMBASSADORS,
        AWARDS,
        RESPONSES,
    )
}
"""Every view by its name."""


def appearances(suspects: Iterable[Suspect]) -> Iterator[Row]:
    """The rows of `SUSPECTS`: a row for each person and place, its figures side by side."""
    for suspect in suspects:
        for appearance in suspect["appearances"]:
            yield {
                "consultation": suspect["consultation"],
                "visibility": suspect["visibility"],
                "participant": suspect["participant"],
                "topic": appearance["topic"],
                "sentences": appearance["sentences"],
                "contributions": appearance["contributions"],
                **{f"now_{name}": value for name, value in appearance["now"].items()},
                **{f"without_{name}": value for name, value in appearance["without"].items()},
            }
