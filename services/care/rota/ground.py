"""How far it is between buildings: by coordinates where both are known, otherwise by what the addresses share."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from services.care.rota.week import Spots, Weights

Metres = NDArray[np.float64]
_ADDRESS: Final = re.compile(r"^(?P<road>\D+?)(?P<number>\d+)")


def road_and_number(building: str) -> tuple[str, str] | None:
    """`金桥路36弄28号` -> (金桥路, 36): what shares both lies in one lane or compound. None if no number says so."""
    found = _ADDRESS.match("".join(building.split()))
    return (found["road"], found["number"]) if found else None


class Ground:
    """The buildings of a week, each with a number."""

    def __init__(self, buildings: Iterable[str], spots: Spots, weights: Weights) -> None:
        self.names: Final = sorted({building for building in buildings if building})
        self.number: Final = {name: number for number, name in enumerate(self.names)}
        self._weights: Final = weights
        read = [road_and_number(name) for name in self.names]
        self._lane = _coded([each or ("", name) for each, name in zip(read, self.names, strict=True)])
        self._road = _coded([each[0] if each else name for each, name in zip(read, self.names, strict=True)])
        self._spot = np.array([spots.get(name, (np.nan, np.nan)) for name in self.names], dtype=float).reshape(-1, 2)

    def ways_to(self, nearest_of: Sequence[str]) -> Metres:
        """Metres from every building to the nearest of these. Half the way across town if none of them is known."""
        there = np.array([self.number[one] for one in nearest_of if one in self.number], dtype=int)
        if not len(there):
            return np.full(len(self.names), self._weights.elsewhere / 2)
        everybody = np.arange(len(self.names))
        nearest: Metres = self._between(everybody[:, None], there[None, :]).min(axis=1)
        return nearest

    def metres(self, one: str, other: str) -> int:
        """Between two buildings; across town if one is not known."""
        if one not in self.number or other not in self.number:
            return self._weights.elsewhere
        return int(self._between(np.array([self.number[one]]), np.array([self.number[other]]))[0])

    def measured(self, one: str, others: Iterable[str]) -> bool:
        """Whether the way from this building to one of the others is reckoned from coordinates."""
        known = [
            each for each in (one, *others) if each in self.number and not np.isnan(self._spot[self.number[each]][0])
        ]
        return one in known and len(known) > 1

    def _between(self, one: NDArray[np.int64], other: NDArray[np.int64]) -> Metres:
        weights = self._weights
        guess = np.where(
            self._lane[one] == self._lane[other],
            weights.lane,
            np.where(self._road[one] == self._road[other], weights.road, weights.elsewhere),
        ).astype(float)
        way = np.abs(self._spot[one] - self._spot[other]).sum(axis=-1)
        known = np.where(np.isnan(way), guess, np.round(way))
        return np.where(one == other, 0.0, known)


def _coded(keys: Sequence[Hashable]) -> NDArray[np.int64]:
    """Equal keys, equal numbers."""
    seen: dict[Hashable, int] = {}
    return np.array([seen.setdefault(key, len(seen)) for key in keys], dtype=np.int64)
