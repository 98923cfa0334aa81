"""What participants did, as facts for their consultation: the records on `participation.activity`.

A topic's events are all in one partition, a consultation's are not. So each event that adds or ends
contributions of participants is told to the partition of its consultation, where the regulars agent
adds it up. The event's place makes the record unique, however often it is told.
"""

import msgspec

from schemas.events import (
    ContributionCorrected,
    ContributionSubmitted,
    Role,
    milliseconds,
)
from streams.codes import pseudonym_bytes
from streams.contributions import ROLES
from streams.effects import Governed
from streams.screening import Screened
from streams.state import PartitionState

_PARTICIPANT = ROLES.index(Role.PARTICIPANT)


class Fact(msgspec.Struct, array_like=True, frozen=True):
    """A participant's contribution came, or `ended`: was withdrawn or replaced.

    `offset` is the contribution's in the events, `participant` the 16 bytes of the pseudonym (empty
    for an unknown author), `occurred_at` in Unix milliseconds.
    """

    offset: int
    participant: bytes
    occurred_at: int
    ended: bool


class Activity(msgspec.Struct, array_like=True, frozen=True):
    """The facts of one event at `partition` and `offset`; or a policy, as JSON."""

    partition: int
    offset: int
    consultation: str
    topic: str
    facts: tuple[Fact, ...] = ()
    policy: bytes = b""

    def encode(self) -> bytes:
        """As MessagePack."""
        return _ENCODER.encode(self)

    @staticmethod
    def decode(value: bytes) -> "Activity":
        """Read a record.

        Raises:
            msgspec.MsgspecError: It is none.
        """
        return _DECODER.decode(value)


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(Activity)


def activity(screened: Screened, partition: int, state: PartitionState) -> Activity | None:
    """What an event tells about the participants of its consultation, if anything."""
    offset, key, event = screened.arrival
    if isinstance(screened.effect, Governed):
        return Activity(partition, offset, "", "", policy=screened.effect.policy)
    facts = [_ended(number, state) for number in screened.ended if _is_participants(number, state)]
    if (
        isinstance(event, ContributionSubmitted | ContributionCorrected)
        and not screened.redelivered
        and event.data.role is Role.PARTICIPANT
    ):
        participant = pseudonym_bytes(event.data.participant)
        facts.append(Fact(offset, participant, milliseconds(event.data.occurred_at), ended=False))
    if not facts:
        return None
    consultation, _, topic = key.partition("/")
    return Activity(partition, offset, consultation, topic, tuple(facts))


def _is_participants(number: int, state: PartitionState) -> bool:
    return state.contributions.roles[number] == _PARTICIPANT


def _ended(number: int, state: PartitionState) -> Fact:
    columns = state.contributions
    participant = state.participants.thing(columns.participants[number])
    return Fact(columns.offsets[number], participant, columns.occurred_at[number], ended=True)
