"""The words for raised items: stages, levels, where it was said, how it went on, refusals."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from events.facts.care_voice import TheirWord, ToldWay, VoiceLevel, VoiceSource, WhyPassed
from services.care.decide.voice_policy import VoicePolicy
from services.care.project import voice, voices
from services.shell.acting import Sentences
from services.shell.formats import day
from services.shell.i18n import N_
from services.shell.i18n import gettext as _

STAGE: Final = {
    voice.RAISED: N_("等答复"),
    voice.TAKEN_UP: N_("在办"),
    voice.ANSWERED: N_("要告诉本人"),
    voice.TOLD: N_("等本人的话"),
    voice.CLOSED: N_("已办结"),
    voice.TAKEN_BACK: N_("已撤回"),
}
STAGE_TONE: Final = {voice.ANSWERED: "care", voice.TOLD: "care", voice.CLOSED: "done"}
SHOWN: Final = {
    voices.LATE: N_("逾期"),
    voices.OFFICE: N_("等答复"),
    voices.TELL: N_("要告诉本人"),
    voices.CLOSED: N_("已办结"),
    voices.BACK: N_("已撤回"),
    voices.ALL: N_("提出"),
    "up": N_("报到上级"),
    "answered": N_("已答复"),
    "in_time": N_("按期答复"),
    "satisfied": N_("本人满意"),
    "not_satisfied": N_("本人不满意"),
    "again": N_("不满意再报"),
}
LEVEL: Final = {VoiceLevel.COMMUNITY: N_("社区"), VoiceLevel.STREET: N_("街道"), VoiceLevel.DISTRICT: N_("区级或部门")}
SOURCE: Final = {
    VoiceSource.VISIT: N_("走访时"),
    VoiceSource.MEETING: N_("会议上"),
    VoiceSource.PHONE: N_("电话里"),
    VoiceSource.OFFICE: N_("来办公室"),
    VoiceSource.OTHER: N_("其他场合"),
}
WAY: Final = {ToldWay.VISIT: N_("上门时"), ToldWay.PHONE: N_("打电话"), ToldWay.MESSAGE: N_("发消息")}
WORD: Final = {
    TheirWord.SATISFIED: N_("本人满意"),
    TheirWord.NOT_SATISFIED: N_("本人不满意"),
    TheirWord.CANNOT_BE_ASKED: N_("没法再问本人"),
}
STEP: Final = {
    "raised": N_("提上来"),
    "taken_up": N_("有人办了"),
    "passed_on": N_("报到上一级"),
    "answered": N_("有答复了"),
    "answer_taken_back": N_("答复撤回"),
    "told_back": N_("告诉了本人"),
    "closed": N_("办结"),
    "taken_back": N_("撤回"),
}
WHY: Final[Mapping[Any, str]] = {
    WhyPassed.BEYOND_US: N_("本级解决不了"),
    WhyPassed.NOT_SATISFIED: N_("本人不满意"),
    **WORD,
    **{way.value: text for way, text in WAY.items()},
}
TOPICS: Final = (
    N_("安全隐患"),
    N_("养老待遇"),
    N_("看病医保"),
    N_("养老服务"),
    N_("生活困难"),
    N_("房屋维修"),
    N_("物业楼道"),
    N_("环境卫生"),
    N_("出行道路"),
    N_("邻里纠纷"),
    N_("组织生活"),
    N_("其他"),
)
"""The titles of the national pack's topics; another pack's stay in its own language."""
CLAUSES: Final = (
    N_("党员反映的问题，社区七天内答复；解决不了的，报街道。"),
    N_("报到街道的，十五天内答复。"),
    N_("报到区级或者职能部门的，三十天内答复。"),
    N_("答复七天内要告诉反映的人，由本人说满不满意，不满意的再往上报一次；逾期的，上一级看得到。"),
    N_("党员反映的问题按类别逐级上报，上报的一份不写姓名。"),
    N_("安全隐患三天内答复。"),
)


def topic(rules: VoicePolicy, code: str) -> str:
    """What a topic is called; one that left the list, by its code."""
    found = rules.topics.get(code)
    return _(found.title) if found else code


def topics(rules: VoicePolicy) -> list[tuple[str, str]]:
    """(code, title) of everything one may choose."""
    return [(code, _(rule.title)) for code, rule in rules.topics.items()]


def hint(row: Mapping[str, Any]) -> str:
    """That something was said at a visit, and of which kind."""
    if row["difficulties"] and row["suggestions"]:
        return _("困难和建议")
    return _("困难") if row["difficulties"] else _("建议")


def _on(value: Any) -> str:
    return day(value, year=True) if isinstance(value, date) else str(value)


def _level(details: Mapping[str, Any]) -> str:
    return _(LEVEL.get(details.get("level"), "")) or str(details.get("level"))  # type: ignore[arg-type]  # as it comes


SENTENCES: Final[Sentences] = {
    "no_voice": lambda _d: _("没有这件事。"),
    "no_topic": lambda d: _("没有“%(topic)s”这一类，请另选一类。", topic=d.get("topic", "")),
    "raised_already": lambda d: _(
        "这次走访里同一类的事已经提过（%(on)s）。另一件事请选另一类，或者从本人的页面提。", on=_on(d.get("on"))
    ),
    "gist_names_somebody": lambda _d: _("上报的一句话里有姓名、电话或者证件号，请去掉。"),
    "voice_over": lambda _d: _("这件事已经办结或者撤回，不能再改。"),
    "already_answered": lambda d: _("已经有答复了（%(on)s）。写错了的，先撤回答复。", on=_on(d.get("on"))),
    "not_higher": lambda d: _("已经在%(level)s，只能往上报。", level=_level(d)),
    "highest_level": lambda d: _("这一类最高报到%(level)s，没有再上一级了。", level=_level(d)),
    "next_is": lambda d: _("要逐级报，下一级是%(level)s。", level=_level(d)),
    "before_raised": lambda d: _("答复的日子早于提出的%(on)s。", on=_on(d.get("on"))),
    "told_already": lambda d: _("答复已经告诉本人（%(on)s），不能撤回。", on=_on(d.get("on"))),
    "no_answer_yet": lambda _d: _("还没有答复，没有可以告诉本人的。"),
    "before_answer": lambda d: _("告诉本人的日子早于答复的%(on)s。", on=_on(d.get("on"))),
}
"""Refusal code -> the sentence a person reads."""
