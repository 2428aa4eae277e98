"""The assignment itself: a transportation problem whose optimum is whole by nature, solved by HiGHS (ADR 31)."""

from __future__ import annotations

from dataclasses import dataclass

import highspy
import numpy as np
from highspy._core import _Highs
from numpy.typing import NDArray

Costs = NDArray[np.float64]
Chosen = NDArray[np.int64]

FORBIDDEN = -1
"""In `Chosen`: no house."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How many guests (people who are not hosts) a house takes."""

    guests_min: int
    guests_max: int


class Flow:
    """Guests and houses. One model, priced again and again: HiGHS goes on from the last optimum.

    Columns: a guest in a house (in the order of `costs`), then a guest without a place, then what a house lacks.
    """

    def __init__(self, allowed: NDArray[np.bool_], limits: Limits, spread: float) -> None:
        """`spread`: no two prices of one guest lie further apart.

        What is lacking costs more than any chain of moves could save (at most two moves a house), and a guest without
        a place more than both ends of such a chain: so first as many as possible get a place, then as few as possible
        are lacking, and only then the way counts.
        """
        self.guests, self.houses = allowed.shape
        self._allowed, self._limits = allowed, limits
        self._chain = 1 + 2 * self.houses * spread
        self._solver = _Highs()  # what `highspy.Highs` adds is callbacks, and a banner on standard output
        for name, value in (("output_flag", False), ("threads", 1), ("random_seed", 1), ("solver", "simplex")):
            self._solver.setOptionValue(name, value)
        self._solver.passModel(self._model())

    def _model(self) -> highspy.HighsLp:
        pairs, guests, houses = self.guests * self.houses, self.guests, self.houses
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = pairs + guests + houses, guests + 2 * houses
        model.col_cost_ = np.concatenate(
            [np.zeros(pairs), np.full(guests, 4 * self._chain), np.full(houses, self._chain)]
        )
        model.col_lower_ = np.zeros(model.num_col_)
        allowed = self._allowed.ravel().astype(float)
        most = float(self._limits.guests_min)
        model.col_upper_ = np.concatenate([allowed, np.ones(guests), np.full(houses, most)])
        nothing, endless = np.full(houses, -highspy.kHighsInf), np.full(houses, highspy.kHighsInf)
        model.row_lower_ = np.concatenate([np.ones(guests), nothing, np.full(houses, most)])
        model.row_upper_ = np.concatenate([np.ones(guests), np.full(houses, float(self._limits.guests_max)), endless])
        guest, house = np.divmod(np.arange(pairs), max(houses, 1))
        rows = np.stack([guest, guests + house, guests + houses + house], axis=1).ravel()
        model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        model.a_matrix_.start_ = np.concatenate(
            [np.arange(0, 3 * pairs + 1, 3), 3 * pairs + 1 + np.arange(guests + houses)]
        ).astype(np.int32)
        model.a_matrix_.index_ = np.concatenate([rows, np.arange(guests), guests + houses + np.arange(houses)]).astype(
            np.int32
        )
        model.a_matrix_.value_ = np.ones(len(model.a_matrix_.index_))
        return model

    def best(self, costs: Costs) -> Chosen:
        """The house of every guest at the least total cost, or `FORBIDDEN` for those without a place."""
        pairs = self.guests * self.houses
        # Only what lies between prices counts: were all houses far, nobody would pay more than no place costs.
        prices = costs - costs.min()
        self._solver.changeColsCost(pairs, np.arange(pairs, dtype=np.int32), prices.ravel().astype(float))
        values = self._run()[:pairs].reshape(self.guests, self.houses)
        if np.abs(values - values.round()).max(initial=0.0) > 1e-6:
            raise ArithmeticError("the optimum of an assignment is not whole")
        return np.where(values.max(axis=1) > 0.5, values.argmax(axis=1), FORBIDDEN)

    def _run(self) -> NDArray[np.float64]:
        self._solver.run()
        status = self._solver.getModelStatus()
        if status != highspy.HighsModelStatus.kOptimal:
            raise ArithmeticError(f"no optimum: {self._solver.modelStatusToString(status)}")
        return np.array(self._solver.getSolution().col_value)
