"""Stream `care`: the yearly certification for a pension falls due, is done, was a slip (DOMAIN R21).

Nothing follows from it by itself: a person reminds, a person goes there, whoever pays the pension decides.
"""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from typing import Annotated, NamedTuple

from pydantic import StringConstraints

from events.facts.base import Fact
from events.facts.care_certification import (
    CertificationDone,
    CertificationDue,
    CertificationReminded,
    CertificationTakenBack,
    CertificationWay,
)
from events.facts.decision import Command, Decision, facts, nothing, refused
from events.facts.people import RetirementKind
from services.care.decide.care import not_now
from services.care.decide.cared import Cared
from services.care.decide.plan import Situation
from services.care.decide.policy import CertificationBegins, CertificationRule, WayRule, age_on

Note = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


class RecordCertification(Command):
    """The member certified on that day, in this way."""

    on: date
    way: CertificationWay
    note: Note | None = None


class TakeCertificationBack(Command):
    """The turn of this year was noted as done by mistake."""

    year: int


class Pensioner(Situation):
    """What is known of a member, and what they live from."""

    kind: RetirementKind | None = None


class Turn(NamedTuple):
    """One turn: its first and its last day; the year in which it begins names it."""

    start: date
    end: date

    @property
    def year(self) -> int:
        """Its name."""
        return self.start.year


def turn_on(birth: date, day: date, rule: CertificationRule) -> Turn:
    """The turn that began last: on that day, or before it."""
    month = birth.month if rule.begins is CertificationBegins.BIRTH_MONTH else rule.month
    year = day.year if day.month >= month else day.year - 1
    start = date(year, month, 1)
    return Turn(start, _months_after(start, rule.window_months) - timedelta(days=1))


def turn_of(birth: date, done_on: date, rule: CertificationRule) -> Turn:
    """The turn that a certification on that day counts for: the coming one, if it is early enough for that."""
    return turn_on(birth, _months_after(done_on, rule.counts_before_months), rule)


def coming_turns(cared: Cared, one: Pensioner, rule: CertificationRule, today: date) -> list[Turn]:
    """The turns that are open, or begin in the coming twelve months, and are not done yet; by their first day."""
    if not _is_asked(one, rule) or one.birth is None:
        return []
    turns = {turn_on(one.birth, day, rule) for day in (today, _months_after(today, 12))}
    return sorted(it for it in turns if it.end >= today and cared.certification.done.get(it.year) is None)


def way_for(one: Pensioner, today: date, rule: CertificationRule) -> WayRule:
    """How it is done, as a rule, by somebody of that age, who lives here or elsewhere."""
    if one.away_since is not None:
        return rule.elsewhere
    old = one.birth is not None and age_on(one.birth, today) >= rule.old.age_min
    return rule.old if old else rule.usual


def look(cared: Cared, one: Pensioner, rule: CertificationRule, today: date) -> Decision:
    """What has fallen due by today: the turn that is open, and the reminder before its end. A turn that is over before
    anybody looked is nobody's any more.
    """
    if not _is_asked(one, rule) or one.birth is None:
        return nothing()
    turn, known = turn_on(one.birth, today, rule), cared.certification
    if today > turn.end or known.done.get(turn.year) is not None:
        return nothing()
    seen: list[Fact] = []
    if known.due != turn.year:
        seen.append(CertificationDue(year=turn.year, start=turn.start, end=turn.end, clause=rule.clause))
    if known.reminded != turn.year and today >= turn.end - timedelta(days=rule.remind_days):
        seen.append(CertificationReminded(year=turn.year, end=turn.end))
    return facts(*seen, on=today)


def _is_asked(one: Pensioner, rule: CertificationRule) -> bool:
    return one.on_roll and one.died_on is None and one.merged_into is None and one.kind in rule.kinds


def record(
    cared: Cared, command: RecordCertification, one: Pensioner, rule: CertificationRule, today: date
) -> Decision:
    """It is done, also when nobody had seen it fall due. Once for a turn."""
    if refusal := not_now(one, command.on, today):
        return refusal
    if one.birth is None:
        return refused("birth_unknown")
    year = turn_of(one.birth, command.on, rule).year
    before = cared.certification.done.get(year)
    if before is not None:
        return nothing() if before == command.on else refused("already_certified", on=before, year=year)
    return facts(CertificationDone(year=year, way=command.way, note=command.note), on=command.on)


def take_back(cared: Cared, command: TakeCertificationBack) -> Decision:
    """It was a slip, and the turn is open again."""
    done = cared.certification.done
    if command.year not in done:
        return refused("not_certified", year=command.year)
    on = done[command.year]
    return nothing() if on is None else facts(CertificationTakenBack(year=command.year), on=on)


def _months_after(day: date, months: int) -> date:
    """The same day of the month, so many months later; the month's last day where it has no such day."""
    year, index = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, index + 1, min(day.day, calendar.monthrange(year, index + 1)[1]))
