"""What members of the made-up town raised, and where it stands; a home check and a birthday in the middle of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time, timedelta
from typing import Final

from deploy.demo.deeds import Checked, Deed, OfRaised
from deploy.demo.town import JINQIAO, Town
from events.facts.campaign import CampaignKind
from events.facts.care_campaign import Outcome
from events.facts.care_voice import TheirWord, ToldWay, VoiceLevel, VoiceSource
from services.care.decide.campaign import OpenCampaign
from services.care.decide.campaign_outcome import NoteOutcome
from services.care.decide.voice import AnswerVoice, PassOn, RaiseVoice, TakeUp, TellBack

_STREET: Final = "街道民生服务办"
_RAISED: Final = (
    (
        13,
        "张桂兰",
        "property",
        VoiceSource.VISIT,
        "楼道灯坏了两周，我晚上不敢下楼",
        "三楼以下楼道灯不亮，老人夜里不敢下楼",
    ),
    (24, "陈秀英", "eldercare", VoiceSource.PHONE, "想在卫生间装扶手，不知道找谁", "盼在卫生间装扶手"),
    (33, "何国梁", "housing", VoiceSource.MEETING, "过渡房离得远，回迁到底哪天", "盼公布回迁时间"),
    (8, "沈玉兰", "medical", VoiceSource.OFFICE, "老伴住院的报销单我填不来", "住院报销单请有人教填"),
    (40, "马建国", "environment", VoiceSource.MEETING, "垃圾厢房夏天味道大", "垃圾厢房异味大"),
)
"""So many days ago, who, about what, where they said it, their words, and the copy in which nobody is named."""


def raised(town: Town) -> Iterator[Deed]:
    """One is late, one is with the street, one went up once more, one is to be told, one has ended well."""
    began = {}
    for ago, who, topic, source, said, gist in _RAISED:
        on = town.ago(ago)
        command = RaiseVoice(topic=topic, on=on, source=source, said=said, gist=gist)
        began[who] = Deed(on, JINQIAO, JINQIAO.worker, command, who, time(16, 20))
        yield began[who]
    for ago, who, at, what in _COURSE:
        day = town.ago(ago)
        yield Deed(day, JINQIAO, JINQIAO.secretary, OfRaised(began[who], _on(what, day)), who, at)


def _on(what: TakeUp | PassOn | AnswerVoice | TellBack, day: date) -> TakeUp | PassOn | AnswerVoice | TellBack:
    return what.model_copy(update={"on": day}) if "on" in type(what).model_fields else what


_SOME: Final = date(2000, 1, 1)
_MORNING, _LATER, _NOON = time(9, 30), time(10, 15), time(11, 30)
_COURSE: Final = (
    (23, "陈秀英", _MORNING, PassOn(to=VoiceLevel.STREET, note="要申请适老化改造")),
    (21, "陈秀英", _LATER, TakeUp(by=_STREET)),
    (32, "何国梁", _MORNING, PassOn(to=VoiceLevel.STREET, note="社区定不了")),
    (20, "何国梁", _LATER, AnswerVoice(on=_SOME, by=_STREET, answer="年内会有消息，请耐心等")),
    (18, "何国梁", _NOON, TellBack(on=_SOME, way=ToldWay.PHONE, word=TheirWord.NOT_SATISFIED, note="没有说哪天")),
    (7, "沈玉兰", _MORNING, PassOn(to=VoiceLevel.DISTRICT, note="要请医保窗口上门教")),
    (
        2,
        "沈玉兰",
        _LATER,
        AnswerVoice(on=_SOME, by="区医保中心", answer="周四上午到社区来，带身份证和发票，现场帮着填"),
    ),
    (37, "马建国", _MORNING, AnswerVoice(on=_SOME, by="社区物业", answer="改为一天清运两次，每晚冲洗")),
    (35, "马建国", _NOON, TellBack(on=_SOME, way=ToldWay.VISIT, word=TheirWord.SATISFIED)),
)
"""So many days ago, of whose matter, at what time, what came of it."""


# ── campaigns ────────────────────────────────────────────────────────────────────────────────────────────────────

_CHECKED: Final = (
    (10, "张桂兰", NoteOutcome(outcome=Outcome.DONE, on=_SOME, faults=("lighting", "handrail"), note="卫生间地滑")),
    (9, "刘建华", NoteOutcome(outcome=Outcome.NOT_MET, on=_SOME)),
    (6, "刘建华", NoteOutcome(outcome=Outcome.DONE, on=_SOME, faults=("stove",), note="软管老化")),
    (6, "李秀芝", NoteOutcome(outcome=Outcome.NOT_MET, on=_SOME)),
)


def checked(town: Town) -> Iterator[Deed]:
    """A home check of the very old, half way through; the birthdays of this quarter, announced."""
    day = town.ago(12)
    safety = OpenCampaign(
        kind=CampaignKind.SAFETY,
        title=f"{day.year}年八十岁以上居家安全检查",
        since=day,
        until=day + timedelta(days=30),
        age_min=80,
    )
    begun = Deed(day, JINQIAO, JINQIAO.secretary, safety, "safety", time(8, 40))
    yield begun
    for ago, who, command in _CHECKED:
        on = town.ago(ago)
        yield Deed(
            on, JINQIAO, JINQIAO.worker, Checked(begun, command.model_copy(update={"on": on})), who, time(15, 40)
        )
    first = town.anchor.replace(month=(town.anchor.month - 1) // 3 * 3 + 1, day=1)
    last = (first + timedelta(days=95)).replace(day=1) - timedelta(days=1)
    birthday = OpenCampaign(
        kind=CampaignKind.BIRTHDAY,
        title=f"{first.year}年第{(first.month - 1) // 3 + 1}季度集体生日",
        since=max(first, town.first),
        until=last,
        age_min=80,
        birthday_within=True,
        place="社区活动室",
    )
    yield Deed(town.ago(5), JINQIAO, JINQIAO.secretary, birthday, "birthday", time(8, 50))
