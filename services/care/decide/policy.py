"""Care's rules as data: typed, each with the clause a plan cites. The text comes in from `policy/*.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from enum import StrEnum
from typing import Any, Final

from pydantic import Field, model_validator

from events.facts.care import FESTIVALS, OCCASIONS, Severity, VisitReason, VisitWay
from events.facts.care_certification import CertificationWay
from events.facts.people import RetirementKind
from services.care.decide.campaign_policy import CampaignPolicy
from services.care.decide.rota_policy import RotaRule
from services.care.decide.rule import Rule
from services.care.decide.support_policy import AssistanceRule, PairingRule, TrainingRule
from services.care.decide.voice_policy import VoicePolicy


class Per(StrEnum):
    """The periods a cadence counts by; all begin with the year, or on Monday."""

    WEEK = "week"
    QUARTER = "quarter"
    HALF_YEAR = "half_year"
    YEAR = "year"

    @property
    def months(self) -> int:
        """Calendar months in the period; 0 for a week."""
        return _MONTHS[self]


_MONTHS: Final = {Per.WEEK: 0, Per.QUARTER: 3, Per.HALF_YEAR: 6, Per.YEAR: 12}


AGE_MAX: Final = 200


class AgedRule(Rule):
    """Whom a rule is for: of this age (years, both included), and living so."""

    age_min: int = Field(default=0, ge=0, le=AGE_MAX)
    age_max: int = Field(default=AGE_MAX, ge=0, le=AGE_MAX)
    lives_alone: bool = False
    way: VisitWay
    clause: str


class CadenceRule(AgedRule):
    """Who it is for is met `times` in each period (DOMAIN §4 "visits")."""

    reason: VisitReason
    per: Per
    times: int = Field(ge=1)
    due_before_end_days: int = Field(ge=0)

    @property
    def window_months(self) -> int:
        """Calendar months in one window; 0 for a week."""
        return self.per.months // self.times

    @model_validator(mode="after")
    def _whole_months(self) -> CadenceRule:
        if self.per is Per.WEEK and self.times != 1:
            raise ValueError(f"{self.reason}: a week has one window")
        if self.per is not Per.WEEK and self.per.months % self.times:
            raise ValueError(f"{self.reason}: {self.times} windows in {self.per.months} months are no whole months")
        return self


class FestivalRule(AgedRule):
    """Who it is for is met from so many days before a festival, or a birthday, to so many after; best on the day."""

    before_days: int = Field(ge=0, le=60)
    after_days: int = Field(ge=0, le=60)


class TogetherRule(Rule):
    """One visit for several reasons: at least `days_min` days must be left to go. `visit_counts`: who was at the
    door for any reason has made what else of the calendar was to be done there in that time.
    """

    days_min: int = Field(ge=1, le=28)
    visit_counts: bool
    clause: str


class SoonRule(Rule):
    """Visit within `days` of what happened; `grace_days` later nobody expects the visit any more."""

    days: int = Field(ge=0)
    grace_days: int = Field(ge=0)
    clause: str


class SpouseRule(Rule):
    """Whose wife or husband died is visited again so many days later, each time from `before_days` earlier on.

    `words`: what people call a wife or a husband. `housemate`: how somebody is called who lived in the same home, if
    nobody has said what they were to each other.
    """

    words: tuple[str, ...]
    housemate: str
    after_days: tuple[int, ...]
    before_days: int = Field(ge=0)
    grace_days: int = Field(ge=0)
    clause: str

    def is_meant(self, whom: str) -> bool:
        """True if these words speak of a wife or a husband."""
        return any(word in whom for word in self.words)


class AwayRule(Rule):
    """Call once in every so many days, counted from leaving."""

    every_days: int = Field(ge=1)
    due_before_end_days: int = Field(ge=0)
    clause: str


class MissedRule(Rule):
    """A visit late by so many days is the secretary's matter, and later the street's; a person says why it is so."""

    secretary_days: int = Field(ge=1)
    street_days: int = Field(ge=1)
    clause: str

    @model_validator(mode="after")
    def _climbs(self) -> MissedRule:
        if self.street_days <= self.secretary_days:
            raise ValueError("missed: the street learns of it after the secretary")
        return self


class ContactSource(StrEnum):
    """Where somebody was met, or spoken with, other than by care itself."""

    MEETING = "meeting"
    STUDY = "study"
    """What was studied was brought to the door."""
    OFFICE = "office"
    """The office rang up, or met the person, and spoke with them."""


class ContactRule(Rule):
    """What else counts as the contact of a call: the call is not needed any more (DOMAIN §4 "visits")."""

    counts: tuple[ContactSource, ...]
    clause: str


class CertificationBegins(StrEnum):
    """When a turn begins."""

    BIRTH_MONTH = "birth_month"
    FIXED_MONTH = "fixed_month"
    """In the same month for everybody."""


class WayRule(Rule):
    """How it is done, as a rule, by somebody of this age or older."""

    way: CertificationWay
    age_min: int = Field(default=0, ge=0)
    clause: str


class CertificationRule(Rule):
    """Who draws a pension certifies once a year, within so many calendar months; `remind_days` before the end who has
    not done it is reminded. Done up to `counts_before_months` before a turn begins, it counts for that turn (R21).
    """

    kinds: tuple[RetirementKind, ...] = Field(min_length=1)
    begins: CertificationBegins
    month: int = Field(ge=1, le=12)
    """Of a fixed turn; it counts for nothing where turns go by the month of birth."""
    window_months: int = Field(ge=1, le=12)
    remind_days: int = Field(ge=0)
    counts_before_months: int = Field(ge=0, le=9)
    clause: str
    usual: WayRule
    old: WayRule
    elsewhere: WayRule
    overdue: MissedRule

    @property
    def cited(self) -> set[str]:
        """Its clauses."""
        return {self.clause, self.usual.clause, self.old.clause, self.elsewhere.clause, self.overdue.clause}


class CarePolicy(Rule):
    """A whole pack. Every clause that a rule cites has its words in `clauses`."""

    plan_ahead_days: int = Field(ge=0)
    cadence: tuple[CadenceRule, ...]
    festivals: Mapping[VisitReason, FestivalRule]
    birthday: FestivalRule
    together: TogetherRule
    illness: Mapping[Severity, SoonRule]
    occasions: Mapping[VisitReason, SoonRule]
    spouse: SpouseRule
    away: AwayRule
    missed: MissedRule
    rota: RotaRule
    voice: VoicePolicy
    campaigns: CampaignPolicy
    contact: ContactRule
    certification: CertificationRule
    assistance: AssistanceRule
    pairing: PairingRule
    training: TrainingRule
    clauses: Mapping[str, str]

    @model_validator(mode="after")
    def _complete(self) -> CarePolicy:
        if missing := sorted(set(Severity) - set(self.illness)):
            raise ValueError(f"illness: no rule for {', '.join(missing)}")
        if lacking := sorted(OCCASIONS ^ set(self.occasions)):
            raise ValueError(
                f"occasions: one rule each for {', '.join(sorted(OCCASIONS))}; look at {', '.join(lacking)}"
            )
        if strange := sorted(set(self.festivals) - set(FESTIVALS)):
            raise ValueError(f"festivals: {', '.join(strange)} is none; known are {', '.join(FESTIVALS)}")
        if self.birthday.lives_alone:
            raise ValueError("birthday: goes by age alone, lives_alone cannot be asked")
        cited = {rule.clause for rule in self._rules()} | {self.pairing.clause_review, *self.assistance.clauses()}
        cited |= {*self.voice.cited(), *self.campaigns.cited()}
        cited |= self.certification.cited
        if wordless := sorted(cited - set(self.clauses)):
            raise ValueError(f"clauses without words: {', '.join(wordless)}")
        return self

    def _rules(self) -> Iterator[Any]:
        yield from (*self.cadence, *self.festivals.values(), *self.illness.values(), *self.occasions.values())
        yield from (self.birthday, self.together, self.spouse, self.away, self.missed, self.contact)
        yield from (self.pairing, self.training, self.rota)


def policy_of(text: str) -> CarePolicy:
    """The rules written in this TOML text, whatever its head says. ValueError says which rule is wrong or missing."""
    return CarePolicy.model_validate({name: rule for name, rule in tomllib.loads(text).items() if name != "pack"})


def age_on(birth: date, day: date) -> int:
    """Whole years of age on a day."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))
