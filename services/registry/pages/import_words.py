"""The words of imports: reasons with what to do, fields, stages, and why an import could not be begun or taken back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from services.registry.pages.words import SENTENCES
from services.registry.roster import reasons
from services.registry.roster.reasons import Doubt, Reason, UnreadableRoster
from services.registry.roster.rows import Caution, Rejection
from services.shell.acting import Sentences
from services.shell.i18n import N_, ngettext
from services.shell.i18n import gettext as _
from services.shell.problems import FieldError, Invalid

FIELD: Final[Mapping[str, str]] = {
    "name": N_("姓名"),
    "sex": N_("性别"),
    "ethnicity": N_("民族"),
    "id_number": N_("身份证号"),
    "joined_on": N_("入党日期"),
    "full_member_on": N_("转正日期"),
    "branch": N_("支部"),
    "kind": N_("人员类别"),
    "pension_basis": N_("基本养老金"),
    "phone": N_("电话"),
    "family_name": N_("家属姓名"),
    "family_phone": N_("家属电话"),
    "address": N_("住址"),
    "away": N_("是否外出"),
    "destination": N_("去向"),
    "lives_alone": N_("独居"),
    "minimum_living": N_("低保"),
    "skills": N_("特长"),
    "education": N_("学历"),
    "former_unit": N_("原单位"),
    "former_post": N_("原职务"),
    "registered_address": N_("户籍地址"),
    "grid": N_("网格"),
    "interests": N_("爱好"),
    "note": N_("备注"),
    "ignored": N_("不读这一列"),
}
"""What a column can be said to be, in the order in which it is offered."""

RUNNING, INTERRUPTED, COMMITTED, UNDONE = "running", "interrupted", "committed", "undone"
STAGE: Final = {
    RUNNING: N_("正在导入"),
    INTERRUPTED: N_("中断了"),
    COMMITTED: N_("已完成"),
    UNDONE: N_("已撤销"),
}
TONE: Final = {RUNNING: "soon", INTERRUPTED: "late", COMMITTED: "done", UNDONE: ""}

REASON: Final[Mapping[str, str]] = {
    Reason.NO_NAME: N_("没有姓名"),
    Reason.NO_ID: N_("没有身份证号"),
    Reason.FLOAT: N_("身份证号被存成了数字"),
    Reason.BAD_ID: N_("身份证号位数不对"),
    Reason.CHECKSUM: N_("身份证号校验位不对"),
    Reason.BAD_BIRTH: N_("身份证号里的生日不可能"),
    Reason.DUP: N_("表内重复"),
    Reason.NO_DATE: N_("没有入党时间"),
    Reason.BAD_DATE: N_("日期看不懂"),
    Reason.UNCLEAR_MONTH: N_("月份分不清"),
    Reason.FUTURE: N_("日期还没有到"),
    Reason.BEFORE_BIRTH: N_("日期早于出生"),
    Reason.BEFORE_JOINING: N_("转正早于入党"),
    Reason.TOO_LONG: N_("内容太长"),
    Reason.NOT_WORDS: N_("应是文字"),
    Reason.ALREADY_REGISTERED: N_("已经在库里"),
}
"""Reasons in a few words, for a heading; `advice` is the sentence that says what to do."""

IMPORT_SENTENCES: Final[Sentences] = {
    **SENTENCES,
    "still_running": lambda d: _("导入还在进行，请等它完成再撤销。"),
    "being_undone": lambda d: _("这次导入正在撤销，请等它完成再重新导入。"),
    "undone": lambda d: _("这次导入已经撤销了。"),
}


def advice(code: Reason | Doubt, details: Mapping[str, str]) -> str:
    """What is wrong and what to do, in the reader's language."""
    return _(reasons.SENTENCES[code]).format(**details)


def unreadable(problem: UnreadableRoster) -> Invalid:
    """A file of which nothing can be read, as the problem that says why and what to do."""
    said = _(reasons.SENTENCES[problem.code]).format(**problem.details)
    return Invalid([FieldError("file", said)], said)


def field(code: str) -> str:
    """The word for a roster's field; "—" for something that is about no field."""
    return _(FIELD[code]) if code in FIELD else (code or "—")


def stage(code: str) -> str:
    """The word for how far an import is."""
    return _(STAGE[code])


def reason(code: str) -> str:
    """A reason in a few words."""
    return _(REASON[code]) if code in REASON else code


def advice_of(one: Rejection | Caution) -> str:
    """What is wrong in a row, and what to do."""
    return advice(one.reason if isinstance(one, Rejection) else one.doubt, one.details)


def counted(reasons_given: Mapping[str, int]) -> list[tuple[str, int]]:
    """Reasons with how often each was given, the most frequent first."""
    return sorted(reasons_given.items(), key=lambda pair: (-pair[1], pair[0]))


def summary(row: Mapping[str, Any]) -> str:
    """An import in one line: how many came, how many did not."""
    said = []
    if row["stage"] == UNDONE:
        said.append(ngettext("已撤销 %(num)s 人", "已撤销 %(num)s 人", row["withdrawn"]))
    elif row["accepted"] is not None:
        said.append(ngettext("登记 %(num)s 人", "登记 %(num)s 人", row["accepted"]))
    known = row["reasons"].get(Reason.ALREADY_REGISTERED, 0)
    if row["rejected"] > known:
        said.append(ngettext("退回 %(num)s 行", "退回 %(num)s 行", row["rejected"] - known))
    if known:
        said.append(ngettext("%(num)s 人已经在库里", "%(num)s 人已经在库里", known))
    return " · ".join(said)
