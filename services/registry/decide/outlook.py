"""Who is due for the medal of fifty years, in which year, and why not: pure, from what a card says (DOMAIN R16)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from events.facts.member import AwayKind
from services.registry.decide.days import months_after
from services.registry.decide.honours_policy import HonoursPolicy, MedalRule, SeniorityRule


class Doubt(StrEnum):
    """Why nobody can say from when on membership counts. A person corrects the card."""

    NO_JOINING_DAY = "no_joining_day"
    NO_FULL_DAY = "no_full_day"
    FULL_BEFORE_JOINED = "full_before_joined"
    LONG_PROBATION = "long_probation"


class Counted(NamedTuple):
    """Membership counts from this day, by this clause."""

    since: date
    clause: str


class Uncounted(NamedTuple):
    """It cannot be counted; it does not begin before `not_before`, if that is known."""

    doubt: Doubt
    not_before: date | None
    clause: str


def seniority(joined_on: date | None, full_member_on: date | None, rule: SeniorityRule) -> Counted | Uncounted:
    """From when on membership counts, or why that is not known."""
    if joined_on is None:
        # A day of full membership alone says how late it can be, not whether the card may be trusted.
        return Uncounted(Doubt.NO_JOINING_DAY, full_member_on, rule.clause)
    if full_member_on is None:
        if rule.no_probation_from <= joined_on <= rule.no_probation_until:
            return Counted(joined_on, rule.clause_no_probation)
        return Uncounted(Doubt.NO_FULL_DAY, joined_on, rule.clause)
    if full_member_on < joined_on:
        return Uncounted(Doubt.FULL_BEFORE_JOINED, full_member_on, rule.clause)
    if full_member_on > months_after(joined_on, rule.probation_months_max):
        return Uncounted(Doubt.LONG_PROBATION, joined_on, rule.clause)
    return Counted(full_member_on, rule.clause)


def year_due(since: date, rule: MedalRule) -> int:
    """The one year in which somebody who is a member since then becomes due."""
    reached = months_after(since, 12 * rule.years)
    year = reached.year if reached <= rule.day_of(reached.year) else reached.year + 1
    return max(year, rule.first_year)


class Standing(StrEnum):
    """How somebody stands with the medal of a year."""

    DUE = "due"
    CONFIRMED = "confirmed"
    HONOURED = "honoured"
    SET_ASIDE = "set_aside"
    DOUBTFUL = "doubtful"
    NOT_YET = "not_yet"
    DIED = "died"
    ELSEWHERE = "elsewhere"


@dataclass(frozen=True, slots=True)
class Candidate:
    """What the question needs of a person. `found_good` is what a person said of the record, None if nobody did."""

    joined_on: date | None = None
    full_member_on: date | None = None
    died_on: date | None = None
    away_kind: AwayKind | None = None
    found_good: bool | None = None
    honoured_on: date | None = None


@dataclass(frozen=True, slots=True)
class Outlook:
    """The answer, with its clause. `year` is the first in which the person is due, where that can be known."""

    standing: Standing
    clause: str
    since: date | None = None
    year: int | None = None
    doubt: Doubt | None = None


def outlook(one: Candidate, year: int, policy: HonoursPolicy) -> Outlook:
    """How a person stands with the medal of a year. What was missed in an earlier year is still due."""
    medal = policy.medal
    counted = seniority(one.joined_on, one.full_member_on, policy.seniority)
    if isinstance(counted, Counted):
        first = year_due(counted.since, medal)
        return _decided(one, year, policy, Outlook(Standing.DUE, counted.clause, counted.since, first), first)
    earliest = None if counted.not_before is None else year_due(counted.not_before, medal)
    return _decided(one, year, policy, Outlook(Standing.DOUBTFUL, counted.clause, doubt=counted.doubt), earliest)


def _decided(one: Candidate, year: int, policy: HonoursPolicy, open_: Outlook, earliest: int | None) -> Outlook:
    """`open_` is how the person stands if nothing else is known of them than the days."""
    medal = policy.medal

    def stands(standing: Standing, clause: str) -> Outlook:
        return replace(open_, standing=standing, clause=clause)

    if one.honoured_on is not None:
        return stands(Standing.HONOURED, medal.clause)
    if earliest is not None and earliest > year:
        return stands(Standing.NOT_YET, medal.clause)
    if one.died_on is not None and one.died_on < medal.day_of(year) and not medal.posthumous:
        return stands(Standing.DIED, medal.clause_living)
    if one.away_kind is not None and one.away_kind not in medal.away_kinds:
        return stands(Standing.ELSEWHERE, medal.clause_away)
    if one.found_good is False:
        return stands(Standing.SET_ASIDE, medal.clause_record)
    return replace(open_, standing=Standing.CONFIRMED) if open_.doubt is None and one.found_good else open_
