"""UK i.AI Consult: the JSON lines of a consultation as its importer takes them, a folder of them.

`respondents.jsonl` beside a folder `question_part_N` per question, which holds `question.json` and
`responses.jsonl` (github.com/i-dot-ai/consult, its data pipeline; not held against real files, as
none is public). A question becomes a topic, a response with text a contribution of its respondent,
and the options that were chosen with it a demographic called `answer`. Options without a text are
no contribution; they are counted in a notice.

The files say neither when nor how a response came: a mapping file does, for all of them.

zone = "Europe/London"

[constants]
occurred_at = "2024-05-01"    # required
mode = "online"               # also: channel, language, …
"""

import dataclasses
import re
from collections.abc import Iterator
from pathlib import Path

import orjson

from intake.edge import Edge
from intake.forms import Table, read_form
from intake.importing import Item, Meter, Source
from intake.jsonl import Line, as_cell, read_lines
from intake.mapping import DEMOGRAPHICS, Mapping, mapping_of
from intake.tables import (
    MAX_TITLE_CHARACTERS,
    BadFieldError,
    Problem,
    Row,
    TableError,
    consultation_id,
)

CHANNEL = "consult"

_RESPONDENTS = "respondents.jsonl"
_QUESTION = re.compile(r"question_part_([0-9]{1,9})")
_MAX_LABEL_CHARACTERS = 128
_MAX_ID = 10**18
_ANSWER = f"{DEMOGRAPHICS}answer"
_DEFAULTS = {"mode": "online", "channel": CHANNEL}


def read(source: Source, edge: Edge, meter: Meter) -> Iterator[Item]:
    """Read a folder: question by question, in the order of their numbers.

    Respondents are held in memory, a few hundred bytes each. They are people of this consultation
    alone: the same person in another one is another pseudonym.

    Raises:
        TableError: A file is missing, or the mapping file does not say when.
        InvalidIdError: The consultation's id is none.
    """
    mapping = _mapping(source)
    folders = sorted(
        (int(found[1]), path)
        for path in source.path.glob("question_part_*")
        if (found := _QUESTION.fullmatch(path.name))
    )
    if not folders:
        raise TableError(f"{source.path.name}: no folder question_part_1 in it")
    consultation = consultation_id(source.consultation, source.path.stem)
    respondents: dict[int, dict[str, str]] = {}
    yield from _read_respondents(source, meter, respondents)
    names = dict.fromkeys(name for said in respondents.values() for name in said)
    header = ("topic", "topic_title", "contribution", "text", "participant", _ANSWER, *names)
    for number, folder in folders:
        question = _Question(number, consultation, respondents, dict.fromkeys(header, ""), edge)
        try:
            question.title = edge.text(_title(folder / "question.json"))
        except BadFieldError as error:
            yield Problem(f"{folder.name}.question.json", 1, error.field, error.reason)
        file = f"{folder.name}.responses.jsonl"
        rows = question.rows(read_lines(folder / "responses.jsonl", file, meter), file)
        yield from read_form(Table(file, header, rows), source, mapping, edge, meter, CHANNEL)
        source = dataclasses.replace(source, title=None)
        if question.choices:
            meter.notices.append(
                f"{file}: {question.choices:,} responses without text are no contributions."
            )


class _Question:
    """One question: makes rows of the form of its responses.

    Attributes:
        title: What was asked.
        choices: How many responses had no text.
    """

    def __init__(
        self,
        number: int,
        consultation: str,
        respondents: dict[int, dict[str, str]],
        empty: dict[str, str],
        edge: Edge,
    ) -> None:
        self.title = f"Question {number}"
        self.choices = 0
        self._topic = f"question-{number}"
        self._consultation = consultation
        self._respondents = respondents
        self._empty = empty
        self._edge = edge

    def rows(self, lines: Iterator[Line | Problem], file: str) -> Iterator[Row | Problem]:
        for line in lines:
            if isinstance(line, Problem):
                yield line
                continue
            try:
                row = self._row(line)
            except BadFieldError as error:
                yield error.at(file, line.row)
                continue
            if row.cells["text"].strip():
                yield row
            else:
                self.choices += 1

    def _row(self, line: Line) -> Row:
        respondent = _respondent(line)
        known_as = f"{self._consultation} respondent {respondent}"
        cells = {
            "topic": self._topic,
            "topic_title": self.title,
            "contribution": self._edge.participant(known_as) or "",
            "text": self._edge.text(as_cell("text", line.fields.get("text"))),
            "participant": known_as,
            _ANSWER: _label("options", line.fields.get("options")),
        }
        return Row(line.number, self._empty | self._respondents.get(respondent, {}) | cells)


def _mapping(source: Source) -> Mapping:
    mapping = mapping_of(source)
    if "occurred_at" not in mapping.constants:
        raise TableError(
            f"{source.path.name}: Consult does not say when a response was given; give a mapping"
            ' file (--mapping) with zone = "Europe/London", [constants], occurred_at = "2024-05-01"'
        )
    return mapping.model_copy(update={"constants": _DEFAULTS | mapping.constants})


def _read_respondents(
    source: Source, meter: Meter, respondents: dict[int, dict[str, str]]
) -> Iterator[Problem]:
    alike: dict[tuple[tuple[str, str], ...], dict[str, str]] = {}
    for line in read_lines(source.path / _RESPONDENTS, _RESPONDENTS, meter):
        if isinstance(line, Problem):
            yield line
            continue
        try:
            said = _demographics(line)
            # Many respondents say the same, and share it.
            said = alike.setdefault(tuple(said.items()), said)
            if respondents.setdefault(_respondent(line), said) != said:
                raise BadFieldError("themefinder_id", "already used for another respondent")  # noqa: TRY301
        except BadFieldError as error:
            yield error.at(_RESPONDENTS, line.row)


def _demographics(line: Line) -> dict[str, str]:
    said = line.fields.get("demographics") or {}
    if not isinstance(said, dict):
        raise BadFieldError("demographics", "not an object")
    return {f"{DEMOGRAPHICS}{name}": _label("demographics", value) for name, value in said.items()}


def _respondent(line: Line) -> int:
    number = line.fields.get("themefinder_id")
    if not isinstance(number, int) or isinstance(number, bool) or not 0 <= number < _MAX_ID:
        raise BadFieldError("themefinder_id", "not a whole number")
    return number


def _label(field: str, value: object) -> str:
    return as_cell(field, value).strip()[:_MAX_LABEL_CHARACTERS]


def _title(path: Path) -> str:
    try:
        question = orjson.loads(path.read_bytes().removeprefix(b"\xef\xbb\xbf"))
    except OSError as error:
        raise BadFieldError("file", f"cannot be read: {error.strerror}") from None
    except orjson.JSONDecodeError:
        raise BadFieldError("file", "not JSON") from None
    text = question.get("question_text") if isinstance(question, dict) else None
    if not isinstance(text, str) or not text.strip():
        raise BadFieldError("question_text", "no value")
    return text.strip()[:MAX_TITLE_CHARACTERS]
