"""The words of a census: questions, outcomes, findings, and why something was not taken."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final

from events.facts.census import AskedWay, Finding, Question
from services.registry.project import census
from services.shell.acting import Sentences
from services.shell.formats import day
from services.shell.i18n import N_
from services.shell.i18n import gettext as _

QUESTION: Final = {
    Question.WHEREABOUTS: N_("住在这里吗；在外的问去向"),
    Question.PHONE: N_("电话对不对"),
    Question.ADDRESS: N_("住址对不对"),
    Question.FAMILY: N_("家里联系谁"),
    Question.LIVES_ALONE: N_("是不是独居"),
    Question.WISHES: N_("困难和愿望"),
}
OUTCOME: Final = {
    census.LEFT: N_("还没问"),
    census.NOT_MET: N_("没找到人"),
    census.ANSWERED: N_("已作答"),
    census.REFUSED: N_("不愿作答"),
}
TONE: Final = {census.LEFT: "", census.NOT_MET: "soon", census.ANSWERED: "done", census.REFUSED: ""}
WAY: Final = {AskedWay.DOOR: N_("上门"), AskedWay.PHONE: N_("电话")}
FINDING: Final = {
    Finding.MOVED_AWAY: N_("外出"),
    Finding.MOVED_ON: N_("在外换了地方"),
    Finding.RETURNED: N_("返回"),
    Finding.PHONE: N_("电话"),
    Finding.ADDRESS: N_("住址"),
    Finding.FAMILY: N_("家属"),
    Finding.LIVES_ALONE: N_("独居"),
}


def _on(value: Any) -> str:
    return day(value, year=True) if isinstance(value, (date, datetime)) else str(value)


SENTENCES: Final[Sentences] = {
    "no_census": lambda d: _("没有这次摸底。"),
    "census_closed": lambda d: _("这次摸底已经结束，不能再记。"),
    "already_begun": lambda d: _("这次摸底已经开始了：%(title)s。", title=d.get("title")),
    "ends_too_early": lambda d: _(
        "最后一天 %(until)s 太早了，不能早于%(since)s。", until=_on(d.get("until")), since=_on(d.get("since"))
    ),
    "not_in_census": lambda d: _("这次摸底不问这个支部的人。"),
    "before_census": lambda d: _("这次摸底从%(since)s才开始。", since=_on(d.get("since"))),
    "nothing_said": lambda d: _("一项都没有填。没找到人请按“没找到人”。"),
    "not_an_option": lambda d: _(
        "“%(question)s”没有“%(answer)s”这个答案，请从列出的里面选。", question=d.get("question"), answer=d.get("answer")
    ),
    "answered_already": lambda d: _("这位党员已于%(on)s作答。", on=_on(d.get("on"))),
    "not_answered": lambda d: _("这位党员在这次摸底中还没有作答。"),
    "no_finding": lambda d: _(
        "“%(what)s”这一条名册里后来已经登记过。请刷新再看。", what=_(FINDING[Finding(d["finding"])])
    ),
}
"""Refusal code -> the sentence a person reads."""
