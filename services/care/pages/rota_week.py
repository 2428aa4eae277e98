"""A community's week put together for a proposal: what is to be done, who may go, where it is, what it weighs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import cos, radians
from typing import Any, Final

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncConnection

from events.facts.care import VisitReason, VisitWay
from services.care.decide.rota_policy import RotaRule
from services.care.pages import visitors
from services.care.pages.common import rules
from services.care.project import leave, rota, spot, visitor, visits
from services.care.rota.week import Goer, Task, Week, Weights
from services.shell.i18n import speech
from services.shell.identity import Caller
from services.shell.reading import reading

WEEK: Final = 7
_MICRO: Final = 1_000_000
_METRES_A_DEGREE: Final = 111_320
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Laid:
    """What a proposal is made from, and the rows it speaks of. `rows`: by visit id; `goers`: account -> how called."""

    monday: date
    week: Week
    rows: Mapping[str, Row]
    goers: Mapping[str, str]
    leaves: Sequence[Row]

    @property
    def days(self) -> list[date]:
        """Its seven days."""
        return [self.monday + timedelta(days=number) for number in range(WEEK)]

    def called(self, name: str) -> str:
        """What people call this account."""
        return self.goers.get(name, name)


def monday_of(asked: date | None, today: date, workdays: Sequence[int]) -> date:
    """The Monday of the week that is asked for; otherwise of this one, or the next once its working days are over."""
    day = asked or today
    monday = day - timedelta(days=day.weekday())
    return monday if asked or today.weekday() <= max(workdays) else monday + timedelta(days=WEEK)


async def laid_out(request: Request, caller: Caller, community: str, monday: date) -> Laid:
    """The week as it stands now. Errors: Unavailable, while nobody can be asked about accounts."""
    today, rule = speech().today, rules(request, community).rota
    days = (monday, monday + timedelta(days=WEEK - 1))
    who = await visitors.who_may_go(request, community)
    async with reading(request, caller) as db:
        rows = await visits.in_week(db, community, today, days, days[1] + timedelta(days=rule.ahead_days))
        usual = await rota.usual_of(db, [row["member_id"] for row in rows])
        habits = await rota.buildings_of(db, list(who), community)
        spots = await spot.spots(db, community)
    # Whoever may be sent here is known from the accounts; what they said of themselves holds wherever they go.
    async with request.app.state.database.reading("") as db:
        said = await visitor.described(db, list(who))
        leaves = await leave.leaves(db, list(who), max(monday, today))
        busy = await rota.busy_elsewhere(db, list(who), community, days)
    leaves = [one for one in leaves if one["start_on"] <= days[1]]
    there = {name: _there(name, leaves, monday, today) for name in who}
    goers = tuple(
        _goer(name, there[name], said.get(name), habits.get(name, set()), busy, rule, is_visitor=is_visitor)
        for name, (_display, is_visitor) in sorted(who.items())
    )
    tasks = [_task(row, usual.get(row["member_id"]), monday, today, rule) for row in rows]
    week = Week(tuple(task for task in tasks if task is not None), goers, on_the_ground(spots), weights_of(rule))
    return Laid(
        monday,
        week,
        {row["visit_id"]: row for row in rows},
        {name: display for name, (display, _) in who.items()},
        leaves,
    )


def weights_of(rule: RotaRule) -> Weights:
    """The pack's numbers as the proposal takes them."""
    return Weights(**rule.metres.model_dump(), visits_per_day_max=rule.visits_per_day_max)


def _there(name: str, leaves: Sequence[Row], monday: date, today: date) -> tuple[int, ...]:
    """The days of the week, from today on, on which the visitor is not on leave."""
    away = [(one["start_on"], one["end_on"]) for one in leaves if one["visitor"] == name]
    days = [monday + timedelta(days=number) for number in range(WEEK)]
    return tuple(
        number
        for number, day in enumerate(days)
        if day >= today and not any(start <= day <= end for start, end in away)
    )


def _goer(
    name: str,
    days: tuple[int, ...],
    said: Row | None,
    habits: set[str],
    busy: Mapping[tuple[str, bool], int],
    rule: RotaRule,
    *,
    is_visitor: bool,
) -> Goer:
    """A visitor; in a week that is half over, or half on leave, half of what they can do."""
    usual = rule.visits_per_week if is_visitor else rule.office_visits_per_week
    a_week = usual if said is None else int(said["visits_per_week"])
    working = len(set(days) & set(rule.workdays))
    room, calls = (-(-count * working // len(rule.workdays)) for count in (a_week, rule.calls_per_week))
    own = set(said["buildings"]) if said else set()
    return Goer(
        name=name,
        days=days,
        visits_max=max(0, room - busy.get((name, False), 0)),
        calls_max=max(0, calls - busy.get((name, True), 0)),
        skills=frozenset(said["skills"]) if said else frozenset(),
        buildings=tuple(sorted(own | habits)),
    )


def _task(row: Row, usual: tuple[str, frozenset[str]] | None, monday: date, today: date, rule: RotaRule) -> Task | None:
    """A visit as the proposal takes it; None if the week has no day for it."""
    span = [number for number in range(WEEK) if _may_be(row, monday + timedelta(days=number), today)]
    days = [number for number in span if number in rule.workdays] or span
    if not days:
        return None
    goes, refused = usual or ("", frozenset())
    asked, set_for = row["assigned"] or "", row["set_for"]
    number = (set_for - monday).days if set_for else -1
    fixed = (asked, number) if asked and number in span and asked not in refused else None
    if fixed:
        days = sorted({*days, number})
    home = row["way"] == VisitWay.HOME
    return Task(
        visit_id=row["visit_id"],
        member_id=row["member_id"],
        days=tuple(days),
        due=(row["due_on"] - monday).days,
        must=(row["due_on"] - monday).days < WEEK or fixed is not None,
        minutes=rule.minutes(VisitWay(row["way"])),
        building=row["building"] or "" if home else "",
        call=row["way"] == VisitWay.CALL,
        skill=str(rule.skills.get(VisitReason(row["reason"]), "")),
        usual=goes or ("" if row["proposed"] in refused else row["proposed"] or ""),
        asked=asked,
        fixed=fixed,
        refused=refused,
    )


def _may_be(row: Row, day: date, today: date) -> bool:
    start, end = row["start_on"], row["end_on"]
    return bool(max(today, start) <= day <= end)


def on_the_ground(spots: Mapping[str, tuple[int, int]]) -> dict[str, tuple[int, int]]:
    """Degrees as metres east and north: within a community, which is a few kilometres wide, that is a plane."""
    if not spots:
        return {}
    middle = sorted(north for _east, north in spots.values())[len(spots) // 2] / _MICRO
    per_east, per_north = _METRES_A_DEGREE * cos(radians(middle)) / _MICRO, _METRES_A_DEGREE / _MICRO
    west, south = min(east for east, _ in spots.values()), min(north for _, north in spots.values())
    return {
        name: (round((east - west) * per_east), round((north - south) * per_north))
        for name, (east, north) in spots.items()
    }


async def communities_of(db: AsyncConnection, caller: Caller) -> list[str]:
    """The communities a plan may be made for: a scope that is one community is it."""
    return await rota.communities(db) or ([caller.scope] if caller.scope else [])
