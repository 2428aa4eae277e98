"""Meetings called by rote: the same day of each month, or the same weekday, clear of the festivals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Annotated, Final

from pydantic import Field

from events.facts.decision import Command
from events.facts.meeting import MeetingKind
from services.registry.decide.days import months_after
from services.registry.decide.meeting import CHINA, ScheduleMeeting
from services.registry.decide.values import Line

_WEEK: Final = 7


class Rhythm(StrEnum):
    """What stays the same from month to month."""

    DAY = "day"
    """每月同一天"""
    WEEKDAY = "weekday"
    """每月同一个星期几（例如第二个星期五）；第五个没有的，取最后一个"""


class ScheduleSeries(Command):
    """Call a meeting every so many months, from the first day on, `times` times."""

    kind: MeetingKind
    branch: str | None = None
    group: str | None = None
    title: Line
    place: Line | None = None
    on: date
    at: time
    rhythm: Rhythm = Rhythm.DAY
    every_months: Annotated[int, Field(ge=1, le=12)] = 1
    times: Annotated[int, Field(ge=1, le=24)]


@dataclass(frozen=True, slots=True)
class Turn:
    """One of the meetings: its day, the one it would have by rote, and the festival it makes way for."""

    on: date
    by_rote: date
    festival: str


def turns(command: ScheduleSeries, festivals: Mapping[date, str]) -> Sequence[Turn]:
    """The days. `festivals` says which days to keep clear of; a meeting makes way to the first day after them."""
    found = []
    for number in range(command.times):
        rote = _by_rote(command, number)
        on = rote
        while on in festivals:
            on += timedelta(days=1)
        found.append(Turn(on, rote, festivals.get(rote, "")))
    return found


def _by_rote(command: ScheduleSeries, number: int) -> date:
    first = command.on
    same_day = months_after(first, number * command.every_months)
    if command.rhythm is Rhythm.DAY:
        return same_day
    begins = same_day.replace(day=1)
    weekday = begins + timedelta(days=(first.weekday() - begins.weekday()) % _WEEK)
    on = weekday + timedelta(days=(first.day - 1) // _WEEK * _WEEK)
    return on if on.month == begins.month else on - timedelta(days=_WEEK)


def meeting_of(command: ScheduleSeries, turn: Turn) -> ScheduleMeeting:
    """The command that calls one of them."""
    return ScheduleMeeting(
        kind=command.kind,
        branch=command.branch,
        group=command.group,
        starts_at=datetime.combine(turn.on, command.at, CHINA),
        title=command.title,
        place=command.place,
    )
