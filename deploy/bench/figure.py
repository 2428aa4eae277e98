"""A figure and what it is compared with."""

from __future__ import annotations

import statistics
from collections.abc import Awaitable, Callable, Sequence

from pydantic import BaseModel, ConfigDict


class Beside(BaseModel):
    """A peer or a limit, measured in the same run in the same unit."""

    model_config = ConfigDict(frozen=True)

    name: str
    value: float


class Figure(BaseModel):
    """One measured figure (CONTRACT.md, `hearth bench`). A higher ratio is better: for times it is turned over."""

    model_config = ConfigDict(frozen=True)

    name: str
    value: float
    unit: str
    peer: Beside | None = None
    limit: Beside | None = None
    note: str = ""

    @property
    def _more_is_better(self) -> bool:
        return self.unit.endswith("/s")

    def _ratio(self, beside: Beside | None) -> float | None:
        if beside is None or not beside.value or not self.value:
            return None
        return self.value / beside.value if self._more_is_better else beside.value / self.value

    def as_json(self) -> dict[str, object]:
        """The figure with its ratios, as programs read it."""
        found = self.model_dump(exclude_none=True, exclude={"note"} if not self.note else set())
        for name, beside in (("ratio_to_peer", self.peer), ("ratio_to_limit", self.limit)):
            ratio = self._ratio(beside)
            if ratio is not None:
                found[name] = round(ratio, 3)
        return found


Round = Callable[[], Awaitable[float]]


async def in_turn(rounds: int, *measures: Round) -> list[float]:
    """The median of each measure over so many rounds, A B C A B C …, after one round that is not counted."""
    seen: list[list[float]] = [[] for _ in measures]
    for number in range(rounds + 1):
        for index, measure in enumerate(measures):
            value = await measure()
            if number:
                seen[index].append(value)
    return [statistics.median(values) for values in seen]


def percentile(values: Sequence[float], percent: float) -> float:
    """The value that so many per cent of the others do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(percent / 100 * (len(ordered) - 1)))]
