"""When somebody is to be met: pure windows from the rules and what is known of the person (DOMAIN R13)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from pydantic import BaseModel, ConfigDict

from events.facts.care import Severity, VisitReason, VisitWay
from events.facts.ids import derived_uuid7
from services.care.decide.policy import CadenceRule, CarePolicy, SoonRule, age_on

_DAY = timedelta(days=1)


class Window(BaseModel):
    """The person is to be met from `start` to `end`, best by `due`; all three days count."""

    model_config = ConfigDict(frozen=True)

    reason: VisitReason
    way: VisitWay
    start: date
    due: date
    end: date
    clause: str

    def contains(self, day: date) -> bool:
        """True if meeting the person on that day is meeting them in this window."""
        return self.start <= day <= self.end


class Situation(BaseModel):
    """What care has learnt of a member from what the registry published; its own projection keeps it.

    `away_since` is None as well for those who are away but go on attending (`AwayKind.INTERMITTENT`). `last_contact`
    is the last day somebody of the community met the person, in whatever way.
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


def visit_for_illness(
    severity: Severity, since: date, policy: CarePolicy, today: date, way: VisitWay = VisitWay.HOME
) -> Window:
    """The visit after falling ill: due within the rule's days; today, if those have passed before anybody knew."""
    return _soon(VisitReason.FELL_ILL, policy.illness[severity], since, today, way)


def visit_on_occasion(reason: VisitReason, since: date, policy: CarePolicy, today: date, way: VisitWay) -> Window:
    """The visit after leaving hospital, in hardship, after a bereavement; as after falling ill."""
    return _soon(reason, policy.occasions[reason], since, today, way)


def _soon(reason: VisitReason, rule: SoonRule, since: date, today: date, way: VisitWay) -> Window:
    due = max(since + timedelta(days=rule.days), today)
    end = due + timedelta(days=rule.grace_days)
    return Window(reason=reason, way=way, start=since, due=due, end=end, clause=rule.clause)


def cadence_windows(situation: Situation, today: date, policy: CarePolicy) -> list[Window]:
    """Every window of the calendar's rules that is open today or opens within the days the policy plans ahead.

    Who lives elsewhere is called instead of visited. A call's window in which the person was met is left out.
    """
    horizon = today + timedelta(days=policy.plan_ahead_days)
    if situation.away_since is not None:
        windows = list(_away_windows(situation.away_since, today, horizon, policy))
    else:
        windows = [window for rule in policy.cadence for window in _rule_windows(rule, situation, today, horizon)]
    met = situation.last_contact
    return [
        _for_a_newcomer(window, situation.on_roll_since)
        for window in windows
        if met is None or window.way is not VisitWay.CALL or not window.contains(met)
    ]


def visit_id_of(member_id: str, window: Window) -> str:
    """The id of the visit in a window of the calendar's rules: the same window is the same visit, whoever asks."""
    moment = datetime.combine(window.start, time(), UTC)
    return derived_uuid7(moment, member_id, window.reason, window.start.isoformat())


def _rule_windows(rule: CadenceRule, situation: Situation, today: date, horizon: date) -> Iterator[Window]:
    start = _window_start(rule, today)
    while start <= horizon:
        after = _next_start(rule, start)
        end = after - _DAY
        age = None if situation.birth is None else age_on(situation.birth, start)
        if rule.applies(age, lives_alone=situation.lives_alone):
            due = max(start, end - timedelta(days=rule.due_before_end_days))
            yield Window(reason=rule.reason, way=rule.way, start=start, due=due, end=end, clause=rule.clause)
        start = after


def _window_start(rule: CadenceRule, day: date) -> date:
    if not rule.window_months:
        return day - timedelta(days=day.weekday())
    return date(day.year, (day.month - 1) // rule.window_months * rule.window_months + 1, 1)


def _next_start(rule: CadenceRule, start: date) -> date:
    if not rule.window_months:
        return start + timedelta(days=7)
    years, month_index = divmod(start.month - 1 + rule.window_months, 12)
    return date(start.year + years, month_index + 1, 1)


def _away_windows(since: date, today: date, horizon: date, policy: CarePolicy) -> Iterator[Window]:
    every = timedelta(days=policy.away.every_days)
    start = since + (today - since) // every * every if today > since else since
    while start <= horizon:
        end = start + every - _DAY
        due = max(start, end - timedelta(days=policy.away.due_before_end_days))
        clause = policy.away.clause
        yield Window(reason=VisitReason.AWAY, way=VisitWay.CALL, start=start, due=due, end=end, clause=clause)
        start += every


def _for_a_newcomer(window: Window, on_roll_since: date | None) -> Window:
    """Who came on the roll when a window was already open is due only at its end."""
    if on_roll_since is None or on_roll_since <= window.start:
        return window
    return window.model_copy(update={"due": window.end})
