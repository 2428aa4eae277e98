"""Hearth's way: care's own decisions plan, day after day, and who goes is whoever usually does, if they can."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from deploy.simulation.diary import Diary
from deploy.simulation.world import CALL_MINUTES, DAY, VISIT_MINUTES, Person, World
from events.facts.decision import Decision, Happened
from services.care.calendar import festival_days
from services.care.decide import care
from services.care.decide.cared import Cared, Stage, Visit, done, evolve
from services.care.decide.commands import NoteContact, PlanIllnessVisit, RecordVisit, Recover, ReportIllness
from services.care.decide.plan import Situation, plan
from services.care.decide.policy import CarePolicy
from services.care.decide.year import Years

USUAL_MINUTES, MOST_MINUTES = 90, 240
"""A visitor's usual day, and what they do when something is due."""
URGENT_DAYS: Final = 2
WELL_AGAIN: Final = timedelta(days=20)


class Looked:
    """One person as care knows them; `look_on` is the next day on which the calendar may ask for something."""

    def __init__(self, person: Person, first: date) -> None:
        self.person, self.id = person, f"p{person.number}"
        self.cared = Cared()
        self.situation = Situation(birth=person.birth, lives_alone=person.lives_alone)
        self.look_on = first

    def apply(self, decision: Decision) -> None:
        """What was decided is so."""
        if isinstance(decision, Happened):
            for fact, on in decision.facts:
                self.cared = evolve(self.cared, fact, on)

    def knows(self, **changes: object) -> None:
        """Something was learnt of the person."""
        self.situation = self.situation.model_copy(update=changes)


class ByPlan:
    """The city for as long as it is simulated."""

    def __init__(self, world: World, policy: CarePolicy) -> None:
        self._world, self._policy = world, policy
        self._years = Years(festival_days())
        self._people = [Looked(person, world.first) for person in world.people]
        self._load: dict[str, int] = defaultdict(int)
        self.diary = Diary(world)

    def run(self) -> Diary:
        """Live through it."""
        communities = range(len(self._world.visitors))
        of = [[one for one in self._people if one.person.community == each] for each in communities]
        for day in self._world.days():
            for one in self._people:
                self._befalls(one, day)
                if one.look_on <= day:
                    self._look(one, day)
            for community in communities:
                self._go_out(community, of[community], day)
        return self.diary

    def _befalls(self, one: Looked, day: date) -> None:
        person, cared = one.person, one.cared
        for span in person.away:
            if day in (span.first, span.last + DAY):
                one.knows(away_since=day if day == span.first else None)
                one.look_on = day
        for since, severity in person.ill:
            if day == since:
                one.apply(care.report_illness(cared, ReportIllness(severity=severity, since=day), one.situation, day))
                asked = PlanIllnessVisit(visit_id=f"ill-{day}", because="", severity=severity, since=day)
                one.apply(care.plan_illness_visit(one.cared, asked, one.situation, self._policy, day))
            elif day == since + WELL_AGAIN and one.cared.ill_since is not None:
                one.apply(care.recover(one.cared, Recover(on=day), day))
        if day in person.meetings:
            self.diary.met_at_meeting(person, day)
            one.knows(last_contact=day)
            one.apply(care.note_contact(one.cared, NoteContact(on=day)))

    def _look(self, one: Looked, day: date) -> None:
        """As the planner does each day; here only on those on which something may be new."""
        one.apply(care.mark_missed(one.cared, day))
        year = self._years.of(self._policy, day)
        one.apply(care.replan(one.cared, one.id, one.situation, year))
        ahead = timedelta(days=self._policy.plan_ahead_days)
        opens = [window.start - ahead for window in plan(one.situation, done(one.cared), year, one.id)]
        ends = [visit.window.end + DAY for _, visit in one.cared.open_visits()]
        one.look_on = min((each for each in (*opens, *ends) if each > day), default=day + timedelta(days=30))

    def _go_out(self, community: int, people: Sequence[Looked], day: date) -> None:
        """What is most urgent first, then whatever fits into a usual day; who is ill is stood in for when it is due."""
        able = [name for name in self._world.visitors[community] if self._world.works(name, day)]
        if not able:
            return
        left = dict.fromkeys(able, MOST_MINUTES)
        for due, visit_id, one in self._waiting(people, day):
            visit = one.cared.visits[visit_id]
            if visit.stage is not Stage.OPEN:  # met today for another reason
                continue
            minutes = CALL_MINUTES if visit.window.is_call else VISIT_MINUTES
            keeps = 0 if due <= day + timedelta(days=URGENT_DAYS) else MOST_MINUTES - USUAL_MINUTES
            name = self._who(visit, able, left, minutes + keeps, urgent=not keeps)
            if name:
                left[name] -= minutes
                self._load[name] += minutes
                self._try(one, visit_id, visit, name, day)

    def _waiting(self, people: Sequence[Looked], day: date) -> list[tuple[date, str, Looked]]:
        found = [
            (visit.window.due, visit_id, one)
            for one in people
            for visit_id, visit in one.cared.open_visits()
            if visit.window.contains(day)
        ]
        return sorted(found, key=lambda task: (task[0], task[2].person.building, task[1], task[2].person.number))

    def _who(self, visit: Visit, able: Sequence[str], left: dict[str, int], minutes: int, *, urgent: bool) -> str:
        usual = visit.visitor or ""
        if left.get(usual, 0) >= minutes:
            return usual
        if usual and not urgent:
            return ""
        others = [name for name in able if left[name] >= minutes]
        return min(others, key=lambda name: (self._load[name], name), default="")

    def _try(self, one: Looked, visit_id: str, visit: Visit, name: str, day: date) -> None:
        if not self.diary.meets(name, one.person, day, by_telephone=visit.window.is_call):
            return
        at_home = {} if visit.window.is_call else {"last_visit": day}
        one.knows(last_contact=day, usual_visitor=one.situation.usual_visitor or name, **at_home)
        counts = self._policy.together.visit_counts
        one.apply(care.record_visit(one.cared, visit_id, RecordVisit(made_on=day, by=name), day, visit_counts=counts))
