"""Stream `member`: the office rang somebody up; a slip is taken back; a long silence was looked into (DOMAIN R8)."""

from __future__ import annotations

from datetime import date, timedelta

from events.facts.decision import Command, Decision, facts, nothing, refused
from events.facts.member_contact import (
    ContactOutcome,
    ContactTakenBack,
    ContactTried,
    ContactWay,
    LostContactSetAside,
)
from services.registry.decide.away_policy import AwayPolicy
from services.registry.decide.contact_policy import ContactPolicy
from services.registry.decide.member import Member, unable
from services.registry.decide.values import Text


class TryContact(Command):
    """Somebody of the office tried to reach the member, today unless another day is said, and what came of it."""

    outcome: ContactOutcome
    way: ContactWay = ContactWay.PHONE
    on: date | None = None
    note: Text | None = None


class TakeContactBack(Command):
    """What was noted of this contact was a slip."""

    contact: str


class SetSilenceAside(Command):
    """A person looked into a long silence and does not find the contact lost. `reason` is what is known."""

    reason: Text


def try_contact(member: Member, command: TryContact, today: date, *, contact_id: str) -> Decision:
    """It is noted, also late; nobody is reached before they were on the roll."""
    if contact_id in member.contacts.noted:
        return nothing()
    if refusal := unable(member):
        return refusal
    on = command.on or today
    if on > today:
        return refused("in_future", day=on, today=today)
    if member.enrolled_on is not None and on < member.enrolled_on:
        return refused("before_enrolment", on=on, enrolled_on=member.enrolled_on)
    if command.outcome is ContactOutcome.WRONG_NUMBER and command.way is ContactWay.IN_PERSON:
        return refused("no_number_in_person")
    number = dialled(member) if command.way in (ContactWay.PHONE, ContactWay.MESSAGE) else None
    tried = ContactTried(
        contact_id=contact_id, way=command.way, outcome=command.outcome, number=number, note=command.note
    )
    return facts(tried, on=on)


def dialled(member: Member) -> str | None:
    """The number by which a member is rung up: the one of where they are, if they are away and gave one."""
    away = member.away.phone if member.away else None
    return away or (member.contact.phone if member.contact else None)


def take_back(member: Member, command: TakeContactBack) -> Decision:
    """One of the latest contacts counts no more; what was learnt of it otherwise stays."""
    known = member.contacts.noted.get(command.contact)
    if known is None:
        return refused("no_contact")
    if known.taken_back:
        return nothing()
    return facts(ContactTakenBack(contact_id=command.contact, way=known.way, was=known.outcome), on=known.on)


def set_aside(
    member: Member, command: SetSilenceAside, last: date, away: AwayPolicy, rules: ContactPolicy, today: date
) -> Decision:
    """Nobody is asked again for the policy's days; refused while the time after which a person looks is not over.

    `last` is the last day the member was reached, as all services together know it.
    """
    if refusal := unable(member):
        return refusal
    until = today + timedelta(days=rules.silence.review_rest_days)
    if not away.is_lost(last, today):
        return refused("contact_too_recent", last_contact=last, clause=away.lost.clause)
    if member.contacts.set_aside_until == until:
        return nothing()
    aside = LostContactSetAside(until=until, clause=rules.silence.clause, why=command.reason)
    return facts(aside, on=today)
