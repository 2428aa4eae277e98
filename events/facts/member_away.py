"""Stream `member`, the part about being away: the contact card (流动党员联系卡) from its issue to its inspection."""

from __future__ import annotations

from datetime import date

from events.facts.base import Contact, Sealed
from events.facts.member import MemberFact


class ContactCardIssued(MemberFact, name="hearth.member.contact_card_issued", version=1):
    """The member was given a contact card, valid from the effective day to `valid_until`, both included. Source: R6.

    `number` is the next one of the community's book. `replaces` is the card that holds no more from now on.
    """

    card_id: str
    number: str
    valid_until: date
    destination: str
    clause: str
    replaces: str | None = None


class ContactCardRevoked(MemberFact, name="hearth.member.contact_card_revoked", version=1):
    """The card holds no more, whoever carries it. Source: DOMAIN R6."""

    card_id: str
    why: Sealed[Contact, str]


class ContactCardInspected(MemberFact, name="hearth.member.contact_card_inspected", version=1):
    """Back home the card was looked at: whether it was handed in, and what the branch there had written. Source: R6.

    `inspected_by` is the person who looked, who need not be the one who writes it down.
    """

    card_id: str
    handed_in: bool
    inspected_by: str
    written_there: Sealed[Contact, str | None] = None


CardPart = ContactCardIssued | ContactCardRevoked | ContactCardInspected
AwayPart = CardPart
