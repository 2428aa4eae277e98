"""The words for codes: ways, states, reasons, refusals. Everything a person reads of a code."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from events.facts.care import FellIll
from events.facts.care_certification import CertificationReminded
from events.facts.member import DuesPaid, MovedAway, Returned
from events.facts.member_away import AwayDayCorrected
from events.facts.member_meeting import Invited
from events.facts.notice import Channel, WhySuppressed
from services.notify.project import notice
from services.shell.acting import Sentences
from services.shell.formats import day
from services.shell.i18n import N_
from services.shell.i18n import gettext as _

CHANNEL: Final = {
    Channel.PHONE: N_("打电话"),
    Channel.PRINT: N_("寄信"),
    Channel.DOORSTEP: N_("上门"),
}
LIST: Final = {
    Channel.PHONE: N_("要打的电话"),
    Channel.PRINT: N_("要打印的信"),
    Channel.DOORSTEP: N_("要上门说的"),
}
STATE: Final = {
    notice.INTENDED: N_("待告知"),
    notice.FAILED: N_("没有送到"),
    notice.SENT: N_("已寄出"),
    notice.ACKNOWLEDGED: N_("已知道"),
    notice.SUPPRESSED: N_("不再告知"),
}
TONE: Final = {
    notice.INTENDED: "",
    notice.FAILED: "soon",
    notice.SENT: "away",
    notice.ACKNOWLEDGED: "done",
    notice.SUPPRESSED: "",
}
WHY_FAILED: Final = {
    "no_answer": N_("没接"),
    "wrong_number": N_("号码不对"),
    "not_home": N_("不在家"),
    "moved": N_("已搬走"),
    "returned": N_("信退回了"),
}
WHY_SUPPRESSED: Final = {
    WhySuppressed.DIED: N_("本人已去世"),
    WhySuppressed.WITHDRAWN: N_("登记已撤销"),
    WhySuppressed.OUT_OF_DATE: N_("情况已经变了"),
    WhySuppressed.MOURNING: N_("家中有丧事，不发喜庆的消息"),
    WhySuppressed.BY_HAND: N_("人工决定不用告知"),
}
CAUSE: Final = {
    MovedAway.TYPE: N_("%(name)s%(day)s外出"),
    AwayDayCorrected.TYPE: N_("%(name)s外出日期更正为%(day)s"),
    Returned.TYPE: N_("%(name)s%(day)s返回"),
    DuesPaid.TYPE: N_("%(name)s%(day)s缴了党费"),
    Invited.TYPE: N_("%(day)s通知%(name)s开会"),
    CertificationReminded.TYPE: N_("%(name)s该办养老认证了"),
    FellIll.TYPE: N_("%(name)s正在关怀中"),
}
NOBODY: Final = N_("没有姓名")


def word(words: Mapping[Any, str], code: str | None) -> str:
    """The word for a code in the reader's language; an unknown code stays as it is."""
    return _(words[code]) if code in words else (code or "—")


def because(row: Mapping[str, Any]) -> str:
    """What the notice answers: `张桂兰11月21日外出`; empty while that is not known here."""
    said = CAUSE.get(row["cause_type"])
    if said is None:
        return ""
    name = row["about_name"] or row["recipient_name"] or _(NOBODY)
    return _(said, name=name, day=day(row["cause_on"]))


def _on(value: Any) -> str:
    return day(value, year=True) if isinstance(value, (date, datetime)) else str(value)


SENTENCES: Final[Sentences] = {
    "no_notice": lambda d: _("这条消息太早了，不能再改。"),
    "suppressed": lambda d: _("这条消息已经不用告知了。"),
    "already_acknowledged": lambda d: _("对方已经知道了，不能再记没有送到。"),
    "already_sent": lambda d: _("这条消息已经发出，不能再取消。"),
    "in_future": lambda d: _("日期 %(day)s 还没有到。", day=_on(d.get("day"))),
}
"""Refusal code -> the sentence a person reads."""
