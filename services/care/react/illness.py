"""Who fell ill is visited, sooner the worse it is (DOMAIN R13)."""

from __future__ import annotations

from events.facts.base import is_hidden
from events.facts.care import FellIll
from events.facts.ids import derived_uuid7
from events.log.envelope import About
from events.log.react import reaction
from services.care.decide.commands import PlanIllnessVisit
from services.care.handle.care import Care
from services.care.react.asking import asked_by

POLICY = "visit-after-illness"


def visit_after(about: About) -> str:
    """The id of the visit that an illness leads to."""
    return derived_uuid7(about.recorded, about.id, POLICY)


@reaction(POLICY, on=FellIll)
async def plan_visit(fact: FellIll, about: About, care: Care) -> None:
    """Plan a visit within the days that the severity asks for; propose whoever usually goes."""
    if is_hidden(fact.severity):
        return  # the person was erased meanwhile
    command = PlanIllnessVisit(
        visit_id=visit_after(about),
        because=about.id,
        severity=fact.severity,
        since=about.effective,
        in_hospital=bool(fact.hospital),
    )
    await care.plan_illness_visit(asked_by(POLICY, about), about.entity, command, about.position)
