"""Who comes on the roll is looked after from the first day; whose enrolment is taken back, or who died, no more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from events.facts.care import WhyCancelled
from events.facts.member import Died, Enrolled, EnrolmentWithdrawn
from events.log.envelope import About
from events.log.react import reaction
from services.care.decide.commands import CancelVisits
from services.care.handle.care import Care
from services.care.react.asking import asked_by

CAME, ENDED = "visits-of-a-newcomer", "nothing-after-the-end"


def of_a_roster(data: Mapping[str, Any], care: Care) -> bool:
    """The people of a roster are planned together, when it is in."""
    if data.get("import_id") is None:
        return False
    care.plan_soon()
    return True


@reaction(CAME, on=Enrolled, at_sight=of_a_roster)
async def plan_first(_fact: Enrolled, about: About, care: Care) -> None:
    """Plan the windows that are open."""
    await care.replan(asked_by(CAME, about), about.entity, about.position)


@reaction(ENDED, on=[Died, EnrolmentWithdrawn])
async def cancel_everything(fact: Died | EnrolmentWithdrawn, about: About, care: Care) -> None:
    """Whatever is pending for the person ends (DOMAIN R17)."""
    why = WhyCancelled.DIED if isinstance(fact, Died) else WhyCancelled.WITHDRAWN
    await care.cancel_all(asked_by(ENDED, about), about.entity, CancelVisits(why=why, because=about.id))
