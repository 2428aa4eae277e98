"""The words for codes of dues: reductions, calls, refusals, and how facts about them stand in the timeline."""

from __future__ import annotations

from typing import Final

from events.facts.base import Fact, is_hidden
from events.facts.member_dues import (
    ArrearsOutcome,
    ArrearsReviewed,
    ArrearsReviewTakenBack,
    DuesReductionDecided,
    DuesReductionDropped,
    DuesRefunded,
    DuesReminded,
    DuesWaived,
    DuesWaiverEnded,
    ReceiptIssued,
    SpokeWith,
)
from services.registry.project import dues_more
from services.shell.acting import Sentences
from services.shell.formats import yuan
from services.shell.i18n import N_
from services.shell.i18n import gettext as _

REDUCTION: Final = {
    dues_more.DECIDED: N_("等上级批准"),
    dues_more.APPROVED: N_("已批准"),
    dues_more.REFUSED: N_("没有批准"),
    dues_more.WITHDRAWN: N_("支部已撤回"),
}
REDUCTION_TONE: Final = {
    dues_more.DECIDED: "soon",
    dues_more.APPROVED: "done",
    dues_more.REFUSED: "",
    dues_more.WITHDRAWN: "",
}
SPOKE_WITH: Final = {
    SpokeWith.MEMBER: N_("和本人通了话"),
    SpokeWith.FAMILY: N_("和家属通了话"),
    SpokeWith.NOBODY: N_("没有打通"),
}
OUTCOME: Final = {
    ArrearsOutcome.WILL_PAY: N_("会补缴"),
    ArrearsOutcome.REDUCTION: N_("有困难，另办减免"),
    ArrearsOutcome.DATA_WRONG: N_("台账有误，另行更正"),
    ArrearsOutcome.WAITS: N_("先不提，等一等"),
    ArrearsOutcome.NOT_REACHED: N_("没有联系上，继续找"),
    ArrearsOutcome.BRANCH: N_("提交支部讨论"),
}


DUES_SENTENCES: Final[Sentences] = {
    "no_receipt": lambda d: _("这位党员没有收据 %(number)s。", number=d.get("receipt_no")),
    "not_on_receipt": lambda d: _("收据 %(number)s 上没有要退的月份，可能已经退过了。", number=d.get("receipt_no")),
    "waived": lambda d: _("%(month)s 已经免交，不用缴（%(clause)s）。", month=d.get("month"), clause=d.get("clause")),
    "too_long": lambda d: _(
        "一次最长 %(most)s 个月，最晚到 %(limit)s（%(clause)s）。期满以后可以再办。",
        most=d.get("months_max"),
        limit=d.get("limit"),
        clause=d.get("clause"),
    ),
    "already_reduced": lambda d: _(
        "%(first)s 到 %(last)s 已经有一份减免，月份不能重叠。", first=d.get("first"), last=d.get("last")
    ),
    "more_than_in_hand": lambda d: _(
        "账上还没有上交的只有 %(there)s，您写的是 %(given)s。核对以后确实交了这么多，就勾“确实如此”再交一次。",
        there=yuan(d.get("in_hand_fen")),
        given=yuan(d.get("given_fen")),
    ),
    "row_confirmed": lambda d: _("这一笔已经对上收据 %(number)s。", number=d.get("receipt_no")),
    "receipt_confirmed": lambda d: _("收据 %(number)s 已经对上账单里的另一笔。", number=d.get("receipt_no")),
    "no_hand_up": lambda d: _("没有这笔上交，或者已经撤回。"),
    "no_reduction": lambda d: _("没有这份减免，或者它没有生效。"),
    "reduction_dropped": lambda d: _("这份减免已经撤回或没有批准，请支部重新决定。"),
    "same_person": lambda d: _("批准的人不能是登记支部决定的人（%(clause)s）。请换一位。", clause=d.get("clause")),
    "already_approved": lambda d: _("这份减免已经批准，不能再撤回；要停的话请结束它。"),
    "too_few_to_review": lambda d: _(
        "现在连续 %(months)s 个月没有交，不满 %(needed)s 个月，不用研究，打个电话就好（%(clause)s）。",
        months=d.get("months"),
        needed=d.get("needed"),
        clause=d.get("clause"),
    ),
    "again_too_early": lambda d: _("再看的日子要晚于研究的那天（%(on)s）。", on=d.get("on")),
    "no_review": lambda _d: _("没有这次研究的记录。"),
    "not_readable": lambda d: _("这位党员的资料已删除，看不到减免的金额。"),
}
"""Refusal code -> the sentence a person reads."""


def dues_told(fact: Fact) -> str | None:
    """The line of a fact about dues that were paid or are owed; None for any other fact."""
    match fact:
        case ReceiptIssued():
            return _("打印收据 %(number)s", number=fact.receipt_no)
        case DuesRefunded():
            amount = None if is_hidden(fact.amount) else fact.amount.total_fen
            return _(
                "退 %(months)s 党费 %(amount)s · 收据 %(number)s · 退款单 %(refund)s",
                months=months(fact.months),
                amount=yuan(amount),
                number=fact.receipt_no,
                refund=fact.refund_no,
            )
        case DuesReductionDecided():
            return _("支部决定%(span)s%(pays)s，等上级批准", span=span(fact.first, fact.last), pays=_pays(fact))
        case DuesReductionDropped():
            return _("支部撤回了党费减免") if fact.withdrawn else _("上级没有批准党费减免")
        case DuesWaived():
            return _("上级批准%(span)s%(pays)s", span=span(fact.first, fact.last), pays=_pays(fact))
        case DuesWaiverEnded():
            return _("党费减免到 %(month)s 为止", month=months([fact.last]))
        case DuesReminded():
            text = _("为党费打电话：%(who)s", who=_(SPOKE_WITH[fact.spoke_with]))
            return text if is_hidden(fact.note) or not fact.note else _("%(text)s，%(note)s", text=text, note=fact.note)
        case ArrearsReviewed():
            text = _("研究欠缴党费：%(outcome)s", outcome=_(OUTCOME[fact.outcome]))
            return text if is_hidden(fact.note) else _("%(text)s，%(note)s", text=text, note=fact.note)
        case ArrearsReviewTakenBack():
            return _("撤销一次研究欠缴的记录")
        case _:
            return None


def span(first: str, last: str) -> str:
    """`2026-03`, `2026-08` as people say it: 2026年3月至8月."""
    if first == last:
        return months([first])
    if first[:4] == last[:4]:
        return _("%(year)s年%(first)s月至%(last)s月", year=first[:4], first=int(first[5:]), last=int(last[5:]))
    return _("%(first)s至%(last)s", first=months([first]), last=months([last]))


def months(given: tuple[str, ...] | list[str]) -> str:
    """`2026-07`, `2026-08` as people say them: 2026年7、8月."""
    by_year: dict[str, list[str]] = {}
    for month in given:
        by_year.setdefault(month[:4], []).append(str(int(month[5:])))
    return "，".join(_("%(year)s年%(months)s月", year=year, months="、".join(ms)) for year, ms in by_year.items())


def _pays(fact: DuesReductionDecided | DuesWaived) -> str:
    if is_hidden(fact.pays_fen):
        return _("减交党费")
    return _("免交党费") if fact.pays_fen == 0 else _("党费每月交 %(amount)s", amount=yuan(fact.pays_fen))
