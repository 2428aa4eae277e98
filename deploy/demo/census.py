"""A census in the middle of its course: handed out, some have answered, two answers wait for somebody to decide."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time, timedelta
from typing import Any, Final

from deploy.demo.deeds import Answered, Deed, HandedOut
from deploy.demo.town import JINQIAO, Town
from events.facts.census import AskedWay, WhyMissed
from services.registry.decide.asking import RecordAnswers, RecordMissed
from services.registry.decide.census import BeginCensus

_BEGUN_AGO: Final = 9
_LASTS_DAYS: Final = 30
_OWN: Final = "愿意教邻居用手机吗？"
_HERE: Final[dict[str, Any]] = {"lives_here": True, "phone_right": True, "address_right": True}
_SAID: Final[tuple[tuple[int, str, str, dict[str, Any]], ...]] = (
    (7, "visitor", "张桂兰", {**_HERE, "lives_alone": True, "wishes": "盼着多有人来说说话"}),
    (6, "visitor", "陈秀英", {"lives_here": True, "phone": "13900007361", "address_right": True, "free": ("愿意",)}),
    (6, "wang", "何国梁", {**_HERE, "lives_here": None, "wishes": "过渡房离得远，盼着早点回迁"}),
    (5, "worker", "马建国", {"lives_here": False, "destination": "南京市鼓楼区", "away_reason": "随女儿居住"}),
    (4, "wang", "周慧敏", {"lives_here": None, "phone_right": True, "wishes": "党费想请儿子代缴"}),
)
"""How many days ago, by whom, who, and what they said; what the register does not say yet is what waits."""
_LEFT_BEFORE_DAYS: Final = 12


def census(town: Town) -> Iterator[Deed]:
    """Begun, handed out to two visitors, asked."""
    day = town.ago(_BEGUN_AGO)
    begin = BeginCensus.model_validate(
        {
            "title": f"{day.year}年党员情况摸底",
            "from": day,
            "until": day + timedelta(days=_LASTS_DAYS),
            "free": (_OWN,),
        }
    )
    begun = Deed(day, JINQIAO, JINQIAO.secretary, begin, at=time(8, 30))
    yield begun
    for branch, accounts in (("第三党支部", ("visitor",)), ("第四党支部", ("wang",))):
        yield Deed(day, JINQIAO, JINQIAO.secretary, HandedOut(begun, branch, accounts), branch, time(8, 40))
    for ago, actor, who, said in _SAID:
        day = town.ago(ago)
        left = {"away_since": day - timedelta(days=_LEFT_BEFORE_DAYS), "way": AskedWay.PHONE}
        answers = RecordAnswers.model_validate(said | (left if said["lives_here"] is False else {}))
        yield Deed(day, JINQIAO, actor, Answered(begun, answers), who, time(16, 40))
    for ago, attempt in ((6, 1), (3, 2)):
        missed = RecordMissed(why=WhyMissed.NOT_MET, attempt=attempt)
        yield Deed(town.ago(ago), JINQIAO, "wang", Answered(begun, missed), "孙玉珍", time(16, 50))
