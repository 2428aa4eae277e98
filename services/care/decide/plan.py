"""When somebody is to be met: the coming twelve months, a pure function of facts, rules and calendar (DOMAIN R13).

    plan(situation, done, year) -> every visit and call that is due, with window, way, reasons and clauses

`year` is what the rules and the calendar ask of anybody (`year.py`), `situation` what care has learnt of this person,
`done` what was met or decided already. One visit serves several reasons when their windows allow it (`together`).
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from pydantic import BaseModel, ConfigDict

from events.facts.care import FESTIVALS, Severity, VisitReason, VisitWay
from events.facts.ids import derived_uuid7
from services.care.decide.policy import CarePolicy, SoonRule
from services.care.decide.window import Window
from services.care.decide.year import Year

__all__ = [
    "Done",
    "Situation",
    "Window",
    "plan",
    "visit_for_illness",
    "visit_id_of",
    "visit_on_occasion",
    "visits_to_the_widowed",
]


class Situation(BaseModel):
    """What care has learnt of a member from what the registry published; its own projection keeps it.

    `away_since` is None as well for those who are away but go on attending (`AwayKind.INTERMITTENT`). `last_contact`
    is the last day somebody of the community met the person, in whatever way; `last_visit` the last at their door.
    """

    model_config = ConfigDict(frozen=True)

    on_roll: bool = True
    merged_into: str | None = None
    """Another record of the same person stands for this one: nothing new is begun on it."""
    on_roll_since: date | None = None
    died_on: date | None = None
    birth: date | None = None
    lives_alone: bool = False
    away_since: date | None = None
    usual_visitor: str | None = None
    last_contact: date | None = None
    last_visit: date | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """What need not be planned any more, beside what `Situation` says of the days on which the person was met.

    `settled`: for each reason a day in the latest window that was used, missed or dropped by hand. `closed`: the visits
    of which that is known by their ids, `open`: those that wait to be made, whatever was settled meanwhile.
    """

    settled: Mapping[VisitReason, date] = field(default_factory=dict)
    closed: Collection[str] = ()
    open: Collection[str] = ()
    visited_on: date | None = None
    """The last visit at home that care itself knows of."""
    known_upto: date = date.min
    """No window that opens later has a visit yet."""


def plan(situation: Situation, done: Done, year: Year, member_id: str = "") -> list[Window]:
    """Every visit and call of the calendar's rules that is open or opens in the coming twelve months, by due day.

    Nothing for the dead, for who is not on the roll, and for a record that another one stands for. Who lives elsewhere
    is called instead of visited. What was done is left out: a call when somebody met the person in its window, a
    regular visit when somebody was at the door for another reason, if the rules count that.
    """
    if not situation.on_roll or situation.died_on is not None or situation.merged_into is not None:
        return []
    met = _met(situation, done, year.policy)
    needed = [
        _for_a_newcomer(window, situation.on_roll_since)
        for window in _asked_for(situation, year)
        if not (met(window) or _is_done(window, done, member_id))
    ]
    return together(needed, year.policy.together.days_min)


def _asked_for(situation: Situation, year: Year) -> Iterator[Window]:
    if situation.away_since is None:
        yield from year.windows(situation.birth, lives_alone=situation.lives_alone)
        return
    yield from year.away(situation.away_since)
    for window in year.windows(situation.birth, lives_alone=situation.lives_alone):
        if window.reason in GREETED:
            yield window.model_copy(update={"way": VisitWay.CALL})


GREETED: Final = frozenset({*FESTIVALS, VisitReason.BIRTHDAY})
"""Days on which people are greeted, by telephone if they live elsewhere, whatever else they were met for."""


def _met(situation: Situation, done: Done, policy: CarePolicy) -> Callable[[Window], bool]:
    contact, visit = situation.last_contact, max(filter(None, (situation.last_visit, done.visited_on)), default=None)
    contact = max(filter(None, (contact, visit)), default=None)
    if not policy.together.visit_counts:
        visit = None

    def met(window: Window) -> bool:
        if window.reason in GREETED:
            return False
        day = contact if window.way is VisitWay.CALL else visit
        return day is not None and window.contains(day)

    return met


def _is_done(window: Window, done: Done, member_id: str) -> bool:
    visit_id = visit_id_of(member_id, window) if window.start <= done.known_upto else ""
    if visit_id in done.closed:
        return True
    settled = done.settled.get(window.reason)
    return settled is not None and window.contains(settled) and visit_id not in done.open


def together(windows: Iterable[Window], days_min: int) -> list[Window]:
    """One visit for several reasons, the earliest due first. Each window is served by exactly one visit.

    From the shortest window to the longest, a window joins the first visit of the same way whose due day lies in it,
    unless the visit serves that reason already or fewer than `days_min` days would remain to go. What joins does not
    move a visit's due day, so the order in which windows are given does not matter.
    """
    visits: list[Window] = []
    for window in sorted(windows, key=_shortest_first):
        at = bisect_left(visits, window.start, key=_due)
        while at < len(visits) and visits[at].due <= window.end:
            if (joined := visits[at].joined_by(window, days_min)) is not None:
                visits[at] = joined
                break
            at += 1
        else:
            insort(visits, window, key=_due)
    return visits


def _shortest_first(window: Window) -> tuple[timedelta, date, VisitReason]:
    return window.end - window.start, window.due, window.reason


def _due(window: Window) -> date:
    return window.due


def visit_id_of(member_id: str, window: Window) -> str:
    """The id of the visit in a window of the calendar's rules: the same window is the same visit, whoever asks."""
    moment = datetime.combine(window.own_start, time(), UTC)
    way = (window.way,) if window.reason in GREETED and window.way is VisitWay.CALL else ()
    return derived_uuid7(moment, member_id, window.reason, window.own_start.isoformat(), *way)


def _for_a_newcomer(window: Window, on_roll_since: date | None) -> Window:
    """Who came on the roll when a window was already open is due only at its end."""
    if on_roll_since is None or on_roll_since <= window.start:
        return window
    return window.model_copy(update={"due": window.end})


# ── what happened, not the calendar ──────────────────────────────────────────────────────────────────────────────


def visit_for_illness(
    severity: Severity, since: date, policy: CarePolicy, today: date, way: VisitWay = VisitWay.HOME
) -> Window:
    """The visit after falling ill: due within the rule's days; today, if those have passed before anybody knew."""
    return _soon(VisitReason.FELL_ILL, policy.illness[severity], since, today, way)


def visit_on_occasion(reason: VisitReason, since: date, policy: CarePolicy, today: date, way: VisitWay) -> Window:
    """The visit after leaving hospital, in hardship, after a bereavement; as after falling ill."""
    return _soon(reason, policy.occasions[reason], since, today, way)


def visits_to_the_widowed(since: date, policy: CarePolicy, today: date, way: VisitWay) -> list[Window]:
    """The visits after the first one to whoever lost wife or husband; those whose day has passed are left out."""
    rule = policy.spouse
    dues = [since + timedelta(days=days) for days in rule.after_days]
    return [
        Window(
            reason=VisitReason.SPOUSE_CARE,
            way=way,
            start=due - timedelta(days=rule.before_days),
            due=due,
            end=due + timedelta(days=rule.grace_days),
            clause=rule.clause,
        )
        for due in dues
        if due >= today
    ]


def _soon(reason: VisitReason, rule: SoonRule, since: date, today: date, way: VisitWay) -> Window:
    due = max(since + timedelta(days=rule.days), today)
    end = due + timedelta(days=rule.grace_days)
    return Window(reason=reason, way=way, start=since, due=due, end=end, clause=rule.clause)
