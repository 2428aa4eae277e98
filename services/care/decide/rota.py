"""Stream `care`: whom a member does not wish to see, and the week's plan of who goes where, confirmed by a person."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from events.facts.base import Fact
from events.facts.care import VisitorAssigned
from events.facts.care_rota import RefusalWithdrawn, VisitorRefused, VisitorUnassigned
from events.facts.decision import Command, Decision, Happened, facts, nothing
from services.care.decide.cared import Cared, Stage, Visit
from services.care.decide.commands import Name, Text
from services.care.decide.visitor import Visitor

PLACINGS_MAX: Final = 1000
"""So many facts go into one append."""


class RefuseVisitor(Command):
    """The member does not wish this visitor (the name of an account) to come; `reason` in their own words."""

    visitor: Name
    reason: Text | None = None


class WithdrawRefusal(Command):
    """This visitor may come after all."""

    visitor: Name


class Placing(BaseModel):
    """One line of a week's plan: who goes to which visit, on which day."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    member_id: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z_-]{1,64}$")]
    visit_id: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z_-]{1,64}$")]
    visitor: Name
    on: date


class ConfirmRota(Command):
    """A person has looked over who goes where; the lines as they stand now."""

    rota_id: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z_-]{1,64}$")]
    placings: tuple[Placing, ...] = Field(min_length=1, max_length=PLACINGS_MAX)


def refuse_visitor(cared: Cared, command: RefuseVisitor, today: date) -> Decision:
    """Not this visitor: from now on, and not to what is planned already."""
    if command.visitor in cared.refused:
        return nothing()
    theirs = [
        VisitorUnassigned(visit_id=visit_id)
        for visit_id, visit in cared.open_visits()
        if visit.visitor == command.visitor
    ]
    return facts(VisitorRefused(visitor=command.visitor, reason=command.reason), *theirs, on=today)


def withdraw_refusal(cared: Cared, command: WithdrawRefusal, today: date) -> Decision:
    """This visitor may come after all."""
    return facts(RefusalWithdrawn(visitor=command.visitor), on=today) if command.visitor in cared.refused else nothing()


def confirm(
    cared: Mapping[str, Cared], visitors: Mapping[str, Visitor], command: ConfirmRota, today: date
) -> tuple[dict[str, Happened], dict[str, str]]:
    """What the plan says, for everybody together; and of what was left out, by visit id, why.

    What makes a line wrong is looked at again in the newest state: the plan may have been on the screen for an hour.
    """
    happened: dict[str, list[Fact]] = {}
    left_out: dict[str, str] = {}
    for line in command.placings:
        visit = cared[line.member_id].visits.get(line.visit_id)
        wrong = _wrong(cared[line.member_id], visit, visitors.get(line.visitor, Visitor()), line, today)
        if wrong:
            left_out[line.visit_id] = wrong
        elif visit is not None and (visit.visitor, visit.on) != (line.visitor, line.on):
            happened.setdefault(line.member_id, []).append(
                VisitorAssigned(visit_id=line.visit_id, visitor=line.visitor, on=line.on, rota_id=command.rota_id)
            )
    return {one: facts(*those, on=today) for one, those in happened.items()}, left_out


def _wrong(cared: Cared, visit: Visit | None, visitor: Visitor, line: Placing, today: date) -> str:
    """Why a line cannot be done; "" if it can."""
    if visit is None or visit.stage is not Stage.OPEN:
        return "visit_closed"
    if line.visitor in cared.refused:
        return "visitor_refused"
    if visitor.away_on(line.on):
        return "on_leave"
    if line.on < today:
        return "past"
    return "" if visit.window.contains(line.on) else "outside_window"


def take_back(cared: Mapping[str, Cared], rota_id: str, today: date) -> dict[str, Happened]:
    """Whatever this plan said and nobody changed since is as it was; who is refused by now does not come back."""
    return {
        member_id: facts(*(_back(one, visit_id, visit) for visit_id, visit in theirs), on=today)
        for member_id, one in cared.items()
        if (theirs := [(name, visit) for name, visit in one.open_visits() if visit.rota_id == rota_id])
    }


def _back(cared: Cared, visit_id: str, visit: Visit) -> Fact:
    visitor, on = visit.back_to
    if visitor is None or visitor in cared.refused:
        return VisitorUnassigned(visit_id=visit_id)
    return VisitorAssigned(visit_id=visit_id, visitor=visitor, on=on)
