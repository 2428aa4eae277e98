"""The words for codes: reasons, ways, states, refusals. Everything a person reads of a code."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final

from events.facts.care import HealthGrade, Severity, VisitReason, VisitWay, WhyCancelled, WhyMissed
from events.facts.care_certification import CertificationWay
from services.care.decide.missed import Level
from services.care.decide.policy import CarePolicy, ContactSource, Per
from services.care.pages import campaign_words, support_words, voice_words
from services.care.pages.rota_words import SENTENCES as ROTA_SENTENCES
from services.care.project import certification, met, occasion, visits
from services.shell.acting import Sentences
from services.shell.formats import day
from services.shell.i18n import N_, ngettext
from services.shell.i18n import gettext as _

STATE: Final = {
    visits.DRAFT: N_("未到期"),
    visits.READY: N_("待办"),
    visits.DONE: N_("已办"),
    visits.MISSED: N_("错过"),
    visits.CANCELLED: N_("已取消"),
}
STATE_TONE: Final = {visits.DONE: "done", visits.MISSED: "late"}
SEVERITY: Final = {Severity.MILD: N_("一般"), Severity.SERIOUS: N_("严重"), Severity.CRITICAL: N_("病危")}
HEALTH: Final = {
    HealthGrade.INTACT: N_("能力完好"),
    HealthGrade.MILD: N_("轻度失能"),
    HealthGrade.MODERATE: N_("中度失能"),
    HealthGrade.SEVERE: N_("重度失能"),
    HealthGrade.TOTAL: N_("完全失能"),
}
WAY: Final = {VisitWay.HOME: N_("上门"), VisitWay.HOSPITAL: N_("到医院"), VisitWay.CALL: N_("打电话")}
MET: Final = {
    met.ATTENDED: N_("参加会议"),
    VisitWay.HOME: N_("上门走访"),
    VisitWay.HOSPITAL: N_("医院看望"),
    VisitWay.CALL: N_("电话"),
}
REASON: Final = {
    VisitReason.FELL_ILL: N_("患病看望"),
    VisitReason.EIGHTY: N_("八十岁以上走访"),
    VisitReason.SEVENTY: N_("七十岁以上走访"),
    VisitReason.YEARLY: N_("年度走访"),
    VisitReason.ALONE: N_("独居联系"),
    VisitReason.AWAY: N_("外出联系"),
    VisitReason.DISCHARGED: N_("出院看望"),
    VisitReason.HARDSHIP: N_("困难走访"),
    VisitReason.BEREAVED: N_("丧亲慰问"),
    VisitReason.SPRING_FESTIVAL: N_("春节慰问"),
    VisitReason.DRAGON_BOAT: N_("端午问候"),
    VisitReason.MID_AUTUMN: N_("中秋看望"),
    VisitReason.DOUBLE_NINTH: N_("重阳看望"),
    VisitReason.BIRTHDAY: N_("生日祝贺"),
    VisitReason.SPOUSE_CARE: N_("丧偶看望"),
}
BEFELL: Final = {
    occasion.HOSPITALISED: N_("住院"),
    VisitReason.DISCHARGED: N_("出院"),
    VisitReason.HARDSHIP: N_("困难或者变故"),
    VisitReason.BEREAVED: N_("亲人去世"),
}
WHY_MISSED: Final = {
    WhyMissed.NOT_AT_HOME: N_("去了，不在家"),
    WhyMissed.NOT_WANTED: N_("本人不想被打扰"),
    WhyMissed.VISITOR_ILL: N_("走访的人病了或者有事"),
    WhyMissed.NO_VISITOR: N_("没有人能去"),
    WhyMissed.NOT_NOTICED: N_("没有注意到期限"),
    WhyMissed.OTHER: N_("其他"),
}
SOURCE: Final = {
    ContactSource.MEETING: N_("参加组织生活"),
    ContactSource.STUDY: N_("送学上门"),
    ContactSource.OFFICE: N_("办公室电话"),
}
CERTIFIED: Final = {
    CertificationWay.OWN_PHONE: N_("自己或者家人用手机"),
    CertificationWay.IN_PERSON: N_("到社区窗口"),
    CertificationWay.VIDEO: N_("视频"),
    CertificationWay.AT_HOME: N_("上门代办"),
}
CERTIFICATION: Final = {
    certification.DUE: N_("待认证"),
    certification.OVERDUE: N_("逾期"),
    certification.DONE: N_("已认证"),
}
TRIED: Final = {
    WhyMissed.NOT_AT_HOME: N_("没人在家"),
    WhyMissed.NOT_WANTED: N_("本人不想被打扰"),
    WhyMissed.OTHER: N_("其他"),
}
"""Why nobody was met by somebody who went."""
RANG: Final = {**TRIED, WhyMissed.NOT_AT_HOME: N_("没人接")}
LEVEL: Final = {Level.VISITOR: N_("走访的人"), Level.SECRETARY: N_("书记过问"), Level.STREET: N_("街道过问")}
SOON: Final = {
    VisitReason.FELL_ILL: N_("患病"),
    VisitReason.DISCHARGED: N_("刚出院"),
    VisitReason.HARDSHIP: N_("有困难"),
    VisitReason.BEREAVED: N_("丧亲"),
    VisitReason.SPOUSE_CARE: N_("丧偶"),
}
"""The chip of a visit that something which happened asks for."""
WHY: Final = {
    WhyCancelled.WENT_AWAY: N_("本人外出，改为电话联系"),
    WhyCancelled.RETURNED: N_("本人已返回"),
    WhyCancelled.RECOVERED: N_("已康复"),
    WhyCancelled.DISCHARGED: N_("已出院，改为上门"),
    WhyCancelled.DIED: N_("本人去世"),
    WhyCancelled.WITHDRAWN: N_("登记已撤销"),
    WhyCancelled.MET_OTHERWISE: N_("已在别处见到本人"),
    WhyCancelled.BY_HAND: N_("人工取消"),
    WhyCancelled.NOT_DUE: N_("按现在的规则不用了"),
}
_TURN: Final = {
    Per.WEEK: N_("本周"),
    Per.QUARTER: N_("本季"),
    Per.HALF_YEAR: N_("本半年"),
    Per.YEAR: N_("本年度"),
}


def tried(row: Mapping[str, Any]) -> str:
    """When somebody was last there in vain, and why: `11月20日没人在家`."""
    reasons = RANG if row["way"] == VisitWay.CALL else TRIED
    why = row["tried_why"]
    return f"{day(row['tried_on'])} {word(reasons if why in reasons else WHY_MISSED, why)}"


def word(words: Mapping[Any, str], code: str | None) -> str:
    """The word for a code in the reader's language; an unknown code stays as it is."""
    return _(words[code]) if code in words else (code or "—")


def options(words: Mapping[Any, str]) -> list[tuple[str, str]]:
    """(code, word) of everything one may choose."""
    return [(str(code), _(text)) for code, text in words.items()]


RulesOf = Callable[[Mapping[str, Any]], CarePolicy]
"""A visit's row -> the rules of its community."""


def occasion_of(row: Mapping[str, Any], policy: RulesOf) -> str:
    """Which visit it is, and what else it is for: `春节慰问，兼本季第 1 次走访`."""
    rules = policy(row)
    first, *others = (_turn_of(reason, row, rules) for reason in (row["reason"], *_also(row)))
    return _("%(first)s，兼%(others)s", first=first, others=_("、").join(others)) if others else first


def _also(row: Mapping[str, Any]) -> list[str]:
    return [one["reason"] for one in row["also"]]


def _turn_of(reason: str, row: Mapping[str, Any], rules: CarePolicy) -> str:
    """Which visit of its period this is: `本季第 3 次走访`; for what is no rule of a period, the reason."""
    rule = next((one for one in rules.cadence if one.reason == reason), None)
    if rule is None:
        return word(REASON, reason)
    period = _(_TURN[rule.per])
    is_call = row["way"] == VisitWay.CALL
    if rule.times == 1:
        return _("%(period)s联系一次", period=period) if is_call else _("%(period)s走访一次", period=period)
    start: date = row["start_on"]
    number = (start.month - 1) % rule.per.months // rule.window_months + 1
    return _("%(period)s第 %(number)s 次走访", period=period, number=number)


def clause_words(row: Mapping[str, Any], policy: RulesOf) -> str:
    """What the clauses of a visit say, in the reader's language as far as they are translated."""
    words = policy(row).clauses
    named = [row["clause"], *(one["clause"] for one in row["also"])]
    return _("；").join(_(words[one]).rstrip("。.") for one in dict.fromkeys(named) if one in words)


def clause_numbers(row: Mapping[str, Any]) -> str:
    """The clauses of a visit by their numbers: `4.12、4.2`."""
    named = dict.fromkeys([row["clause"], *(one["clause"] for one in row["also"])])
    return _("、").join(one.replace("§", "") for one in named)


def asked(row: Mapping[str, Any], policy: RulesOf) -> str:
    """What the clause asks of this visit; after an illness, the days that hold for this one only."""
    if row["reason"] != VisitReason.FELL_ILL:
        return clause_words(row, policy)
    days = (row["due_on"] - row["start_on"]).days
    return ngettext("生病后 %(num)s 天内看望", "生病后 %(num)s 天内看望", days)


def _on(value: Any) -> str:
    return day(value, year=True) if isinstance(value, date) else str(value)


SENTENCES: Final[Sentences] = {
    **support_words.SENTENCES,
    "merged": lambda _d: _("这份档案已并入同一个人的另一份，请记到那一份上。"),
    "died": lambda d: _("这位党员已于%(on)s去世，不能再记这件事。", on=_on(d.get("on"))),
    "not_on_roll": lambda _d: _("这位党员不在册，不能再记这件事。"),
    "in_future": lambda d: _("日期 %(day)s 还没有到。", day=_on(d.get("day"))),
    "already_ill": lambda d: _("已经登记从%(since)s起患病，还没有登记康复。", since=_on(d.get("since"))),
    "in_hospital": lambda d: _("已经登记从%(since)s起住院，还没有登记出院。", since=_on(d.get("since"))),
    "not_in_hospital": lambda _d: _("这位党员没有登记住院，不用登记出院。"),
    "before_hospital": lambda d: _("出院日期早于住院的%(since)s。", since=_on(d.get("since"))),
    "not_ill": lambda _d: _("这位党员没有登记患病，不用登记康复。"),
    "before_falling_ill": lambda d: _("康复日期早于患病的%(since)s。", since=_on(d.get("since"))),
    "no_visit": lambda _d: _("没有这次走访。"),
    "visit_closed": lambda d: _("这次走访已经办结（%(on)s），不能再改。", on=_on(d.get("on"))),
    "already_made": lambda d: _("这次走访已经记为%(on)s办的，不能再记成另一天。", on=_on(d.get("on"))),
    "visit_cancelled": lambda d: _("这次走访已于%(on)s取消。", on=_on(d.get("on"))),
    "feed_stands": lambda _d: _("这个日历地址已经有了，请另开一个。"),
    "no_feed": lambda _d: _("没有这个日历地址。"),
    "birth_unknown": lambda _d: _("名册里没有出生日期，算不出属于哪一年的认证。请先补上出生日期。"),
    "already_certified": lambda d: _(
        "%(year)s年度的认证已于%(on)s记过。记错了请先撤回。", year=d.get("year"), on=_on(d.get("on"))
    ),
    "not_certified": lambda d: _("%(year)s年度没有记过认证，不用撤回。", year=d.get("year")),
    "not_missed": lambda _d: _("这次走访没有错过，不用说明。"),
    "already_told": lambda _d: _("这次走访另一个人已经记下了谈话，您的话没有记进去。请告诉书记补记。"),
    "not_made": lambda _d: _("这次走访还没有记为去过，不能加照片。"),
    "photos_full": lambda d: _("一次走访最多放 %(most)s 张照片。", most=d.get("most")),
    "before_start": lambda d: _("这次走访从%(start)s才开始。", start=_on(d.get("start"))),
    **ROTA_SENTENCES,
    **voice_words.SENTENCES,
    **campaign_words.SENTENCES,
}
"""Refusal code -> the sentence a person reads."""

CLAUSES: Final = (
    N_("七十岁以上的党员，每半年走访一次。"),
    N_("八十岁以上的党员，每季度走访三次。"),
    N_("每名党员每年至少走访一次。"),
    N_("八十岁以上独居的党员，每周联系一次；参加活动、上门走访都算联系。"),
    N_("党员患病的，七天内看望；病情严重的，三天内看望；病危的，一天内看望。"),
    N_("党员出院的，七天内上门看望。"),
    N_("党员本人或者家庭遇到困难、遭遇变故的，七天内上门了解。"),
    N_("党员家中有亲人去世的，三天内上门慰问。"),
    N_("走访逾期三天的由书记过问，逾期十五天的由街道过问；没有去成的要说明原因。"),
    N_("参加组织生活、在家收到学习材料、办公室通上电话的，当期不用再打问候电话。"),
    N_("领取养老金的党员每年认证一次，从出生的月份起三个月内办理，提前三个月以内办的也算；没有办的到期前三十天提醒。"),
    N_("一般由本人或者家人用手机办理，也可以到社区窗口办理。"),
    N_("八十岁以上或者行动不便的，由走访的人上门代办。"),
    N_("在外居住的，通过视频办理。"),
    N_("过期没有认证的由书记过问，逾期三十天的由街道过问；系统不作停发等任何决定。"),
    N_("外出党员每三十天至少联系一次。"),
    N_("配偶去世的，三天内慰问之后，满一个月、满百日再上门看望。"),
    N_("春节前两周内走访慰问七十岁以上的党员。"),
    N_("端午节给八十岁以上独居的党员打电话问候，中秋节上门看望。"),
    N_("重阳节前后上门看望八十岁以上的党员。"),
    N_("八十岁以上的党员过生日，前后三天内上门祝贺。"),
    N_("走访时间相重的，一次走访办几件事，合并后至少留三天；因别的事上过门的，同一时间里的定期走访算已经走访。"),
    N_(
        "走访由常去的人去，就近、同楼栋一趟走完，各人多少相当；本人不愿意见的人不派，请假的由别人代；病人由懂医护的人去看。"
    ),
)
"""The words of the national pack's clauses, so that they are translated; another pack's stay in its own language."""
