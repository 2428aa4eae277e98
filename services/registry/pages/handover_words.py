"""The words about take-over: states, reasons, how a line compares with the register, refusals, lines of a card."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final

from events.facts.base import Fact
from events.facts.handover import WhyRefused
from events.facts.member_handover import TakenOver, TakeOverWithdrawn
from services.registry.project import handover
from services.shell.formats import day, yuan
from services.shell.i18n import N_, ngettext
from services.shell.i18n import gettext as _

STATE: Final = {handover.OPEN: N_("办理中"), handover.CLOSED: N_("已办结"), handover.CANCELLED: N_("已作废")}
TONE: Final = {handover.OPEN: "soon", handover.CLOSED: "done", handover.CANCELLED: ""}
ROW: Final = {
    handover.ROW_OPEN: N_("待定"),
    handover.ACCEPTED: N_("已接收"),
    handover.REFUSED: N_("已退回"),
    handover.WITHDRAWN: N_("接收后撤回"),
}
ROW_TONE: Final = {
    handover.ROW_OPEN: "soon",
    handover.ACCEPTED: "done",
    handover.REFUSED: "late",
    handover.WITHDRAWN: "late",
}
WHY: Final = {
    WhyRefused.NOT_FOUND: N_("查无此人，姓名或身份证号对不上"),
    WhyRefused.LIVES_ELSEWHERE: N_("不在本社区居住"),
    WhyRefused.PAPERS_MISSING: N_("组织关系或档案材料不全"),
    WhyRefused.ALREADY_TAKEN_OVER: N_("已由别的单位移交"),
    WhyRefused.DIED: N_("已去世"),
    WhyRefused.UNWILLING: N_("本人不同意"),
    WhyRefused.OTHER: N_("其他"),
}


def _on(value: Any) -> str:
    return day(value, year=True) if isinstance(value, date) else str(value)


SENTENCES: Final[Mapping[str, Callable[[Mapping[str, Any]], str]]] = {
    "no_handover": lambda d: _("没有这一批移交。"),
    "handover_closed": lambda d: _("这一批已于%(on)s办结，回执双方都签了，不能再改。", on=_on(d.get("on"))),
    "handover_cancelled": lambda d: _("这一批已经作废。"),
    "no_row": lambda d: _("名单里没有这一行。"),
    "row_decided": lambda d: _("这一行已经有了决定。要改，请先撤回那个决定。"),
    "taken_over_already": lambda d: _(
        "这位党员从%(since)s起已由%(unit)s移交，不能再接收一次。", unit=d.get("employer"), since=_on(d.get("since"))
    ),
    "other_community_member": lambda d: _("这位党员不在这个社区的名册上，不能在这里接收。"),
    "too_many_rows": lambda d: _("一批最多 %(most)s 人，这里有 %(rows)s 人。请分成两批。", **_numbers(d)),
    "nobody_listed": lambda d: _("名单还是空的，没有可以办结的。"),
    "rows_open": lambda d: ngettext(
        "还有 %(num)s 人没有决定接收还是退回。", "还有 %(num)s 人没有决定接收还是退回。", int(d.get("rows", 0))
    ),
    "has_accepted": lambda d: ngettext(
        "已经接收了 %(num)s 人，不能作废。请先撤回接收。",
        "已经接收了 %(num)s 人，不能作废。请先撤回接收。",
        int(d.get("people", 0)),
    ),
    "reason_needed": lambda d: _("已经办结的，撤回要写明原因。"),
    "closed_earlier": lambda d: _("这一批已于%(on)s办结。办结只能当天撤回。", on=_on(d.get("on"))),
}


def _numbers(details: Mapping[str, Any]) -> dict[str, Any]:
    return {name: details.get(name) for name in ("most", "rows")}


def handover_told(fact: Fact) -> str:
    """The line of a member's fact about take-over; "" for any other."""
    match fact:
        case TakenOver():
            text = _("由%(unit)s移交，社区接收", unit=fact.employer_name)
            return text + (_("，随转活动经费 %(amount)s", amount=yuan(fact.funds_fen)) if fact.funds_fen else "")
        case TakeOverWithdrawn():
            return _("撤回移交接收")
        case _:
            return ""
