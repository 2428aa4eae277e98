"""Stream `member`: what the registry remembers of a member, folded from the facts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any, Final

from pydantic import BaseModel, ConfigDict

from events.facts.base import Fact, is_hidden
from events.facts.census import CensusAnswered, CensusMissed, CensusSettled
from events.facts.decision import Decider, UnknownFact
from events.facts.member import (
    CONTACT_FIELDS,
    DETAIL_PLACE,
    IDENTITY_FIELDS,
    Assigned,
    Attended,
    AwayKind,
    Classified,
    ContactChanged,
    CorrectableField,
    DetailsChanged,
    DetailsCorrected,
    Died,
    DuesPaid,
    Enrolled,
    EnrolmentWithdrawn,
    MovedAway,
    PensionBasisSet,
    Returned,
    detail_in,
)
from events.facts.member_away import (
    AwayDayCorrected,
    AwayDetailsChanged,
    AwayPart,
    RelationTransferSent,
    RelationTransferWithdrawn,
)
from events.facts.member_centre import CentreJoined, CentreLeft, HostDeclined, HostDeclineWithdrawn
from events.facts.member_contact import ContactPart
from events.facts.member_dues import DuesPart, DuesWaived, DuesWaiverEnded
from events.facts.member_handover import TakenOver, TakeOverWithdrawn
from events.facts.member_honours import HonourPart
from events.facts.member_meeting import (
    AttendanceTakenBack,
    CountedAgain,
    Excused,
    Invited,
    LeftOutOfQuorum,
    StudyDelivered,
)
from events.facts.member_points import PointPart
from events.facts.member_review import ReviewPart
from events.facts.member_service import ServicePart
from events.facts.merging import Merged, ToldApart, Unmerged
from events.facts.people import ContactCard, Person, RetirementKind, as_one
from services.registry.decide.absence import Absence
from services.registry.decide.alias import Alias
from services.registry.decide.census_memory import Said, remember
from services.registry.decide.contact_memory import Contacts
from services.registry.decide.dues import Basis, DuesTerms, Relief, Waiver
from services.registry.decide.dues_memory import DuesMemory
from services.registry.decide.employer import Employer
from services.registry.decide.honours_memory import Honours
from services.registry.decide.household import Household
from services.registry.decide.points_memory import Points
from services.registry.decide.review_memory import Review
from services.registry.decide.serving import Serving

CardFact = ContactChanged | Classified | DetailsChanged | DetailsCorrected

# ── State ────────────────────────────────────────────────────────────────────────────────────────────────────────


class Standing(StrEnum):
    """Whether the person is on the roll."""

    UNKNOWN = "unknown"
    ENROLLED = "enrolled"
    WITHDRAWN = "withdrawn"
    DIED = "died"


class Away(BaseModel):
    """The member lives elsewhere for a while, at this place since `there_since`; `since` is when they left."""

    model_config = ConfigDict(frozen=True)

    since: date
    kind: AwayKind
    destination: str
    address: str | None = None
    phone: str | None = None
    fixed_place: bool = False
    expected_return: date | None = None
    reason: str | None = None
    card_until: date | None = None
    clause: str = ""
    policy_kind: AwayKind | None = None
    there_since: date


class Member(BaseModel):
    """What decisions about a member need to remember. `terms` are what dues are reckoned from, `dues` what was paid.

    `person` and `contact` are None where they cannot be read (erased). `touched`: something happened since the
    enrolment that nobody may take back unasked.
    """

    model_config = ConfigDict(frozen=True)

    standing: Standing = Standing.UNKNOWN
    enrolled_on: date | None = None
    import_id: str | None = None
    touched: bool = False
    person: Person | None = None
    contact: ContactCard | None = None
    joined_on: date | None = None
    full_member_on: date | None = None
    kind: RetirementKind = RetirementKind.OTHER
    branch_id: str | None = None
    group_id: str | None = None
    placed_on: date | None = None
    """The last day from which it was another branch or group than before."""
    details: Mapping[str, str] = {}
    away: Away | None = None
    returned_on: date | None = None
    terms: DuesTerms = DuesTerms()
    dues: DuesMemory = DuesMemory()
    died_on: date | None = None
    census: dict[str, Said] = {}
    """What was said in each campaign, by its id."""
    household: Household = Household()
    employer: Employer = Employer()
    serving: Serving = Serving()
    honours: Honours = Honours()
    points: Points = Points()
    review: Review = Review()
    absence: Absence = Absence()
    contacts: Contacts = Contacts()
    alias: Alias = Alias()

    @property
    def paid(self) -> dict[str, str]:
        """Which receipt covers which month."""
        return self.dues.paid


# ── evolve ───────────────────────────────────────────────────────────────────────────────────────────────────────


def evolve(member: Member, fact: Fact, effective: date) -> Member:
    """The member after a fact. Raises `UnknownFact` on a fact of another stream."""
    match fact:
        case Enrolled():
            return _enrolled(fact, effective)
        case EnrolmentWithdrawn():
            return Member(standing=Standing.WITHDRAWN)
        case MovedAway():
            kept = fact.model_dump(include={"kind", "clause", "card_until", "policy_kind"})
            away = Away(since=effective, **kept, **_place_of(fact, effective))
            left = {"away": away, "absence": member.absence.anew()}
            return member.model_copy(update=left | {"touched": member.touched or not fact.carried_over})
        case Returned():
            return member.model_copy(update=_back(member, effective))
        case (
            Attended()
            | Invited()
            | Excused()
            | AttendanceTakenBack()
            | StudyDelivered()
            | LeftOutOfQuorum()
            | CountedAgain()
        ):
            return member if member.touched else member.model_copy(update={"touched": True})
        case DuesPaid():
            return member.model_copy(update={"dues": member.dues.after_payment(fact), "touched": True})
        case Assigned():
            belongs = {"branch_id": fact.branch_id, "group_id": fact.group_id, "placed_on": effective}
            return member.model_copy(update=belongs | {"touched": True})
        case PensionBasisSet():
            terms = member.terms if is_hidden(fact.basis_fen) else member.terms.with_basis(effective, fact.basis_fen)
            return member.model_copy(update={"terms": terms, "touched": True})
        case ContactChanged() | Classified() | DetailsChanged() | DetailsCorrected():
            return _card_after(member, fact, effective)
        case Died():
            return member.model_copy(update={"standing": Standing.DIED, "died_on": effective, "touched": True})
        case _:
            return _asked(member, fact, effective)


def _back(member: Member, on: date) -> dict[str, Any]:
    return {"away": None, "returned_on": on, "absence": member.absence.anew(), "touched": True}


def _place_of(fact: MovedAway | AwayDetailsChanged, effective: date) -> dict[str, Any]:
    """Where somebody lives who is away; what cannot be read is not known."""
    sealed = {name: getattr(fact, name) for name in ("address", "phone", "reason")}
    return {
        "destination": fact.destination,
        "fixed_place": fact.fixed_place,
        "expected_return": fact.expected_return,
        "there_since": effective,
        **{name: None if is_hidden(value) else value for name, value in sealed.items()},
    }


def _asked(member: Member, fact: Fact, effective: date) -> Member:
    match fact:
        case CensusAnswered() | CensusMissed() | CensusSettled():
            return member.model_copy(update={"census": remember(member.census, fact, effective), "touched": True})
        case _:
            return _in_household(member, fact, effective)


def _card_after(member: Member, fact: CardFact, effective: date) -> Member:
    match fact:
        case DetailsChanged():
            return _detailed(member, fact)
        case ContactChanged():
            return _reached_otherwise(member, None if is_hidden(fact.contact) else fact.contact, effective)
        case Classified():
            return _classified(member, fact, effective)
        case DetailsCorrected():
            return _corrected(member, fact, effective)


def _enrolled(fact: Enrolled, effective: date) -> Member:
    contact = None if is_hidden(fact.contact) else fact.contact
    basis_fen = None if is_hidden(fact.pension_basis_fen) else fact.pension_basis_fen
    terms = DuesTerms(
        bases=() if basis_fen is None else (Basis(effective, basis_fen),),
        relief=(Relief(date.min, True),) if contact is not None and contact.minimum_living else (),
    )
    return Member(
        standing=Standing.ENROLLED,
        enrolled_on=effective,
        import_id=fact.import_id,
        person=None if is_hidden(fact.person) else fact.person,
        contact=contact,
        joined_on=fact.joined_on,
        full_member_on=fact.full_member_on,
        kind=fact.kind,
        branch_id=fact.branch_id,
        placed_on=effective,
        details={CorrectableField.SKILLS.value: said} if (said := as_one(fact.skills)) else {},
        terms=terms,
    )


def _reached_otherwise(member: Member, contact: ContactCard | None, since: date) -> Member:
    terms = member.terms if contact is None else member.terms.with_relief(since, contact.minimum_living)
    return member.model_copy(update={"contact": contact, "terms": terms, "touched": True})


def _classified(member: Member, fact: Classified, since: date) -> Member:
    flags = fact.flags()
    contact = (member.contact or ContactCard()).model_copy(update=flags) if flags else member.contact
    relief = flags.get("minimum_living")
    terms = member.terms if relief is None else member.terms.with_relief(since, relief, said=True)
    after = {"kind": fact.kind or member.kind, "contact": contact, "terms": terms, "touched": True}
    return member.model_copy(update=after)


def _detailed(member: Member, fact: DetailsChanged | DetailsCorrected) -> Member:
    value = detail_in(fact)
    details = {name: known for name, known in member.details.items() if name != fact.field.value}
    after = details | {fact.field.value: value} if value else details
    brought = isinstance(fact, DetailsChanged) and fact.import_id is not None
    return member.model_copy(update={"details": after, "touched": member.touched or not brought})


def _corrected(member: Member, fact: DetailsCorrected, effective: date) -> Member:
    if fact.field in DETAIL_PLACE:
        return _detailed(member, fact)
    if fact.field in CONTACT_FIELDS:
        contact = None if member.contact is None else fact.contact_after(member.contact)
        return _reached_otherwise(member, contact, fact.wrong_since or effective)
    if fact.field in IDENTITY_FIELDS:
        person = None if member.person is None else fact.person_after(member.person)
        return member.model_copy(update={"person": person, "touched": True})
    day = date.fromisoformat(fact.plain) if fact.plain and fact.field is not CorrectableField.KIND else None
    match fact.field:
        case CorrectableField.JOINED_ON:
            return member.model_copy(update={"joined_on": day, "touched": True})
        case CorrectableField.FULL_MEMBER_ON:
            return member.model_copy(update={"full_member_on": day, "touched": True})
        case _:
            kind = RetirementKind(fact.plain) if fact.plain else RetirementKind.OTHER
            return member.model_copy(update={"kind": kind, "touched": True})


def _in_household(member: Member, fact: Fact, effective: date) -> Member:
    """What concerns household centres, and the unit somebody was taken over from."""
    match fact:
        case CentreJoined() | CentreLeft() | HostDeclined() | HostDeclineWithdrawn():
            return member.model_copy(update={"household": member.household.after(fact), "touched": True})
        case TakenOver() | TakeOverWithdrawn():
            return member.model_copy(update={"employer": member.employer.after(fact, effective), "touched": True})
        case _:
            return _serves(member, fact, effective)


def _serves(member: Member, fact: Fact, effective: date) -> Member:
    """What concerns posts and hours of service."""
    if not isinstance(fact, ServicePart):
        return _esteemed(member, fact, effective)
    return member.model_copy(update={"serving": member.serving.after(fact, effective), "touched": True})


def _esteemed(member: Member, fact: Fact, effective: date) -> Member:
    """What concerns honours, points, reports and appraisals."""
    if isinstance(fact, HonourPart):
        return member.model_copy(update={"honours": member.honours.after(fact, effective), "touched": True})
    if isinstance(fact, PointPart):
        return member.model_copy(update={"points": member.points.after(fact, effective), "touched": True})
    if isinstance(fact, ReviewPart):
        return member.model_copy(update={"review": member.review.after(fact, effective), "touched": True})
    return _owes(member, fact, effective)


def _owes(member: Member, fact: Fact, effective: date) -> Member:
    """What concerns dues that were paid or are owed."""
    if not isinstance(fact, DuesPart):
        return _kept_in_touch(member, fact, effective)
    terms = member.terms
    if isinstance(fact, DuesWaived) and not is_hidden(fact.pays_fen):
        terms = terms.with_waiver(Waiver(fact.first, fact.last, fact.pays_fen, fact.clause, fact.reduction_id))
    if isinstance(fact, DuesWaiverEnded):
        terms = terms.without_waiver_after(fact.reduction_id, fact.last)
    return member.model_copy(update={"terms": terms, "dues": member.dues.after(fact), "touched": True})


def _kept_in_touch(member: Member, fact: Fact, effective: date) -> Member:
    """What concerns being in touch, and an absence."""
    if isinstance(fact, ContactPart):
        return member.model_copy(update={"contacts": member.contacts.after(fact, effective), "touched": True})
    if not isinstance(fact, AwayPart):
        return _told_of_another(member, fact)
    kept = {"absence": member.absence.after(fact, effective), "away": _kept_otherwise(member.away, fact, effective)}
    return member.model_copy(update=kept | {"touched": True})


def _kept_otherwise(away: Away | None, fact: AwayPart, effective: date) -> Away | None:
    """The absence as it is kept after a fact about it."""
    match fact:
        case AwayDetailsChanged() if away is not None:
            return away.model_copy(update=_place_of(fact, effective))
        case RelationTransferSent() if away is not None:
            return away.model_copy(update={"kind": AwayKind.TEMPORARY_TRANSFER, "clause": fact.kind_clause})
        case AwayDayCorrected() if away is not None:
            there_since = effective if away.there_since == fact.was else away.there_since
            kept = fact.model_dump(include={"kind", "clause", "card_until"})
            return away.model_copy(update={"since": effective, "there_since": there_since, **kept})
        case RelationTransferWithdrawn() if away is not None:
            return away.model_copy(update={"kind": fact.kind, "clause": fact.clause})
        case _:
            return away


def _told_of_another(member: Member, fact: Fact) -> Member:
    """What is said about this record and another one changes nothing else."""
    if not isinstance(fact, Merged | Unmerged | ToldApart):
        raise UnknownFact("member", fact)
    return member.model_copy(update={"alias": member.alias.after(fact)})


MEMBER: Final = Decider(owner="registry", stream="member", initial=Member(), evolve=evolve)
