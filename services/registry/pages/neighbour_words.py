"""The words about grids, partner units and what was noted of meetings: kinds, refusals, lines of histories."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from events.facts.base import Fact, is_hidden
from events.facts.branch import PartnerPaired, PartnerPairingEnded
from events.facts.member_meeting import (
    AttendanceTakenBack,
    CountedAgain,
    Excused,
    Invited,
    LeftOutOfQuorum,
    Noted,
    StudyDelivered,
)
from events.facts.partner import OfferKind, PartnerKind
from services.registry.pages.minutes_words import MINUTES_SENTENCES
from services.shell.acting import Sentences
from services.shell.formats import day
from services.shell.i18n import N_, ngettext
from services.shell.i18n import gettext as _
from services.shell.identity import Role

PARTNER: Final = {
    PartnerKind.CLINIC: N_("医疗卫生"),
    PartnerKind.SCHOOL: N_("学校"),
    PartnerKind.FIRM: N_("企业"),
    PartnerKind.OFFICE: N_("机关事业单位"),
    PartnerKind.ASSOCIATION: N_("社会组织"),
    PartnerKind.FORCES: N_("部队、消防"),
    PartnerKind.OTHER: N_("其他单位"),
}
OFFER: Final = {
    OfferKind.CHECK_UP: N_("义诊、体检"),
    OfferKind.LECTURE: N_("讲座、培训"),
    OfferKind.ROOM: N_("场地"),
    OfferKind.VOLUNTEERS: N_("志愿者"),
    OfferKind.ADVICE: N_("法律、政策咨询"),
    OfferKind.GOODS: N_("物资、资金"),
    OfferKind.DISCOUNT: N_("优惠、便民服务"),
    OfferKind.JOBS: N_("岗位、实习"),
    OfferKind.OTHER: N_("其他"),
}


def _on(value: Any) -> str:
    return day(value, year=True) if isinstance(value, date) else str(value)


def _who(details: Mapping[str, Any]) -> dict[str, Any]:
    return {"who": _("、").join(Role(each).words for each in details.get("who", ())), "clause": details.get("clause")}


ROLL_SENTENCES: Final[Sentences] = {
    "meeting_over": lambda d: _("会议在%(day)s，已经开过，不用再通知。", day=_on(d.get("day"))),
    "not_for_study": lambda d: _("这类会议不能用送学上门代替（%(clause)s）。", clause=d.get("clause")),
    "delivered_too_early": lambda d: _("送学不能早于会议那天（%(day)s）。", day=_on(d.get("day"))),
    "came_to_it": lambda d: ngettext(
        "选中的人里有 %(num)s 位已经到会，不用送学。",
        "选中的人里有 %(num)s 位已经到会，不用送学。",
        len(d.get("member_ids", ())),
    ),
    "may_not_excuse": lambda d: (
        _("会后补记请假要由%(who)s同意（%(clause)s）。请他登录后记。", **_who(d))
        if d.get("late")
        else _("记请假要由%(who)s同意（%(clause)s）。请他登录后记。", **_who(d))
    ),
    "which_group": lambda _d: _("这个支部分了党小组：请选是哪个党小组开的，应到只算这个小组的党员。"),
    "not_of_a_group": lambda _d: _("这类会议由整个支部开，不能只算一个党小组。"),
    "no_roll": lambda _d: _("应到名单还没有定。请先打开“应到名单”核定。"),
    "nobody_to_call": lambda _d: _("那天名册上没有人，定不了应到名单。"),
    "not_a_voter": lambda _d: _("这位不在有表决权的名单里，本来就不计入应到。"),
    "voter_is_there": lambda _d: _("这位已经签到，到会的照常计入。签错了的，请先去掉签到。"),
    "unknown_ground": lambda d: _(
        "这种情形不在规定之内（%(clause)s）。可以选：%(known)s。",
        clause=d.get("clause"),
        known=_("；").join(d.get("known", ())),
    ),
    "agreed_too_late": lambda d: _(
        "%(what)s的日子晚于%(day)s。要先批准、先通过，才能不计入。",
        what=_("批准") if d.get("what") == "approved_on" else _("会上通过"),
        day=_on(d.get("day")),
    ),
    "more_votes_than_people": lambda d: _(
        "票数 %(votes)s 多于到会的 %(present)s 人，请核对。", votes=d.get("votes"), present=d.get("present")
    ),
    "not_agreed": lambda d: _(
        "到会 %(present)s 人，同意的只有 %(votes)s 人，没有超过半数（%(clause)s）。",
        present=d.get("present"),
        votes=d.get("in_favour"),
        clause=d.get("clause"),
    ),
}
NEIGHBOUR_SENTENCES: Final[Sentences] = {
    "no_grid": lambda _d: _("没有这个网格。"),
    "grid_closed": lambda d: _("网格“%(name)s”已经撤销。要再用它，请打开它点“恢复”。", name=d.get("name")),
    "grid_exists": lambda d: _("已经有一个网格叫“%(name)s”（或者以前叫这个名字）。请换一个名字。", name=d.get("name")),
    "covered_already": lambda d: _(
        "“%(place)s”已经在网格“%(grid)s”的范围里。请先从那里去掉，或者写得更细，例如写到楼号。",
        place=d.get("place"),
        grid=d.get("grid"),
    ),
    "no_partner": lambda _d: _("没有这个共建单位。"),
    "partner_left": lambda d: _("与“%(name)s”的共建已经结束。要重新开始，请打开它点“恢复共建”。", name=d.get("name")),
    "partner_exists": lambda d: _("已经有一个共建单位叫“%(name)s”。", name=d.get("name")),
    "ends_before_begin": lambda d: _(
        "结束的日子 %(until)s 早于开始的 %(since)s。", since=_on(d.get("since")), until=_on(d.get("until"))
    ),
    "held_with_nobody": lambda _d: _("共建活动要选至少一个共建单位。"),
    "not_held_with": lambda _d: _("这次活动没有和这个单位一起办。"),
    **ROLL_SENTENCES,
    **MINUTES_SENTENCES,
    "was_there": lambda d: ngettext(
        "有 %(num)s 人已经签到，不能记请假。请先更正签到。",
        "有 %(num)s 人已经签到，不能记请假。请先更正签到。",
        len(d.get("member_ids", ())),
    ),
}


def attendance_told(fact: Fact, meetings: Mapping[str, str]) -> str:
    """The line of a member's fact about a meeting they did not come to; "" for any other."""
    match fact:
        case Excused():
            text = _("请假：%(title)s", title=meetings.get(fact.meeting_id) or _("会议"))
            why = None if is_hidden(fact.why) else fact.why
            return _("%(text)s（%(reason)s）", text=text, reason=why) if why else text
        case AttendanceTakenBack(was=Noted.EXCUSED):
            return _("更正：没有请假，%(title)s", title=meetings.get(fact.meeting_id) or _("会议"))
        case Invited():
            return _("通知开会：%(title)s", title=fact.title)
        case StudyDelivered():
            text = _("送学上门：%(title)s", title=meetings.get(fact.meeting_id) or _("会议"))
            return _("%(text)s（%(reason)s）", text=text, reason=fact.material) if fact.material else text
        case AttendanceTakenBack(was=Noted.DELIVERED):
            return _("更正：没有送学，%(title)s", title=meetings.get(fact.meeting_id) or _("会议"))
        case AttendanceTakenBack():
            return _("更正：没有参加%(title)s", title=meetings.get(fact.meeting_id) or _("会议"))
        case LeftOutOfQuorum():
            text = _("经批准不计入应到：%(title)s", title=meetings.get(fact.meeting_id) or _("会议"))
            ground = None if is_hidden(fact.ground) else fact.ground
            return _("%(text)s（%(reason)s）", text=text, reason=ground) if ground else text
        case CountedAgain():
            return _("恢复计入应到：%(title)s", title=meetings.get(fact.meeting_id) or _("会议"))
        case _:
            return ""


def pairing_told(fact: Fact) -> str:
    """The line of a branch's fact about a partner unit; "" for any other."""
    match fact:
        case PartnerPaired():
            return _("与%(name)s结对共建", name=fact.name)
        case PartnerPairingEnded():
            return _("与%(name)s的结对结束", name=fact.name)
        case _:
            return ""
