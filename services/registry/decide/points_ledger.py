"""Points, reckoned from what somebody did: a pure function; the same facts always give the same (DOMAIN R11)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from services.registry.decide.days import first_day, months_after
from services.registry.decide.points_policy import PointsFor, PointsPolicy

PointsRules = Callable[[date], PointsPolicy]
"""The rules in force on a day: what was done is counted by those of its own day."""
Cap = Literal["month", "quarter"]


@dataclass(frozen=True, slots=True)
class Did:
    """Something that may give points. `amount` is minutes of service, or the points a person gave by hand; `kind` the
    kind of meeting; `month` the month (`2026-11`) that was paid for.
    """

    what: PointsFor
    on: date
    ref: str
    amount: int = 1
    kind: str = ""
    month: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """What one thing gave. `full` is what it would have given without the limit `cap`."""

    did: Did
    points: int
    full: int
    clause: str
    cap: Cap | None = None


@dataclass(frozen=True, slots=True)
class Ledger:
    """The lines in the order of life."""

    lines: Sequence[Line]

    @property
    def total(self) -> int:
        """All points."""
        return sum(line.points for line in self.lines)

    def of(self, what: PointsFor) -> int:
        """The points for one thing."""
        return sum(line.points for line in self.lines if line.did.what is what)


def ledger(done: Iterable[Did], rules: PointsRules) -> Ledger:
    """What all of this gives, in whatever order it comes; what comes twice (by `what` and `ref`) counts once."""
    once = {(one.what, one.ref): one for one in sorted(done, key=_place, reverse=True)}
    minutes: dict[str, int] = defaultdict(int)
    given: dict[tuple[PointsFor, str], int] = defaultdict(int)
    lines = []
    for one in sorted(once.values(), key=_place):
        policy = rules(one.on)
        rule, month, quarter = policy.rule(one.what), f"{one.on:%Y-%m}", f"{one.on.year}-Q{(one.on.month + 2) // 3}"
        full = _full(one, policy, minutes[month])
        if one.what is PointsFor.SERVICE:
            minutes[month] += one.amount
        points, cap = full, None
        for span, limit, name in ((month, rule.month_max, "month"), (quarter, rule.quarter_max, "quarter")):
            left = max(0, limit - given[one.what, span]) if limit else points
            if left < points:
                points, cap = left, name
        for span in (month, quarter):
            given[one.what, span] += points
        lines.append(Line(one, points, full, rule.clause, _cap(cap)))
    return Ledger(lines)


def _cap(name: str | None) -> Cap | None:
    return "month" if name == "month" else "quarter" if name == "quarter" else None


def _place(one: Did) -> tuple[date, int, str]:
    return one.on, list(PointsFor).index(one.what), one.ref


def _full(one: Did, policy: PointsPolicy, minutes_before: int) -> int:
    match one.what:
        case PointsFor.ATTENDING:
            return policy.attending.for_kind(one.kind)
        case PointsFor.SERVICE:
            step = policy.service.minutes
            return ((minutes_before + one.amount) // step - minutes_before // step) * policy.service.each
        case PointsFor.DUES:
            last = months_after(first_day(one.month), 1) + timedelta(days=policy.dues.days_late_max - 1)
            return policy.dues.each if one.on <= last else 0
        case PointsFor.REPORTING | PointsFor.ACTIVITY | PointsFor.STUDY:
            return policy.rule(one.what).each
        case PointsFor.BY_HAND:
            return one.amount
