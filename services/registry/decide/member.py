"""Stream `member`: what may happen to a member. What is remembered of one to decide it: `member_state`."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from events.facts.decision import Decision, Refused, facts, nothing, refused
from events.facts.member import (
    Assigned,
    AwayKind,
    ContactChanged,
    DetailsCorrected,
    Died,
    Enrolled,
    EnrolmentWithdrawn,
    MovedAway,
    PensionBasisSet,
    Returned,
    place_of,
)
from events.facts.member_away import AwayDetailsChanged
from events.facts.people import ContactCard, Person, birth_in
from services.registry.decide.away_policy import AwayPolicy
from services.registry.decide.commands import (
    Assign,
    ChangeAway,
    ChangeContact,
    Correct,
    Die,
    Enrol,
    MoveAway,
    Return,
    SetPensionBasis,
    WithdrawEnrolment,
)
from services.registry.decide.member_state import MEMBER, Away, Member, Standing, evolve

__all__ = ["MEMBER", "Away", "Member", "Standing", "evolve"]

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
    on, birth = command.on or today, birth_in(command.id_number)
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
    return facts(EnrolmentWithdrawn(import_id=command.import_id, enrolled_on=member.enrolled_on), on=today)


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
        field=command.field, wrong_since=command.wrong_since, **{place_of(command.field): value}
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
    kept = kept_in_touch(command, policy, today)
    if isinstance(kept, Refused):
        return kept
    asked = member.absence.application
    moved = MovedAway(
        **kept._asdict(),
        application_id=asked.application_id if asked else None,
        destination=command.destination,
        address=command.address,
        phone=command.phone,
        expected_return=command.expected_return,
        fixed_place=command.fixed_place,
        reason=command.reason,
        card_until=policy.card_until(command.since, command.expected_return) if kept.kind is AwayKind.CARD else None,
        carried_over=carried_over,
    )
    return facts(moved, on=command.since)


class Kept(NamedTuple):
    """How a member is kept in touch, and by which clause; what the policy had said where a person chose otherwise."""

    kind: AwayKind
    clause: str
    policy_kind: AwayKind | None = None
    why_other: str | None = None


def kept_in_touch(command: MoveAway, policy: AwayPolicy, today: date) -> Kept | Refused:
    """What the policy says, or what a person chose; whoever chooses otherwise says why."""
    kind, clause = away_kind(command, policy, today)
    if command.kind is None or command.kind is kind:
        return Kept(kind, clause)
    if command.why_kind is None:
        return refused("say_why_other_kind", kind=kind, clause=clause)
    clauses = {
        AwayKind.CARD: policy.card.clause,
        AwayKind.TEMPORARY_TRANSFER: policy.transfer.clause,
        AwayKind.INTERMITTENT: policy.intermittent.clause,
    }
    return Kept(command.kind, clauses[command.kind], kind, command.why_kind)


def away_kind(command: MoveAway, policy: AwayPolicy, today: date) -> tuple[AwayKind, str]:
    """How the relation is kept during an absence, and the clause. Without an expected return it has lasted till now."""
    if command.intermittent or policy.is_near(command.destination):
        return AwayKind.INTERMITTENT, policy.intermittent.clause
    until = max(command.expected_return or today, today)
    if command.fixed_place and policy.is_long(command.since, until):
        return AwayKind.TEMPORARY_TRANSFER, policy.transfer.clause
    return AwayKind.CARD, policy.card.clause


def change_away(member: Member, command: ChangeAway, today: date) -> Decision:
    """Somebody who is away lives at another place, or something else is known of it. How the relation is kept stays as
    it was decided: whether the new place asks for another way is for a person to see.
    """
    if refusal := unable(member):
        return refusal
    if member.away is None:
        return refused("not_away_now")
    changed = AwayDetailsChanged(**command.model_dump(exclude={"since"}))
    if evolve(member, changed, member.away.there_since).away == member.away:
        return nothing()
    if command.since > today:
        return refused("in_future", day=command.since, today=today)
    if command.since < member.away.there_since:
        return refused("before_last_move", since=member.away.there_since, destination=member.away.destination)
    return facts(changed, on=command.since)


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
