"""Stream `visitor`: what those who visit say of themselves; nobody is sent anywhere while they are on leave."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from events.facts.base import Fact
from events.facts.decision import Command, Decider, Decision, UnknownFact, facts, nothing, refused
from events.facts.visitor import LeaveTaken, LeaveWithdrawn, Skill, VisitorDescribed

VISITS_MAX: Final = 60
LEAVE_DAYS_MAX: Final = 366
LEAVES_KEPT: Final = 40
"""So many leaves are remembered, the latest ones."""


class DescribeVisitor(Command):
    """How often in a week this visitor can go, what they know, and which buildings are theirs."""

    visits_per_week: int = Field(ge=0, le=VISITS_MAX)
    skills: tuple[Skill, ...] = ()
    buildings: tuple[Annotated[str, StringConstraints(min_length=1, max_length=100)], ...] = Field((), max_length=60)


class TakeLeave(Command):
    """The visitor goes nowhere from `start` to `end`; both days are part of it."""

    start: date
    end: date


class Visitor(BaseModel):
    """What was said of a visitor; `visits_per_week` is None before anybody said anything."""

    model_config = ConfigDict(frozen=True)

    visits_per_week: int | None = None
    skills: tuple[Skill, ...] = ()
    buildings: tuple[str, ...] = ()
    leaves: dict[str, tuple[date, date]] = {}

    def away_on(self, day: date) -> bool:
        """Whether the day lies in a leave."""
        return any(start <= day <= end for start, end in self.leaves.values())


def evolve(visitor: Visitor, fact: Fact, effective: date) -> Visitor:
    """The visitor after a fact. Raises `UnknownFact` on a fact of another stream."""
    match fact:
        case VisitorDescribed():
            said = {
                "visits_per_week": fact.visits_per_week,
                "skills": fact.skills,
                "buildings": fact.buildings,
            }
            return visitor.model_copy(update=said)
        case LeaveTaken():
            leaves = visitor.leaves | {fact.leave_id: (fact.start, fact.end)}
            latest = sorted(leaves.items(), key=lambda item: (item[1], item[0]))[-LEAVES_KEPT:]
            return visitor.model_copy(update={"leaves": dict(latest)})
        case LeaveWithdrawn():
            left = {one: span for one, span in visitor.leaves.items() if one != fact.leave_id}
            return visitor.model_copy(update={"leaves": left})
        case _:
            raise UnknownFact("visitor", fact)


VISITOR: Final = Decider(owner="care", stream="visitor", initial=Visitor(), evolve=evolve)


def describe(visitor: Visitor, command: DescribeVisitor, today: date) -> Decision:
    """Said anew; the same once more is nothing."""
    fact = VisitorDescribed(
        visits_per_week=command.visits_per_week,
        skills=tuple(sorted(set(command.skills))),
        buildings=tuple(sorted({"".join(one.split()) for one in command.buildings})),
    )
    known = (visitor.visits_per_week, visitor.skills, visitor.buildings)
    return nothing() if known == (fact.visits_per_week, fact.skills, fact.buildings) else facts(fact, on=today)


def take_leave(visitor: Visitor, command: TakeLeave, today: date, *, leave_id: str) -> Decision:
    """Away for some days. Days that lie in a leave already known are no reason to refuse; the very same leave is it."""
    if command.end < command.start:
        return refused("leave_ends_first", start=command.start, end=command.end)
    if command.end < today:
        return refused("leave_over", end=command.end)
    if (command.end - command.start).days >= LEAVE_DAYS_MAX:
        return refused("leave_too_long", most=LEAVE_DAYS_MAX)
    if leave_id in visitor.leaves or (command.start, command.end) in visitor.leaves.values():
        return nothing()
    return facts(LeaveTaken(leave_id=leave_id, start=command.start, end=command.end), on=today)


def withdraw_leave(visitor: Visitor, leave_id: str, today: date) -> Decision:
    """Here after all. What is over stays as it was."""
    if leave_id not in visitor.leaves:
        return nothing()
    _start, end = visitor.leaves[leave_id]
    return refused("leave_over", end=end) if end < today else facts(LeaveWithdrawn(leave_id=leave_id), on=today)
