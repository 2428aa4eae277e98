"""Stream `member`, the part about applying before one leaves: asked for, approved or refused by a person."""

from __future__ import annotations

from datetime import date

from events.facts.base import Contact, Sealed
from events.facts.member import AwayKind, MemberFact


class AwayApplied(MemberFact, name="hearth.member.away_applied", version=1):
    """The member asks to leave on `since`; effective on the day of asking. Source: DOMAIN R6."""

    application_id: str
    since: date
    expected_return: date | None = None
    destination: str
    address: Sealed[Contact, str | None] = None
    phone: Sealed[Contact, str | None] = None
    fixed_place: bool = False
    intermittent: bool = False
    reason: Sealed[Contact, str]


class AwayApplicationApproved(MemberFact, name="hearth.member.away_application_approved", version=1):
    """A person said yes, and how the member is kept in touch. Source: DOMAIN R6.

    `clause` is the rule of `kind`. Where a person chose otherwise than the policy, `policy_kind` is what it had said
    and `why_other` why.
    """

    application_id: str
    kind: AwayKind
    clause: str
    policy_kind: AwayKind | None = None
    why_other: Sealed[Contact, str | None] = None


class AwayApplicationRefused(MemberFact, name="hearth.member.away_application_refused", version=1):
    """A person said no, and why. Source: DOMAIN R6."""

    application_id: str
    why: Sealed[Contact, str]


class AwayApplicationWithdrawn(MemberFact, name="hearth.member.away_application_withdrawn", version=1):
    """The member does not leave after all, or it was written down by mistake. Source: DOMAIN R6."""

    application_id: str
    why: Sealed[Contact, str]


ApplicationPart = AwayApplied | AwayApplicationApproved | AwayApplicationRefused | AwayApplicationWithdrawn
