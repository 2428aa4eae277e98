"""The chronicle of one community: what is to happen when, what everybody's state is by then, and what was written down.

Nothing gets into it but by the services' own decisions: a refusal, or "it is already so", leaves no trace.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from typing import Any, Final, NamedTuple

from events.facts.base import Fact
from events.facts.decision import Decider, Decision, Happened, Refused
from events.facts.ids import derived_uuid7
from services.registry.decide.meeting import CHINA

Deed = Callable[[], object]
Decided = tuple[Decider[Any], str, Decision]
"""The entity that was decided on, and what."""
MINUTE: Final = timedelta(minutes=1)


class Line(NamedTuple):
    """One fact of one entity."""

    decider: Decider[Any]
    entity: str
    fact_id: str
    fact: Fact
    effective: date


@dataclass(frozen=True, slots=True)
class Act:
    """What one command led to: written together or not at all. `causation` is the id of the fact a policy answered."""

    service: str
    recorded: datetime
    actor: str
    lines: Sequence[Line]
    causation: str = ""


class Chronicle:
    """One telling, from `first` to `until`. `seed` names the city, `code` the community."""

    def __init__(self, seed: str, code: str, first: date, until: date) -> None:
        self.seed, self.code, self.first, self.until = seed, code, first, until
        self.acts: list[Act] = []
        self.now, self.today = at(first, time()), first
        """The moment that is told of just now, and its day by the country's clock."""
        self._states: dict[tuple[str, str], Any] = {}
        self._agenda: list[tuple[datetime, int, Deed]] = []
        self._turns, self._ids = count(), count()

    def plan(self, moment: datetime, deed: Deed) -> None:
        """Have something done then; what lies after the last day is not told."""
        if moment.astimezone(CHINA).date() <= self.until:
            heapq.heappush(self._agenda, (max(moment, self.now), next(self._turns), deed))

    def tell(self) -> Sequence[Act]:
        """Do everything in its order, also what comes up meanwhile."""
        while self._agenda:
            self.now, _, deed = heapq.heappop(self._agenda)
            self.today = self.now.astimezone(CHINA).date()
            deed()
        return self.acts

    def new_id(self) -> str:
        """An id of this moment: the same in every telling of the same city."""
        return derived_uuid7(self.now, self.seed, self.code, str(next(self._ids)))

    def state(self, decider: Decider[Any], entity: str) -> Any:
        """What decisions know of the entity by now."""
        return self._states.get((decider.stream, entity), decider.initial)

    def write(self, decided: Sequence[Decided], actor: str, causation: str = "") -> list[Line]:
        """Write down what was decided on some entities of one service; the lines, or none if it was refused."""
        lines: list[Line] = []
        if any(isinstance(happened, Refused) for _, _, happened in decided):
            return lines
        for decider, entity, happened in decided:
            assert isinstance(happened, Happened)
            state = self.state(decider, entity)
            for fact, effective in happened.facts:
                lines.append(Line(decider, entity, self.new_id(), fact, effective))
                state = decider.evolve(state, fact, effective)
            self._states[decider.stream, entity] = state
        if lines:
            self.acts.append(Act(lines[0].decider.owner, self.now.astimezone(UTC), actor, lines, causation))
        return lines


def at(day: date, hour: time) -> datetime:
    """A moment by the country's clock."""
    return datetime.combine(day, hour, CHINA)
