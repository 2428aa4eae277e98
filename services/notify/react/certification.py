"""Whoever has not certified for the pension is reminded in time; once it is done, nobody reminds any more (R21)."""

from __future__ import annotations

from typing import Final

from events.facts.care_certification import CertificationDone, CertificationReminded
from events.facts.notice import WhySuppressed
from events.log.envelope import About
from events.log.react import reaction
from services.notify.decide.words import day_words
from services.notify.handle import Notify
from services.notify.react.asking import asked_by

REMIND, ENOUGH = "pension-certification", "certified-is-enough"
RULE: Final = "certification.member"


@reaction(REMIND, on=CertificationReminded)
async def remind(fact: CertificationReminded, about: About, notify: Notify) -> None:
    """One notice to the member: until when, how, and whom to ask for help."""
    person = await notify.person(about)
    if person is not None:
        await notify.tell(asked_by(REMIND, about), RULE, about, person, {"day": day_words(fact.end)})


@reaction(ENOUGH, on=CertificationDone)
async def remind_no_more(_fact: CertificationDone, about: About, notify: Notify) -> None:
    """What was still to be said is out of date."""
    await notify.end_pending(asked_by(ENOUGH, about), about.entity, WhySuppressed.OUT_OF_DATE, (RULE,))
