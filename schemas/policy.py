"""The policy: from which figures on something is flagged, and what counts as the same text.

A deployment has one policy, and may change parts of it for single consultations. It is data: read
from a TOML file, sent inside an event, and known by its hash, which every flag names.
"""

import hashlib
import tomllib
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

import orjson
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
)

HOUR_MS = 3_600_000

_HASH_CHARACTERS = 12
_CONSULTATIONS = "consultations"

Share = Annotated[float, Field(gt=0, le=1)]
Hours = Annotated[int, Field(ge=1, le=366 * 24)]

# An `Identifier`, as `schemas.events` has it: events hold policies and so import this module.
Consultation = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$")]


class _Part(BaseModel):
    """A part of a policy. Neither a misspelt field nor a value of another type is passed over."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class PostingLimit(_Part):
    """How often a person may post in any interval of a length; by default as often as they like."""

    posts: int | None = Field(
        default=None,
        ge=1,
        description="Contributions a person may make in any such interval; absent: no limit.",
    )
    hours: float = Field(
        default=24.0, ge=0.01, le=366 * 24, description="Length of the interval, in hours."
    )
    scope: Literal["consultation"] = Field(
        default="consultation",
        description="Over what contributions are counted: all topics of a consultation together.",
    )

    @property
    def interval(self) -> int:
        """Length of the interval, in milliseconds."""
        return round(self.hours * HOUR_MS)


class Dominance(_Part):
    """From which figures on a participant's weight is flagged.

    The defaults were chosen on 7 Polis conversations and 35 topics of Decide Madrid.
    """

    minimum_contributions: int = Field(
        default=20, ge=1, description="With fewer contributions a whole is not judged."
    )
    minimum_voices: int = Field(
        default=10, ge=1, description="With fewer voices a whole is not judged."
    )
    top1_share: Share = Field(
        default=0.2, description="Flag who wrote this share of a whole, 0 to 1, or more."
    )
    top5_share: Share = Field(
        default=0.6,
        description="Flag the five most active when they wrote this share, 0 to 1, or more: those "
        "of them who wrote a fifth of it.",
    )
    maximum_effective_voices: float = Field(
        default=15.0,
        ge=1,
        description="Flag only where contributions are worth at most this many effective voices "
        "(Hill number of order 2).",
    )
    window_minimum_contributions: int = Field(
        default=25, ge=1, description="With fewer contributions a window is not judged."
    )
    window_top1_share: Share = Field(
        default=0.6, description="Flag who wrote this share of a window, 0 to 1, or more."
    )
    windows: Annotated[
        tuple[Hours, ...],
        Field(strict=False, max_length=10),
        AfterValidator(lambda hours: tuple(sorted(set(hours)))),
    ] = Field(
        default=(1, 24, 168),
        description="Lengths of the sliding windows, in whole hours; each moves on by a twelfth.",
    )


class Similarity(_Part):
    """What counts as near the same text; shingles are of two words, or of three characters.

    The defaults find 95 % of copies in which one word in five was changed; see `README.md`.
    """

    jaccard: Share = Field(
        default=0.35,
        description="Least share of common shingles in all shingles of two texts, 0 to 1.",
    )
    containment: Share = Field(
        default=0.5,
        description="Least share of common shingles in those of the smaller text, 0 to 1; it finds"
        " a letter within a longer text.",
    )
    containment_shingles: int = Field(
        default=16, ge=1, description="Shingles the smaller text must have for these two."
    )
    jaccard_few: Share = Field(
        default=0.7,
        description="Least Jaccard where it has fewer; all of them must be in the larger, since a"
        " word turns a short statement into its opposite.",
    )
    short_words: int = Field(
        default=8, ge=1, description="A text of fewer words is compared to the letter only."
    )
    short_characters: int = Field(
        default=16, ge=1, description="The same in characters, for languages without spaces."
    )


class Letters(_Part):
    """When a group of near the same texts is a template letter, and when it comes as a burst."""

    minimum_senders: int = Field(
        default=2, ge=2, description="Senders from which on a group is reported as a letter."
    )
    burst_seconds: int = Field(
        default=1, ge=1, le=86_400, description="Length of a burst, in seconds."
    )
    burst_senders: int = Field(
        default=3, ge=2, description="Senders within that time that are called a burst."
    )


class Policy(_Part):
    """The policy of one consultation."""

    posting_limit: PostingLimit = PostingLimit()
    dominance: Dominance = Dominance()
    similarity: Similarity = Similarity()
    letters: Letters = Letters()

    @cached_property
    def hash(self) -> str:
        """12 hexadecimal digits that stand for the content, defaults included."""
        return _digest(self.model_dump(mode="json"))


class DeploymentPolicy(_Part):
    """The policies of a deployment: one for all consultations, and those that differ from it."""

    default: Policy = Policy()
    # Written out in full, it has to fit an event and an entry of the journal.
    consultations: dict[Consultation, Policy] = Field(default={}, max_length=200)

    def of(self, consultation: str) -> Policy:
        """The policy of a consultation."""
        return self.consultations.get(consultation, self.default)

    @cached_property
    def hash(self) -> str:
        """12 hexadecimal digits that stand for the content.

        Two deployments with the same policy for every consultation have the same.
        """
        differing = {
            name: policy.model_dump(mode="json")
            for name, policy in self.consultations.items()
            if policy != self.default
        }
        return _digest({"default": self.default.model_dump(mode="json"), _CONSULTATIONS: differing})


class PolicyError(ValueError):
    """The policy file cannot be read; the message names the file, the line and the field."""


def read_policy(path: Path) -> DeploymentPolicy:
    """Read a deployment's policy from a TOML file.

    The tables `posting_limit`, `dominance`, `similarity` and `letters` hold for every consultation;
    `consultations.NAME.dominance` and so on change single fields of them for one.

    Raises:
        PolicyError: The file cannot be read, is no TOML, or has an unknown field or a value out of
            bounds.
    """
    try:
        source = path.read_bytes().decode()
        tables = tomllib.loads(source)
    except OSError as error:
        raise PolicyError(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise PolicyError(f"{path}: not UTF-8 at byte {error.start}") from None
    except tomllib.TOMLDecodeError as error:
        raise PolicyError(f"{path}: not TOML: {error}") from None
    overrides = tables.pop(_CONSULTATIONS, {})
    try:
        default = Policy.model_validate(tables)
    except ValidationError as error:
        raise _located(error, path, source, ()) from None
    try:
        changed = _OVERRIDES.validate_python(overrides)
        merged = {name: _merge(tables, changes) for name, changes in changed.items()}
        return DeploymentPolicy(default=default, consultations=_POLICIES.validate_python(merged))
    except ValidationError as error:
        raise _located(error, path, source, (_CONSULTATIONS,)) from None


_OVERRIDES: TypeAdapter[dict[str, dict[str, object]]] = TypeAdapter(dict[str, dict[str, object]])
_POLICIES: TypeAdapter[dict[Consultation, Policy]] = TypeAdapter(dict[Consultation, Policy])


def _merge(below: dict[str, object], above: dict[str, object]) -> dict[str, object]:
    """The tables of `below`, with what `above` says in their place."""
    merged = dict(below)
    for key, value in above.items():
        old = merged.get(key)
        if isinstance(old, dict) and isinstance(value, dict):
            merged[key] = _merge(old, value)
        else:
            merged[key] = value
    return merged


def _digest(content: dict[str, object]) -> str:
    canonical = orjson.dumps(content, option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(canonical).hexdigest()[:_HASH_CHARACTERS]


def _located(
    error: ValidationError, path: Path, source: str, table: tuple[str, ...]
) -> PolicyError:
    """One line, a clause per wrong field: on which line, where, and what is expected there."""
    clauses = []
    for detail in error.errors(include_url=False, include_input=False, include_context=False):
        # pydantic marks a wrong name in a dict by one more element.
        field = [*table, *(part for part in detail["loc"] if part != "[key]")]
        line = _line(source, field)
        where = f"line {line}: " if line else ""
        clauses.append(f"{where}{'.'.join(map(str, field))}: {detail['msg']}")
    return PolicyError(f"{path}: {'; '.join(clauses)}")


def _line(source: str, field: Sequence[str | int]) -> int | None:
    """The line on which a field is complete: the first up to which the source has it."""
    lines = source.split("\n")
    for number in range(1, len(lines) + 1):
        try:
            value: object = tomllib.loads("\n".join(lines[:number]))
            for key in field:
                value = value[key]  # type: ignore[index]
        except (tomllib.TOMLDecodeError, LookupError, TypeError):
            continue
        return number
    return None
