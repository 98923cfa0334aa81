"""The channels: who may publish over HTTP, and what.

A TOML file names them:

    [channels.town-hall]
    source = "urn:example:town-hall"        # what all its events must have as their `source`
    token_sha256 = ["9f86d0…"]              # of each token that is valid; two while one is renewed
    scope = "members"                       # where the channel's people are known; default: source
    pseudonyms = "own"                      # it sends ready-made ones alone; default: "made"
    types = ["contribution.submitted.v1"]   # default: DEFAULT_TYPES
    consultations = ["mobility-2026"]       # default: all
    events_per_second = 1000
    bytes_per_second = 4194304
    masking = { region = "DE" }             # contact data masked in texts; default: none

A token is 256 random bits: nothing slower than one SHA-256 is needed to keep it.
"""

import hashlib
import hmac
import secrets
import tomllib
from pathlib import Path
from typing import Annotated, Literal, Self, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from intake.masking import Masking
from schemas.events import Event, Identifier, Name, PolicySet

EVENTS_PER_SECOND = 5_000.0
BYTES_PER_SECOND = 16.0 * 1024 * 1024
TOKEN_BYTES = 32

TYPES = frozenset(
    model.model_fields["type"].default for model in get_args(Event) if model is not PolicySet
)
"""What can be published over HTTP: a policy goes to every partition, so that a command sets it."""

DEFAULT_TYPES = frozenset(
    {
        "topic.opened.v1",
        "contribution.submitted.v1",
        "contribution.corrected.v1",
        "contribution.withdrawn.v1",
        "contribution.supported.v1",
        "support.withdrawn.v1",
        "meeting.held.v1",
    }
)
"""What a channel passes on of the people. What the public body does (opening a consultation,
answering, recognising, erasing) must be listed for the channel that does it."""


class ChannelsError(Exception):
    """The channels file cannot be used; the message names the file and the field."""


def _publishable(name: str) -> str:
    if name not in TYPES:
        raise ValueError(
            f"is not a type that can be published over HTTP: {', '.join(sorted(TYPES))}"
        )
    return name


class Channel(BaseModel):
    """What one channel may do. The fields are those of the file, described above."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    source: Name
    token_sha256: Annotated[
        tuple[Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")], ...],
        Field(min_length=1),
    ]
    scope: Name | None = None
    pseudonyms: Literal["made", "own"] = "made"
    types: frozenset[Annotated[str, AfterValidator(_publishable)]] = DEFAULT_TYPES
    consultations: frozenset[Identifier] | None = None
    events_per_second: Annotated[float, Field(gt=0)] = EVENTS_PER_SECOND
    bytes_per_second: Annotated[float, Field(gt=0)] = BYTES_PER_SECOND
    masking: Masking | None = None


class Channels(BaseModel):
    """All channels, by the name that logs have them by."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    channels: Annotated[dict[Identifier, Channel], Field(min_length=1)]

    @model_validator(mode="after")
    def _one_channel_per_token(self) -> Self:
        seen: set[str] = set()
        for name, channel in self.channels.items():
            if not seen.isdisjoint(channel.token_sha256):
                raise ValueError(f"{name}: has the token of another channel; give it its own")
            seen.update(channel.token_sha256)
        return self

    def holding(self, token: str) -> str | None:
        """The name of the channel that a token belongs to; None for a token nobody has.

        Every hash is looked at, each in constant time, so that the time taken tells nothing.
        """
        hashed = token_hash(token).encode()
        found = None
        for name, channel in self.channels.items():
            for known in channel.token_sha256:
                if hmac.compare_digest(hashed, known.encode()):
                    found = name
        return found


def read_channels(path: Path) -> Channels:
    """Read the channels file.

    Raises:
        ChannelsError: It cannot be read, or a field is wrong.
    """
    try:
        with path.open("rb") as file:
            return Channels.model_validate(tomllib.load(file))
    except OSError as error:
        raise ChannelsError(f"{path}: cannot be read ({error.strerror})") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ChannelsError(f"{path}: is not TOML: {error}") from error
    except ValidationError as error:
        wrong = (
            f"{'.'.join(map(str, detail['loc'])) or 'channels'}: {detail['msg']}"
            for detail in error.errors(include_url=False, include_input=False)
        )
        raise ChannelsError(f"{path}: {'; '.join(wrong)}") from None


def new_token() -> str:
    """A token that nobody can guess, in letters that a header takes."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def token_hash(token: str) -> str:
    """What the channels file keeps of a token."""
    return hashlib.sha256(token.encode()).hexdigest()
