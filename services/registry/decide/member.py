"""Stream `member`: what may happen to a member, and what the registry remembers of one to decide it."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Final

from pydantic import BaseModel, ConfigDict

from events.facts.base import Fact, is_hidden
from events.facts.decision import Decider, Decision, Refused, UnknownFact, facts, nothing, refused
from events.facts.member import (
    CONTACT_FIELDS,
    IDENTITY_FIELDS,
    Assigned,
    Attended,
    AwayKind,
    ContactChanged,
    CorrectableField,
    DetailsCorrected,
    Died,
    DuesPaid,
    Enrolled,
    EnrolmentWithdrawn,
    MovedAway,
    PensionBasisSet,
    Returned,
)
from events.facts.merging import Merged, ToldApart, Unmerged
from events.facts.people import ContactCard, Person, RetirementKind, birth_in
from services.registry.decide.alias import Alias
from services.registry.decide.commands import (
    Assign,
    ChangeContact,
    Correct,
    Die,
    Enrol,
    MoveAway,
    Return,
    SetPensionBasis,
    WithdrawEnrolment,
)
from services.registry.decide.dues import Basis, DuesTerms, Relief
from services.registry.decide.policy import AwayPolicy

# ── State ────────────────────────────────────────────────────────────────────────────────────────────────────────


class Standing(StrEnum):
    """Whether the person is on the roll."""

    UNKNOWN = "unknown"
    ENROLLED = "enrolled"
    WITHDRAWN = "withdrawn"
    DIED = "died"


class Away(BaseModel):
    """The member lives elsewhere for a while."""

    model_config = ConfigDict(frozen=True)

    since: date
    kind: AwayKind
    destination: str
    expected_return: date | None = None
    card_until: date | None = None


class Member(BaseModel):
    """What decisions about a member need to remember. `paid` says which receipt covers which month.

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
    away: Away | None = None
    returned_on: date | None = None
    terms: DuesTerms = DuesTerms()
    paid: dict[str, str] = {}
    died_on: date | None = None
    alias: Alias = Alias()


# ── evolve ───────────────────────────────────────────────────────────────────────────────────────────────────────


def evolve(member: Member, fact: Fact, effective: date) -> Member:
    """The member after a fact. Raises `UnknownFact` on a fact of another stream."""
    match fact:
        case Enrolled():
            return _enrolled(fact, effective)
        case EnrolmentWithdrawn():
            return Member(standing=Standing.WITHDRAWN)
        case MovedAway():
            away = Away(
                since=effective,
                kind=fact.kind,
                destination=fact.destination,
                expected_return=fact.expected_return,
                card_until=fact.card_until,
            )
            return member.model_copy(update={"away": away, "touched": member.touched or not fact.carried_over})
        case Returned():
            return member.model_copy(update={"away": None, "returned_on": effective, "touched": True})
        case Attended():
            return member if member.touched else member.model_copy(update={"touched": True})
        case DuesPaid():
            paid = member.paid | dict.fromkeys(fact.months, fact.receipt_no)
            return member.model_copy(update={"paid": paid, "touched": True})
        case Assigned():
            return member.model_copy(update={"branch_id": fact.branch_id, "touched": True})
        case PensionBasisSet():
            terms = member.terms if is_hidden(fact.basis_fen) else member.terms.with_basis(effective, fact.basis_fen)
            return member.model_copy(update={"terms": terms, "touched": True})
        case ContactChanged():
            return _reached_otherwise(member, None if is_hidden(fact.contact) else fact.contact, effective)
        case DetailsCorrected():
            return _corrected(member, fact, effective)
        case Died():
            return member.model_copy(update={"standing": Standing.DIED, "died_on": effective, "touched": True})
        case _:
            return _told_of_another(member, fact)


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
        terms=terms,
    )


def _reached_otherwise(member: Member, contact: ContactCard | None, since: date) -> Member:
    terms = member.terms if contact is None else member.terms.with_relief(since, contact.minimum_living)
    return member.model_copy(update={"contact": contact, "terms": terms, "touched": True})


def _corrected(member: Member, fact: DetailsCorrected, effective: date) -> Member:
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


def _told_of_another(member: Member, fact: Fact) -> Member:
    """What is said about this record and another one changes nothing else."""
    if not isinstance(fact, Merged | Unmerged | ToldApart):
        raise UnknownFact("member", fact)
    return member.model_copy(update={"alias": member.alias.after(fact)})


MEMBER: Final = Decider(owner="registry", stream="member", initial=Member(), evolve=evolve)


# ── decide ───────────────────────────────────────────────────────────────────────────────────────────────────────


def unable(member: Member) -> Refused | None:
    """Why nothing can happen to this member any more, or yet; None if it can."""
    if member.alias.into is not None:
        return refused("merged", into=member.alias.into)
    match member.standing:
        case Standing.ENROLLED:
            return None
        case Standing.DIED:
            return refused("died", on=member.died_on)
        case _:
            return refused("not_enrolled")


def enrol(
    member: Member, command: Enrol, today: date, *, import_id: str | None = None, row: int | None = None
) -> Decision:
    """Put a person on the roll. Enrolled already is no error; a withdrawn enrolment may be made again."""
    on = command.on or today
    birth = birth_in(command.id_number)
    if member.standing is Standing.DIED:
        return refused("died", on=member.died_on)
    if member.standing is Standing.ENROLLED:
        return nothing()
    if late := next((day for day in (on, command.joined_on, command.full_member_on) if day and day > today), None):
        return refused("in_future", day=late, today=today)
    if command.joined_on <= birth:
        return refused("joined_before_birth", joined_on=command.joined_on, birth=birth)
    enrolled = Enrolled(
        person=Person(
            name=command.name, sex=command.sex, ethnicity=command.ethnicity, id_number=command.id_number, birth=birth
        ),
        contact=ContactCard(
            phone=command.phone,
            address=command.address,
            family=command.family,
            lives_alone=command.lives_alone,
            minimum_living=command.minimum_living,
            note=command.note,
        ),
        pension_basis_fen=command.pension_basis_fen,
        joined_on=command.joined_on,
        full_member_on=command.full_member_on,
        branch_id=command.branch,
        kind=command.kind,
        skills=command.skills,
        import_id=import_id,
        row=row,
    )
    return facts(enrolled, on=on)


def withdraw_enrolment(
    member: Member, command: WithdrawEnrolment, today: date, *, known_elsewhere: bool = False
) -> Decision:
    """Take an enrolment back, if nothing has happened to the person since.

    `known_elsewhere`: another service has published something that was done for the person.
    """
    if member.standing in (Standing.UNKNOWN, Standing.WITHDRAWN):
        return nothing()
    if member.import_id != command.import_id:
        return refused("other_import", import_id=member.import_id)
    if member.touched or known_elsewhere or member.alias.into or member.alias.absorbed:
        return refused("has_later_facts")
    return facts(EnrolmentWithdrawn(import_id=command.import_id), on=today)


def change_contact(member: Member, command: ChangeContact, today: date) -> Decision:
    """Reach the person another way from a day on. What the command leaves out stays as it is."""
    if refusal := unable(member):
        return refusal
    on = command.on or today
    if on > today:
        return refused("in_future", day=on, today=today)
    before = member.contact or ContactCard()
    given = {name: getattr(command, name) for name in command.model_fields_set & ContactCard.model_fields.keys()}
    after = before.model_copy(update=given)
    return nothing() if after == member.contact else facts(ContactChanged(contact=after), on=on)


def correct(member: Member, command: Correct, today: date) -> Decision:
    """What the register says of a field was wrong. The right value already standing there is no error."""
    if refusal := unable(member):
        return refusal
    value = command.value
    if command.wrong_since is not None and command.wrong_since > today:
        return refused("in_future", day=command.wrong_since, today=today)
    if command.day is not None and command.day > today:
        return refused("in_future", day=command.day, today=today)
    corrected = DetailsCorrected(
        field=command.field,
        identity=value if command.field in IDENTITY_FIELDS else None,
        contact=value if command.field in CONTACT_FIELDS else None,
        plain=value if command.field not in IDENTITY_FIELDS | CONTACT_FIELDS else None,
        wrong_since=command.wrong_since,
    )
    after = evolve(member, corrected, today)
    if (after.person and after.joined_on) and after.joined_on <= after.person.birth:
        return refused("joined_before_birth", joined_on=after.joined_on, birth=after.person.birth)
    if (after.joined_on and after.full_member_on) and after.full_member_on < after.joined_on:
        return refused("full_before_joined", joined_on=after.joined_on, full_member_on=after.full_member_on)
    unchanged = after.model_copy(update={"touched": member.touched, "terms": member.terms}) == member
    return nothing() if unchanged else facts(corrected, on=today)


def move_away(
    member: Member, command: MoveAway, policy: AwayPolicy, today: date, *, carried_over: bool = False
) -> Decision:
    """The member leaves for a while; the policy chooses how the relation is kept, and says by which clause."""
    if refusal := unable(member):
        return refusal
    if member.away is not None:
        same = (member.away.since, member.away.destination) == (command.since, command.destination)
        return nothing() if same else refused("already_away", since=member.away.since, kind=member.away.kind)
    if command.since > today:
        return refused("in_future", day=command.since, today=today)
    if member.returned_on is not None and command.since < member.returned_on:
        return refused("before_last_return", since=command.since, returned_on=member.returned_on)
    kind, clause = away_kind(command, policy, today)
    moved = MovedAway(
        kind=kind,
        clause=clause,
        destination=command.destination,
        address=command.address,
        phone=command.phone,
        expected_return=command.expected_return,
        fixed_place=command.fixed_place,
        reason=command.reason,
        card_until=policy.card_until(command.since, command.expected_return) if kind is AwayKind.CARD else None,
        carried_over=carried_over,
    )
    return facts(moved, on=command.since)


def away_kind(command: MoveAway, policy: AwayPolicy, today: date) -> tuple[AwayKind, str]:
    """How the relation is kept during an absence, and the clause. Without an expected return it has lasted till now."""
    if command.intermittent or policy.is_near(command.destination):
        return AwayKind.INTERMITTENT, policy.intermittent.clause
    until = max(command.expected_return or today, today)
    if command.fixed_place and policy.is_long(command.since, until):
        return AwayKind.TEMPORARY_TRANSFER, policy.transfer.clause
    return AwayKind.CARD, policy.card.clause


def come_back(member: Member, command: Return, today: date) -> Decision:
    """The member is back."""
    if refusal := unable(member):
        return refusal
    if command.on > today:
        return refused("in_future", day=command.on, today=today)
    if member.away is None:
        return nothing() if member.returned_on == command.on else refused("not_away")
    if command.on < member.away.since:
        return refused("before_leaving", on=command.on, since=member.away.since)
    return facts(Returned(report=command.report), on=command.on)


def assign(member: Member, command: Assign, today: date) -> Decision:
    """The member belongs to a branch."""
    if refusal := unable(member):
        return refusal
    return nothing() if member.branch_id == command.branch else facts(Assigned(branch_id=command.branch), on=today)


def set_pension_basis(member: Member, command: SetPensionBasis, today: date) -> Decision:
    """Dues are reckoned from another basic pension from a day on."""
    if refusal := unable(member):
        return refusal
    since = command.since or today
    if since > today:
        return refused("in_future", day=since, today=today)
    known = any(basis.since <= since for basis in member.terms.bases)
    if known and member.terms.basis_on(since) == command.basis_fen:
        return nothing()
    return facts(PensionBasisSet(basis_fen=command.basis_fen), on=since)


def die(member: Member, command: Die, today: date) -> Decision:
    """The member died."""
    if member.standing is Standing.DIED and member.died_on == command.on and member.alias.into is None:
        return nothing()
    if refusal := unable(member):
        return refusal
    if command.on > today:
        return refused("in_future", day=command.on, today=today)
    return facts(Died(), on=command.on)
