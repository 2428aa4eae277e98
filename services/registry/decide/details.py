"""What else a card says of a member has become otherwise, or was asked for the first time."""

from __future__ import annotations

from datetime import date

from events.facts.decision import Command, Decision, Happened, nothing, refused
from events.facts.member import DETAIL_PLACE, DetailsChanged
from services.registry.decide.member import Member, unable
from services.registry.decide.values import Line, Name, Several, Text


class ChangeDetails(Command):
    """From `on` (today) on this is so. What is left out stays; null says that there is none. `reason` goes into the
    envelope of each field's fact. Several skills or interests are written in one text, each after 、.
    """

    education: Name | None = None
    former_unit: Line | None = None
    former_post: Line | None = None
    registered_address: Line | None = None
    grid: Name | None = None
    skills: Several = None
    interests: Several = None
    on: date | None = None
    reason: Text | None = None


def change_details(member: Member, command: ChangeDetails, today: date, *, import_id: str | None = None) -> Decision:
    """A fact for each field that is said to be otherwise than it stands."""
    if refusal := unable(member):
        return refusal
    on = command.on or today
    if on > today:
        return refused("in_future", day=on, today=today)
    changed = []
    for field, place in DETAIL_PLACE.items():
        value = getattr(command, field.value)
        if field.value in command.model_fields_set and value != member.details.get(field.value):
            changed.append(DetailsChanged(field=field, import_id=import_id, **{place: value}))
    return Happened(tuple((fact, on) for fact in changed)) if changed else nothing()
