"""Meetings called by rote."""

from __future__ import annotations

from datetime import date, time

from events.facts.meeting import MeetingKind
from services.registry.decide.series import Rhythm, ScheduleSeries, Turn, meeting_of, turns
from services.registry.pages.meeting_series import festivals
from tests.registry.decide.people import POLICY
from tests.tables import cases


def series(first: date, rhythm: str = "day", every: int = 1, times: int = 12) -> ScheduleSeries:
    return ScheduleSeries(
        kind=MeetingKind.THEME_DAY, branch="b3", title="主题党日", on=first, at=time(14), rhythm=Rhythm(rhythm),
        every_months=every, times=times,
    )  # fmt: skip


@cases("series")
def test_a_meeting_falls_on_a_day(row: dict[str, str]) -> None:
    command = series(date.fromisoformat(row["first"]), row["rhythm"], int(row["every months"]), int(row["which"]))
    clear_of = festivals(POLICY.meetings.series, command.on, date(2028, 1, 1))
    expected = Turn(date.fromisoformat(row["on"]), date.fromisoformat(row["by rote"]), row["festival"])
    assert turns(command, clear_of)[-1] == expected


def test_each_is_a_meeting_like_any_other() -> None:
    command = series(date(2026, 12, 10), times=1)
    called = meeting_of(command, turns(command, {})[0])
    assert called.starts_at.isoformat() == "2026-12-10T14:00:00+08:00"
    assert (called.kind, called.branch, called.title) == (MeetingKind.THEME_DAY, "b3", "主题党日")
