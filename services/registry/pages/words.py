"""The words for codes: states, kinds, refusals, and what is wrong with a field. Everything a person reads of a code."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Any, Final

from events.facts.branch import BranchKind
from events.facts.meeting import MeetingKind
from events.facts.member import AttendanceWay, AwayKind, CorrectableField, PayMethod
from events.facts.people import CardField, RetirementKind, Sex
from services.registry.pages import census_words, handover_words
from services.registry.pages.activity_words import ACTIVITY_SENTENCES
from services.registry.pages.away_words import AWAY_SENTENCES
from services.registry.pages.building_words import BUILDING_SENTENCES
from services.registry.pages.centre_words import CENTRE_SENTENCES
from services.registry.pages.contact_words import CONTACT_SENTENCES
from services.registry.pages.dues_words import DUES_SENTENCES
from services.registry.pages.funds_words import FUNDS_SENTENCES
from services.registry.pages.honour_words import HONOUR_SENTENCES
from services.registry.pages.neighbour_words import NEIGHBOUR_SENTENCES
from services.registry.pages.point_words import POINT_SENTENCES
from services.registry.pages.post_words import POST_SENTENCES
from services.registry.pages.review_words import REVIEW_SENTENCES
from services.registry.project import member
from services.shell.acting import Sentences
from services.shell.formats import day, yuan
from services.shell.i18n import N_
from services.shell.i18n import gettext as _
from services.shell.problems import FieldError

STATE: Final = {
    member.ENROLLED: N_("在册"),
    member.AWAY: N_("在外"),
    member.DEAD: N_("已故"),
    member.WITHDRAWN: N_("已撤销"),
    member.MERGED: N_("已并入"),
}
TONE: Final = {member.ENROLLED: "", member.AWAY: "away", member.DEAD: "", member.WITHDRAWN: "late", member.MERGED: ""}
SEX: Final = {Sex.MALE: N_("男"), Sex.FEMALE: N_("女")}
KIND: Final = {
    RetirementKind.IN_SERVICE: N_("在职"),
    RetirementKind.RETIRED: N_("退休"),
    RetirementKind.RETIRED_WITH_HONOURS: N_("离休"),
    RetirementKind.LAID_OFF: N_("下岗"),
    RetirementKind.BOUGHT_OUT: N_("买断工龄"),
    RetirementKind.FLEXIBLE: N_("灵活就业"),
    RetirementKind.OTHER: N_("其他"),
}
AWAY: Final = {
    AwayKind.INTERMITTENT: N_("就近往返"),
    AwayKind.CARD: N_("流动党员联系卡"),
    AwayKind.TEMPORARY_TRANSFER: N_("临时组织关系"),
}
METHOD: Final = {
    PayMethod.CASH: N_("现金"),
    PayMethod.TRANSFER: N_("转账"),
    PayMethod.CARD: N_("刷卡"),
    PayMethod.WECHAT: N_("微信"),
    PayMethod.ALIPAY: N_("支付宝"),
    PayMethod.DEDUCTION: N_("代扣"),
    PayMethod.OTHER: N_("其他方式"),
}
MEETING: Final = {
    MeetingKind.GENERAL: N_("支部党员大会"),
    MeetingKind.COMMITTEE: N_("支部委员会"),
    MeetingKind.GROUP: N_("党小组会"),
    MeetingKind.LECTURE: N_("党课"),
    MeetingKind.THEME_DAY: N_("主题党日"),
    MeetingKind.ORGANISATION_LIFE: N_("组织生活会"),
    MeetingKind.APPRAISAL: N_("民主评议"),
    MeetingKind.JOINT: N_("共建活动"),
    MeetingKind.OTHER: N_("其他会议"),
}
BRANCH: Final = {
    BranchKind.RESIDENCE: N_("按居住地"),
    BranchKind.HOBBY: N_("按兴趣团队"),
    BranchKind.MOBILE: N_("流动党员"),
    BranchKind.GENERAL: N_("党总支"),
}
WAY: Final = {AttendanceWay.IN_PERSON: N_("到会"), AttendanceWay.REMOTE: N_("线上")}
FIELD: Final = {
    CorrectableField.NAME: N_("姓名"),
    CorrectableField.SEX: N_("性别"),
    CorrectableField.ETHNICITY: N_("民族"),
    CorrectableField.ID_NUMBER: N_("身份证号"),
    CorrectableField.BIRTH: N_("出生日期"),
    CorrectableField.PHONE: N_("电话"),
    CorrectableField.ADDRESS: N_("住址"),
    CorrectableField.LIVES_ALONE: N_("独居"),
    CorrectableField.MINIMUM_LIVING: N_("低保"),
    CorrectableField.JOINED_ON: N_("入党日期"),
    CorrectableField.FULL_MEMBER_ON: N_("转正日期"),
    CorrectableField.KIND: N_("人员类别"),
    CorrectableField.EDUCATION: N_("学历"),
    CorrectableField.FORMER_UNIT: N_("原工作单位"),
    CorrectableField.FORMER_POST: N_("原职务"),
    CorrectableField.REGISTERED_ADDRESS: N_("户籍地址"),
    CorrectableField.GRID: N_("网格"),
    CorrectableField.SKILLS: N_("特长"),
    CorrectableField.INTERESTS: N_("兴趣"),
}


MISSING: Final = {
    CardField.PHONE: N_("电话"),
    CardField.ADDRESS: N_("住址"),
    CardField.BUILDING: N_("住址里的楼号"),
    CardField.FAMILY: N_("家属"),
    CardField.BRANCH: N_("支部"),
    CardField.PENSION_BASIS: N_("养老金基数"),
    CardField.ETHNICITY: N_("民族"),
    CardField.FULL_MEMBER_ON: N_("转正日期"),
    CardField.EDUCATION: N_("学历"),
    CardField.FORMER_UNIT: N_("原工作单位"),
    CardField.REGISTERED_ADDRESS: N_("户籍地址"),
    CardField.GRID: N_("网格"),
}


def word(words: Mapping[Any, str], code: str | None) -> str:
    """The word for a code in the reader's language; an unknown code stays as it is."""
    return _(words[code]) if code in words else (code or "—")


def options(words: Mapping[Any, str]) -> list[tuple[str, str]]:
    """(code, word) of everything one may choose."""
    return [(str(code), _(text)) for code, text in words.items()]


Details = Mapping[str, Any]


def _on(value: Any) -> str:
    return day(value, year=True) if isinstance(value, (date, datetime)) else str(value)


def _months(value: Any) -> str:
    return "、".join(value) if isinstance(value, (list, tuple)) else str(value)


SENTENCES: Final[Sentences] = {
    "already_enrolled": lambda d: _("这个身份证号已经在册，不能再登记一次。"),
    "not_enrolled": lambda d: _("这位党员不在册，不能再记这件事。"),
    "died": lambda d: _("这位党员已于%(on)s去世，不能再记这件事。", on=_on(d.get("on"))),
    "news_settled": lambda _d: _("这条消息已经确认过了。要改的话，请到这个人的名册上改。"),
    "in_future": lambda d: _("日期 %(day)s 还没有到。", day=_on(d.get("day"))),
    "joined_before_birth": lambda d: _("入党日期早于出生日期 %(birth)s。", birth=_on(d.get("birth"))),
    "full_before_joined": lambda d: _("转正日期早于入党日期 %(on)s。", on=_on(d.get("joined_on"))),
    "already_away": lambda d: _(
        "已经从%(since)s起在外（%(kind)s），还没有登记返回。", since=_on(d.get("since")), kind=word(AWAY, d.get("kind"))
    ),
    "before_last_return": lambda d: _("外出日期早于上次返回的%(on)s。", on=_on(d.get("returned_on"))),
    "not_away": lambda d: _("这位党员没有登记外出，不用登记返回。"),
    "not_away_now": lambda d: _("这位党员没有登记外出。请先登记外出。"),
    "before_last_move": lambda d: _(
        "从%(since)s起已记在%(where)s，不能写得更早。请填那天或以后的日期。",
        since=_on(d.get("since")),
        where=d.get("destination"),
    ),
    "before_leaving": lambda d: _("返回日期早于外出的%(since)s。", since=_on(d.get("since"))),
    "basis_unknown": lambda d: _("还没有登记养老金基数，算不出应缴多少。请先登记。"),
    "amount_differs": lambda d: _(
        "%(months)s 应缴 %(expected)s，您填的是 %(given)s。",
        months=_months(d.get("months")),
        expected=yuan(d.get("expected_fen")),
        given=yuan(d.get("given_fen")),
    ),
    "already_paid": lambda d: _(
        "%(month)s 的党费已经缴过，收据号 %(receipt)s。", month=d.get("month"), receipt=d.get("receipt_no")
    ),
    "before_joining": lambda d: _("%(month)s 还没有入党，不用缴纳。", month=d.get("month")),
    "too_far_ahead": lambda d: _("最多预缴到 %(limit)s（%(clause)s）。", limit=d.get("limit"), clause=d.get("clause")),
    "has_later_facts": lambda d: _("登记之后已经记过别的事，不能再撤销。"),
    "other_import": lambda d: _("这位党员是名册导入的，请到那次导入里撤销。"),
    "no_branch": lambda d: _("没有这个支部。"),
    "already_formed": lambda d: _("已经有一个支部叫%(name)s。", name=d.get("name")),
    "before_last_change": lambda d: _("这个支部从%(since)s起才是这样，不能写得更早。", since=_on(d.get("since"))),
    "no_meeting": lambda d: _("没有这次会议。"),
    "already_scheduled": lambda d: _("这次会议已经定在 %(at)s。", at=_on(d.get("starts_at"))),
    "cancelled": lambda d: _("这次会议已经取消。"),
    "not_yet": lambda d: _("会议在%(day)s，还没有开，不能签到。", day=_on(d.get("day"))),
    "not_on_roll": lambda d: _("名单里有人当时不在册：%(who)s。", who=_months(d.get("member_ids"))),
    "too_many_filters": lambda d: _("最多存 %(most)s 个筛选，请先删掉不用的。", most=d.get("most")),
    **CENTRE_SENTENCES,
    **DUES_SENTENCES,
    **AWAY_SENTENCES,
    **CONTACT_SENTENCES,
    **POST_SENTENCES,
    **FUNDS_SENTENCES,
    **HONOUR_SENTENCES,
    **POINT_SENTENCES,
    **REVIEW_SENTENCES,
    **ACTIVITY_SENTENCES,
    **NEIGHBOUR_SENTENCES,
    **BUILDING_SENTENCES,
    "merged": lambda _d: _("这份档案已并入同一个人的另一份，请记到那一份上。"),
    "same_record": lambda _d: _("这是同一份档案，不用合并。"),
    "keeps_others": lambda _d: _("这份档案里已经并入了别的档案，请反过来合并，或者先把它们分开。"),
    "death_only_there": lambda d: _("要并入的那份登记了%(on)s去世，请先在留下的那份上登记去世。", on=_on(d.get("on"))),
    "cannot_move": lambda _d: _("选中的事里有不能移走的，只能留下。"),
    "newer_stays": lambda _d: _("选中的事之后，同一项又改过。请把后来的也一起移走，或者都留下。"),
    "changed_meanwhile": lambda _d: _("两份档案里有一份刚刚有别人改过，请再核对一遍。"),
    "has_taken_place": lambda d: _("已经有 %(present)s 人签到，不能再取消。", present=d.get("present")),
    **census_words.SENTENCES,
    **handover_words.SENTENCES,
}
"""Refusal code -> the sentence a person reads."""


def _complaint(error: FieldError) -> FieldError:
    for beginning, (message, todo) in _COMPLAINTS.items():
        if beginning in error.message:
            field = error.field
            for name in (
                "value",
                "full_member_on",
                "expected_return",
                "months",
                "last",
                "destination",
                "away_since",
                "questions",
                "ends",
                "not_after",
            ):
                if field == "body" and name in error.message.split(" ")[0]:
                    field = name
            return FieldError(field, _(message), _(todo), error.row)
    return error


_COMPLAINTS: Final = {
    "18 characters (17 digits": (N_("身份证号的位数不对"), N_("应为 18 位（17 位数字和一位校验码），或旧的 15 位。")),
    "day of birth": (N_("身份证号里的出生日期不存在"), N_("请对照身份证，看第 7 到 14 位有没有抄错。")),
    "check character is wrong": (N_("身份证号的校验码不对"), N_("请对照身份证，多半是有一位抄错了。")),
    "a phone number has": (N_("不是电话号码"), N_("请写数字，例如 13800138000 或 021-58881234。")),
    "full_member_on must not": (N_("转正日期早于入党日期"), N_("请核对两个日期。")),
    "expected_return must not": (N_("预计返回早于外出日期"), N_("请核对两个日期。")),
    "last must not be before": (N_("最后一个月早于第一个月"), N_("请核对两个月份。")),
    "months must not name": (N_("同一个月写了两次"), N_("每个月只写一次。")),
    "seats must name exactly one secretary": (N_("没有选出书记"), N_("书记只有一位，请选一位。")),
    "seats must not name": (N_("同一个人的同一个职务写了两次"), N_("每个职务每人只写一次。")),
    "destination must be given": (N_("没有填去了哪里"), N_("不住这里的，请写现在住在哪个城市或区。")),
    "away_since must be given": (N_("没有填从哪天起不住这里"), N_("记不清的，写大概的日子。")),
    "questions must hold": (N_("一个问题都没有"), N_("至少选一个问题，或者自己写一个。")),
    "ends must be later": (N_("结束早于开始"), N_("请核对两个钟点。")),
    "not_after must be later": (N_("“几点以前”早于“几点以后”"), N_("请核对两个钟点。")),
    "value:": (N_("这个值不能用在这一项上"), N_("日期写成 年-月-日，是否写 true 或 false，其余照原件填写。")),
}
"""What validators say in English, and what the person who filled in the form reads."""


def complaints(errors: Iterable[FieldError]) -> list[FieldError]:
    """Field errors in the reader's words."""
    return [_complaint(error) for error in errors]


Sentence = Callable[[Details], str]
