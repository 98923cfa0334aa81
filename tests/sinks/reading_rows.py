"""A consultation at random, and what the pages must say of it, computed in plain Python.

The oracle looks at each contribution in turn; it shares nothing with the SQL but the records.
"""

import random
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from clickhouse_connect.driver.client import Client

from schemas.records import Contribution, Kind, Standing
from sinks.reading.filters import Filters
from tests.sinks.rows import contribution, insert, moment, pseudonym, standing

TOPICS = ("benches", "trees", "trees:north")
NEIGHBOUR = "parks2"
"""Another consultation, with topics of the same names."""

_MINUTES_A_WEEK = 7 * 24 * 60


@dataclass
class Said:
    """The facts of a consultation and of its neighbour, at most one standing of each."""

    contributions: list[Contribution] = field(default_factory=list)
    standings: list[Standing] = field(default_factory=list)

    def write(self, client: Client) -> None:
        """Write all of it in several inserts, some of it twice as a replay does."""
        half = len(self.contributions) // 2
        for rows in (
            self.contributions[: half + 9],
            self.contributions[half:],
            self.contributions[::7],
        ):
            insert(client, Kind.CONTRIBUTION, *rows)
        # An earlier standing that no longer holds.
        before = [{**row, "withdrawn": 1, "as_of_offset": 9_000} for row in self.standings]
        insert(client, Kind.STANDING, *before)
        insert(client, Kind.STANDING, *self.standings)

    def current(self, consultation: str = "parks") -> list[dict]:
        """The contributions with what became of them, in the order of the pages."""
        standings = {(row["partition"], row["offset"]): row for row in self.standings}
        found = []
        for row in self.contributions:
            holds = standings.get((row["partition"], row["offset"]), {})
            now = {"withdrawn": 0, "superseded": 0, **row}
            now |= {k: holds[k] for k in ("verdict", "refers_to", *_ENDS) if k in holds}
            if row["consultation"] == consultation:
                found.append(now)
        return sorted(found, key=lambda row: (row["topic"], row["partition"], row["offset"]))


_ENDS = ("withdrawn", "superseded")


def random_consultation(seed: int, size: int = 300) -> Said:
    """Few people, days and values, so that each filter finds some and leaves some."""
    rng = random.Random(seed)
    said = Said()
    for offset in range(size):
        at = rng.randrange(0, 5 * 24 * 60, 7)
        topic = rng.choice(TOPICS)
        late = rng.choice((0, 60, _MINUTES_A_WEEK - 1, _MINUTES_A_WEEK, 2 * _MINUTES_A_WEEK))
        row = contribution(
            offset,
            partition=TOPICS.index(topic) % 2,
            consultation=rng.choices(("parks", NEIGHBOUR), (6, 1))[0],
            topic=topic,
            contribution=f"c{rng.randrange(size)}",
            channel=rng.choice(("web", "hall", "a 'quoted' \\ one\n")),
            mode=rng.choice(("online", "offline")),
            participant=rng.choice(("", *(pseudonym(n) for n in range(12)))),
            role=rng.choices(("participant", "organiser", "official"), (6, 1, 1))[0],
            language=rng.choice(("", "en", "de-AT")),
            stance=rng.choice(("", "for", "against", "neutral")),
            group=rng.choice(("", "north", "south")),
            text=rng.choice(("More TREES please.", "Weiße Straße", "ΣΊΣΥΦΟΣ", "100 % of_it", "")),
            attachments=rng.choice(([], ["file-1", "file-2"])),
            occurred_at=moment(at),
            recorded_at=rng.choice((None, moment(at + late))),
            verdict=rng.choice(("original", "original", "resubmitted", "campaign", "redelivered")),
            root_offset=rng.randrange(5),
        )
        said.contributions.append(row)
        if row["verdict"] != "redelivered" and rng.random() < 0.3:
            end = rng.choice(({}, {"withdrawn": 1}, {"superseded": 1}))
            place = {name: row[name] for name in ("partition", "consultation", "topic")}
            verdict = rng.choice(("original", "campaign"))
            said.standings.append(
                standing(offset, 10_000 + offset, **place, **end, verdict=verdict, refers_to="c0")
            )
    return said


def wanted(rows: Iterable[dict], filters: Filters) -> list[dict]:
    """Those of the rows that the filters ask for."""
    return [row for row in rows if _is_wanted(row, filters)]


def live(row: dict) -> bool:
    return row["verdict"] != "redelivered" and not row["withdrawn"] and not row["superseded"]


def is_late(row: dict) -> bool:
    if row["recorded_at"] is None:
        return False
    return _at(row["recorded_at"]) - _at(row["occurred_at"]) >= timedelta(days=7)


def folded(text: str) -> str:
    """A text as the screening compares it."""
    return unicodedata.normalize("NFKC", text).casefold()


def day_of(row: dict) -> date:
    return _at(row["occurred_at"]).date()


def shares(rows: list[dict], dimension: str) -> list[dict]:
    """The share of each value, most first, then by the value as it is stored."""
    counts = Counter(row[dimension] for row in rows)
    return [
        {"value": value or "none", "contributions": said}
        for value, said in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    ]


def days(rows: list[dict]) -> list[dict]:
    found = []
    for day in sorted({day_of(row) for row in rows}):
        here = [row for row in rows if day_of(row) == day]
        modes = Counter(row["mode"] for row in here)
        late = Counter(row["mode"] for row in here if is_late(row))
        verdicts = Counter(row["verdict"] for row in here)
        found.append(
            {
                "day": str(day),
                "online": modes["online"],
                "offline": modes["offline"],
                "late_online": late["online"],
                "late_offline": late["offline"],
                "originals": verdicts["original"],
                "resubmitted": verdicts["resubmitted"],
                "campaign": verdicts["campaign"],
            }
        )
    return found


def _is_wanted(row: dict, filters: Filters) -> bool:
    equal = {name: getattr(filters, name) for name in _EQUAL}
    says = {name: getattr(filters, name) for name in _MAY_SAY_NOTHING}
    return (
        all(row[name] == value for name, value in equal.items() if value)
        and all((row[name] or "none") == value for name, value in says.items() if value)
        and (filters.since is None or day_of(row) >= filters.since)
        and (filters.until is None or day_of(row) <= filters.until)
        and (filters.letter is None or row["root_offset"] == filters.letter)
        and (not filters.late or is_late(row))
        and (not filters.attachment_only or row["attachment_only"])
        and (filters.q.lower() in row["text"].lower() or folded(filters.q) in folded(row["text"]))
        and _state_is(row, filters)
    )


_EQUAL = ("topic", "channel", "mode", "verdict", "role")
_MAY_SAY_NOTHING = ("language", "stance", "participant", "group")


def _state_is(row: dict, filters: Filters) -> bool:
    if filters.state == "all":
        return True
    if filters.state:
        return bool(row[filters.state])
    return live(row) or filters.verdict == "redelivered"


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)
