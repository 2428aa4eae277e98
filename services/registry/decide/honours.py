"""Streams `member` and `certificates`: a record is confirmed by a person, the medal awarded under a number, a slip
taken back.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from events.facts.base import Fact
from events.facts.certificates import CertificateNumbered
from events.facts.decision import (
    Command,
    Decider,
    Decision,
    Decisions,
    Happened,
    Refused,
    UnknownFact,
    facts,
    nothing,
    refused,
)
from events.facts.member_honours import (
    Honoured,
    HonourKind,
    HonourReconsidered,
    HonourSetAside,
    HonourTakenBack,
    RecordConfirmed,
)
from services.registry.decide.days import months_after
from services.registry.decide.honours_policy import HonoursPolicy
from services.registry.decide.member import Member, Standing, unable
from services.registry.decide.outlook import Candidate, Outlook, outlook
from services.registry.decide.outlook import Standing as Stands
from services.registry.decide.values import Line, Name

MEDAL: Final = HonourKind.MEDAL
Year = Annotated[int, Field(ge=1971, le=2200)]


class ConfirmRecord(Command):
    """A person found the record good; `decided_by` is the meeting or the person who says so."""

    year: Year
    decided_by: Name


class SetHonourAside(Command):
    """A person decided that the medal is not awarded for now."""

    year: Year
    reason: Line


class ReconsiderHonour(Command):
    """What was confirmed or set aside is open again. `reason` goes into the fact's envelope."""

    reason: Line | None = None


class AwardMedal(Command):
    """The medal of a year is awarded, on the day that the rules name unless `on` says another."""

    year: Year
    on: date | None = None


class Honour(Command):
    """An honour given elsewhere, or by the branch, or long ago: put on record here."""

    kind: HonourKind
    title: Line | None = None
    on: date


class TakeHonourBack(Command):
    """The award was a slip. `reason` goes into the fact's envelope."""

    reason: Line


# ── State ────────────────────────────────────────────────────────────────────────────────────────────────────────


class CertificateBook(BaseModel):
    """The last number written of each year."""

    model_config = ConfigDict(frozen=True)

    last: Mapping[int, int] = {}

    def number(self, year: int, place: int) -> str:
        """The number of the next certificate of a year, or (`place` 1, 2 …) of one after it: `2027-0012`."""
        return f"{year}-{self.last.get(year, 0) + 1 + place:04d}"


# ── evolve ───────────────────────────────────────────────────────────────────────────────────────────────────────


def evolve(book: CertificateBook, fact: Fact, effective: date) -> CertificateBook:
    """The book after a fact. Raises `UnknownFact` on a fact of another stream."""
    match fact:
        case CertificateNumbered():
            year, serial = fact.number.split("-")
            return CertificateBook(last={**book.last, int(year): int(serial)})
        case _:
            raise UnknownFact("certificates", fact)


CERTIFICATES: Final = Decider(owner="registry", stream="certificates", initial=CertificateBook(), evolve=evolve)


# ── decide ───────────────────────────────────────────────────────────────────────────────────────────────────────


def outlook_of(member: Member, year: int, policy: HonoursPolicy) -> Outlook:
    """How a member stands with the medal of a year."""
    held, said = member.honours.held(MEDAL), member.honours.said.get(MEDAL)
    one = Candidate(
        joined_on=member.joined_on,
        full_member_on=member.full_member_on,
        died_on=member.died_on,
        away_kind=member.away.kind if member.away else None,
        found_good=said.good if said else None,
        honoured_on=held.on if held else None,
    )
    return outlook(one, year, policy)


def confirm(member: Member, command: ConfirmRecord, policy: HonoursPolicy, today: date) -> Decision:
    """A person found the record good. What is doubtful about the days is corrected first."""
    if refusal := _not_on_roll(member):
        return refusal
    day = policy.medal.day_of(command.year)
    if day > months_after(today, policy.medal.ahead_months):
        return refused("confirmed_too_early", day=day, months=policy.medal.ahead_months, clause=policy.medal.clause)
    found = outlook_of(member, command.year, policy)
    said = member.honours.said.get(MEDAL)
    match found.standing:
        case Stands.CONFIRMED if said and (said.year, said.decided_by) == (command.year, command.decided_by):
            return nothing()
        case Stands.DUE | Stands.CONFIRMED if found.since is not None:
            confirmed = RecordConfirmed(
                kind=MEDAL, year=command.year, since=found.since, clause=found.clause, decided_by=command.decided_by
            )
            return facts(confirmed, on=today)
        case _:
            return not_due(found, day)


def set_aside(member: Member, command: SetHonourAside, policy: HonoursPolicy, today: date) -> Decision:
    """A person decided that the medal is not awarded for now."""
    if refusal := _not_on_roll(member):
        return refusal
    if held := member.honours.held(MEDAL):
        return refused("already_honoured", on=held.on, number=held.number)
    said = member.honours.said.get(MEDAL)
    if said and not said.good and (said.year, said.why) == (command.year, command.reason):
        return nothing()
    found = outlook_of(member, command.year, policy)
    if found.standing in (Stands.NOT_YET, Stands.DIED, Stands.ELSEWHERE):
        return not_due(found, policy.medal.day_of(command.year))
    return facts(HonourSetAside(kind=MEDAL, year=command.year, why=command.reason), on=today)


def reconsider(member: Member, today: date) -> Decision:
    """It is open again what is found of the record."""
    if held := member.honours.held(MEDAL):
        return refused("already_honoured", on=held.on, number=held.number)
    return nothing() if MEDAL not in member.honours.said else facts(HonourReconsidered(kind=MEDAL), on=today)


def award(
    book: CertificateBook,
    members: Mapping[str, Member],
    names: Mapping[str, str],
    command: AwardMedal,
    policy: HonoursPolicy,
    today: date,
    *,
    book_id: str,
    honour_id: str,
) -> Decisions:
    """The medal is awarded to all of these people or to none, under numbers in their order. Whoever has it is passed
    over; a refusal names whom it is about.
    """
    on = command.on or policy.medal.day_of(command.year)
    decided: dict[str, Happened] = {}
    numbered: list[CertificateNumbered] = []
    for member_id, member in members.items():
        if member.honours.held(MEDAL):
            continue
        if refusal := _not_to_be_awarded(member, command.year, on, policy, today):
            return refused(refusal.code, **refusal.details, who=names[member_id])
        found = outlook_of(member, command.year, policy)
        number = book.number(on.year, len(numbered))
        awarded = Honoured(honour_id=honour_id, kind=MEDAL, number=number, since=found.since, clause=found.clause)
        decided[member_id] = facts(awarded, on=on)
        numbered.append(CertificateNumbered(number=number, member=member_id, kind=MEDAL))
    return {book_id: facts(*numbered, on=on), **decided} if numbered else {book_id: nothing()}


def _not_to_be_awarded(member: Member, year: int, on: date, policy: HonoursPolicy, today: date) -> Refused | None:
    if refusal := _not_on_roll(member):
        return refusal
    if (on - today).days > policy.medal.print_days:
        return refused("awarded_too_early", day=on, days=policy.medal.print_days, clause=policy.medal.clause)
    found = outlook_of(member, year, policy)
    if found.standing is Stands.DUE:
        return refused("not_confirmed", clause=policy.medal.clause_record)
    if found.standing is not Stands.CONFIRMED or found.since is None:
        return not_due(found, policy.medal.day_of(year))
    if months_after(found.since, 12 * policy.medal.years) > on:
        return refused("not_yet_due", day=on, since=found.since, clause=policy.medal.clause)
    if member.died_on is not None and member.died_on < on and not policy.medal.posthumous:
        return refused("died_before_award", on=member.died_on, clause=policy.medal.clause_living)
    return None


def honour(member: Member, command: Honour, policy: HonoursPolicy, today: date, *, honour_id: str) -> Decision:
    """Another honour is put on record; or a medal that was given elsewhere, or before there was this register."""
    if honour_id in member.honours.awards:
        return nothing()
    if refusal := unable(member) if member.died_on is None or command.on > member.died_on else None:
        return refusal
    if command.kind is HonourKind.OTHER and not command.title:
        return refused("honour_without_title")
    if command.on > today:
        return refused("in_future", day=command.on, today=today)
    if command.kind is MEDAL:
        return _given_before(member, command.on, policy, honour_id)
    if same_honour(member, command):
        return nothing()
    return facts(Honoured(honour_id=honour_id, kind=command.kind, title=command.title), on=command.on)


def same_honour(member: Member, command: Honour) -> str | None:
    """The honour of this day that is on record already."""
    asked = (command.kind, command.on, command.title)
    held = member.honours.awards.items()
    return next((honour_id for honour_id, each in held if (each.kind, each.on, each.title) == asked), None)


def _given_before(member: Member, on: date, policy: HonoursPolicy, honour_id: str) -> Decision:
    """It has no number of ours. What the card says may be in doubt: the medal was given all the same."""
    if held := member.honours.held(MEDAL):
        return refused("already_honoured", on=held.on, number=held.number)
    found = outlook_of(member, on.year, policy)
    if found.standing is Stands.NOT_YET:
        return not_due(found, on)
    clause = found.clause if found.since else None
    return facts(Honoured(honour_id=honour_id, kind=MEDAL, since=found.since, clause=clause), on=on)


def take_back(member: Member, today: date, *, honour_id: str) -> Decision:
    """The award was a slip; what was confirmed of the record stays."""
    if honour_id in member.honours.taken_back:
        return nothing()
    held = member.honours.awards.get(honour_id)
    if held is None:
        return refused("no_honour")
    return facts(HonourTakenBack(honour_id=honour_id, kind=held.kind, number=held.number), on=today)


def _not_on_roll(member: Member) -> Refused | None:
    """A member who died may be due all the same: the day decides, and who was merged is another record's matter."""
    return None if member.standing is Standing.DIED and member.alias.into is None else unable(member)


def not_due(found: Outlook, day: date) -> Refused:
    """Why the medal of that day is not due, as a refusal."""
    match found.standing:
        case Stands.DOUBTFUL:
            return refused("membership_doubtful", doubt=found.doubt, clause=found.clause)
        case Stands.DIED:
            return refused("died_before_award", on=None, clause=found.clause)
        case Stands.ELSEWHERE:
            return refused("honoured_elsewhere", clause=found.clause)
        case Stands.HONOURED:
            return refused("already_honoured", on=None, number=None)
        case Stands.SET_ASIDE:
            return refused("set_aside", clause=found.clause)
        case _:
            return refused("not_yet_due", day=day, since=found.since, clause=found.clause)
