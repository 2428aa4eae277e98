"""The words of who goes where: skills, days, reasons of a proposal, and why something could not be done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final

from events.facts.visitor import Skill
from services.care.rota.week import Why, WhyCode, WhyNot
from services.shell.acting import Sentences
from services.shell.formats import day
from services.shell.i18n import N_, ngettext
from services.shell.i18n import gettext as _

SKILL: Final = {Skill.MEDICAL: N_("懂医护"), Skill.COMFORT: N_("会宽慰人"), Skill.AID: N_("懂救助政策")}
WEEKDAY: Final = {
    0: N_("周一"),
    1: N_("周二"),
    2: N_("周三"),
    3: N_("周四"),
    4: N_("周五"),
    5: N_("周六"),
    6: N_("周日"),
}
LEFT_OUT: Final = {
    "visit_closed": N_("已经办了或者取消了"),
    "visitor_refused": N_("本人不愿意见这位"),
    "on_leave": N_("那天请假"),
    "past": N_("那天已经过了"),
    "outside_window": N_("那天不在期限里"),
}
WHY_NOT: Final[Mapping[WhyNot, str]] = {
    "nobody": N_("没有能去的人"),
    "all_refused": N_("能去的人本人都不愿意见"),
    "all_on_leave": N_("能去的人那几天都请假"),
    "all_full": N_("能去的人都排满了"),
}

Named = Callable[[str], str]
"""An account's name -> what people call them."""
_SAID: Final[Mapping[WhyCode, Callable[[Why, Named], str]]] = {
    "confirmed": lambda _w, _n: _("已经定了"),
    "moved": lambda w, _n: _("原定%(day)s，那天不行，改到这天", day=_(WEEKDAY[w.number])),
    "usual": lambda _w, _n: _("一直是这位去"),
    "asked": lambda _w, _n: _("原来就派了这位"),
    "instead_refused": lambda w, n: _("本人不愿意%(who)s去", who=n(w.who)),
    "instead_leave": lambda w, n: _("%(who)s请假，代去", who=n(w.who)),
    "instead_full": lambda w, n: _("%(who)s排满了", who=n(w.who)),
    "instead_gone": lambda w, n: _("%(who)s不再走访", who=n(w.who)),
    "instead_skill": lambda w, n: _(
        "平时是%(who)s去，这次要%(skill)s的人", who=n(w.who), skill=_(SKILL[Skill(w.skill)])
    ),
    "instead_better": lambda w, n: _("平时是%(who)s去，这次换人更顺路或更匀", who=n(w.who)),
    "same_building": lambda w, _n: ngettext("同一栋楼 %(num)s 次一趟走完", "同一栋楼 %(num)s 次一趟走完", w.number),
    "own_building": lambda _w, _n: _("是负责的楼"),
    "metres": lambda w, _n: _("按坐标离负责的楼 %(metres)s 米", metres=w.number),
    "skill": lambda w, _n: _(SKILL[Skill(w.skill)]),
    "no_skill": lambda w, _n: _("没有排到%(skill)s的人", skill=_(SKILL[Skill(w.skill)])),
    "room": lambda _w, _n: _("这周还有空"),
}


def why(reasons: tuple[Why, ...], named: Named) -> str:
    """Why this person goes, as the office would say it."""
    return _("；").join(_SAID[one.code](one, named) for one in reasons)


def hours(minutes: int) -> str:
    """`6.5 小时`."""
    return _("%(hours)s 小时", hours=f"{minutes / 60:.1f}".removesuffix(".0"))


def _on(value: Any) -> str:
    return day(value, year=True) if isinstance(value, date) else str(value)


SENTENCES: Final[Sentences] = {
    "visitor_refused": lambda _d: _("本人不愿意这位去。换一个人，或者先在档案里撤销这句话。"),
    "leave_ends_first": lambda _d: _("请假的最后一天早于第一天。"),
    "leave_over": lambda d: _("这段请假到%(end)s就结束了，不能再改。", end=_on(d.get("end"))),
    "leave_too_long": lambda d: _("一次请假最长 %(most)s 天，请分开登记。", most=d.get("most")),
}
"""Refusal code -> the sentence a person reads."""
