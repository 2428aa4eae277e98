"""Who comes back is welcomed; what was still to be said about the leaving is out of date (DOMAIN R6)."""

from __future__ import annotations

from typing import Final

from events.facts.member import Returned
from events.facts.notice import WhySuppressed
from events.log.envelope import About
from events.log.react import reaction
from services.notify.handle import Notify
from services.notify.react import moved_away
from services.notify.react.asking import asked_by

POLICY: Final = "welcome-back"
STALE: Final = (*moved_away.RULES, *moved_away.DAY_TOLD)


@reaction(POLICY, on=Returned)
async def welcome(_fact: Returned, about: About, notify: Notify) -> None:
    """One notice to the member, unless they have left again meanwhile."""
    person = await notify.person(about)
    if person is None:
        return
    asked = asked_by(POLICY, about)
    if person.away_since is None:
        await notify.end_pending(asked, person.member_id, WhySuppressed.OUT_OF_DATE, STALE)
    left_again = WhySuppressed.OUT_OF_DATE if person.away_since is not None else None
    await notify.tell(asked, *moved_away.WELCOME, about, person, {}, suppressed=left_again)
