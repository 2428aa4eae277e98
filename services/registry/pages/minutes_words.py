"""The words about votes and minutes: kinds of votes, results, and why something was refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from events.facts.meeting_minutes import VoteKind
from services.shell.acting import Sentences
from services.shell.i18n import N_, ngettext
from services.shell.i18n import gettext as _

VOTE: Final = {VoteKind.ORDINARY: N_("一般表决"), VoteKind.ELECTION: N_("选举")}

MINUTES_SENTENCES: Final[Sentences] = {
    "no_quorum": lambda d: ngettext(
        "人数不够，还差 %(num)s 人，不能表决（%(clause)s）。",
        "人数不够，还差 %(num)s 人，不能表决（%(clause)s）。",
        d.get("missing") or 0,
        clause=d.get("clause"),
    ),
    "voted_already": lambda _d: _("这一项已经填过票数。填错了的，请先撤回，再重新填。"),
    "too_many_motions": lambda d: _("一次会议最多 %(most)s 项。", most=d.get("most")),
    "no_motion": lambda _d: _("没有这一项。"),
    "minutes_frozen": lambda _d: _("会议记录已经定稿，不能再改。请在记录后面写一条更正。"),
    "not_frozen": lambda _d: _("会议记录还没有定稿，直接改就行，不用写更正。"),
    "has_votes": lambda _d: _("已经有表决结果，应到的人不能再变。票数填错了的，请先撤回票数。"),
}


def result(motion: Mapping[str, Any]) -> str:
    """How a motion that was counted ended."""
    counts, election = motion["counts"], motion["kind"] == VoteKind.ELECTION
    if counts["carried"]:
        return _("当选") if election else _("通过")
    return _("未当选") if election else _("未通过")
