"""The words about the branches' activity money: sources, states, refusals, lines of a branch's history."""

from __future__ import annotations

from typing import Final

from events.facts.base import Fact
from events.facts.branch_funds import (
    FundsAllocated,
    FundsAllocationTakenBack,
    FundsSource,
    FundsSpendingAsked,
    FundsSpendingDropped,
    FundsSpendingTakenBack,
    FundsSpent,
)
from services.registry.project import funds
from services.shell.acting import Sentences
from services.shell.formats import day, yuan
from services.shell.i18n import N_
from services.shell.i18n import gettext as _

SOURCE: Final = {
    FundsSource.PER_HEAD: N_("按人数核定"),
    FundsSource.HANDED_OVER: N_("移交单位随转"),
    FundsSource.SUPERIOR: N_("上级拨给"),
    FundsSource.OTHER: N_("其他来源"),
}
STATE: Final = {
    funds.SPENT: N_("已支出"),
    funds.ASKED: N_("等审批"),
    funds.REFUSED: N_("没有批准"),
    funds.WITHDRAWN: N_("已撤回申请"),
    funds.TAKEN_BACK: N_("已撤销"),
    funds.REPLACED: N_("已更正"),
}
TONE: Final = {funds.SPENT: "", funds.ASKED: "soon"}

FUNDS_SENTENCES: Final[Sentences] = {
    "funds_by_head_before": lambda d: _(
        "%(year)s年已经按人数核定过一次（%(clause)s）。人数有变的，请先撤销那一次，或者用别的来源补差额。",
        year=d.get("year"),
        clause=d.get("clause"),
    ),
    "funds_for_nobody": lambda d: _(
        "那一天%(name)s没有在册党员，按人数核定不出金额（%(clause)s）。请选别的来源。",
        name=d.get("name"),
        clause=d.get("clause"),
    ),
    "funds_say_why": lambda d: _(
        "按 %(members)s 人核定是 %(amount)s（%(clause)s）。要写别的数，请在“说明”里写为什么。",
        members=d.get("members"),
        amount=yuan(d.get("expected_fen")),
        clause=d.get("clause"),
    ),
    "spending_noted_before": lambda d: _(
        "这一笔已经记过了：%(day)s，凭证 %(voucher)s，%(amount)s。真是另外一笔的，请把“买了什么”写得不一样。",
        day=day(d.get("on"), year=True),
        voucher=d.get("voucher"),
        amount=yuan(d.get("amount_fen")),
    ),
    "no_allocation": lambda _d: _("没有这笔下达的经费。"),
    "unknown_purpose": lambda d: _(
        "没有这种用途。可以用于：%(known)s（%(clause)s）。",
        known=_("、").join(d.get("known", ())),
        clause=d.get("clause"),
    ),
    "which_activity": lambda d: _(
        "用于“%(purpose)s”的，要选是哪一次活动（%(clause)s）。", purpose=d.get("purpose"), clause=d.get("clause")
    ),
    "which_meeting": lambda d: _(
        "用于“%(purpose)s”的，要选是哪一次会议（%(clause)s）。", purpose=d.get("purpose"), clause=d.get("clause")
    ),
    "not_enough_funds": lambda d: _(
        "%(year)s年可用的只剩 %(left)s，这笔要 %(given)s（%(clause)s）。请先下达经费，或者核对金额和日期。",
        year=d.get("year"),
        left=yuan(d.get("left_fen")),
        given=yuan(d.get("given_fen")),
        clause=d.get("clause"),
    ),
    "same_hand": lambda d: _("登记的人不能自己审批（%(clause)s）。请另一位负责人登录后审批。", clause=d.get("clause")),
    "spent_already": lambda _d: _("这笔已经支出。要改就更正，没有这回事就撤销。"),
    "correction_waits": lambda _d: _("这笔已经有一份更正在等审批，请先把它办完。"),
}
"""Refusal code -> the sentence a person reads."""


def funds_told(fact: Fact) -> tuple[str, str] | None:
    """The line of a branch's fact about its money and its tone; None for any other."""
    match fact:
        case FundsAllocated():
            return _(
                "%(year)s年经费下达 %(amount)s，%(source)s",
                year=fact.year,
                amount=yuan(fact.amount_fen),
                source=_(SOURCE[fact.source]),
            ), "done"
        case FundsAllocationTakenBack():
            return _("撤销一笔下达的经费"), "late"
        case FundsSpent():
            text = _("支出 %(amount)s：%(what)s", amount=yuan(fact.amount_fen), what=fact.what)
            return (_("更正，%(text)s", text=text) if fact.instead_of else text), ""
        case FundsSpendingAsked():
            return _("申请支出 %(amount)s：%(what)s", amount=yuan(fact.amount_fen), what=fact.what), "soon"
        case FundsSpendingDropped():
            return (_("撤回支出申请") if fact.withdrawn else _("支出没有批准")), ""
        case FundsSpendingTakenBack():
            return _("撤销一笔支出"), "late"
        case _:
            return None
