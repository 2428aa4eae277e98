"""The rules about points (DOMAIN R11): what gives how many, and how many at most in a month and a quarter."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from pydantic import Field, NonNegativeInt

from events.facts.meeting import MeetingKind
from services.registry.decide.rule import Rule


class PointsFor(StrEnum):
    """What points are given for, in the order in which one day's are counted."""

    ATTENDING = "attending"
    SERVICE = "service"
    DUES = "dues"
    REPORTING = "reporting"
    ACTIVITY = "activity"
    STUDY = "study"
    BY_HAND = "by_hand"


class PointsRule(Rule):
    """So many points each; a limit of 0 is none."""

    each: int = Field(ge=0)
    month_max: int = Field(default=0, ge=0)
    quarter_max: int = Field(default=0, ge=0)
    clause: str


class AttendingRule(PointsRule):
    """For each meeting; some kinds may count otherwise."""

    by_kind: Mapping[MeetingKind, NonNegativeInt] = {}

    def for_kind(self, kind: str) -> int:
        """What a meeting of this kind gives; one that nobody knows counts as any."""
        return self.by_kind.get(MeetingKind(kind), self.each) if kind in set(MeetingKind) else self.each


class ServiceRule(PointsRule):
    """For so many whole minutes served in a month, all posts together."""

    minutes: int = Field(ge=1)


class DuesRule(PointsRule):
    """For each month that was paid by its last day, or so many days later."""

    days_late_max: int = Field(ge=0)


class ByHandRule(PointsRule):
    """What a person may add, a reason given: so many at most in one entry."""

    entry_max: int = Field(ge=1)


class PointsPolicy(Rule):
    """Points are never taken off by a rule, and nothing follows from them by itself."""

    attending: AttendingRule
    service: ServiceRule
    dues: DuesRule
    reporting: PointsRule
    activity: PointsRule
    study: PointsRule
    by_hand: ByHandRule

    def rule(self, what: PointsFor) -> PointsRule:
        """The rule for one thing."""
        found: PointsRule = getattr(self, what.value)
        return found
