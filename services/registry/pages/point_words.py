"""The words about points: what they are for, why a line gave less, refusals, lines of a timeline."""

from __future__ import annotations

from typing import Final

from events.facts.base import Fact, is_hidden
from events.facts.member_points import PointsAwarded, PointsTakenBack
from services.registry.decide.points_policy import PointsFor
from services.shell.acting import Sentences
from services.shell.i18n import N_
from services.shell.i18n import gettext as _

FOR: Final = {
    PointsFor.ATTENDING: N_("参加组织生活"),
    PointsFor.SERVICE: N_("服务时长"),
    PointsFor.DUES: N_("按时缴党费"),
    PointsFor.REPORTING: N_("思想汇报"),
    PointsFor.ACTIVITY: N_("参加活动"),
    PointsFor.STUDY: N_("送学上门"),
    PointsFor.BY_HAND: N_("由人加分"),
}
CAP: Final = {"month": N_("本月已到上限"), "quarter": N_("本季度已到上限")}
POINT_SENTENCES: Final[Sentences] = {
    "too_many_points": lambda d: _("一次最多加 %(most)s 分。", most=d.get("most")),
    "no_points": lambda d: _("没有这条加分记录。"),
}
"""Refusal code -> the sentence a person reads."""


def told_of_points(fact: Fact) -> tuple[str, str] | None:
    """The line of a member's fact about points and its tone; None for any other."""
    match fact:
        case PointsAwarded():
            what = "" if is_hidden(fact.what) else fact.what
            return _("加 %(points)s 分：%(what)s", points=fact.points, what=what), "done"
        case PointsTakenBack():
            return _("撤销一条加分"), "late"
        case _:
            return None
