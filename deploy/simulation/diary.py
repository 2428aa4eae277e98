"""What was done: who met whom on which day and how, and how many minutes it cost whom."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date

from deploy.simulation.world import CALL_MINUTES, VISIT_MINUTES, Person, World


@dataclass
class Diary:
    """Written by either way of planning."""

    world: World
    visits: dict[int, list[date]] = field(default_factory=lambda: defaultdict(list))
    contacts: dict[int, list[date]] = field(default_factory=lambda: defaultdict(list))
    minutes: Counter[tuple[str, date]] = field(default_factory=Counter)
    """By visitor and Monday of the week."""
    tries: int = 0
    in_vain: int = 0

    def meets(self, visitor: str, person: Person, day: date, *, by_telephone: bool) -> bool:
        """Somebody tries; True if the person was met. In vain it costs the same."""
        week = day.fromordinal(day.toordinal() - day.weekday())
        self.minutes[visitor, week] += CALL_MINUTES if by_telephone else VISIT_MINUTES
        self.tries += 1
        if not self.world.is_met(person, day, by_telephone=by_telephone):
            self.in_vain += 1
            return False
        if not by_telephone:
            self.visits[person.number].append(day)
        self.contacts[person.number].append(day)
        return True

    def met_at_meeting(self, person: Person, day: date) -> None:
        """That is contact as well, and costs nobody anything."""
        self.contacts[person.number].append(day)
