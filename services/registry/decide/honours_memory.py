"""What decisions about a member remember of honours: what a person said of the record, and what was awarded."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict

from events.facts.base import is_hidden
from events.facts.member_honours import (
    Honoured,
    HonourKind,
    HonourPart,
    HonourReconsidered,
    HonourSetAside,
    HonourTakenBack,
    RecordConfirmed,
)


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class Said(_Part):
    """What a person found: the record is good, or the honour is set aside (`why` is None where it cannot be read)."""

    good: bool
    year: int
    decided_by: str = ""
    why: str | None = None


class Award(_Part):
    """What was awarded, on which day and under which number."""

    kind: HonourKind
    on: date
    title: str | None = None
    number: str | None = None


class Honours(_Part):
    """All of it. `awards` are those that hold, by id; `taken_back` the ids of the others."""

    said: Mapping[HonourKind, Said] = {}
    awards: Mapping[str, Award] = {}
    taken_back: tuple[str, ...] = ()

    def held(self, kind: HonourKind) -> Award | None:
        """The award of this kind that holds, if there is one."""
        return next((each for each in self.awards.values() if each.kind is kind), None)

    def after(self, fact: HonourPart, effective: date) -> Honours:
        """The same after a fact."""
        return self.model_copy(update=_changed(self, fact, effective))


def _changed(known: Honours, fact: HonourPart, on: date) -> dict[str, Any]:
    match fact:
        case RecordConfirmed():
            said = Said(good=True, year=fact.year, decided_by=fact.decided_by)
            return {"said": {**known.said, fact.kind: said}}
        case HonourSetAside():
            said = Said(good=False, year=fact.year, why=None if is_hidden(fact.why) else fact.why)
            return {"said": {**known.said, fact.kind: said}}
        case HonourReconsidered():
            return {"said": {kind: said for kind, said in known.said.items() if kind is not fact.kind}}
        case Honoured():
            award = Award(kind=fact.kind, on=on, title=fact.title, number=fact.number)
            return {"awards": {**known.awards, fact.honour_id: award}}
        case HonourTakenBack():
            left = {each: award for each, award in known.awards.items() if each != fact.honour_id}
            return {"awards": left, "taken_back": (*known.taken_back, fact.honour_id)}
