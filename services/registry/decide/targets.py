"""How far a branch is with its regular meetings: held and needed in the span around a day, of each kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from events.facts.meeting import MeetingKind
from services.registry.decide.meeting_policy import TargetsRule


@dataclass(frozen=True, slots=True)
class Target:
    """One kind of meeting of one branch: so many were held of those needed between these days, both included."""

    kind: MeetingKind
    first: date
    last: date
    held: int
    needed: int
    clause: str

    @property
    def missing(self) -> int:
        """How many are still to be held."""
        return max(self.needed - self.held, 0)


def targets(
    held: Mapping[MeetingKind, int], rule: TargetsRule, day: date, *, led: bool, groups: int
) -> Sequence[Target]:
    """Every kind that is due. A committee meets where one sits, and each group meets; a branch without has no such
    meetings to hold.
    """
    found = []
    for kind in rule.every_months:
        needed = {MeetingKind.COMMITTEE: int(led), MeetingKind.GROUP: groups}.get(kind, 1)
        if needed:
            found.append(Target(kind, *rule.period(kind, day), held.get(kind, 0), needed, rule.clause))
    return found
