"""The coming twelve months as the rules divide them for anybody: every window, and who of which age it is for.

Made once a day for each set of rules. What is left to say of one person is which of the windows are theirs, and the
two kinds that hang on their own days: birthdays, and calls counted from leaving.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final, NamedTuple

from events.facts.care import VisitReason, VisitWay
from services.care.decide.policy import AgedRule, CadenceRule, CarePolicy
from services.care.decide.window import Window

Calendar = Mapping[VisitReason, Sequence[date]]
"""The days on which each festival falls, the earliest first; as many years as anybody plans for."""

AHEAD: Final = timedelta(days=365)
_DAY = timedelta(days=1)
YEARS_KEPT: Final = 512


class _Slot(NamedTuple):
    """A window, and whom it is for: born on `born_by` or before and after `born_after`."""

    window: Window
    born_by: date | None
    born_after: date
    alone: bool

    def is_for(self, birth: date | None) -> bool:
        """True if somebody born then is of this age; unknown is only who need not be of any."""
        if birth is None:
            return self.born_by is None
        return (self.born_by is None or birth <= self.born_by) and birth > self.born_after


class Year:
    """What the rules and the calendar ask of anybody from `today` on, for twelve months."""

    def __init__(self, policy: CarePolicy, calendar: Calendar, today: date) -> None:
        self.policy, self.today, self.until = policy, today, today + AHEAD
        self._near = today + timedelta(days=policy.plan_ahead_days)
        slots = [
            *(slot for rule in policy.cadence for slot in self._cadence(rule)),
            *(slot for reason in policy.festivals for slot in self._festival(reason, calendar.get(reason, ()))),
        ]
        self._for_all = [slot for slot in slots if not slot.alone]
        self._for_the_lonely = [slot for slot in slots if slot.alone]

    def windows(self, birth: date | None, *, lives_alone: bool) -> Iterator[Window]:
        """The windows of somebody born then and living so: those of the calendar, and their birthdays."""
        for slot in self._for_all:
            if slot.is_for(birth):
                yield slot.window
        if lives_alone:
            for slot in self._for_the_lonely:
                if slot.is_for(birth):
                    yield slot.window
        if birth is not None:
            yield from self._birthdays(birth)

    def is_near(self, window: Window) -> bool:
        """It is put on record now: open, or to open within the days that the rules plan ahead."""
        return window.start <= self._near

    def away(self, since: date) -> Iterator[Window]:
        """The calls to somebody who lives elsewhere since that day."""
        rule = self.policy.away
        every = timedelta(days=rule.every_days)
        start = since + (self.today - since) // every * every if self.today > since else since
        while start <= self.until:
            end = start + every - _DAY
            due = max(start, end - timedelta(days=rule.due_before_end_days))
            yield Window(reason=VisitReason.AWAY, way=VisitWay.CALL, start=start, due=due, end=end, clause=rule.clause)
            start += every

    def _cadence(self, rule: CadenceRule) -> Iterator[_Slot]:
        start = _window_start(rule, self.today)
        while start <= self.until:
            after = _next_start(rule, start)
            end = after - _DAY
            due = max(start, end - timedelta(days=rule.due_before_end_days))
            window = Window(reason=rule.reason, way=rule.way, start=start, due=due, end=end, clause=rule.clause)
            yield _slot(window, rule, start)
            start = after

    def _festival(self, reason: VisitReason, days: Sequence[date]) -> Iterator[_Slot]:
        rule = self.policy.festivals[reason]
        for day in days:
            start, end = day - timedelta(days=rule.before_days), day + timedelta(days=rule.after_days)
            if end >= self.today and start <= self.until:
                window = Window(reason=reason, way=rule.way, start=start, due=day, end=end, clause=rule.clause)
                yield _slot(window, rule, day)

    def _birthdays(self, birth: date) -> Iterator[Window]:
        rule = self.policy.birthday
        for year in range(self.today.year, self.until.year + 1):
            if year - birth.year < rule.age_min or year - birth.year > rule.age_max:
                continue
            day = _birthday(birth, year)
            start, end = day - timedelta(days=rule.before_days), day + timedelta(days=rule.after_days)
            if end >= self.today and start <= self.until:
                yield Window(
                    reason=VisitReason.BIRTHDAY, way=rule.way, start=start, due=day, end=end, clause=rule.clause
                )


@dataclass(frozen=True)
class Years:
    """The years of a calendar, made once for each set of rules and day."""

    calendar: Calendar
    _made: dict[tuple[int, date], Year] = field(default_factory=dict, repr=False)

    def of(self, policy: CarePolicy, today: date) -> Year:
        """What these rules ask of anybody from this day on."""
        key = id(policy), today  # a year holds its rules, so nothing else gets their place while it is kept
        found = self._made.get(key)
        if found is None:
            if len(self._made) >= YEARS_KEPT:
                self._made.clear()
            found = self._made[key] = Year(policy, self.calendar, today)
        return found


def _slot(window: Window, rule: AgedRule, on: date) -> _Slot:
    """The window with whoever has the age of the rule on that day."""
    born_by = _born(on, rule.age_min) if rule.age_min else None
    return _Slot(window, born_by, _born(on, rule.age_max + 1), rule.lives_alone)


def _born(on: date, years: int) -> date:
    """The last day on which somebody was born who is so many years old on a day."""
    year = max(on.year - years, date.min.year)
    return date(year, 2, 28) if (on.month, on.day) == (2, 29) and not _is_leap(year) else date(year, on.month, on.day)


def _birthday(birth: date, year: int) -> date:
    """The day on which somebody becomes a year older; who was born on the 29th of February, in most years the day
    after the 28th (`age_on`).
    """
    if (birth.month, birth.day) == (2, 29) and not _is_leap(year):
        return date(year, 3, 1)
    return date(year, birth.month, birth.day)


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def _window_start(rule: CadenceRule, day: date) -> date:
    if not rule.window_months:
        return day - timedelta(days=day.weekday())
    return date(day.year, (day.month - 1) // rule.window_months * rule.window_months + 1, 1)


def _next_start(rule: CadenceRule, start: date) -> date:
    if not rule.window_months:
        return start + timedelta(days=7)
    years, month_index = divmod(start.month - 1 + rule.window_months, 12)
    return date(start.year + years, month_index + 1, 1)
