"""Whom somebody has met, or spoken with, need not be telephoned again: a meeting, study brought home, a call (§4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from events.facts.member import Attended
from events.facts.member_contact import ContactOutcome, ContactTried, ContactWay
from events.facts.member_meeting import StudyDelivered
from events.log.envelope import About
from events.log.react import reaction
from services.care.decide.commands import NoteContact
from services.care.decide.policy import ContactSource
from services.care.handle.care import Care
from services.care.react.asking import asked_by

POLICY, STUDIED, SPOKE = "attendance-is-contact", "study-is-contact", "office-call-is-contact"


@reaction(POLICY, on=Attended)
async def count_as_contact(_fact: Attended, about: About, care: Care) -> None:
    """Calls in whose window the day of the meeting lies are not needed any more."""
    await _note(POLICY, ContactSource.MEETING, about, care)


@reaction(STUDIED, on=StudyDelivered)
async def count_study(_fact: StudyDelivered, about: About, care: Care) -> None:
    """Nor those on whose days somebody stood at the door with what was studied, if the rules say so."""
    await _note(STUDIED, ContactSource.STUDY, about, care)


def nobody_spoke(data: Mapping[str, Any], _care: Care) -> bool:
    """Tried in vain, or only the family was reached."""
    return data.get("outcome") != ContactOutcome.REACHED or data.get("way") == ContactWay.FAMILY


@reaction(SPOKE, on=ContactTried, at_sight=nobody_spoke)
async def count_call(_fact: ContactTried, about: About, care: Care) -> None:
    """Nor those on whose days the office spoke with the person, if the rules say so."""
    await _note(SPOKE, ContactSource.OFFICE, about, care)


async def _note(policy: str, how: ContactSource, about: About, care: Care) -> None:
    command = NoteContact(on=about.effective, because=about.id, how=how)
    await care.note_contact(asked_by(policy, about), about.entity, command)
