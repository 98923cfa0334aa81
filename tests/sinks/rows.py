"""Facts that the tests make up, and what is true of them, computed in plain Python.

The oracle follows the rules word by word and slowly; it shares nothing with the streams or the SQL.
"""

import math
import random
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

import orjson
from clickhouse_connect.driver.client import Client

from schemas.records import (
    Consultation,
    Contribution,
    Day,
    Dominance,
    Flag,
    Kind,
    Letter,
    Recognition,
    Standing,
    Summary,
    Support,
    Topic,
)

TEXTS = (
    "We need more trees on the square.",
    "we NEED more  trees, on the square!",
    "Weiße Straße",
    "WEISSE STRASSE",
    "ΣΊΣΥΦΟΣ ΣΊΣΥΦΟΣ",
    "σίσυφος σίσυφος",
    "ﬁne café",
    "fine cafe\u0301",
    "नमस्ते दुनिया",
    "snake_case stays_one",
    "½ of it, ² times",
    "!!! ???",
    "",
    "🙂",
    "Leave it as it is.",
)


def pseudonym(number: int) -> str:
    """The pseudonym of a made-up person."""
    return f"p-{number:032x}"


def moment(minutes: int) -> str:
    """A time, `minutes` after the first one."""
    at = datetime(2024, 3, 1, 9, 0, 0, 250_000, tzinfo=UTC) + timedelta(minutes=minutes)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def contribution(offset: int, **changes: object) -> Contribution:
    """A contribution to parks/trees by person 1, an original; every field can be changed."""
    row = {
        "partition": 0,
        "offset": offset,
        "consultation": "parks",
        "topic": "trees",
        "contribution": f"c{offset}",
        "source": "/web",
        "event_id": f"e{offset}",
        "channel": "web",
        "mode": "online",
        "participant": pseudonym(1),
        "role": "participant",
        "identity": "e-mail",
        "captured_by": "self",
        "device": "",
        "text": f"Text number {offset}",
        "attachments": [],
        "stance": "",
        "language": "en",
        "reply_to": "",
        "group": "",
        "demographics": {},
        "occurred_at": moment(offset),
        "recorded_at": None,
        "attachment_only": 0,
        "correction": 0,
        "verdict": "original",
        "refers_to": "",
        "root_offset": offset,
        "as_of_offset": offset,
    }
    return Contribution(**{**row, **changes})  # type: ignore[typeddict-item]


def support(offset: int, **changes: object) -> Support:
    """A vote of person 1 for contribution c0 of parks/trees."""
    row = {
        "partition": 0,
        "offset": offset,
        "consultation": "parks",
        "topic": "trees",
        "contribution": "c0",
        "source": "/web",
        "event_id": f"e{offset}",
        "channel": "web",
        "mode": "online",
        "participant": pseudonym(1),
        "role": "participant",
        "value": 1,
        "withdrawn": 0,
        "occurred_at": moment(offset),
        "recorded_at": None,
        "redelivered": 0,
    }
    return Support(**{**row, **changes})  # type: ignore[typeddict-item]


def topic(offset: int, **changes: object) -> Topic:
    """The opening of parks/trees."""
    row = {
        "partition": 0,
        "offset": offset,
        "consultation": "parks",
        "topic": "trees",
        "source": "/web",
        "event_id": f"e{offset}",
        "title": "More trees?",
        "question": "",
        "redelivered": 0,
    }
    return Topic(**{**row, **changes})  # type: ignore[typeddict-item]


def consultation(offset: int, **changes: object) -> Consultation:
    """The opening of parks, for everybody to read."""
    row = {
        "partition": 0,
        "offset": offset,
        "consultation": "parks",
        "source": "/city",
        "event_id": f"e{offset}",
        "title": "Our parks",
        "owner": "City",
        "visibility": "open",
        "opens_at": None,
        "closes_at": None,
        "redelivered": 0,
    }
    return Consultation(**{**row, **changes})  # type: ignore[typeddict-item]


def standing(offset: int, as_of_offset: int, **changes: object) -> Standing:
    """The contribution to parks/trees at `offset` is an original, as of another event."""
    row = {
        "partition": 0,
        "offset": offset,
        "consultation": "parks",
        "topic": "trees",
        "verdict": "original",
        "refers_to": "",
        "withdrawn": 0,
        "superseded": 0,
        "as_of_offset": as_of_offset,
    }
    return Standing(**{**row, **changes})  # type: ignore[typeddict-item]


def recognition(offset: int, **changes: object) -> Recognition:
    """Person 1 is made an ambassador of parks."""
    row = {
        "partition": 0,
        "offset": offset,
        "consultation": "parks",
        "recognition": "ambassador",
        "participant": pseudonym(1),
        "source": "/team",
        "event_id": f"e{offset}",
        "reason": "Welcomed newcomers",
        "occurred_at": moment(offset),
        "redelivered": 0,
    }
    return Recognition(**{**row, **changes})  # type: ignore[typeddict-item]


def summary(as_of_offset: int, **changes: object) -> Summary:
    """The summary of parks/trees, all figures zero."""
    zero: dict[object, object] = {str: "", int: 0, float: 0.0, dict[str, int]: {}}
    row = {name: zero.get(hint) for name, hint in Summary.__annotations__.items()}
    row |= {"consultation": "parks", "topic": "trees", "as_of_offset": as_of_offset}
    return Summary(**{**row, **changes})  # type: ignore[typeddict-item]


def day(date: str, **changes: object) -> Day:
    """One contribution, an original, to parks/trees on a day."""
    row = {
        "consultation": "parks",
        "topic": "trees",
        "day": date,
        "partition": 0,
        "as_of_offset": 0,
        "contributions": 1,
        "voices": 1,
        "originals": 1,
        "resubmitted": 0,
        "campaign": 0,
        "redelivered": 0,
        "not_live": 0,
        "online": 1,
        "offline": 0,
    }
    return Day(**{**row, **changes})  # type: ignore[typeddict-item]


def letter(root_offset: int, **changes: object) -> Letter:
    """A letter in parks/trees of two senders, whose representative is its root."""
    row = {
        "consultation": "parks",
        "topic": "trees",
        "root_offset": root_offset,
        "partition": 0,
        "as_of_offset": root_offset + 1,
        "representative": f"c{root_offset}",
        "representative_offset": root_offset,
        "contributions": 2,
        "senders": 2,
        "unknown_senders": 0,
        "first_at": moment(root_offset),
        "last_at": moment(root_offset + 1),
        "largest_burst": 1,
    }
    return Letter(**{**row, **changes})  # type: ignore[typeddict-item]


def flag(participant: str, sentence: str) -> Flag:
    """A flag of somebody, over the whole period."""
    return Flag(
        participant=participant,
        measure="top1_share",
        window="all",
        starts_at=None,
        ends_at=None,
        figure=0.5,
        threshold=0.25,
        sentence=sentence,
    )


def dominance(topic: str, flags: Iterable[Flag], **changes: object) -> Dominance:
    """Who dominates a topic of parks, or with an empty one parks as a whole; no other figures."""
    zero: dict[object, object] = {str: "", int: 0, float: 0.0}
    row = {name: zero.get(hint, []) for name, hint in Dominance.__annotations__.items()}
    row |= {"consultation": "parks", "topic": topic, "version": 1, "flags": list(flags)}
    return Dominance(**{**row, **changes})  # type: ignore[typeddict-item]


def insert(client: Client, kind: Kind, *rows: Mapping[str, object]) -> None:
    """Write records to their table, as they are."""
    block = b"\n".join(orjson.dumps(row) for row in rows)
    client.raw_insert(kind.value, insert_block=block, fmt="JSONEachRow")


class Log:
    """The facts of a log, with verdicts and summaries as they must be."""

    def __init__(
        self,
        contributions: Iterable[Contribution] = (),
        supports: Iterable[Support] = (),
        topics: Iterable[Topic] = (),
    ) -> None:
        self.contributions = judged(contributions)
        self.supports = voted(supports)
        self.topics = list(topics)
        self.summaries = summarised(self.contributions, self.supports, self.topics)


def random_log(seed: int, size: int = 400) -> Log:
    """A log of few people, few texts and many repeats, over four topics in two partitions."""
    rng = random.Random(seed)
    contributions, supports, topics = [], [], []
    for offset in range(size):
        name = rng.choice(("trees", "benches", "dogs", "silence"))
        place = {
            "partition": ("trees", "benches", "dogs", "silence").index(name) % 2,
            "topic": name,
            "event_id": f"e{rng.randrange(size)}",
            "source": rng.choice(("/web", "/hall")),
            "participant": pseudonym(int(rng.expovariate(0.3))),
            "role": rng.choices(("participant", "organiser", "official"), (8, 1, 1))[0],
            "occurred_at": moment(rng.randrange(100_000)),
        }
        kind = rng.random()
        if kind < 0.6 and name != "silence":
            unknown = {"participant": ""} if rng.random() < 0.2 else {}
            text = rng.choice(TEXTS)
            contributions.append(contribution(offset, **{**place, **unknown, "text": text}))
        elif kind < 0.95 and name != "silence":
            supports.append(support(offset, **place, contribution=f"c{rng.randrange(20)}"))
        else:
            opened = {key: place[key] for key in ("partition", "topic", "event_id", "source")}
            topics.append(topic(offset, **opened, title=f"Title {rng.randrange(9)}"))
    return Log(contributions, supports, topics)


def normalised(text: str) -> str:
    """The text that counts when two are compared."""
    return re.sub(r"\W+", " ", unicodedata.normalize("NFKC", text).casefold()).strip()


def judged(contributions: Iterable[Contribution]) -> list[Contribution]:
    """The same contributions with the verdicts that they must have."""
    seen: list[Contribution] = []
    for row in sorted(contributions, key=lambda row: (row["partition"], row["offset"])):
        here = [x for x in seen if _place(x) == _place(row)]
        deliveries = [x for x in here if _event(x) == _event(row)]
        text = normalised(row["text"])
        told = [
            x
            for x in here
            if x["verdict"] != "redelivered"
            and row["participant"]
            and x["participant"] == row["participant"]
            and text
            and normalised(x["text"]) == text
        ]
        verdict, refers_to = "original", ""
        if deliveries:
            verdict, refers_to = "redelivered", deliveries[0]["contribution"]
        elif told:
            verdict, refers_to = "resubmitted", told[0]["contribution"]
        seen.append({**row, "verdict": verdict, "refers_to": refers_to})
    return seen


def voted(supports: Iterable[Support]) -> list[Support]:
    """The same votes, the redelivered ones marked."""
    seen: list[Support] = []
    for row in sorted(supports, key=lambda row: (row["partition"], row["offset"])):
        again = any(_place(x) == _place(row) and _event(x) == _event(row) for x in seen)
        seen.append({**row, "redelivered": int(again)})
    return seen


def summarised(
    contributions: list[Contribution], supports: list[Support], topics: list[Topic]
) -> list[Summary]:
    """The summary of every topic that any fact speaks of."""
    facts = [*contributions, *supports, *topics]
    summaries = []
    for place in sorted({_place(row) for row in facts}):
        said = [row for row in contributions if _place(row) == place]
        votes = [row for row in supports if _place(row) == place]
        opened = [row for row in topics if _place(row) == place]
        here = [row for row in facts if _place(row) == place]
        kept = [row for row in said if row["verdict"] != "redelivered"]
        verdicts = Counter(row["verdict"] for row in said)
        summary = {
            "consultation": place[0],
            "topic": place[1],
            "title": max(opened, key=lambda row: row["offset"])["title"] if opened else "",
            "partition": here[0]["partition"],
            "as_of_offset": max(row["offset"] for row in here),
            "newest_event": max(
                (row["occurred_at"] for row in (*kept, *votes) if not row.get("redelivered")),
                default=None,
            ),
            **figures([row for row in kept if row["role"] == "participant"]),
            **{f"everyone_{name}": value for name, value in figures(kept).items()},
            "originals": verdicts["original"],
            "redelivered": verdicts["redelivered"],
            "resubmitted": verdicts["resubmitted"],
            "campaign": verdicts["campaign"],
            "supports": len(
                {
                    (row["contribution"], row["participant"])
                    for row in votes
                    if not row["redelivered"]
                }
            ),
        }
        summaries.append(Summary(**summary))  # type: ignore[typeddict-item]
    return summaries


def figures(rows: list[Contribution]) -> dict[str, float]:
    """The seven figures of some contributions."""
    voices = Counter(row["participant"] or (row["partition"], row["offset"]) for row in rows)
    counts = sorted(voices.values())
    total, n = sum(counts), len(counts)
    if not n:
        names = ("top1_share", "top5_share", "gini", "effective_voices_1", "effective_voices_2")
        return {"contributions": 0, "voices": 0, **dict.fromkeys(names, 0.0)}
    shares = [x / total for x in counts]
    return {
        "contributions": total,
        "voices": n,
        "top1_share": counts[-1] / total,
        "top5_share": sum(counts[-5:]) / total,
        "gini": sum((2 * i - n - 1) * x for i, x in enumerate(counts, 1)) / (n * total),
        "effective_voices_1": math.exp(-math.fsum(p * math.log(p) for p in shares)),
        "effective_voices_2": 1 / math.fsum(p * p for p in shares),
    }


def _place(row: Contribution | Support | Topic) -> tuple[str, str]:
    return row["consultation"], row["topic"]


def _event(row: Contribution | Support) -> tuple[str, str]:
    return row["source"], row["event_id"]
