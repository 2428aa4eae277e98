"""Stream `partner`: a unit begins to work together with the community, says what it offers, and leaves."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from events.facts.base import Fact, is_hidden
from events.facts.branch import PartnerPaired, PartnerPairingEnded
from events.facts.decision import (
    Command,
    Decider,
    Decision,
    Decisions,
    Refused,
    UnknownFact,
    facts,
    nothing,
    refused,
)
from events.facts.partner import (
    OfferEnded,
    OfferKind,
    OfferMade,
    PartnerContact,
    PartnerContactSet,
    PartnerDescribed,
    PartnerKind,
    PartnerLeft,
    PartnerRegistered,
    PartnerResumed,
)
from services.registry.decide.branch import Branch, ended
from services.registry.decide.values import Line, Name, Phone, Text

PartnerKey = Annotated[str, Field(pattern=r"^[0-9A-Za-z_-]{1,64}$")]


class RegisterPartner(Command):
    """A unit works together with a community from today on. `office_phone` is the unit's own number, `contact_…` the
    person one asks for.
    """

    name: Name
    kind: PartnerKind
    community: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$")]
    office_address: Line | None = None
    office_phone: Phone | None = None
    contact_name: Name | None = None
    contact_phone: Phone | None = None


class DescribePartner(Command):
    """All of this is so of the unit from today on; what is left out is not known."""

    name: Name
    kind: PartnerKind
    office_address: Line | None = None
    office_phone: Phone | None = None
    contact_name: Name | None = None
    contact_phone: Phone | None = None


class MakeOffer(Command):
    """The unit offers this from `since` (today) to `until`, both included."""

    kind: OfferKind
    what: Line
    since: date | None = None
    until: date | None = None


class LeavePartner(Command):
    """The unit does not work together with the community any more. `reason` goes into the facts' envelopes."""

    reason: Text


class PairPartner(Command):
    """The branch and the unit work together from `on` (today) on."""

    partner: PartnerKey
    on: date | None = None


class EndPairing(Command):
    """They do no more from today on. `reason` goes into the fact's envelope."""

    partner: PartnerKey
    reason: Text


# ── State ────────────────────────────────────────────────────────────────────────────────────────────────────────


class Offer(BaseModel):
    """What a unit offers, until it ends it."""

    model_config = ConfigDict(frozen=True)

    kind: OfferKind
    what: str
    since: date
    until: date | None = None


class Partner(BaseModel):
    """What decisions about a unit need to remember; without a kind there is none yet."""

    model_config = ConfigDict(frozen=True)

    name: str = ""
    kind: PartnerKind | None = None
    office_address: str | None = None
    office_phone: str | None = None
    contact: PartnerContact = PartnerContact()
    offers: Mapping[str, Offer] = {}
    left: bool = False


# ── evolve ───────────────────────────────────────────────────────────────────────────────────────────────────────


def evolve(partner: Partner, fact: Fact, effective: date) -> Partner:
    """The unit after a fact. Raises `UnknownFact` on a fact of another stream."""
    match fact:
        case PartnerRegistered() | PartnerDescribed():
            return partner.model_copy(update=fact.model_dump())
        case PartnerContactSet():
            return partner.model_copy(update={"contact": PartnerContact() if is_hidden(fact.contact) else fact.contact})
        case OfferMade():
            offer = Offer(kind=fact.kind, what=fact.what, since=fact.since, until=fact.until)
            return partner.model_copy(update={"offers": {**partner.offers, fact.offer_id: offer}})
        case OfferEnded():
            left = {offer_id: offer for offer_id, offer in partner.offers.items() if offer_id != fact.offer_id}
            return partner.model_copy(update={"offers": left})
        case PartnerLeft():
            return partner.model_copy(update={"left": True})
        case PartnerResumed():
            return partner.model_copy(update={"left": False})
        case _:
            raise UnknownFact("partner", fact)


PARTNER: Final = Decider(owner="registry", stream="partner", initial=Partner(), evolve=evolve)


# ── decide ───────────────────────────────────────────────────────────────────────────────────────────────────────


def gone(partner: Partner) -> Refused | None:
    """Why nothing can be done with this unit, or not any more; None if it can."""
    if partner.kind is None:
        return refused("no_partner")
    return refused("partner_left", name=partner.name) if partner.left else None


def register(partner: Partner, command: RegisterPartner, today: date) -> Decision:
    """A unit begins. One of that name is that unit already; one that left is to be resumed."""
    if partner.left:
        return refused("partner_left", name=partner.name)
    if partner.kind is not None:
        return nothing()
    registered = PartnerRegistered(**command.model_dump(include={"name", "kind", "office_address", "office_phone"}))
    contact = PartnerContact(name=command.contact_name, phone=command.contact_phone)
    return facts(registered, *_contact(partner, contact), on=today)


def describe(partner: Partner, command: DescribePartner, today: date) -> Decision:
    """Something of the unit is otherwise."""
    if refusal := gone(partner):
        return refusal
    described = PartnerDescribed(**command.model_dump(include={"name", "kind", "office_address", "office_phone"}))
    contact = PartnerContact(name=command.contact_name, phone=command.contact_phone)
    same = described.model_dump() == partner.model_dump(include=set(PartnerDescribed.model_fields))
    changed = [*([] if same else [described]), *_contact(partner, contact)]
    return facts(*changed, on=today) if changed else nothing()


def _contact(partner: Partner, contact: PartnerContact) -> list[PartnerContactSet]:
    return [] if contact == partner.contact else [PartnerContactSet(contact=contact)]


def make_offer(partner: Partner, command: MakeOffer, today: date, *, offer_id: str) -> Decision:
    """The unit offers something; the same thing twice is one offer."""
    if refusal := gone(partner):
        return refusal
    offer = Offer(kind=command.kind, what=command.what, since=command.since or today, until=command.until)
    if offer.until is not None and offer.until < offer.since:
        return refused("ends_before_begin", since=offer.since, until=offer.until)
    if same_offer(partner, command, today) is not None:
        return nothing()
    return facts(OfferMade(offer_id=offer_id, **offer.model_dump()), on=today)


def same_offer(partner: Partner, command: MakeOffer, today: date) -> str | None:
    """The offer that says the same already."""
    wanted = (command.kind, command.what, command.until)
    still = {each: one for each, one in partner.offers.items() if one.until is None or one.until >= today}
    return next((each for each, one in still.items() if (one.kind, one.what, one.until) == wanted), None)


def end_offer(partner: Partner, offer_id: str, today: date) -> Decision:
    """The unit offers it no more."""
    if partner.kind is None:
        return refused("no_partner")
    return facts(OfferEnded(offer_id=offer_id), on=today) if offer_id in partner.offers else nothing()


def leave(partner: Partner, branches: Mapping[str, Branch], today: date, *, partner_id: str) -> Decisions:
    """The unit leaves, and its pairings with these branches end with it."""
    if partner.kind is None:
        return refused("no_partner")
    if partner.left:
        return {}
    over = facts(PartnerPairingEnded(partner_id=partner_id, name=partner.name), on=today)
    paired = {branch_id: over for branch_id, one in branches.items() if partner_id in one.partners}
    return {partner_id: facts(PartnerLeft(), on=today), **paired}


def resume(partner: Partner, today: date) -> Decision:
    """The unit is back. Its pairings are not: each is agreed upon anew."""
    if partner.kind is None:
        return refused("no_partner")
    return facts(PartnerResumed(), on=today) if partner.left else nothing()


def pair(branch: Branch, partner: Partner, command: PairPartner, today: date) -> Decision:
    """A branch and a unit work together."""
    on = command.on or today
    if refusal := ended(branch) or gone(partner):
        return refusal
    if command.partner in branch.partners:
        return nothing()
    if on > today:
        return refused("in_future", day=on, today=today)
    return facts(PartnerPaired(partner_id=command.partner, name=partner.name), on=on)


def end_pairing(branch: Branch, partner: Partner, command: EndPairing, today: date) -> Decision:
    """They do no more. A merged branch's pairing may be ended too: it is over in any case."""
    if not branch.name:
        return refused("no_branch")
    if command.partner not in branch.partners:
        return nothing()
    return facts(PartnerPairingEnded(partner_id=command.partner, name=partner.name), on=today)
