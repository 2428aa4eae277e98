"""Stream `branch`, owned by registry: a branch and whom its members may call."""

from __future__ import annotations

from events.facts.base import Contact, Fact, Sealed
from events.facts.people import Word


class BranchFact(Fact, owner="registry", stream="branch"):
    """About one branch; the entity is the branch's id."""


class BranchContact(Word):
    """Whom the branch's members call: usually its secretary."""

    name: str | None = None
    phone: str | None = None


class Formed(BranchFact, name="hearth.branch.formed", version=1, published=True):
    """The branch exists from the effective day on. Source: DOMAIN R3."""

    name: str
    contact: Sealed[Contact, BranchContact] = BranchContact()


class ContactSet(BranchFact, name="hearth.branch.contact_set", version=1, published=True):
    """The branch is reached this way from the effective day on. Source: DOMAIN R8."""

    contact: Sealed[Contact, BranchContact]
