"""The words about household centres: refusals, and why somebody was left out or found no place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from events.facts.base import Fact
from events.facts.member_centre import CentreJoined, CentreLeft, HostDeclined, HostDeclineWithdrawn
from services.shell.formats import day
from services.shell.i18n import N_
from services.shell.i18n import gettext as _

LEFT_OUT: Final = {
    "died": N_("已去世"),
    "not_enrolled": N_("已不在册"),
    "no_centre": N_("那个中心户已经关闭"),
    "hosts_already": N_("自己家就是中心户"),
    "host_declined": N_("本人不愿去那一户"),
    "moved_meanwhile": N_("这期间有人改过"),
    "away_meanwhile": N_("这期间外出了"),
    "already_there": N_("已经在那里"),
    "left_out_before": N_("上次已说明"),
}
WHY_NOT: Final = {
    "no_house": N_("还没有可用的中心户"),
    "all_declined": N_("每一户的主人本人都不愿去"),
    "all_full": N_("附近的中心户都满了"),
}

CENTRE_SENTENCES: Final[Mapping[str, Callable[[Mapping[str, Any]], str]]] = {
    "host_away": lambda d: _("这位党员从%(since)s起在外，人在家才能当中心户。", since=day(d["since"], year=True)),
    "no_centre": lambda d: _("没有这个中心户，或者已经关闭。"),
    "hosts_already": lambda d: _("自己家就是中心户，不能到别家去。请先关闭自己的中心户。"),
    "host_declined": lambda d: _("本人说过不愿去这一户。请先撤回那条意愿，或另选一户。"),
    "own_house": lambda d: _("这是本人自己的家。"),
}


def centre_told(fact: Fact) -> str:
    """The line of a member's fact about household centres; "" for any other."""
    match fact:
        case CentreJoined():
            return _("自家开设中心户") if fact.hosts else _("编入中心户")
        case CentreLeft():
            return _("离开中心户")
        case HostDeclined():
            return _("说过不愿去某一户")
        case HostDeclineWithdrawn():
            return _("撤回不愿去某一户的意愿")
        case _:
            return ""
