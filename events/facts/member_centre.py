"""Stream `member`, the part about household centres: which one a member belongs to, and which host it must not be."""

from __future__ import annotations

from events.facts.base import Contact, Sealed
from events.facts.member import MemberFact


class CentreJoined(MemberFact, name="hearth.member.centre_joined", version=1, published=True):
    """The member belongs to this centre from the effective day on, and to no other. Source: DOMAIN R4.

    `came_from` is the centre it was before, `hosts` says whose house it is, `proposal_id` which accepted proposal
    brought it about.
    """

    centre_id: str
    came_from: str | None = None
    hosts: bool = False
    proposal_id: str | None = None


class CentreLeft(MemberFact, name="hearth.member.centre_left", version=1, published=True):
    """The member belongs to no centre from the effective day on. Source: DOMAIN R4."""

    centre_id: str
    proposal_id: str | None = None


class HostDeclined(MemberFact, name="hearth.member.host_declined", version=1):
    """The member does not wish to go to this host's house. Source: DOMAIN R4."""

    host_id: str
    why: Sealed[Contact, str]


class HostDeclineWithdrawn(MemberFact, name="hearth.member.host_decline_withdrawn", version=1):
    """The wish against this host is no more. Source: DOMAIN R4."""

    host_id: str


CentrePart = CentreJoined | CentreLeft | HostDeclined | HostDeclineWithdrawn
