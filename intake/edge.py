"""The edge: what a channel knows people by stays on this side, and pseudonyms cross.

Nothing behind it has a name: neither Kafka, nor a log, nor an error message.
"""

from dataclasses import dataclass

from intake.pseudonyms import Pseudonymiser, known_author


@dataclass(frozen=True)
class Edge:
    """What every channel passes through on its way to Kafka.

    Attributes:
        pseudonyms: Under the deployment's key.
        scope: Where the channel's identities are unique: the channel itself, or what it shares with
            others that know people by the same ones, such as one register of members.
    """

    pseudonyms: Pseudonymiser
    scope: str

    def participant(self, identity: str | None) -> str | None:
        """The pseudonym of whoever the channel knows by an identity; None for an unknown author."""
        identity = (identity or "").strip()
        if not known_author(identity):
            return None
        return self.pseudonyms.of(identity, scope=self.scope)
