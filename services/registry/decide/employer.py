"""Which unit a member was taken over from: the part of a member's state about take-over (DOMAIN R2)."""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel, ConfigDict

from events.facts.member_handover import HandoverPart, TakenOver


class Employer(BaseModel):
    """The unit that stays co-responsible, and by which line of which batch; "" where there is none."""

    model_config = ConfigDict(frozen=True)

    path: str = ""
    name: str = ""
    batch_id: str = ""
    row: int = 0
    since: date | None = None

    def after(self, fact: HandoverPart, effective: date) -> Employer:
        """Who it is after a fact; a withdrawal of another take-over changes nothing."""
        if isinstance(fact, TakenOver):
            return Employer(
                path=fact.employer, name=fact.employer_name, batch_id=fact.batch_id, row=fact.row, since=effective
            )
        return Employer() if self.by(fact.batch_id, fact.row) else self

    def by(self, batch_id: str, row: int) -> bool:
        """Whether it was this line of this batch."""
        return bool(self.path) and (self.batch_id, self.row) == (batch_id, row)
