"""The meetings of the made-up office: a theme day each month, general meetings, a lecture; and those of this week."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Final

from deploy.demo.chance import chance
from deploy.demo.deeds import ZONE, Deed, Minuted, SignedIn
from deploy.demo.town import CAST, JINQIAO, SHIQUAN, Branch, Community, Town, workday
from deploy.demo.whereabouts import Whereabouts
from events.facts.meeting import MeetingKind
from services.registry.decide.meeting import ScheduleMeeting

_CALLED_AHEAD_DAYS: Final = 6
_COMES: Final = 0.62
_OLD, _OLD_COMES = 85, 0.2
_THEMES: Final = (
    (112, "家门口的变化：看社区改造"),
    (83, "学习身边的老先进"),
    (54, "敬老爱老，话传统"),
    (20, "垃圾分类入户宣传"),
)
_MOTION: Final = "同意支部下半年走访独居老党员的安排"
_MINUTES: Final = (
    "支部书记通报了上半年党费收缴和走访情况。\n会议讨论了下半年走访独居老党员的安排，由支委分头联系，中心户就近照应。"
)
_GENERAL_AGO: Final = (97, 93, 45, 40)
"""Days ago of each branch's general meeting."""


def meetings(town: Town, where: Whereabouts) -> Iterator[Deed]:
    """Called, held, signed in to; the last ones only called."""
    for ago, theme in _THEMES:
        for place, branch in enumerate(JINQIAO.branches):
            day = town.ago(ago - place)
            yield from _held(town, where, JINQIAO, branch, _theme_day(branch, day, theme))
    for branch, ago in zip(JINQIAO.branches, _GENERAL_AGO, strict=True):
        day = town.ago(ago)
        title = f"{branch.name}党员大会"
        general = _meeting(MeetingKind.GENERAL, branch, day, time(9, 30), title, "社区党群服务中心 202 室")
        deeds = list(_held(town, where, JINQIAO, branch, general))
        yield from deeds
        if len(deeds) > 1:
            people = [
                one.name for one in (*town.jinqiao, *town.cast) if one.branch == branch.name and town.alive(one, day)
            ]
            what = Minuted(deeds[0], people, _MOTION, _MINUTES)
            yield Deed(day, JINQIAO, JINQIAO.secretary, what, at=time(17, 10))
    branch = SHIQUAN.branches[0]
    yield from _held(town, where, SHIQUAN, branch, _theme_day(branch, town.ago(27), "河道清洁志愿行"))
    yield from _to_come(town)


def _to_come(town: Town) -> Iterator[Deed]:
    """This week's, and the one after it."""
    soon, later = _next_workday(town.anchor + timedelta(days=2)), _next_workday(town.anchor + timedelta(days=6))
    branch = JINQIAO.branches[1]
    theme = _meeting(MeetingKind.THEME_DAY, None, soon, time(14), "安全用电用气，入户讲一讲", "社区党群服务中心一楼")
    general = _meeting(MeetingKind.GENERAL, branch, later, time(9, 30), f"{branch.name}党员大会", "202 室")
    for meeting in (theme, general):
        yield Deed(town.ago(3), JINQIAO, JINQIAO.secretary, meeting, at=time(16, 10))


def _held(
    town: Town, where: Whereabouts, community: Community, branch: Branch, meeting: ScheduleMeeting
) -> Iterator[Deed]:
    day = meeting.starts_at.date()
    announced = workday(max(town.first, day - timedelta(days=_CALLED_AHEAD_DAYS)))
    called = Deed(announced, community, community.secretary, meeting, at=time(16, 10))
    yield called
    present = tuple(
        one.name
        for one in (*town.jinqiao, *town.cast, *town.shiquan)
        if one.community is community and one.branch == branch.name and town.alive(one, day)
        and where.at_home(one, day)
        and (one.name == CAST[0].name or chance(one.name, day) < (_OLD_COMES if one.age_on(day) >= _OLD else _COMES))
    )  # fmt: skip
    if present:
        yield Deed(day, community, community.worker, SignedIn(called, present), at=time(16, 30))


def _theme_day(branch: Branch, day: date, theme: str) -> ScheduleMeeting:
    title = f"{day.month}月主题党日：{theme}"
    return _meeting(MeetingKind.THEME_DAY, branch, day, time(14), title, "社区党群服务中心一楼")


def _meeting(kind: MeetingKind, branch: Branch | None, day: date, at: time, title: str, place: str) -> ScheduleMeeting:
    return ScheduleMeeting(
        kind=kind,
        branch=branch.name if branch else None,
        starts_at=datetime.combine(day, at, ZONE),
        title=title,
        place=place,
    )


def _next_workday(day: date) -> date:
    return day if workday(day) == day else workday(day) + timedelta(days=3)
