"""What the rules about points are called on the page of rules."""

from __future__ import annotations

from typing import Final

from services.registry.pages.words import MEETING
from services.shell.i18n import N_
from services.shell.policy import units
from services.shell.policy.words import Worded

POINT_TITLES: Final = {
    "points": N_("积分"),
    "points.attending": N_("参加组织生活"),
    "points.service": N_("服务时长"),
    "points.dues": N_("按时缴党费"),
    "points.reporting": N_("思想汇报"),
    "points.activity": N_("参加活动"),
    "points.study": N_("送学上门"),
    "points.by_hand": N_("由人加分"),
}
POINT_VALUES: Final = {
    "points.attending.by_kind.*": Worded(MEETING, units.points),
    "points.service.minutes": Worded(N_("每满几分钟"), str),
    "points.dues.days_late_max": Worded(N_("最迟到月底以后"), units.days),
    "points.by_hand.entry_max": Worded(N_("一次最多"), units.points),
    "points.*.each": Worded(N_("每次"), units.points),
    "points.*.month_max": Worded(N_("每月最多（0 不限）"), units.points),
    "points.*.quarter_max": Worded(N_("每季度最多（0 不限）"), units.points),
}
