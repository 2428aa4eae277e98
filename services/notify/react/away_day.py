"""Who left on another day than was told: the branch learns the right one, and nobody is told the wrong one any more."""

from __future__ import annotations

from typing import Final

from events.facts.member_away import AwayDayCorrected
from events.facts.notice import WhySuppressed
from events.log.envelope import About
from events.log.react import reaction
from services.notify.decide.words import day_words
from services.notify.handle import Notify
from services.notify.react.asking import asked_by
from services.notify.react.moved_away import DAY_TOLD

POLICY: Final = "correct-day-of-leaving"


@reaction(POLICY, on=AwayDayCorrected)
async def tell_corrected(fact: AwayDayCorrected, about: About, notify: Notify) -> None:
    """One notice to the branch, which stands for what was to be told before; the member knows the day."""
    person = await notify.person(about)
    if person is None:
        return
    asked = asked_by(POLICY, about)
    over = None if person.away_since == about.effective else WhySuppressed.OUT_OF_DATE
    if over is None:
        await notify.end_pending(asked, person.member_id, WhySuppressed.OUT_OF_DATE, DAY_TOLD)
    said = {"day": day_words(about.effective), "destination": fact.destination}
    await notify.tell(asked, "away_day.branch", about, person, said, suppressed=over)
