"""In a house of mourning nothing cheerful is said: no welcome, no congratulation, no invitation (DOMAIN R17)."""

from __future__ import annotations

from typing import Final

from events.facts.care_occasion import Bereaved
from events.facts.member import Died
from events.log.envelope import About
from events.log.react import reaction
from services.notify.handle import Notify
from services.notify.react.asking import asked_by

POLICY: Final = "silence-in-mourning"


@reaction(POLICY, on=[Died, Bereaved])
async def fall_silent(fact: Died | Bereaved, about: About, notify: Notify) -> None:
    """What waits for those left behind ends; what is intended later finds the death in the tables (`Notify.tell`)."""
    if isinstance(fact, Died):
        left = await notify.directory.housemates(about.entity, about.position)
    else:
        left = [about.entity]
    await notify.fall_silent(asked_by(POLICY, about), left, about.effective)
