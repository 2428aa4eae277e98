"""The rules of who goes where in a week, as data: what is weighed, and what holds of visitors nobody has described."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field, model_validator

from events.facts.care import VisitReason, VisitWay
from events.facts.visitor import Skill
from services.care.decide.rule import Rule


class RotaMetres(Rule):
    """What a proposal of who goes where weighs, in metres of way."""

    stranger: int = Field(ge=0)
    change: int = Field(ge=0)
    skill: int = Field(ge=0)
    late: int = Field(ge=0)
    trip: int = Field(ge=0)
    load: int = Field(ge=0)
    wait: int = Field(ge=0)
    lane: int = Field(ge=0)
    road: int = Field(ge=0)
    elsewhere: int = Field(ge=1)


class RotaRule(Rule):
    """Who goes where in a week: what is weighed, and what holds of visitors who have said nothing of themselves."""

    workdays: tuple[int, ...] = Field(min_length=1)
    visits_per_week: int = Field(ge=0)
    office_visits_per_week: int = Field(ge=0)
    calls_per_week: int = Field(ge=0)
    visits_per_day_max: int = Field(ge=1)
    ahead_days: int = Field(ge=0)
    home_minutes: int = Field(ge=1)
    hospital_minutes: int = Field(ge=1)
    call_minutes: int = Field(ge=1)
    metres: RotaMetres
    skills: Mapping[VisitReason, Skill]
    clause: str

    def minutes(self, way: VisitWay) -> int:
        """How long one takes, the way there included."""
        by_way = {VisitWay.HOME: self.home_minutes, VisitWay.HOSPITAL: self.hospital_minutes}
        return by_way.get(way, self.call_minutes)

    @model_validator(mode="after")
    def _days_of_a_week(self) -> RotaRule:
        if sorted(set(self.workdays)) != list(self.workdays) or not set(self.workdays) <= set(range(7)):
            raise ValueError("rota: workdays are numbers from 0 (Monday) to 6, in order")
        return self
