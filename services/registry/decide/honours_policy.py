"""The rules about honours (DOMAIN R16): how membership is counted, and who is due for the medal of fifty years."""

from __future__ import annotations

from datetime import date
from typing import Self

from pydantic import Field, model_validator

from events.facts.member import AwayKind
from services.registry.decide.rule import Rule


class SeniorityRule(Rule):
    """Membership counts from the day of full membership. Who joined while there was no probation was a full member at
    once. A probation longer than `probation_months_max` is taken for a mistake on the card, and a person looks.
    """

    probation_months_max: int = Field(ge=1)
    no_probation_from: date
    no_probation_until: date
    clause: str
    clause_no_probation: str

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.no_probation_until < self.no_probation_from:
            raise ValueError("no_probation_until: not before no_probation_from")
        return self


class MedalRule(Rule):
    """Whoever reaches so many years of membership by a day of the year is due in that year, alive on that day, and
    only once a person has confirmed a good record.
    """

    years: int = Field(ge=1)
    month: int = Field(ge=1, le=12)
    day: int = Field(ge=1, le=28)
    first_year: int = Field(ge=1949)
    """The first year in which there was a medal: whoever had reached the years before is due then."""
    ahead_months: int = Field(ge=1)
    """So long before the day a record may be confirmed."""
    print_days: int = Field(ge=0)
    """So long before the day certificates may be numbered and printed."""
    posthumous: bool
    away_kinds: tuple[AwayKind, ...]
    """Whose award is this community's though they live elsewhere."""
    clause: str
    clause_living: str
    clause_away: str
    clause_record: str

    def day_of(self, year: int) -> date:
        """The day of the award in a year."""
        return date(year, self.month, self.day)


class HonoursPolicy(Rule):
    """Honours."""

    seniority: SeniorityRule
    medal: MedalRule
