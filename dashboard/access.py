"""Who may read which consultation, and who may answer in it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from schemas.events import Visibility

EVERY = "*"
"""What a grant calls every consultation."""


class Role(StrEnum):
    """What somebody may do; each may do what those before it may."""

    READER = "reader"
    OFFICER = "officer"
    ADMINISTRATOR = "administrator"

    def covers(self, other: "Role") -> bool:
        """Whether this role may do all that the other may."""
        return _RANKS[self] >= _RANKS[other]


_RANKS = {role: rank for rank, role in enumerate(Role)}


@dataclass(frozen=True)
class Viewer:
    """Somebody who has signed in.

    Attributes:
        name: What they are called, to themselves only.
        grants: Their role by consultation id, or by `EVERY`.
    """

    name: str
    grants: Mapping[str, Role]

    def role_in(self, consultation: str) -> Role | None:
        """Their role in a consultation: the higher of the one given in it and that in every one."""
        return _higher(self.grants.get(consultation), self.grants.get(EVERY))

    def may_read(self, consultation: str, visibility: str) -> bool:
        """Whether they may read a consultation of this visibility.

        A private one has its members named: of the roles in every consultation only an
        administrator's reaches it. A visibility that is not known is taken for private.
        """
        return visibility == Visibility.OPEN or self._role(consultation, visibility) is not None

    def may_answer(self, consultation: str, visibility: str) -> bool:
        """Whether they may publish the public body's answers in a consultation."""
        role = self._role(consultation, visibility)
        return role is not None and role.covers(Role.OFFICER)

    def _role(self, consultation: str, visibility: str) -> Role | None:
        """The role that counts in a consultation of this visibility."""
        everywhere = self.grants.get(EVERY)
        if visibility in {Visibility.OPEN, Visibility.RESTRICTED}:
            return self.role_in(consultation)
        if everywhere is Role.ADMINISTRATOR:
            return everywhere
        # A consultation's id cannot be EVERY: `schemas.events.Identifier`.
        return self.grants.get(consultation)


def _higher(one: Role | None, other: Role | None) -> Role | None:
    if one is None or other is None:
        return one or other
    return one if one.covers(other) else other


def merged(grants: Iterable[Mapping[str, Role]]) -> dict[str, Role]:
    """What somebody may do who was given roles more than once: the highest in each place."""
    found: dict[str, Role] = {}
    for given in grants:
        for consultation, role in given.items():
            found[consultation] = _higher(found.get(consultation), role) or role
    return found
