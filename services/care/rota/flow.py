"""The assignment itself: a transportation problem whose optimum is whole by nature, solved by HiGHS (as in ADR 31)."""

from __future__ import annotations

from typing import Final

import highspy
import numpy as np
from highspy._core import _Highs
from numpy.typing import NDArray

Costs = NDArray[np.float64]
Numbers = NDArray[np.int64]

NOBODY: Final = -1
SLICES: Final = 4
"""What somebody can do in a week is counted in quarters; each is dearer than the one before."""


def quarters(room: int) -> list[int]:
    """How many visits each quarter holds: 7 -> 1, 2, 2, 2."""
    return [room * (number + 1) // SLICES - room * number // SLICES for number in range(SLICES)]


def load_cost(count: int, room: int, load: int) -> int:
    """What so many visits of one goer cost for their number alone."""
    total = 0
    for number, holds in enumerate(quarters(max(room, count))):
        taken = min(count, holds)
        total, count = total + number * load * taken, count - taken
    return total


class Flow:
    """Tasks and goers, joined by pairs that may be. One model, priced again and again; HiGHS goes on from the last.

    Columns: a pair chosen, then a task left to nobody, then each goer's quarters filled. Every column stands in one row
    of a task and one of a goer at most, so the corners of the polyhedron are whole.
    """

    def __init__(self, task: Numbers, goer: Numbers, rooms: Numbers, idle: Costs, load: int) -> None:
        """`task[i]` may go to `goer[i]`. `idle`: what leaving each task costs. `rooms`: tasks each goer can take."""
        self._task, self._goer = task, goer
        self._tasks, self._goers = len(idle), len(rooms)
        self._solver = _Highs()  # what `highspy.Highs` adds is callbacks, and a banner on standard output
        for name, value in (("output_flag", False), ("threads", 1), ("random_seed", 1), ("solver", "simplex")):
            self._solver.setOptionValue(name, value)
        self._solver.passModel(self._model(rooms, idle, load))

    def _model(self, rooms: Numbers, idle: Costs, load: int) -> highspy.HighsLp:
        pairs, tasks, goers = len(self._task), self._tasks, self._goers
        widths = np.array([quarters(int(room)) for room in rooms], dtype=float).reshape(-1)
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = pairs + tasks + goers * SLICES, tasks + goers
        steps = np.tile(np.arange(SLICES) * float(load), goers)
        model.col_cost_ = np.concatenate([np.zeros(pairs), idle, steps])
        model.col_lower_ = np.zeros(model.num_col_)
        model.col_upper_ = np.concatenate([np.ones(pairs + tasks), widths])
        model.row_lower_ = model.row_upper_ = np.concatenate([np.ones(tasks), np.zeros(goers)])
        of_pairs = np.stack([self._task, tasks + self._goer], axis=1).ravel()
        of_slices = tasks + np.repeat(np.arange(goers), SLICES)
        model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        ends = 2 * pairs + np.arange(tasks + goers * SLICES + 1)
        model.a_matrix_.start_ = np.concatenate([np.arange(0, 2 * pairs, 2), ends]).astype(np.int32)
        model.a_matrix_.index_ = np.concatenate([of_pairs, np.arange(tasks), of_slices]).astype(np.int32)
        model.a_matrix_.value_ = np.concatenate([np.ones(2 * pairs), np.ones(tasks), -np.ones(goers * SLICES)])
        return model

    def best(self, prices: Costs) -> Numbers:
        """The goer of every task at the least total cost, or `NOBODY`."""
        pairs = len(self._task)
        self._solver.changeColsCost(pairs, np.arange(pairs, dtype=np.int32), prices.astype(float))
        self._solver.run()
        status = self._solver.getModelStatus()
        if status != highspy.HighsModelStatus.kOptimal:
            raise ArithmeticError(f"no optimum: {self._solver.modelStatusToString(status)}")
        values = np.array(self._solver.getSolution().col_value)[:pairs]
        if np.abs(values - values.round()).max(initial=0.0) > 1e-6:
            raise ArithmeticError("the optimum of an assignment is not whole")
        chosen = np.full(self._tasks, NOBODY, dtype=np.int64)
        taken = values > 0.5
        chosen[self._task[taken]] = self._goer[taken]
        return chosen
