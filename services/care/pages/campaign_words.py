"""The words for campaigns: kinds, outcomes, parts of a list, refusals."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from events.facts.campaign import CampaignKind
from events.facts.care_campaign import Outcome
from services.care.decide.campaign_policy import CampaignPolicy
from services.care.project import campaigns
from services.shell.acting import Sentences
from services.shell.formats import day
from services.shell.i18n import N_, ngettext
from services.shell.i18n import gettext as _

KIND: Final = {
    CampaignKind.SAFETY: N_("居家安全检查"),
    CampaignKind.CHECKUP: N_("健康体检"),
    CampaignKind.DOCTOR: N_("家庭医生巡诊"),
    CampaignKind.BIRTHDAY: N_("集体生日"),
}
OUTCOME: Final = {
    Outcome.INVITED: N_("已通知"),
    Outcome.COMES: N_("说来"),
    Outcome.CAME: N_("来了"),
    Outcome.DONE: N_("做了"),
    Outcome.DECLINED: N_("不参加"),
    Outcome.POSTPONED: N_("改天"),
    Outcome.NOT_MET: N_("没遇到"),
    Outcome.BROUGHT: N_("送到家了"),
}
TONE: Final = {
    Outcome.DONE: "done",
    Outcome.CAME: "done",
    Outcome.BROUGHT: "done",
    Outcome.COMES: "care",
    Outcome.POSTPONED: "soon",
    Outcome.NOT_MET: "soon",
}
PART: Final[Mapping[Any, str]] = {
    campaigns.WAITING: N_("还要办的"),
    campaigns.UNSEEN: N_("还没联系"),
    campaigns.TRANSPORT: N_("要接送"),
    campaigns.FAULTS: N_("有隐患"),
    campaigns.AWAY: N_("外出或者患病"),
    **OUTCOME,
}
ITEMS: Final = (
    N_("灶具和燃气软管"),
    N_("燃气报警器"),
    N_("电线和插座"),
    N_("热水器和通风"),
    N_("烟感报警器"),
    N_("扶手和防滑"),
    N_("过道和起夜照明"),
    N_("过道堆物"),
    N_("呼叫器"),
)
"""The titles of the national pack's items; another pack's stay in its own language."""
CLAUSES: Final = (
    N_("七十岁以上的党员，家里的灶具、电线、扶手每年检查一次，查出的问题七天内跟进。"),
    N_("六十五岁以上的党员，每年组织一次健康体检。"),
    N_("七十五岁以上的党员，家庭医生每年上门巡诊一次，需要跟进的三天内跟进。"),
    N_("八十岁以上的党员，每季度集中过一次生日；来不了的送到家里。"),
    N_("灶具、电线、热水器有隐患的，三天内处理。"),
    N_("报警器、照明、堆物七天内处理；扶手、呼叫器十四天内装好。"),
    N_("集中服务一次最多两千人，再多的分几次办。"),
)


def item(rules: CampaignPolicy, code: str) -> str:
    """What an item is called; one that left the list, by its code; a task without one is what somebody wrote."""
    found = rules.items.get(code)
    return _(found.title) if found else (code or _("要跟进的事"))


def whom(row: Mapping[str, Any], branches: Mapping[str, str]) -> str:
    """For whom it is, in a sentence."""
    given = row["whom"]
    said = []
    if given["age_min"] is not None and given["age_max"] is not None:
        said.append(_("%(low)s–%(high)s 岁", low=given["age_min"], high=given["age_max"]))
    elif given["age_min"] is not None:
        said.append(_("%(low)s 岁以上", low=given["age_min"]))
    elif given["age_max"] is not None:
        said.append(_("%(high)s 岁以下", high=given["age_max"]))
    if given["birthday_within"]:
        said.append(_("期间过生日"))
    if given["lives_alone"]:
        said.append(_("独居"))
    if given["branch_ids"]:
        said.append(_("、").join(branches.get(one, one) for one in given["branch_ids"]))
    return _("，").join(said) or _("全体党员")


def _on(value: Any) -> str:
    return day(value, year=True) if isinstance(value, date) else str(value)


SENTENCES: Final[Sentences] = {
    "no_campaign": lambda _d: _("没有这次活动。"),
    "campaign_closed": lambda d: _("已于%(on)s结束。要再记，先重新打开。", on=_on(d.get("on"))),
    "ends_before": lambda d: _("结束的日子不能早于%(since)s。", since=_on(d.get("since"))),
    "held_outside": lambda d: _(
        "集中办的那天要在%(since)s和%(until)s之间。", since=_on(d.get("since")), until=_on(d.get("until"))
    ),
    "nobody_listed": lambda _d: _("照这样选，一个人也没有。请放宽年龄或者支部。"),
    "too_many": lambda d: ngettext(
        "最多 %(num)s 人，请分几次办。", "最多 %(num)s 人，请分几次办。", int(d.get("most", 0))
    ),
    "not_listed": lambda _d: _("这个人不在名单上，先加进来。"),
    "listed_at_opening": lambda _d: _("开始时就在名单上的人不能去掉；不参加的请记“不参加”。"),
    "has_outcome": lambda _d: _("已经记了结果，先撤回结果再去掉。"),
    "before_campaign": lambda d: _("日子早于开始的%(since)s。", since=_on(d.get("since"))),
    "not_of_this_kind": lambda _d: _("这一类活动没有这种结果。"),
    "later_on_missing": lambda _d: _("改天的，请写改到哪天，要晚于今天记的日子。"),
    "no_item": lambda d: _("清单里没有这一项：%(items)s。", items=_("、").join(map(str, d.get("items", ())))),
    "no_follow_up": lambda _d: _("没有这件要跟进的事。"),
}
"""Refusal code -> the sentence a person reads."""
