"""A member's facts as lines a person reads: what happened, when in life, when it was written, by whom."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final

from fastapi import Request

from events.facts.base import Fact, is_hidden
from events.facts.care import FellIll, Recovered, VisitMade, VisitWay
from events.facts.member import (
    Assigned,
    AttendanceWay,
    Attended,
    AwayKind,
    ContactChanged,
    CorrectableField,
    DetailsCorrected,
    Died,
    DuesPaid,
    Enrolled,
    EnrolmentWithdrawn,
    MovedAway,
    PensionBasisSet,
    Returned,
)
from events.facts.merging import Merged, ToldApart, Unmerged
from events.log.envelope import Recorded
from services.registry.pages import words
from services.registry.pages.of_two import said_of_another
from services.registry.project.member import mask_id
from services.shell.formats import day, local_day, mask_phone, yuan
from services.shell.i18n import gettext as _


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the timeline. `late` is the day it was written, if that was another than the day it happened."""

    on: date
    recorded: datetime
    text: str
    tone: str
    clause: str
    by: str
    late: date | None
    fact_id: str
    absorbed: bool = False
    """It stands on another record of the person, which was merged into this one."""


@dataclass(frozen=True, slots=True)
class Names:
    """What branches and meetings are called, for lines that mention one."""

    branches: Mapping[str, str]
    meetings: Mapping[str, str]


async def signed(request: Request, lines: Sequence[Line]) -> list[Line]:
    """The same lines, each by the name people have for whoever acted."""
    called = await request.app.state.shell.identity.called.of(line.by for line in lines)
    return [replace(line, by=called[line.by]) for line in lines]


def line_of(one: Recorded, names: Names) -> Line:
    """The line of one of the registry's own facts."""
    about = one.about
    text, tone = _told(one.fact, names)
    if about.reason and isinstance(one.fact, DetailsCorrected | Merged | Unmerged | ToldApart):
        text = _("%(text)s（%(reason)s）", text=text, reason=about.reason)
    written = local_day(about.recorded)
    late = written if written != about.effective else None
    clause = one.fact.clause if isinstance(one.fact, MovedAway) else ""
    return Line(about.effective, about.recorded, text, tone, clause, about.actor, late, about.id)


def line_elsewhere(row: Mapping[str, Any]) -> Line:
    """The line of what another service told."""
    text = {
        FellIll.TYPE: _("生病，转入关怀"),
        Recovered.TYPE: _("病愈"),
        VisitMade.TYPE: _VISITS.get(str(row["way"]), lambda: _("走访"))(),
    }[row["type"]]
    written = local_day(row["recorded"])
    late = written if written != row["effective"] else None
    return Line(row["effective"], row["recorded"], text, "care", "", row["actor"], late, row["fact_id"])


_VISITS: Final[Mapping[str, Callable[[], str]]] = {
    VisitWay.HOME: lambda: _("上门走访"),
    VisitWay.HOSPITAL: lambda: _("到医院探望"),
    VisitWay.CALL: lambda: _("电话问候"),
}


def _told(fact: Fact, names: Names) -> tuple[str, str]:
    match fact:
        case Enrolled():
            branch = names.branches.get(fact.branch_id or "")
            return (_("登记入册，编入%(branch)s", branch=branch) if branch else _("登记入册")), "done"
        case EnrolmentWithdrawn():
            return _("撤销登记"), "late"
        case MovedAway():
            return _moved_away(fact), "away"
        case Returned():
            report = "" if is_hidden(fact.report) else fact.report
            return (_("返回：%(report)s", report=report) if report else _("返回")), "away"
        case Attended():
            return _attended(fact, names), ""
        case DuesPaid():
            return _paid(fact), "done"
        case Assigned():
            return _("编入%(branch)s", branch=names.branches.get(fact.branch_id) or _("另一个支部")), ""
        case PensionBasisSet():
            basis = None if is_hidden(fact.basis_fen) else fact.basis_fen
            return _("养老金基数登记为每月 %(basis)s", basis=yuan(basis)), ""
        case ContactChanged():
            return _("联系方式或住址有变"), ""
        case DetailsCorrected():
            return _corrected(fact), ""
        case Died():
            return _("去世"), ""
        case _:
            return said_of_another(fact) or (fact.NAME, "")


def _moved_away(fact: MovedAway) -> str:
    text = _("外出：%(where)s", where=fact.destination)
    if fact.reason and not is_hidden(fact.reason):
        text += _("，%(reason)s", reason=fact.reason)
    if fact.expected_return:
        text += _("，预计%(day)s返回", day=day(fact.expected_return))
    match fact.kind:
        case AwayKind.CARD:
            return text + " → " + _("发联系卡")
        case AwayKind.TEMPORARY_TRANSFER:
            return text + " → " + _("转临时组织关系")
        case AwayKind.INTERMITTENT:
            return text + " → " + _("仍在本支部参加活动")


def _attended(fact: Attended, names: Names) -> str:
    title = names.meetings.get(fact.meeting_id) or _("会议")
    if fact.way is AttendanceWay.REMOTE:
        return _("线上参加%(title)s", title=title)
    return _("参加%(title)s", title=title)


def _paid(fact: DuesPaid) -> str:
    amount = None if is_hidden(fact.amount) else fact.amount.total_fen
    text = _("缴纳 %(months)s 党费 %(amount)s", months=months(fact.months), amount=yuan(amount))
    if fact.payer and not is_hidden(fact.payer):
        text += _("，%(payer)s代缴", payer=fact.payer)
    return text + _(" · 收据 %(number)s", number=fact.receipt_no)


def months(given: tuple[str, ...] | list[str]) -> str:
    """`2026-07`, `2026-08` as people say them: 2026年7、8月."""
    by_year: dict[str, list[str]] = {}
    for month in given:
        by_year.setdefault(month[:4], []).append(str(int(month[5:])))
    return "，".join(_("%(year)s年%(months)s月", year=year, months="、".join(ms)) for year, ms in by_year.items())


def _corrected(fact: DetailsCorrected) -> str:
    """What was corrected; numbers stay masked in the timeline as they do on the card."""
    field = words.word(words.FIELD, fact.field)
    value = next((v for v in (fact.identity, fact.contact, fact.plain) if v is not None and not is_hidden(v)), None)
    match fact.field:
        case _ if value is None:
            shown = "—"
        case CorrectableField.ID_NUMBER:
            shown = mask_id(value)
        case CorrectableField.PHONE:
            shown = mask_phone(value)
        case CorrectableField.SEX:
            shown = words.word(words.SEX, value)
        case CorrectableField.KIND:
            shown = words.word(words.KIND, value)
        case CorrectableField.LIVES_ALONE | CorrectableField.MINIMUM_LIVING:
            shown = _("是") if value == "true" else _("否")
        case _:
            shown = value
    return _("更正%(field)s：%(value)s", field=field, value=shown)
