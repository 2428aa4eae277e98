"""The made-up office as a list of deeds: the same on the same day, whole on any day of the year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from deploy.demo.clock import DemoClock
from deploy.demo.deeds import Deed, Pay, SignedIn
from deploy.demo.progress import Progress, note, progress_of
from deploy.demo.story import story
from deploy.demo.town import CAST, Town, roster, town
from services.care.decide.commands import ReportIllness
from services.registry.decide.commands import MoveAway, Return
from services.registry.decide.meeting import ScheduleMeeting
from tests.architecture.house import ROOT

TUESDAY = date(2026, 11, 17)
DAYS = (TUESDAY, date(2026, 1, 1), date(2026, 2, 28), date(2026, 6, 30), date(2026, 8, 30), date(2028, 2, 29))


def told(people: Town) -> Mapping[date, Sequence[Deed]]:
    return story(people)


def deeds_of(people: Town) -> list[Deed]:
    return [deed for deeds in told(people).values() for deed in deeds]


async def test_the_same_day_has_the_same_story() -> None:
    first, again = await town(TUESDAY), await town(TUESDAY)
    assert first == again
    assert told(first) == told(again)


@pytest.mark.parametrize("today", DAYS, ids=date.isoformat)
async def test_whatever_day_it_is_the_story_leads_up_to_it(today: date) -> None:
    people = await town(today)
    deeds = deeds_of(people)
    days = [deed.day for deed in deeds]
    assert people.first <= min(days)
    assert max(days) <= today
    assert len(people.jinqiao) == 123
    assert [one.age_on(today) for one in people.cast] == [known.age for known in CAST]
    assert len(deeds) > 400


async def test_the_week_has_something_of_everything() -> None:
    people = await town(TUESDAY)
    deeds = deeds_of(people)
    coming = [one.what for one in deeds if isinstance(one.what, ScheduleMeeting)]
    assert [one for one in coming if TUESDAY <= one.starts_at.date() <= TUESDAY + timedelta(days=7)]
    ill = [one.what for one in deeds if isinstance(one.what, ReportIllness)]
    assert [one for one in ill if one.since >= TUESDAY - timedelta(days=1) and one.hospital]
    left = [one.who for one in deeds if isinstance(one.what, MoveAway)]
    back = [one.who for one in deeds if isinstance(one.what, Return)]
    assert set(back) & set(left)
    assert {"王德明", "赵文"} <= set(left) - set(back)
    assert [one for one in deeds if isinstance(one.what, Pay) and one.what.again]


async def test_nobody_signs_in_to_a_meeting_while_away() -> None:
    people = await town(TUESDAY)
    deeds = deeds_of(people)
    present = {(name, one.day) for one in deeds if isinstance(one.what, SignedIn) for name in one.what.present}
    (left,) = (one.what.since for one in deeds if isinstance(one.what, MoveAway) and one.who == CAST[0].name)
    (back,) = (one.what.on for one in deeds if isinstance(one.what, Return) and one.who == CAST[0].name)
    came = [day for name, day in present if name == CAST[0].name]
    assert came
    assert not [day for day in came if left <= day <= back]


def test_the_clock_is_never_ahead_of_the_real_one() -> None:
    clock = DemoClock()
    before = datetime.now(UTC)
    clock.turn_to(before - timedelta(days=100))
    assert abs(datetime.now(UTC) - clock() - timedelta(days=100)) < timedelta(minutes=1)
    clock.turn_to(before + timedelta(days=1))
    assert clock() <= datetime.now(UTC)
    clock.arrive()
    assert before <= clock() <= datetime.now(UTC)


def test_how_far_it_has_come_is_kept(tmp_path: Path) -> None:
    assert progress_of(tmp_path) is None
    progress = Progress(anchor=TUESDAY, through=date(2026, 9, 1))
    note(tmp_path, progress)
    assert progress_of(tmp_path) == progress


def test_the_roster_is_the_one_the_tests_know() -> None:
    assert roster() == (ROOT / "tests" / "data" / "roster-a.xlsx").read_bytes()
