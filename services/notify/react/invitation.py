"""Who is asked to come to a meeting is told when and where (DOMAIN R9, R17)."""

from __future__ import annotations

from typing import Final

from events.facts.member_meeting import Invited
from events.log.envelope import About
from events.log.react import reaction
from services.notify.decide.words import moment_words
from services.notify.handle import Notify
from services.notify.react.asking import asked_by

POLICY: Final = "meeting-invitation"


@reaction(POLICY, on=Invited)
async def ask_to_come(fact: Invited, about: About, notify: Notify) -> None:
    """One notice to the member."""
    person = await notify.person(about)
    if person is None:
        return
    said = {"title": fact.title, "time": moment_words(fact.starts_at), "place": fact.place}
    await notify.tell(asked_by(POLICY, about), "invited.member", about, person, said)
