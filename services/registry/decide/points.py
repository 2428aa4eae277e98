"""Stream `member`, the part about points: a person adds some by hand with a reason, or takes back what was a slip."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from events.facts.decision import Command, Decision, facts, nothing, refused
from events.facts.member_points import PointsAwarded, PointsTakenBack
from services.registry.decide.member import Member, unable
from services.registry.decide.points_memory import Entry
from services.registry.decide.points_policy import ByHandRule
from services.registry.decide.values import Line


class AwardPoints(Command):
    """Points for something no other fact tells of: how many, for what, on which day."""

    points: int = Field(ge=1, le=1000)
    what: Line
    on: date


class TakePointsBack(Command):
    """They were a slip. `reason` goes into the fact's envelope."""

    reason: Line


def award_points(member: Member, command: AwardPoints, rule: ByHandRule, today: date, *, award_id: str) -> Decision:
    """Points by hand; the same for the same day once. The rules say how many at most in one entry."""
    if award_id in member.points.entries:
        return nothing()
    if refusal := unable(member):
        return refusal
    if command.on > today:
        return refused("in_future", day=command.on, today=today)
    if command.points > rule.entry_max:
        return refused("too_many_points", most=rule.entry_max, clause=rule.clause)
    if same_points(member, command):
        return nothing()
    awarded = PointsAwarded(award_id=award_id, points=command.points, clause=rule.clause, what=command.what)
    return facts(awarded, on=command.on)


def same_points(member: Member, command: AwardPoints) -> str | None:
    """The entry that says just this already."""
    asked = Entry(on=command.on, points=command.points, what=command.what)
    return next((award_id for award_id, entry in member.points.entries.items() if entry == asked), None)


def take_back(member: Member, today: date, *, award_id: str) -> Decision:
    """The entry counts for nothing any more."""
    if award_id in member.points.taken_back:
        return nothing()
    if award_id not in member.points.entries:
        return refused("no_points")
    return facts(PointsTakenBack(award_id=award_id), on=today)
