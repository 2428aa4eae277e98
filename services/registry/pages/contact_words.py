"""The words of the contact log: what it was, what came of it, and why something about it was refused."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any, Final

from events.facts.base import Fact, is_hidden
from events.facts.member_contact import (
    ContactOutcome,
    ContactTakenBack,
    ContactTried,
    ContactWay,
    LostContactSetAside,
)
from services.registry.decide.contact_policy import ContactKind
from services.registry.project import contact_log
from services.shell.acting import Sentences
from services.shell.formats import day
from services.shell.i18n import N_
from services.shell.i18n import gettext as _

WAY: Final = {
    ContactWay.PHONE: N_("打本人电话"),
    ContactWay.FAMILY: N_("打家属电话"),
    ContactWay.MESSAGE: N_("发微信或短信"),
    ContactWay.IN_PERSON: N_("上门或当面"),
}
OUTCOME: Final = {
    ContactOutcome.REACHED: N_("联系上了"),
    ContactOutcome.NOT_REACHED: N_("没联系上"),
    ContactOutcome.WRONG_NUMBER: N_("号码不对"),
}
KIND: Final = {
    ContactKind.CALL: N_("办公室联系"),
    ContactKind.FAMILY: N_("联系家属"),
    ContactKind.VISIT: N_("上门走访"),
    ContactKind.HOSPITAL: N_("到医院探望"),
    ContactKind.CARE_CALL: N_("电话问候"),
    ContactKind.MEETING: N_("参加组织生活"),
    ContactKind.STUDY: N_("送学上门"),
    ContactKind.REPORT: N_("在外报告情况"),
    ContactKind.FOUND: N_("重新取得联系"),
    ContactKind.RETURNED: N_("外出返回"),
    ContactKind.CENSUS: N_("摸底"),
    ContactKind.MESSAGE: N_("通知"),
    contact_log.ASIDE_KIND: N_("核实"),
}
SERVICE: Final = {"registry": N_("登记"), "care": N_("走访与关怀"), "notify": N_("消息")}
DETAIL: Final = {
    "call": {way.value: words for way, words in WAY.items()},
    "message": {"phone": N_("电话"), "print": N_("寄信"), "doorstep": N_("上门")},
    "census": {"phone": N_("电话"), "door": N_("上门")},
}


def _on(value: Any) -> str:
    return day(value, year=True) if isinstance(value, date) else str(value)


CONTACT_SENTENCES: Final[Sentences] = {
    "no_contact": lambda d: _("没有这次联系，或者太早了，不能再撤回。"),
    "before_enrolment": lambda d: _("%(on)s才登记入册，不能记更早的联系。", on=_on(d["enrolled_on"])),
    "no_number_in_person": lambda d: _("当面联系没有号码可错，请选“没联系上”。"),
}


def what(row: Mapping[str, Any]) -> str:
    """What kind of contact it was, with the meeting or the way where that says more."""
    kind, more = KIND.get(row["kind"], row["kind"]), ""
    if row.get("title"):
        more = row["title"]
    elif said := DETAIL.get(row["kind"], {}).get(row["detail"] or ""):
        more = _(said)
    return _("%(kind)s · %(more)s", kind=_(kind), more=more) if more else _(kind)


def came_of_it(row: Mapping[str, Any], counted: Collection[str]) -> tuple[str, str]:
    """What came of it, and the tone of the chip; what the rules do not count as reaching the member says so."""
    match row["outcome"]:
        case contact_log.SLIP:
            return _("记错了，不算"), ""
        case contact_log.ASIDE:
            return _("暂不认定失联，到%(day)s", day=_on(row["until"])), ""
        case contact_log.TOLD:
            return _("已发出"), ""
        case contact_log.TRIED:
            wrong = row["detail"] == contact_log.WRONG_NUMBER
            return (_("号码不对"), "late") if wrong else (_("没联系上"), "soon")
        case _ if row["kind"] in counted:
            return _("联系上了"), "done"
        case _:
            return _("已告知，不算联系上"), "away"


def contact_told(fact: Fact) -> str:
    """The line of a member's fact about being in touch; "" for any other."""
    match fact:
        case ContactTried():
            text = _("%(way)s：%(outcome)s", way=_(WAY[fact.way]), outcome=_(OUTCOME[fact.outcome]))
            return _and(text, fact.note)
        case ContactTakenBack():
            return _("撤回一次联系：%(way)s", way=_(WAY[fact.way]))
        case LostContactSetAside():
            return _and(_("经核实，暂不认定失去联系"), fact.why)
        case _:
            return ""


def _and(text: str, more: str | None) -> str:
    return _("%(text)s：%(more)s", text=text, more=more) if more and not is_hidden(more) else text
