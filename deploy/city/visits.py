"""What the care of a made-up community does: plans its calendar, goes and calls, hears of illness.

It knows of people what care would have learnt from the registry, and decides what care would decide.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, time, timedelta
from random import Random
from typing import Final

from deploy.city.chronicle import MINUTE, Chronicle, Line, at
from events.facts.care import FellIll, Severity, VisitMade, VisitPlanned, VisitWay, WhyCancelled
from events.facts.decision import Decision
from events.facts.ids import derived_uuid7
from events.facts.member import AwayKind
from services.care.calendar import festival_days
from services.care.decide import care
from services.care.decide.cared import CARE, Cared, Stage
from services.care.decide.commands import (
    CancelVisits,
    NoteContact,
    PlanIllnessVisit,
    RecordVisit,
    Recover,
    ReportIllness,
)
from services.care.decide.plan import Situation
from services.care.decide.policy import CarePolicy
from services.care.decide.year import Years
from services.care.react import contact, enrolment, illness, whereabouts
from services.care.react.planner import ACTOR
from services.registry.decide.commands import Enrol
from services.registry.decide.member import MEMBER, Member, Standing

VISITORS: Final = 4
GOES, CALLS, FALLS_ILL = 0.86, 0.9, 0.08
"""How likely a visit or a call is made in its window; how many of the old fall ill in a year."""
_OLD, _VERY_OLD, _WEEK = 65, 79, 7
_SAID: Final = ("楼道灯坏了，晚上不敢下楼", "药费报销单不会填", "膝盖疼，买菜不便", "想装扶手，不知道找谁")
_HOSPITALS: Final = ("区中心医院", None, None)
_SEVERITIES: Final = (Severity.MILD, Severity.MILD, Severity.MILD, Severity.SERIOUS, Severity.CRITICAL)
_EVENING, _AFTERNOON = time(18, 0), time(15, 0)


class Visits:
    """The visitors of one community and their calendar."""

    def __init__(self, chronicle: Chronicle, chance: Random, policy: CarePolicy) -> None:
        self._told, self._chance, self._policy = chronicle, chance, policy
        self._years = Years(festival_days())
        self._people: dict[str, date] = {}
        """Whom care looks after, with the day of birth."""
        self._met: dict[str, date] = {}
        self._visited: dict[str, date] = {}
        self._goes: dict[str, str] = {}
        """Who usually goes: whoever was last there; before anybody was, whoever telephoned."""
        self._was_there: set[str] = set()
        self._called: set[str] = set()
        """Whom somebody telephones: away, or very old and alone."""
        name = chronicle.code.rpartition(".")[-1]
        self._visitors = [f"{name}-visitor-{number}" for number in range(1, VISITORS + 1)]

    def plan(self) -> None:
        """Go through the calendar every Monday, as far as somebody is concerned, and on the last day."""
        day = self._told.first + timedelta(days=7 - self._told.first.weekday())
        while day < self._told.until:
            self._told.plan(at(day, _EVENING), self._go_through)
            day += timedelta(days=7)
        self._told.plan(at(self._told.until, time(23, 0)), self._go_through_all)

    # ── what the registry publishes ──────────────────────────────────────────────────────────────────────────────

    def comes(self, member_id: str, command: Enrol) -> None:
        """Somebody came on the roll."""
        birth = date.fromisoformat(command.id_number[6:14])
        self._people[member_id] = birth
        self._told.plan(self._told.now + MINUTE, lambda: self._replan(member_id, _of(enrolment.CAME)))
        age = (self._told.today - birth).days // 365
        years = (self._told.until - self._told.today).days / 365
        if age >= _OLD and self._chance.random() < FALLS_ILL * years:
            day = self._told.today + timedelta(days=self._chance.randrange(max(1, int(365 * years))))
            self._told.plan(at(day, time(11, 0)), lambda: self._fall_ill(member_id))

    def went_or_came(self, member_id: str, because: str) -> None:
        """Somebody left for a while, or is back: another kind of visit."""
        away = self._told.state(MEMBER, member_id).away is not None
        self._replan(member_id, _of(whereabouts.GONE if away else whereabouts.BACK), because)

    def died(self, member_id: str, because: str) -> None:
        """Nothing more is needed."""
        command = CancelVisits(why=WhyCancelled.DIED, because=because)
        nothing_more = care.cancel_visits(self._cared(member_id), command, self._told.today)
        self._write(member_id, nothing_more, _of(enrolment.ENDED), because)

    def seen_at_meeting(self, member_id: str, because: str) -> None:
        """Nobody has to telephone in whose window that was."""
        self._met[member_id] = max(self._told.today, self._met.get(member_id, self._told.today))
        cared = self._cared(member_id)
        if any(True for _ in cared.open_visits()):
            command = NoteContact(on=self._told.today, because=because)
            self._write(member_id, care.note_contact(cared, command), _of(contact.POLICY), because)

    # ── the calendar ─────────────────────────────────────────────────────────────────────────────────────────────

    def _go_through(self) -> None:
        """Those for whom a window may have opened or closed since last Monday.

        For most people that is before the turn of a half-year; for the very old before and after that of a month; for
        those who are called, any week.
        """
        today = self._told.today
        opens = today + timedelta(days=self._policy.plan_ahead_days)
        everybody, the_old = opens.day <= _WEEK and opens.month in (1, 7), min(opens.day, today.day) <= _WEEK
        for member_id, birth in self._people.items():
            very_old = the_old and (today - birth).days // 365 >= _VERY_OLD
            if everybody or very_old or member_id in self._called:
                self._mark_missed(member_id)
                self._replan(member_id, ACTOR)

    def _go_through_all(self) -> None:
        for member_id in self._people:
            self._mark_missed(member_id)
            self._replan(member_id, ACTOR)

    def _mark_missed(self, member_id: str) -> None:
        cared = self._cared(member_id)
        if any(visit.window.end < self._told.today for _, visit in cared.open_visits()):
            self._write(member_id, care.mark_missed(cared, self._told.today), ACTOR)

    def _replan(self, member_id: str, actor: str, because: str = "") -> None:
        situation = self._situation(member_id)
        planned = care.replan(
            self._cared(member_id),
            member_id,
            situation,
            self._years.of(self._policy, self._told.today),
            because=because,
        )
        self._plan_visits(self._write(member_id, planned, actor, because))

    def _plan_visits(self, lines: Iterable[Line]) -> None:
        """Most of what is planned is done, some day in its window."""
        for line in lines:
            fact = line.fact
            if not isinstance(fact, VisitPlanned):
                continue
            if fact.way is VisitWay.CALL:
                self._called.add(line.entity)
            if self._chance.random() < (CALLS if fact.way is VisitWay.CALL else GOES):
                first = max(fact.start, self._told.today)
                day = first + timedelta(days=self._chance.randrange(max(1, (fact.end - first).days + 1)))
                moment = max(at(day, _AFTERNOON), self._told.now + MINUTE)
                self._told.plan(moment, lambda line=line, fact=fact: self._visit(line.entity, fact))  # type: ignore[misc]  # bound now

    def _visit(self, member_id: str, planned: VisitPlanned) -> None:
        cared = self._cared(member_id)
        visit = cared.visits.get(planned.visit_id)
        if visit is None or visit.stage is not Stage.OPEN:
            return
        by = visit.visitor or self._chance.choice(self._visitors)
        said = self._chance.choice(_SAID) if self._chance.random() < 0.2 else None
        command = RecordVisit(made_on=self._told.today, by=by, difficulties=said)
        made = care.record_visit(cared, planned.visit_id, command, self._told.today)
        for line in self._write(member_id, made, by):
            if isinstance(line.fact, VisitMade):
                self._went(member_id, line.fact)

    def _went(self, member_id: str, made: VisitMade) -> None:
        self._met[member_id] = max(self._told.today, self._met.get(member_id, self._told.today))
        if made.way is not VisitWay.CALL or member_id not in self._was_there:
            self._goes[member_id] = made.by
        if made.way is VisitWay.HOME:
            self._visited[member_id] = max(self._told.today, self._visited.get(member_id, self._told.today))
        if made.way is not VisitWay.CALL:
            self._was_there.add(member_id)

    # ── illness ──────────────────────────────────────────────────────────────────────────────────────────────────

    def _fall_ill(self, member_id: str) -> None:
        told, today = self._told, self._told.today
        hospital, severity = self._chance.choice(_HOSPITALS), self._chance.choice(_SEVERITIES)
        report = ReportIllness(severity=severity, since=today, hospital=hospital)
        reported = care.report_illness(self._cared(member_id), report, self._situation(member_id), today)
        for line in self._write(member_id, reported, self._chance.choice(self._visitors)):
            if isinstance(line.fact, FellIll):
                plan = PlanIllnessVisit(
                    visit_id=derived_uuid7(told.now, line.fact_id, illness.POLICY),
                    because=line.fact_id,
                    severity=severity,
                    since=today,
                    in_hospital=hospital is not None,
                )
                told.plan(told.now + MINUTE, lambda plan=plan: self._plan_after_illness(member_id, plan))  # type: ignore[misc]  # bound now
                well = today + timedelta(days=self._chance.randrange(6, 45))
                told.plan(at(well, time(10, 0)), lambda: self._recover(member_id))

    def _plan_after_illness(self, member_id: str, plan: PlanIllnessVisit) -> None:
        situation = self._situation(member_id)
        planned = care.plan_illness_visit(self._cared(member_id), plan, situation, self._policy, self._told.today)
        self._plan_visits(self._write(member_id, planned, _of(illness.POLICY), plan.because))

    def _recover(self, member_id: str) -> None:
        well = care.recover(self._cared(member_id), Recover(on=self._told.today), self._told.today)
        self._write(member_id, well, self._chance.choice(self._visitors))

    # ── what is known ────────────────────────────────────────────────────────────────────────────────────────────

    def _cared(self, member_id: str) -> Cared:
        cared: Cared = self._told.state(CARE, member_id)
        return cared

    def _situation(self, member_id: str) -> Situation:
        state: Member = self._told.state(MEMBER, member_id)
        away = state.away
        return Situation(
            on_roll=state.standing is not Standing.WITHDRAWN,
            on_roll_since=state.enrolled_on,
            died_on=state.died_on,
            birth=self._people[member_id],
            lives_alone=state.contact is not None and state.contact.lives_alone,
            away_since=None if away is None or away.kind is AwayKind.INTERMITTENT else away.since,
            usual_visitor=self._goes.get(member_id),
            last_contact=self._met.get(member_id),
            last_visit=self._visited.get(member_id),
        )

    def _write(self, member_id: str, decided: Decision, actor: str, because: str = "") -> list[Line]:
        return self._told.write([(CARE, member_id, decided)], actor, because)


def _of(policy: str) -> str:
    """The actor of what a policy commands."""
    return f"policy:{policy}"
