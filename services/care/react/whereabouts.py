"""Who went away is called instead of visited; who came back is visited again (DOMAIN R6, R13)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from events.facts.member import MovedAway, Returned
from events.facts.member_away import AwayDayCorrected
from events.log.envelope import About
from events.log.react import reaction
from services.care.handle.care import Care
from services.care.react.asking import asked_by

GONE, BACK = "calls-while-away", "visits-after-return"


def of_a_roster(data: Mapping[str, Any], care: Care) -> bool:
    """Those whom a roster brought in as away are planned together, when it is in."""
    if not data.get("carried_over"):
        return False
    care.plan_soon()
    return True


@reaction(GONE, on=[MovedAway, AwayDayCorrected], at_sight=of_a_roster)
async def call_instead(_fact: MovedAway | AwayDayCorrected, about: About, care: Care) -> None:
    """Cancel visits at home and plan calls, counted from the day of leaving; anew when that turns out another day."""
    await care.replan(asked_by(GONE, about), about.entity, about.position)


@reaction(BACK, on=Returned)
async def visit_again(_fact: Returned, about: About, care: Care) -> None:
    """Drop the calls and plan visits again."""
    await care.replan(asked_by(BACK, about), about.entity, about.position)
