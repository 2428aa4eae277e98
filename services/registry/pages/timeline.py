"""A member's facts as lines a person reads: what happened, when in life, when it was written, by whom."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Final

from fastapi import Request

from events.facts.base import Fact, is_hidden
from events.facts.care import FellIll, Recovered, VisitMade, VisitWay
from events.facts.census import AskedWay, CensusAnswered, CensusMissed, CensusSettled, WhyMissed
from events.facts.member import (
    Assigned,
    AttendanceWay,
    Attended,
    AwayKind,
    Classified,
    ContactChanged,
    DetailsChanged,
    DetailsCorrected,
    Died,
    DuesPaid,
    Enrolled,
    EnrolmentWithdrawn,
    MovedAway,
    PensionBasisSet,
    Returned,
)
from events.facts.member_away import AwayDetailsChanged
from events.facts.member_dues import (
    ArrearsReviewTakenBack,
    DuesReductionDropped,
    DuesRefunded,
    DuesWaived,
    DuesWaiverEnded,
)
from events.facts.member_handover import TakeOverWithdrawn
from events.facts.member_honours import HonourTakenBack
from events.facts.member_points import PointsTakenBack
from events.facts.member_review import AppraisalWithdrawn, ReportWithdrawn
from events.facts.member_service import PostKept, PostLeft, ServiceHoursWithdrawn
from events.facts.merging import Merged, ToldApart, Unmerged
from events.log.envelope import Recorded
from services.registry.pages.away_words import away_told, clause_in
from services.registry.pages.centre_words import centre_told
from services.registry.pages.contact_words import contact_told
from services.registry.pages.dues_words import dues_told, months
from services.registry.pages.handover_words import handover_told
from services.registry.pages.honour_words import told_of_honour
from services.registry.pages.neighbour_words import attendance_told
from services.registry.pages.of_two import said_of_another
from services.registry.pages.point_words import told_of_points
from services.registry.pages.post_words import told_of_service
from services.registry.pages.review_words import told_of_review
from services.registry.pages.timeline_card import told_of_card
from services.shell.formats import day, local_day, yuan
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
    """What branches (their groups too), meetings and posts are called, for lines that mention one."""

    branches: Mapping[str, str]
    meetings: Mapping[str, str]
    posts: Mapping[str, str] = field(default_factory=dict)


async def signed(request: Request, lines: Sequence[Line]) -> list[Line]:
    """The same lines, each by the name people have for whoever acted."""
    called = await request.app.state.shell.identity.called.of(line.by for line in lines)
    return [replace(line, by=called[line.by]) for line in lines]


def line_of(one: Recorded, names: Names) -> Line:
    """The line of one of the registry's own facts."""
    about = one.about
    text, tone = _told(one.fact, names)
    if about.reason and isinstance(
        one.fact,
        DetailsCorrected
        | DetailsChanged
        | Classified
        | Assigned
        | Merged
        | Unmerged
        | ToldApart
        | TakeOverWithdrawn
        | PostLeft
        | PostKept
        | ServiceHoursWithdrawn
        | HonourTakenBack
        | PointsTakenBack
        | ReportWithdrawn
        | AppraisalWithdrawn
        | DuesRefunded
        | DuesReductionDropped
        | DuesWaiverEnded
        | ArrearsReviewTakenBack,
    ):
        text = _("%(text)s（%(reason)s）", text=text, reason=about.reason)
    written = local_day(about.recorded)
    late = written if written != about.effective else None
    clause = one.fact.clause if isinstance(one.fact, MovedAway | DuesWaived) else clause_in(one.fact)
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
        case MovedAway() | AwayDetailsChanged() | Returned():
            return _whereabouts(fact), "away"
        case Attended():
            return _attended(fact, names), ""
        case DuesPaid():
            return _paid(fact), "done"
        case Assigned():
            return _assigned(fact, names), ""
        case PensionBasisSet():
            basis = None if is_hidden(fact.basis_fen) else fact.basis_fen
            return _("养老金基数登记为每月 %(basis)s", basis=yuan(basis)), ""
        case ContactChanged():
            return _("联系方式或住址有变"), ""
        case Classified() | DetailsChanged() | DetailsCorrected():
            return told_of_card(fact), ""
        case Died():
            return _("去世"), ""
        case _:
            told = said_of_another(fact) or told_of_service(fact, names.posts)
            told = told or told_of_honour(fact) or told_of_points(fact) or told_of_review(fact)
            return told or (attendance_told(fact, names.meetings) or dues_told(fact) or _asked(fact), "")


def _asked(fact: Fact) -> str:
    """How a census came on with somebody; what they said stands with the campaign."""
    match fact:
        case CensusAnswered():
            return _("摸底时电话作答") if fact.way is AskedWay.PHONE else _("摸底时当面作答")
        case CensusMissed():
            refused = fact.why is WhyMissed.REFUSED
            return _("摸底时不愿作答") if refused else _("摸底第 %(attempt)s 次没有找到人", attempt=fact.attempt)
        case CensusSettled():
            return _("摸底结果已核定并记入") if fact.taken else _("摸底结果核定为照旧")
        case _:
            return centre_told(fact) or handover_told(fact) or away_told(fact) or contact_told(fact) or fact.NAME


def _assigned(fact: Assigned, names: Names) -> str:
    branch = names.branches.get(fact.branch_id) or _("另一个支部")
    if not fact.group_id:
        return _("编入%(branch)s", branch=branch)
    return _("编入%(branch)s的%(group)s", branch=branch, group=names.branches.get(fact.group_id) or _("党小组"))


def _whereabouts(fact: MovedAway | AwayDetailsChanged | Returned) -> str:
    match fact:
        case MovedAway():
            return _moved_away(fact)
        case AwayDetailsChanged():
            return _moved_on(fact)
        case Returned():
            report = "" if is_hidden(fact.report) else fact.report
            return _("返回：%(report)s", report=report) if report else _("返回")


def _moved_on(fact: AwayDetailsChanged) -> str:
    text = _("在外换了地方：%(where)s", where=fact.destination)
    if fact.reason and not is_hidden(fact.reason):
        text += _("，%(reason)s", reason=fact.reason)
    if fact.expected_return:
        text += _("，预计%(day)s返回", day=day(fact.expected_return))
    return text


def _moved_away(fact: MovedAway) -> str:
    text = _("外出：%(where)s", where=fact.destination)
    if fact.reason and not is_hidden(fact.reason):
        text += _("，%(reason)s", reason=fact.reason)
    if fact.expected_return:
        text += _("，预计%(day)s返回", day=day(fact.expected_return))
    if fact.why_other and not is_hidden(fact.why_other):
        text += _("（人工另选：%(why)s）", why=fact.why_other)
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
