"""The words about absences: states of a card, refusals, lines of a timeline."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from events.facts.base import Fact, is_hidden
from events.facts.member_away import (
    ContactCardInspected,
    ContactCardIssued,
    ContactCardRevoked,
    RelationTransferReceived,
    RelationTransferSent,
    RelationTransferWithdrawn,
)
from services.registry.project import contact_card
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


def _on(value: Any) -> str:
    return day(value, year=True) if isinstance(value, date) else str(value)


AWAY_SENTENCES: Final[Sentences] = {
    "no_card_for_kind": lambda d: _("这位党员的外出不是按联系卡管理的，不用发卡。"),
    "card_too_long": lambda d: _("联系卡最迟到%(limit)s（%(clause)s）。", limit=_on(d["limit"]), clause=d["clause"]),
    "card_over": lambda d: _("%(until)s已经过了，不能发到那天为止的卡。", until=_on(d["until"])),
    "no_card": lambda d: _("这位党员没有这张联系卡。"),
    "no_transfer_for_kind": lambda d: _("这位党员仍在本支部参加活动，不用转组织关系。"),
    "already_received": lambda d: _("%(to)s在%(on)s已经收到，不能再改。", to=d["to"], on=_on(d["on"])),
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
            return ""


def clause_in(fact: Fact) -> str:
    """The clause that an absence's fact names; "" if it names none."""
    return fact.clause if isinstance(fact, ContactCardIssued | RelationTransferSent) else ""


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
