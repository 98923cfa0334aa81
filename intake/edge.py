"""The edge: what a channel knows people by stays on this side, and pseudonyms cross.

Nothing behind it has a name: neither Kafka, nor a log, nor an error message.
"""

import re
from dataclasses import dataclass

from intake.masking import Masking
from intake.pseudonyms import Pseudonymiser, known_author

_PSEUDONYM = re.compile(r"p-[0-9a-f]{32}")
_TEXTS = ("text", "title", "question", "reason")


@dataclass(frozen=True)
class Edge:
    """What every channel passes through on its way to Kafka.

    Attributes:
        pseudonyms: Under the deployment's key.
        scope: Where the channel's identities are unique: the channel itself, or what it shares with
            others that know people by the same ones, such as one register of members.
        masking: Which contact data is masked in what people write; None: none.
    """

    pseudonyms: Pseudonymiser
    scope: str
    masking: Masking | None = None

    def participant(self, identity: str | None) -> str | None:
        """The pseudonym of whoever the channel knows by an identity; None for an unknown author."""
        identity = (identity or "").strip()
        if not known_author(identity):
            return None
        return self.pseudonyms.of(identity, scope=self.scope)

    def text(self, text: str) -> str:
        """What somebody wrote, without the contact data that is masked; it never gets longer."""
        return text if self.masking is None else self.masking.mask(text)

    def cross(self, payload: dict[str, object]) -> dict[str, object]:
        """A CloudEvent as the channel sent it, as it may go on.

        `data.participant` becomes a pseudonym, unless it is one, and the texts of `data` are
        masked. What has another type than an event asks for is left to the event's own validation.

        Args:
            payload: The event's JSON, of any shape. It is left as it is.
        """
        data = payload.get("data")
        if not isinstance(data, dict):
            return payload
        crossed: dict[str, object] = dict(data)
        participant = crossed.get("participant")
        if isinstance(participant, str) and not _PSEUDONYM.fullmatch(participant):
            crossed["participant"] = self.participant(participant)
        for name in _TEXTS:
            text = crossed.get(name)
            if isinstance(text, str):
                crossed[name] = self.text(text)
        return {**payload, "data": crossed}
