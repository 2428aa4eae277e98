"""The words about absences: states of a card, refusals, lines of a timeline."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from events.facts.base import Fact, is_hidden
from events.facts.member import AwayKind
from events.facts.member_application import (
    AwayApplicationApproved,
    AwayApplicationRefused,
    AwayApplicationWithdrawn,
    AwayApplied,
)
from events.facts.member_away import (
    AwayDayCorrected,
    ContactCardInspected,
    ContactCardIssued,
    ContactCardRevoked,
    ContactReestablished,
    LostContactFlagged,
    RelationTransferReceived,
    RelationTransferSent,
    RelationTransferWithdrawn,
    ReportedFromAfar,
)
from services.registry.project import away_application, contact_card
from services.shell.acting import Sentences
from services.shell.formats import day
from services.shell.i18n import N_
from services.shell.i18n import gettext as _

CARD_STATE: Final = {
    contact_card.ISSUED: N_("在用"),
    contact_card.REPLACED: N_("已换新卡"),
    contact_card.REVOKED: N_("已作废"),
    contact_card.HANDED_IN: N_("已交回查验"),
    contact_card.LOST: N_("未能交回"),
}
APPLICATION_STATE: Final = {
    away_application.APPLIED: N_("待审批"),
    away_application.APPROVED: N_("已同意，还没有离开"),
    away_application.REFUSED: N_("没有同意"),
    away_application.WITHDRAWN: N_("已撤回"),
    away_application.LEFT: N_("已外出"),
}
KEPT: Final = {
    AwayKind.INTERMITTENT: N_("仍在本支部参加活动"),
    AwayKind.CARD: N_("发联系卡"),
    AwayKind.TEMPORARY_TRANSFER: N_("转临时组织关系"),
}


def _kept(kind: AwayKind) -> str:
    words = KEPT[kind]
    return _(words)


def _on(value: Any) -> str:
    return day(value, year=True) if isinstance(value, date) else str(value)


AWAY_SENTENCES: Final[Sentences] = {
    "no_card_for_kind": lambda d: _("这位党员的外出不是按联系卡管理的，不用发卡。"),
    "card_too_long": lambda d: _("联系卡最迟到%(limit)s（%(clause)s）。", limit=_on(d["limit"]), clause=d["clause"]),
    "card_over": lambda d: _("%(until)s已经过了，不能发到那天为止的卡。", until=_on(d["until"])),
    "no_card": lambda d: _("这位党员没有这张联系卡。"),
    "no_transfer_for_kind": lambda d: _("这位党员仍在本支部参加活动，不用转组织关系。"),
    "already_received": lambda d: _("%(to)s在%(on)s已经收到，不能再改。", to=d["to"], on=_on(d["on"])),
    "already_applied": lambda d: _(
        "已经有一份外出申请：%(since)s去%(to)s。要改，请先撤回那一份。", since=_on(d["since"]), to=d["destination"]
    ),
    "already_approved": lambda d: _("这份申请已经同意了；不去了，请撤回。"),
    "not_approved": lambda d: _("这份申请还没有同意，请先审批。"),
    "no_application": lambda d: _("这位党员没有这份外出申请。"),
    "say_why_other_kind": lambda d: _(
        "按政策是“%(kind)s”（%(clause)s）。要另选，请写明原因。", kind=_kept(d["kind"]), clause=d["clause"]
    ),
    "back_before_leaving": lambda d: _(
        "申请里写的是%(back)s返回，不能在那以后才离开。请撤回后重新申请。", back=_on(d["expected_return"])
    ),
    "contact_too_recent": lambda d: _(
        "%(last)s还有过联系，没有满规定的时间（%(clause)s），不能认定失去联系。",
        last=_on(d["last_contact"]),
        clause=d["clause"],
    ),
    "after_what_happened": lambda d: _(
        "%(first)s已经记过这次外出的事（联系卡、介绍信或报告），不能写得更晚。", first=_on(d["first"])
    ),
    "not_lost": lambda d: _("这位党员没有被认定失去联系。"),
    "before_flag": lambda d: _("%(since)s才认定失去联系，不能写得更早。", since=_on(d["since"])),
    "no_letter": lambda d: _("还没有给这位党员开过介绍信。"),
    "before_letter": lambda d: _("介绍信是%(sent_on)s开的，不能更早收到。", sent_on=_on(d["sent_on"])),
    "letter_over": lambda d: _(
        "介绍信到%(until)s已经失效（%(clause)s）。请另开一封。", until=_on(d["until"]), clause=d["clause"]
    ),
}


def _and(text: str, more: str | None) -> str:
    return _("%(text)s：%(more)s", text=text, more=more) if more and not is_hidden(more) else text


def away_told(fact: Fact) -> str:
    """The line of a member's fact about an absence; "" for any other."""
    match fact:
        case ContactCardIssued():
            said = {"number": fact.number, "until": _on(fact.valid_until)}
            if fact.replaces:
                return _("换发联系卡 %(number)s，有效到%(until)s", **said)
            return _("发联系卡 %(number)s，有效到%(until)s", **said)
        case ContactCardRevoked():
            return _and(_("联系卡作废"), fact.why)
        case ContactCardInspected():
            text = _("联系卡已交回") if fact.handed_in else _("联系卡没有交回")
            return _and(_("%(text)s，%(who)s查验", text=text, who=fact.inspected_by), fact.written_there)
        case RelationTransferSent():
            said = {"number": fact.letter_no, "to": fact.to_organisation}
            return _("开出组织关系介绍信 %(number)s，转往%(to)s", **said)
        case RelationTransferReceived():
            return _and(_("对方收到组织关系"), fact.told_by)
        case RelationTransferWithdrawn():
            return _and(_("撤回组织关系介绍信"), fact.why)
        case _:
            return _applied(fact)


def _applied(fact: Fact) -> str:
    match fact:
        case AwayApplied():
            text = _("申请%(day)s外出，去%(where)s", day=_on(fact.since), where=fact.destination)
            return _and(text, fact.reason)
        case AwayApplicationApproved():
            return _and(_("同意外出，%(how)s", how=_kept(fact.kind)), fact.why_other)
        case AwayApplicationRefused():
            return _and(_("没有同意外出"), fact.why)
        case AwayApplicationWithdrawn():
            return _and(_("外出申请撤回"), fact.why)
        case ReportedFromAfar():
            return _and(_("在外报告情况"), fact.said)
        case LostContactFlagged():
            return _and(_("经核实，失去联系"), fact.why)
        case AwayDayCorrected():
            return _and(_("更正外出日期，原记%(was)s", was=_on(fact.was)), fact.why)
        case ContactReestablished():
            return _and(_("重新取得联系"), fact.how)
        case _:
            return ""


def clause_in(fact: Fact) -> str:
    """The clause that an absence's fact names; "" if it names none."""
    named = ContactCardIssued | RelationTransferSent | AwayApplicationApproved | LostContactFlagged | AwayDayCorrected
    return fact.clause if isinstance(fact, named) else ""


def card_line(row: Mapping[str, Any]) -> str:
    """What became of a card, in a line."""
    state = CARD_STATE[row["state"]]
    parts = [_(state)]
    if row["ended_on"]:
        parts.append(_on(row["ended_on"]))
    if row["inspected_by"]:
        parts.append(_("%(who)s查验", who=row["inspected_by"]))
    parts += [said for said in (row["why"], row["written_there"]) if said]
    return " · ".join(parts)


def kinds(policy_says: AwayKind | None = None, clause: str = "") -> list[tuple[str, str]]:
    """How a member can be kept in touch, for a form; the policy's own choice first."""
    first = _("按政策定")
    if policy_says is not None:
        first = _("按政策：%(how)s（%(clause)s）", how=_kept(policy_says), clause=clause)
    return [("", first), *((kind.value, _kept(kind)) for kind in AwayKind if kind is not policy_says)]


def application_line(row: Mapping[str, Any]) -> str:
    """What became of an application, in a line."""
    state = APPLICATION_STATE[row["state"]]
    parts = [_(state)]
    if row["kind"]:
        parts.append(_kept(AwayKind(row["kind"])))
    return " · ".join([*parts, *([row["why"]] if row["why"] else [])])
