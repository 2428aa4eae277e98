"""A window: from when to when, how, and for which reasons somebody is to be met."""

from __future__ import annotations

from datetime import date, timedelta

from pydantic import BaseModel, ConfigDict

from events.facts.care import AlsoFor, VisitReason, VisitWay

_DAY = timedelta(days=1)


class Window(BaseModel):
    """The person is to be met from `start` to `end`, best by `due`; all three days count.

    `also`: what else the same visit is for. `opens`: where the window of `reason` alone would begin, if a reason that
    joined it begins later.
    """

    model_config = ConfigDict(frozen=True)

    reason: VisitReason
    way: VisitWay
    start: date
    due: date
    end: date
    clause: str
    also: tuple[AlsoFor, ...] = ()
    opens: date | None = None

    @property
    def own_start(self) -> date:
        """Where the window of `reason` alone begins."""
        return self.opens or self.start

    @property
    def reasons(self) -> tuple[VisitReason, ...]:
        """Everything the visit is for, what gave it its name first."""
        return (self.reason, *(one.reason for one in self.also))

    @property
    def is_call(self) -> bool:
        """Nobody goes there."""
        return self.way is VisitWay.CALL

    def contains(self, day: date) -> bool:
        """True if meeting the person on that day is meeting them in this window."""
        return self.start <= day <= self.end

    def joined_by(self, other: Window, days_min: int) -> Window | None:
        """The visit that serves `other` as well; None if it cannot: another way, the same reason, too few days left.

        The due day of this one must lie in the other's window, so that it stays.
        """
        if other.way is not self.way or other.reason in self.reasons:
            return None
        start, end = max(self.start, other.start), min(self.end, other.end)
        if end - start + _DAY < min(timedelta(days=days_min), self.end - self.start + _DAY):
            return None
        joins = AlsoFor(reason=other.reason, clause=other.clause)
        return self.model_copy(
            update={"start": start, "end": end, "opens": self.own_start, "also": (*self.also, joins)}
        )
