"""Stream `member`, about an absence: where, contact card (流动党员联系卡), letter of transfer, being in touch."""

from __future__ import annotations

from datetime import date

from events.facts.base import Contact, Sealed
from events.facts.member import AwayKind, MemberFact
from events.facts.member_application import ApplicationPart


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


class RelationTransferSent(MemberFact, name="hearth.member.relation_transfer_sent", version=1):
    """A letter (介绍信) was given that moves the relation for a while, valid to `valid_until`. Source: DOMAIN R6.

    From the effective day on the absence is one with a temporary transfer, by `kind_clause`; whoever sent stays
    responsible until it is received. `clause` is the rule of the letter, `replaces` the letter whose place it takes,
    `kind_before` and `clause_before` what the absence was without any letter.
    """

    letter_no: str
    to_organisation: str
    valid_until: date
    clause: str
    kind_clause: str
    kind_before: AwayKind
    clause_before: str
    replaces: str | None = None


class RelationTransferReceived(MemberFact, name="hearth.member.relation_transfer_received", version=1):
    """The organisation there has the relation from the effective day on; `told_by` says who told so. Source: R6."""

    letter_no: str
    told_by: Sealed[Contact, str]


class RelationTransferWithdrawn(MemberFact, name="hearth.member.relation_transfer_withdrawn", version=1):
    """The letter counts for nothing; the absence is again of this kind, by this clause. Source: DOMAIN R6."""

    letter_no: str
    kind: AwayKind
    clause: str
    why: Sealed[Contact, str]


TransferPart = RelationTransferSent | RelationTransferReceived | RelationTransferWithdrawn


class ReportedFromAfar(MemberFact, name="hearth.member.reported_from_afar", version=1):
    """The member told the branch how they are, from where they live. Effective on that day. Source: DOMAIN R6."""

    said: Sealed[Contact, str]


class LostContactFlagged(MemberFact, name="hearth.member.lost_contact_flagged", version=1):
    """A person looked into it and found the contact lost. Nothing ever flags it by itself. Source: DOMAIN R6, §4.

    `last_contact` is the last day on which anybody was in touch, as it was known then; `why` is what was tried.
    """

    last_contact: date
    clause: str
    why: Sealed[Contact, str]


class ContactReestablished(MemberFact, name="hearth.member.contact_reestablished", version=1):
    """Somebody reached the member again on the effective day, and how. Source: DOMAIN R6."""

    how: Sealed[Contact, str]


TouchPart = ReportedFromAfar | LostContactFlagged | ContactReestablished


class AwayDayCorrected(MemberFact, name="hearth.member.away_day_corrected", version=1, published=True):
    """The member left on the effective day, not on `was`; the rest is the absence as it is kept with that day.

    It stands in the place of the `MovedAway` (or correction) effective on `was`. Source: DOMAIN R6, R24.
    """

    was: date
    kind: AwayKind
    clause: str
    destination: str
    expected_return: date | None = None
    card_until: date | None = None
    why: Sealed[Contact, str]


class AwayDetailsChanged(MemberFact, name="hearth.member.away_details_changed", version=1, published=True):
    """Somebody who is away already lives at this place from the effective day on, all of it. Source: DOMAIN R6, R7.

    The absence is the same one: it began with `MovedAway`, and its kind, clause and card stay as they were. What is
    None is not known of the new place, whatever was known of the one before.
    """

    destination: str
    address: Sealed[Contact, str | None] = None
    phone: Sealed[Contact, str | None] = None
    fixed_place: bool
    expected_return: date | None = None
    reason: Sealed[Contact, str]


AwayPart = CardPart | TransferPart | ApplicationPart | TouchPart | AwayDayCorrected | AwayDetailsChanged
