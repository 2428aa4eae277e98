"""Stream `member`: being in touch from afar: the report home, contact lost after a person looked, and found again."""

from __future__ import annotations

from datetime import date

from events.facts.decision import Command, Decision, facts, nothing, refused
from events.facts.member_away import ContactReestablished, LostContactFlagged, ReportedFromAfar
from services.registry.decide.away_policy import AwayPolicy
from services.registry.decide.member import Member, unable
from services.registry.decide.values import Text


class ReportAfar(Command):
    """The member told the branch how they are, on that day."""

    on: date
    said: Text


class FlagLost(Command):
    """A person looked into it: the contact is lost. `reason` is what was tried."""

    reason: Text


class Reestablish(Command):
    """Somebody reached the member again on that day, and how."""

    on: date
    how: Text


def report(member: Member, command: ReportAfar, today: date) -> Decision:
    """One report a day; it may be written down late."""
    if refusal := unable(member):
        return refusal
    if member.away is None:
        return refused("not_away")
    if command.on > today:
        return refused("in_future", day=command.on, today=today)
    if command.on < member.away.since:
        return refused("before_leaving", on=command.on, since=member.away.since)
    if command.on in member.absence.reports:
        return nothing()
    return facts(ReportedFromAfar(said=command.said), on=command.on)


def flag_lost(
    member: Member, command: FlagLost, last_contact: date | None, policy: AwayPolicy, today: date
) -> Decision:
    """Only a person says so, and not before the policy's time without contact is over."""
    if refusal := unable(member):
        return refusal
    if member.away is None:
        return refused("not_away")
    if member.absence.lost_since is not None:
        return nothing()
    last = max(last_contact or member.away.since, member.away.since, *member.absence.reports)
    if not policy.is_lost(last, today):
        return refused("contact_too_recent", last_contact=last, clause=policy.lost.clause)
    return facts(LostContactFlagged(last_contact=last, clause=policy.lost.clause, why=command.reason), on=today)


def reestablish(member: Member, command: Reestablish, today: date) -> Decision:
    """Whoever was lost is found."""
    if refusal := unable(member):
        return refusal
    lost_since = member.absence.lost_since
    if lost_since is None:
        return nothing() if member.absence.found_on == command.on else refused("not_lost")
    if command.on > today:
        return refused("in_future", day=command.on, today=today)
    if command.on < lost_since:
        return refused("before_flag", since=lost_since)
    return facts(ContactReestablished(how=command.how), on=command.on)
