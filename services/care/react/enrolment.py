"""Who comes on the roll is looked after from the first day; whose enrolment is taken back, or who died, no more."""

from __future__ import annotations

from events.facts.care import WhyCancelled
from events.facts.member import Died, Enrolled, EnrolmentWithdrawn
from events.log.envelope import About
from events.log.react import reaction
from services.care.decide.commands import CancelVisits
from services.care.handle import Care
from services.care.react.asking import asked_by

CAME, ENDED = "visits-of-a-newcomer", "nothing-after-the-end"


@reaction(CAME, on=Enrolled)
async def plan_first(fact: Enrolled, about: About, care: Care) -> None:
    """Plan the windows that are open. The people of a roster are planned together, when it is in."""
    if fact.import_id is not None:
        care.plan_soon()
        return
    await care.replan(asked_by(CAME, about), about.entity, about.position)


@reaction(ENDED, on=[Died, EnrolmentWithdrawn])
async def cancel_everything(fact: Died | EnrolmentWithdrawn, about: About, care: Care) -> None:
    """Whatever is pending for the person ends (DOMAIN R17)."""
    why = WhyCancelled.DIED if isinstance(fact, Died) else WhyCancelled.WITHDRAWN
    await care.cancel_all(asked_by(ENDED, about), about.entity, CancelVisits(why=why, because=about.id))
