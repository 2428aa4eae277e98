"""The words about activities: kinds, refusals."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from events.facts.activity import ActivityKind
from services.shell.acting import Sentences
from services.shell.formats import day
from services.shell.i18n import N_
from services.shell.i18n import gettext as _

KIND: Final = {
    ActivityKind.STUDY: N_("学习"),
    ActivityKind.CULTURE: N_("文体"),
    ActivityKind.HEALTH: N_("健康"),
    ActivityKind.OUTING: N_("参观"),
    ActivityKind.VOLUNTEER: N_("志愿服务"),
    ActivityKind.OTHER: N_("其他活动"),
}


def _on(value: Any) -> str:
    return day(value, year=True) if isinstance(value, date) else str(value)


def kind_word(kind: str) -> str:
    """What a kind of activity is called."""
    return _(KIND[ActivityKind(kind)])


def _number(details: Mapping[str, Any], name: str) -> Any:
    return details.get(name, "—")


ACTIVITY_SENTENCES: Final[Sentences] = {
    "no_activity": lambda d: _("没有这个活动。"),
    "activity_called_off": lambda d: _("这个活动已经取消。"),
    "more_signed_up": lambda d: _("已经有 %(signed)s 人报名，名额不能少于这个数。", signed=_number(d, "signed")),
    "took_place": lambda d: _("已经记了 %(came)s 人到场，不能再取消活动。", came=_number(d, "came")),
    "sign_up_over": lambda d: _(
        "报名到%(until)s为止，已经过了。要补，请先在“修改”里改日期。", until=_on(d.get("until"))
    ),
    "was_there": lambda d: _("这位党员已经记了到场，请先撤回到场。"),
    "not_begun": lambda d: _("活动在%(day)s，还没有开始，不能记到场。", day=_on(d.get("day"))),
    "no_material": lambda d: _("这个活动没有学习材料，请先在“修改”里写上。"),
    "no_spending": lambda d: _("没有这笔支出。"),
}
"""Refusal code -> the sentence a person reads."""
