"""What is remembered of a member's yearly certification: which turn is open, reminded of, done."""

from __future__ import annotations

from datetime import date
from typing import Final

from pydantic import BaseModel, ConfigDict

from events.facts.care_certification import (
    CertificationDone,
    CertificationDue,
    CertificationPart,
    CertificationReminded,
)

TURNS_KEPT: Final = 5
"""So many turns are remembered, so that telling one twice is understood."""


class Certification(BaseModel):
    """By the year that names a turn. `done`: the day, None if that was taken back."""

    model_config = ConfigDict(frozen=True)

    due: int | None = None
    reminded: int | None = None
    done: dict[int, date | None] = {}

    def after(self, fact: CertificationPart, effective: date) -> Certification:
        """The same after a fact."""
        match fact:
            case CertificationDue():
                return self.model_copy(update={"due": fact.year})
            case CertificationReminded():
                return self.model_copy(update={"reminded": fact.year})
            case CertificationDone():
                return self._with(fact.year, effective)
            case _:
                return self._with(fact.year, None)

    def _with(self, year: int, on: date | None) -> Certification:
        done = sorted({**self.done, year: on}.items())
        return self.model_copy(update={"done": dict(done[-TURNS_KEPT:])})
