"""Who died, or was never ours, is told nothing more, and nothing more is told about them (DOMAIN R17)."""

from __future__ import annotations

from typing import Final

from events.facts.member import Died, EnrolmentWithdrawn
from events.facts.notice import WhySuppressed
from events.log.envelope import About
from events.log.react import reaction
from services.notify.handle import Notify
from services.notify.react.asking import asked_by

POLICY: Final = "nothing-after-the-end"


@reaction(POLICY, on=[Died, EnrolmentWithdrawn])
async def end_everything(fact: Died | EnrolmentWithdrawn, about: About, notify: Notify) -> None:
    """Whatever is pending ends."""
    why = WhySuppressed.DIED if isinstance(fact, Died) else WhySuppressed.WITHDRAWN
    await notify.end_pending(asked_by(POLICY, about), about.entity, why)
