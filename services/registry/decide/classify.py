"""A member is counted otherwise from a day on: another kind, living alone or not, on the minimum-living guarantee."""

from __future__ import annotations

from datetime import date
from typing import Any, Self

from pydantic import model_validator

from events.facts.decision import Command, Decision, facts, nothing, refused
from events.facts.member import Classified
from events.facts.people import ContactCard
from services.registry.decide.member import Member, unable
from services.registry.decide.values import KindWord, Text


class Classify(Command):
    """From `on` (today) on this is so; what is left out stays as it is. `reason` goes into the fact's envelope."""

    kind: KindWord | None = None
    lives_alone: bool | None = None
    minimum_living: bool | None = None
    on: date | None = None
    reason: Text | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.kind is None and self.lives_alone is None and self.minimum_living is None:
            raise ValueError("say at least one of kind, lives_alone, minimum_living")
        return self


def classify(member: Member, command: Classify, today: date) -> Decision:
    """Of what the command says only what is not so already becomes a fact."""
    if refusal := unable(member):
        return refusal
    on = command.on or today
    if on > today:
        return refused("in_future", day=on, today=today)
    card = member.contact or ContactCard()
    now: dict[str, Any] = {
        "kind": member.kind,
        "lives_alone": card.lives_alone,
        "minimum_living": card.minimum_living,
    }
    said = {name: getattr(command, name) for name in now}
    different = {name: value for name, value in said.items() if value is not None and value != now[name]}
    return facts(Classified(**different), on=on) if different else nothing()
