"""On which day of the week each of one goer's tasks is done, and in which order: a building is one way out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from services.care.rota.ground import Ground
from services.care.rota.week import Goer, Task, Weights

Booked = dict[int, list["_Trip"]]


@dataclass
class _Trip:
    """What is done in one building on one way out, or one call. `days`: on which all of it can be done."""

    place: str
    days: set[int]
    tasks: list[Task] = field(default_factory=list)
    fixed: bool = False

    @property
    def due(self) -> int:
        """Best done by this day."""
        return min(task.due for task in self.tasks)

    @property
    def visits(self) -> int:
        """How many of a day's visits it takes."""
        return sum(not task.call for task in self.tasks)

    @property
    def minutes(self) -> int:
        """How long all of it takes."""
        return sum(task.minutes for task in self.tasks)


def days_of(tasks: Sequence[Task], goer: Goer, ground: Ground, weights: Weights) -> dict[str, tuple[int, int]]:
    """Visit id -> (day, turn of that day). What is late comes first; the rest is spread, near things together."""
    trips = _trips(tasks, goer)
    trips.sort(key=lambda trip: (not trip.fixed, trip.due, trip.place, trip.tasks[0].visit_id))
    target = -(-sum(trip.minutes for trip in trips) // max(1, len(goer.days)))
    booked: Booked = defaultdict(list)
    for trip in trips:
        booked[_day(trip, booked, target, ground, weights)].append(trip)
    found: dict[str, tuple[int, int]] = {}
    for day, those in booked.items():
        ordered = [task for trip in _in_order(those, goer, ground) for task in trip.tasks]
        found |= {task.visit_id: (day, turn) for turn, task in enumerate(ordered, 1)}
    return found


def _trips(tasks: Sequence[Task], goer: Goer) -> list[_Trip]:
    trips: list[_Trip] = []
    by_place: dict[str, list[_Trip]] = defaultdict(list)
    for task in sorted(tasks, key=lambda one: (one.fixed is None, one.due, one.visit_id)):
        days = _free(task, goer)
        joined = None
        if task.building and not task.call:
            joined = next((trip for trip in by_place[task.building] if _fits(trip, task, days)), None)
        if joined is None:
            joined = _Trip(task.building, days, fixed=_holds(task, goer))
            trips.append(joined)
            if not task.call:
                by_place[task.building].append(joined)
        joined.days &= days
        joined.tasks.append(task)
    return trips


def _fits(trip: _Trip, task: Task, days: set[int]) -> bool:
    """Whether both can be done on one way out, and neither becomes late by waiting for the other."""
    shared = trip.days & days
    return bool(shared) and min(shared) <= max(min(trip.due, task.due), min(trip.days), min(days))


def _holds(task: Task, goer: Goer) -> bool:
    return task.fixed is not None and task.fixed[0] == goer.name and task.fixed[1] in {*goer.days} & {*task.days}


def _free(task: Task, goer: Goer) -> set[int]:
    if task.fixed is not None and _holds(task, goer):
        return {task.fixed[1]}
    return set(task.days) & set(goer.days)


def _day(trip: _Trip, booked: Booked, target: int, ground: Ground, weights: Weights) -> int:
    days = sorted(trip.days)
    with_room = [
        day
        for day in days
        if sum(one.visits for one in booked[day]) + trip.visits <= weights.visits_per_day_max or not trip.visits
    ]
    in_time = [day for day in with_room if day <= trip.due]
    if in_time:
        return min(in_time, key=lambda day: _weighed(trip, day, booked, target, ground, weights))
    if with_room and trip.due < days[0]:
        return with_room[0]  # late already: as soon as it can be
    return min(with_room or days, key=lambda day: (sum(one.visits for one in booked[day]), day))


def _weighed(
    trip: _Trip, day: int, booked: Booked, target: int, ground: Ground, weights: Weights
) -> tuple[bool, int, int, int]:
    """Days that are not full yet first, of those where something is near, of those the emptiest, of those the first."""
    minutes = sum(one.minutes for one in booked[day])
    near = min(
        (ground.metres(trip.place, one.place) for one in booked[day] if one.place and trip.place),
        default=weights.elsewhere,
    )
    return minutes > 0 and minutes + trip.minutes > target, near, minutes, day


def _in_order(trips: list[_Trip], goer: Goer, ground: Ground) -> list[_Trip]:
    """Out of the door to the nearest, from there to the nearest again; calls when that is done."""
    calls = [trip for trip in trips if not trip.visits]
    left = [trip for trip in trips if trip.visits]
    at: list[str] = list(goer.buildings)
    ordered: list[_Trip] = []
    while left:
        nearest = min(
            left,
            key=lambda trip: (
                min((ground.metres(trip.place, one) for one in at), default=0),
                trip.due,
                trip.place,
                trip.tasks[0].visit_id,
            ),
        )
        left.remove(nearest)
        ordered.append(nearest)
        at = [nearest.place]
    return [*ordered, *calls]
