"""The usual way: a list made at New Year says who is visited in which month and by whom, and it is worked down.

Everybody has a visitor by the alphabet. The very old stand on the list of every month, the old twice a year, the others
once; the very old who live alone are rung up on their weekday; the old are visited once more before the Spring
Festival; who is known to be away at New Year is rung up once a month. Who is not at home stands on the list again next
time, who falls ill when the office hears of it at the next list. A visitor who was ill goes on with what is left.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta

from deploy.simulation.by_plan import MOST_MINUTES, USUAL_MINUTES
from deploy.simulation.diary import Diary
from deploy.simulation.world import CALL_MINUTES, VISIT_MINUTES, Person, World
from events.facts.care import VisitReason
from services.care.calendar import festival_days
from services.care.decide.policy import age_on

VERY_OLD, OLD = 80, 70
LONG_DAYS_FROM = 21
BEFORE_SPRING = timedelta(days=14)


class ByList:
    """The city for as long as it is simulated."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._mine: dict[str, list[Person]] = defaultdict(list)
        for person in world.people:
            names = world.visitors[person.community]
            self._mine[names[person.number % len(names)]].append(person)
        self._known_away: set[int] = set()
        self._list: dict[str, list[tuple[Person, bool]]] = {}
        """What is left of the month, by visitor; True for a call."""
        self.diary = Diary(world)

    def run(self) -> Diary:
        """Live through it."""
        spring = {day - BEFORE_SPRING for day in festival_days()[VisitReason.SPRING_FESTIVAL]}
        for day in self._world.days():
            if (day.month, day.day) == (1, 1) or day == self._world.first:
                self._known_away = {one.number for one in self._world.people if one.is_away(day)}
            for person in self._world.people:
                if day in person.meetings:
                    self.diary.met_at_meeting(person, day)
            for name in self._mine:
                if day.day == 1 or day == self._world.first:
                    self._list[name] = [task for one in self._mine[name] if (task := self._task(one, day)) is not None]
                if day in spring:
                    again = [(one, False) for one in self._mine[name] if OLD <= age_on(one.birth, day) < VERY_OLD]
                    self._list[name] = again + self._list[name]
                if self._world.works(name, day):
                    self._go_out(name, day)
        return self.diary

    def _task(self, person: Person, month: date) -> tuple[Person, bool] | None:
        if person.number in self._known_away:
            return person, True
        age = age_on(person.birth, month.replace(month=1, day=1))
        every = 1 if age >= VERY_OLD else 6 if age >= OLD else 12
        ill = any(month - timedelta(days=31) <= since < month for since, _ in person.ill)
        return (person, False) if ill or person.number % every == month.month % every else None

    def _go_out(self, name: str, day: date) -> None:
        """The calls of the weekday, then the list from the top, as far as a usual day goes; a longer one towards the
        end of the month.
        """
        left = USUAL_MINUTES if day.day < LONG_DAYS_FROM else MOST_MINUTES
        for person in self._mine[name]:
            alone = person.lives_alone and age_on(person.birth, day.replace(month=1, day=1)) >= VERY_OLD
            if alone and person.number % 5 == day.weekday() and person.number not in self._known_away:
                left -= CALL_MINUTES
                self.diary.meets(name, person, day, by_telephone=True)
        tasks = self._list[name]
        while tasks and left >= (CALL_MINUTES if tasks[0][1] else VISIT_MINUTES):
            person, by_telephone = tasks.pop(0)
            left -= CALL_MINUTES if by_telephone else VISIT_MINUTES
            self.diary.meets(name, person, day, by_telephone=by_telephone)
