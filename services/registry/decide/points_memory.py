"""What decisions about a member remember of points given by hand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from pydantic import BaseModel, ConfigDict

from events.facts.base import is_hidden
from events.facts.member_points import PointPart, PointsAwarded, PointsTakenBack


class Entry(BaseModel):
    """Points that count; `what` is None where it cannot be read."""

    model_config = ConfigDict(frozen=True)

    on: date
    points: int
    what: str | None = None


class Points(BaseModel):
    """`entries` are those not taken back, by id; `taken_back` the ids of the others."""

    model_config = ConfigDict(frozen=True)

    entries: Mapping[str, Entry] = {}
    taken_back: tuple[str, ...] = ()

    def after(self, fact: PointPart, effective: date) -> Points:
        """The same after a fact."""
        match fact:
            case PointsAwarded():
                what = None if is_hidden(fact.what) else fact.what
                entry = Entry(on=effective, points=fact.points, what=what)
                return self.model_copy(update={"entries": {**self.entries, fact.award_id: entry}})
            case PointsTakenBack():
                left = {each: entry for each, entry in self.entries.items() if each != fact.award_id}
                return Points(entries=left, taken_back=(*self.taken_back, fact.award_id))
