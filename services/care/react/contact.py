"""Who sat in the meeting room yesterday need not be telephoned today (DOMAIN §4 "visits")."""

from __future__ import annotations

from events.facts.member import Attended
from events.log.envelope import About
from events.log.react import reaction
from services.care.decide.commands import NoteContact
from services.care.handle import Care
from services.care.react.asking import asked_by

POLICY = "attendance-is-contact"


@reaction(POLICY, on=Attended)
async def count_as_contact(_fact: Attended, about: About, care: Care) -> None:
    """Calls in whose window the day of the meeting lies are not needed any more."""
    command = NoteContact(on=about.effective, because=about.id)
    await care.note_contact(asked_by(POLICY, about), about.entity, command)
