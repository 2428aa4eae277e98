"""Stream `branch`, owned by registry: a branch, what it is called and whom its members may call."""

from __future__ import annotations

from enum import StrEnum

from events.facts.base import Contact, Fact, Sealed
from events.facts.people import Word


class BranchFact(Fact, owner="registry", stream="branch"):
    """About one branch; the entity is the branch's id."""


class BranchContact(Word):
    """Whom the branch's members call: usually its secretary."""

    name: str | None = None
    phone: str | None = None


class BranchKind(StrEnum):
    """What brings a branch's members together (DOMAIN R3)."""

    RESIDENCE = "residence"
    """They live near each other."""
    HOBBY = "hobby"
    """They belong to the same association."""
    MOBILE = "mobile"
    """They live elsewhere."""


class Formed(BranchFact, name="hearth.branch.formed", version=1, published=True):
    """The branch exists from the effective day on. Source: DOMAIN R3."""

    name: str
    contact: Sealed[Contact, BranchContact] = BranchContact()
    kind: BranchKind = BranchKind.RESIDENCE


class Renamed(BranchFact, name="hearth.branch.renamed", version=1, published=True):
    """The branch is called this from the effective day on; the envelope says why. Source: DOMAIN R3."""

    name: str


class ContactSet(BranchFact, name="hearth.branch.contact_set", version=1, published=True):
    """The branch is reached this way from the effective day on. Source: DOMAIN R8."""

    contact: Sealed[Contact, BranchContact]
