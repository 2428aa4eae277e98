"""The words about honours: kinds, how somebody stands with the medal and why, refusals, lines of a timeline."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from events.facts.base import Fact
from events.facts.member_honours import (
    Honoured,
    HonourKind,
    HonourReconsidered,
    HonourSetAside,
    HonourTakenBack,
    RecordConfirmed,
)
from services.registry.decide.outlook import Doubt, Standing
from services.shell.acting import Sentences
from services.shell.formats import day
from services.shell.i18n import N_
from services.shell.i18n import gettext as _

KIND: Final = {
    HonourKind.MEDAL: N_("光荣在党50年"),
    HonourKind.EXCELLENT_MEMBER: N_("优秀共产党员"),
    HonourKind.EXCELLENT_WORKER: N_("优秀党务工作者"),
    HonourKind.OTHER: N_("其他荣誉"),
}
STANDING: Final = {
    Standing.DUE: N_("待核实"),
    Standing.CONFIRMED: N_("已核实，待颁发"),
    Standing.HONOURED: N_("已颁发"),
    Standing.DOUBTFUL: N_("日期存疑"),
    Standing.SET_ASIDE: N_("暂不列入"),
    Standing.NOT_YET: N_("还没有满"),
    Standing.DIED: N_("已去世"),
    Standing.ELSEWHERE: N_("由外地颁发"),
}
TONE: Final = {
    Standing.DUE: "soon",
    Standing.CONFIRMED: "care",
    Standing.HONOURED: "done",
    Standing.DOUBTFUL: "late",
    Standing.SET_ASIDE: "away",
    Standing.ELSEWHERE: "away",
}
DOUBT: Final = {
    Doubt.NO_JOINING_DAY: N_("没有入党日期"),
    Doubt.NO_FULL_DAY: N_("没有转正日期"),
    Doubt.FULL_BEFORE_JOINED: N_("转正早于入党"),
    Doubt.LONG_PROBATION: N_("入党到转正隔得太久"),
}
WRONG_FIELD: Final = {Doubt.NO_JOINING_DAY: "joined_on"}
"""Which field to look at first; otherwise the day of full membership."""


def _on(value: Any) -> str:
    return day(value, year=True) if isinstance(value, date) else str(value)


def _of(details: Mapping[str, Any], sentence: str) -> str:
    """The sentence, with whom it is about before it where several were written down together."""
    return _("%(who)s：%(sentence)s", who=details["who"], sentence=sentence) if details.get("who") else sentence


def _honoured(details: Mapping[str, Any]) -> str:
    if not details.get("on"):
        return _("这位党员已经颁发过纪念章。")
    return _("这位党员已于%(on)s颁发，证书 %(number)s。", on=_on(details["on"]), number=details.get("number") or "—")


def _died(details: Mapping[str, Any]) -> str:
    if not details.get("on"):
        return _("这位党员在颁发日以前去世，不再追授。")
    return _("这位党员已于%(on)s去世，早于颁发日，不再追授。", on=_on(details["on"]))


def _not_yet(details: Mapping[str, Any]) -> str:
    return _(
        "党龄从%(since)s算起，到%(day)s还不满五十年。",
        since=_on(details.get("since") or "—"),
        day=_on(details.get("day")),
    )


HONOUR_SENTENCES: Final[Sentences] = {
    "confirmed_too_early": lambda d: _(
        "%(day)s还早，最早提前 %(months)s 个月核实。", day=_on(d.get("day")), months=d.get("months")
    ),
    "awarded_too_early": lambda d: _of(
        d, _("%(day)s还早，最早提前 %(days)s 天编号打印。", day=_on(d.get("day")), days=d.get("days"))
    ),
    "already_honoured": lambda d: _of(d, _honoured(d)),
    "not_confirmed": lambda d: _of(d, _("还没有人核实这位党员一贯表现良好，请先核实。")),
    "membership_doubtful": lambda d: _of(
        d,
        _("%(doubt)s，党龄算不准，请先核对档案、更正日期。", doubt=_(DOUBT[Doubt(d.get("doubt", Doubt.NO_FULL_DAY))])),
    ),
    "died_before_award": lambda d: _of(d, _died(d)),
    "honoured_elsewhere": lambda d: _of(d, _("这位党员的组织关系不在我方，由那里颁发。")),
    "set_aside": lambda d: _of(d, _("有人写明原因暂不列入。要列入，请先撤回。")),
    "not_yet_due": lambda d: _of(d, _not_yet(d)),
    "honour_without_title": lambda d: _("请写这是什么荣誉。"),
    "no_honour": lambda d: _("没有这项荣誉的记录。"),
}
"""Refusal code -> the sentence a person reads."""


def called(kind: str, title: str | None = None) -> str:
    """What an honour is called."""
    return title or _(KIND[HonourKind(kind)])


def told_of_honour(fact: Fact) -> tuple[str, str] | None:
    """The line of a member's fact about honours and its tone; None for any other."""
    match fact:
        case RecordConfirmed():
            return _(
                "核实可以颁发%(kind)s（%(year)s年，%(by)s）",
                kind=called(fact.kind), year=fact.year, by=fact.decided_by,
            ), ""  # fmt: skip
        case HonourSetAside():
            return _("%(kind)s暂不列入（%(year)s年）", kind=called(fact.kind), year=fact.year), ""
        case HonourReconsidered():
            return _("%(kind)s重新核实", kind=called(fact.kind)), ""
        case Honoured():
            number = _(" · 证书 %(number)s", number=fact.number) if fact.number else ""
            return _("荣获%(title)s", title=called(fact.kind, fact.title)) + number, "done"
        case HonourTakenBack():
            return _("撤销一项荣誉的记录：%(kind)s", kind=called(fact.kind)), "late"
        case _:
            return None
