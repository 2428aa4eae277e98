"""Stream `branch`, owned by registry: a branch's life, from its formation to its end in another one.

Who belongs to a branch is told by its members' own facts (`Enrolled`, `Assigned`), written in the same append.
"""

from __future__ import annotations

from datetime import date
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
    GENERAL = "general"
    """党总支: holds branches, and no members of its own."""


class Formed(BranchFact, name="hearth.branch.formed", version=1, published=True):
    """The branch exists from the effective day on. Source: DOMAIN R3."""

    name: str
    contact: Sealed[Contact, BranchContact] = BranchContact()
    kind: BranchKind = BranchKind.RESIDENCE
    split_from: str | None = None
    """The branch of which it was a part until then."""


class Renamed(BranchFact, name="hearth.branch.renamed", version=1, published=True):
    """The branch is called this from the effective day on; the envelope says why. Source: DOMAIN R3."""

    name: str


class ContactSet(BranchFact, name="hearth.branch.contact_set", version=1, published=True):
    """The branch is reached this way from the effective day on. Source: DOMAIN R8."""

    contact: Sealed[Contact, BranchContact]


class KindChanged(BranchFact, name="hearth.branch.kind_changed", version=1, published=True):
    """Something else brings the branch's members together from the effective day on. Source: DOMAIN R3."""

    kind: BranchKind


class PlacedUnder(BranchFact, name="hearth.branch.placed_under", version=1, published=True):
    """The branch belongs to this general branch (to none) from the effective day on. Source: DOMAIN R3."""

    general_id: str | None
    name: str | None
    """Of the general branch, on that day."""


class Split(BranchFact, name="hearth.branch.split", version=1, published=True):
    """A part of the branch is a branch of its own from the effective day on. Source: DOMAIN R3.

    So many `members` went; each has an `Assigned` in the same append, and the new branch its `Formed`.
    """

    into: str
    name: str
    members: int


class Merged(BranchFact, name="hearth.branch.merged", version=1, published=True):
    """The branch ended in another one on the effective day, and everybody in it followed. Source: DOMAIN R3."""

    into: str
    name: str
    members: int


class Absorbed(BranchFact, name="hearth.branch.absorbed", version=1, published=True):
    """Another branch ended in this one, the other side of `Merged` in the same append. Source: DOMAIN R3."""

    branch_id: str
    name: str
    members: int


class GroupFormed(BranchFact, name="hearth.branch.group_formed", version=1, published=True):
    """The branch has a group (党小组) of this name from the effective day on. Source: DOMAIN R3."""

    group_id: str
    name: str


class GroupRenamed(BranchFact, name="hearth.branch.group_renamed", version=1, published=True):
    """The group of the branch is called this from the effective day on. Source: DOMAIN R3."""

    group_id: str
    name: str


class GroupDissolved(BranchFact, name="hearth.branch.group_dissolved", version=1, published=True):
    """The group is no more from the effective day on; its members stay in the branch. Source: DOMAIN R3."""

    group_id: str
    name: str


class Post(StrEnum):
    """What somebody on a committee is there for (DOMAIN R3)."""

    SECRETARY = "secretary"
    """书记"""
    DEPUTY = "deputy"
    """副书记"""
    ORGANISATION = "organisation"
    """组织委员"""
    PUBLICITY = "publicity"
    """宣传委员"""
    DISCIPLINE = "discipline"
    """纪检委员"""
    MEMBER = "member"
    """委员"""


class Seat(Word):
    """Who holds a post. One person may hold several."""

    member_id: str
    post: Post


class CommitteeElected(BranchFact, name="hearth.branch.committee_elected", version=1, published=True):
    """The branch has this committee (a small branch: this secretary) from the effective day on. Source: DOMAIN R3.

    The term began on `term_from` and its last day is `until`, by `clause`. `by_election`: within the term that runs.
    Nothing follows from the end of a term by itself: those elected stay until others are.
    """

    seats: tuple[Seat, ...]
    term_from: date
    until: date
    clause: str
    by_election: bool = False


class PartnerPaired(BranchFact, name="hearth.branch.partner_paired", version=1):
    """The branch and a partner unit have said that they work together from the effective day on. Source: DOMAIN R5."""

    partner_id: str
    name: str
    """Of the unit, on that day."""


class PartnerPairingEnded(BranchFact, name="hearth.branch.partner_pairing_ended", version=1):
    """They do no more from the effective day on; the envelope says why. Source: DOMAIN R5."""

    partner_id: str
    name: str
    """Of the unit, on that day."""
