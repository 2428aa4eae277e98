"""A week laid out in arrays: which goer may take which task, and what each would cost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from services.care.rota.flow import NOBODY, Costs, Numbers, load_cost
from services.care.rota.ground import Ground
from services.care.rota.week import Goer, Task, Weights


def may(task: Task, goer: Goer) -> bool:
    """Whether this goer can be sent there at all: not refused, and there on a day on which it can be done."""
    return goer.name not in task.refused and not set(task.days).isdisjoint(goer.days)


def stands(task: Task, goers: dict[str, Goer]) -> bool:
    """Whether what was confirmed can still be: that visitor, on that day."""
    if task.fixed is None or task.fixed[0] not in goers:
        return False
    name, day = task.fixed
    return name not in task.refused and day in goers[name].days and day in task.days


class Board:
    """Tasks of one kind (visits, or calls) and goers, both in a given order."""

    def __init__(self, tasks: Sequence[Task], goers: Sequence[Goer], ground: Ground, weights: Weights) -> None:
        self.tasks, self.goers, self.weights = tasks, goers, weights
        calls = bool(tasks) and tasks[0].call
        self.trip: Final = 0 if calls else weights.trip
        by_name = {goer.name: goer for goer in goers}
        self.number: Final = {goer.name: number for number, goer in enumerate(goers)}
        self.fixed: Final = np.array([stands(task, by_name) for task in tasks], dtype=bool)
        self.allowed: Final = self._allowed()
        self.place: Final = self._places(ground)
        self.base: Final = self._base(ground, calls=calls)
        rooms = np.array([goer.calls_max if calls else goer.visits_max for goer in goers], dtype=np.int64)
        held = [self.number[task.fixed[0]] for task, kept in zip(tasks, self.fixed, strict=True) if kept and task.fixed]
        self.rooms: Final = np.maximum(np.maximum(rooms, 0), _counted(np.array(held, dtype=np.int64), len(goers)))

    def _allowed(self) -> NDArray[np.bool_]:
        allowed: NDArray[np.bool_] = (self._days(self.tasks)[:, None] & self._days(self.goers)[None, :]) != 0
        for row, task in enumerate(self.tasks):
            for name in task.refused:
                if name in self.number:
                    allowed[row, self.number[name]] = False
            if self.fixed[row] and task.fixed is not None:
                allowed[row] = False
                allowed[row, self.number[task.fixed[0]]] = True
        return allowed

    def _places(self, ground: Ground) -> Numbers:
        """A number for each building; whoever has none is a place of their own."""
        alone = len(ground.names)
        return np.array(
            [ground.number.get(task.building, alone + row) for row, task in enumerate(self.tasks)], dtype=np.int64
        )

    def _base(self, ground: Ground, *, calls: bool) -> Costs:
        """What each pair costs for itself; endless where it may not be."""
        weights = self.weights
        base = np.zeros((len(self.tasks), len(self.goers)))
        if not calls and self.tasks and self.goers:
            ways = np.stack([ground.ways_to(goer.buildings) for goer in self.goers], axis=1)
            ways = np.concatenate([ways, np.full((1, len(self.goers)), weights.elsewhere / 2)])
            base += ways[np.minimum(self.place, len(ground.names))]
        for row, task in enumerate(self.tasks):
            asked = task.asked or (task.fixed[0] if task.fixed else "")
            for name, price in ((task.usual, weights.stranger), (asked, weights.change)):
                if name and not self.fixed[row]:
                    base[row] += price
                    if name in self.number:
                        base[row, self.number[name]] -= price
            if task.skill:
                base[row] += [0 if task.skill in goer.skills else weights.skill for goer in self.goers]
        base += weights.late * self._days_late()
        base[~self.allowed] = np.inf
        return base

    def _days_late(self) -> NDArray[np.int64]:
        """Of each pair, how many days after the day it is due, or could first be done, that goer is there."""
        common = self._days(self.tasks)[:, None] & self._days(self.goers)[None, :]
        first = np.log2(np.maximum(common & -common, 1)).astype(np.int64)
        best = np.array([max(task.due, task.days[0]) for task in self.tasks], dtype=np.int64)
        late: Numbers = np.maximum(0, first - best[:, None])
        return late

    def _days(self, whose: Sequence[Task] | Sequence[Goer]) -> Numbers:
        return np.array([sum(1 << day for day in one.days) for one in whose], dtype=np.int64)

    @property
    def idle(self) -> Costs:
        """What leaving a task to nobody costs: of what must be done more than any chain of changes could save."""
        finite = self.base[np.isfinite(self.base)]
        spread = float(np.ptp(finite)) if finite.size else 0.0
        dearest = spread + self.trip + 4 * self.weights.load + self.weights.wait
        must = 1 + 2 * (len(self.goers) + 1) * dearest
        return np.array([must if task.must else self.weights.wait for task in self.tasks], dtype=float)

    def loads(self, chosen: Numbers) -> Numbers:
        """How many tasks each goer has."""
        return _counted(chosen[chosen != NOBODY], len(self.goers))

    def trips(self, chosen: Numbers) -> int:
        """How often somebody sets out to a building."""
        placed = chosen != NOBODY
        return len({*zip(chosen[placed].tolist(), self.place[placed].tolist(), strict=True)})

    def cost(self, chosen: Numbers) -> float:
        """All of it: ways and strangers, trips, the load of each, and what is left to nobody."""
        placed = chosen != NOBODY
        total = float(self.base[np.arange(len(chosen))[placed], chosen[placed]].sum())
        total += float(self.idle[~placed].sum()) + self.trip * self.trips(chosen)
        loads = zip(self.loads(chosen).tolist(), self.rooms.tolist(), strict=True)
        return total + sum(load_cost(count, room, self.weights.load) for count, room in loads)


def _counted(numbers: Numbers, size: int) -> Numbers:
    """How often each number below `size` occurs."""
    return np.bincount(numbers, minlength=size)[:size].astype(np.int64)
