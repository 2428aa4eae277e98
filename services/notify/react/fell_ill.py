"""Who fell ill: the branch and whoever usually visits learn that they are needed, not why; nobody else does (R13)."""

from __future__ import annotations

from typing import Final

from events.facts.care import FellIll
from events.log.envelope import About
from events.log.react import reaction
from services.notify.handle import Notify
from services.notify.react.asking import asked_by

POLICY: Final = "tell-illness"
RULES: Final = ("fell_ill.branch", "fell_ill.visitor")


@reaction(POLICY, on=FellIll)
async def tell_those_who_care(_fact: FellIll, about: About, notify: Notify) -> None:
    """Two notices at most; the fact's sealed details cannot be read here, and are not asked for."""
    person = await notify.person(about)
    if person is None:
        return
    asked = asked_by(POLICY, about)
    for rule in RULES:
        await notify.tell(asked, rule, about, person, {})
    # A death stands in another log stream: one that was heard while this was being written must still end it.
    now = await notify.person(about)
    if now is not None and now.gone is not None:
        await notify.end_pending(asked, now.member_id, now.gone)
