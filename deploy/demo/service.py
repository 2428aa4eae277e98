"""Service after retirement: skills, wishes, five posts, some weeks of hours, a no that is kept, one who died."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from typing import Any, Final

from deploy.demo.deeds import Deed, InPost, SetUp
from deploy.demo.town import DIED, JINQIAO, Town
from events.facts.post import ServiceKind
from services.registry.decide.details import ChangeDetails
from services.registry.decide.post import OpenPost, TakePost
from services.registry.decide.service import AnswerPost, DoNotAsk, LogHours, WishService

_SKILLS: Final = {
    "陈秀英": "书法、剪纸",
    "何国梁": "电工、小家电维修",
    "周慧敏": "法律、调解",
    "马建国": "治安巡逻",
    "吴国强": "书法、讲党史",
}
_WISHES: Final[Mapping[str, Mapping[str, Any]]] = {
    "陈秀英": {"kinds": ["youth"], "minutes_week_max": 180, "weekdays": [3, 6], "said": "带孩子写字不累"},
    "周慧敏": {"kinds": ["mediation", "advice"], "minutes_week_max": 240, "weekdays": [2, 4], "not_before": "09:00"},
    "马建国": {"kinds": ["patrol"], "minutes_week_max": 300},
    "沈玉兰": {"kinds": ["mediation", "team"], "weekdays": [1, 4], "minutes_week_max": 180},
    "李秀芝": {"kinds": ["advice", "mediation"], "said": "在家里接电话就行"},
    "王德明": {"kinds": ["patrol"], "weekdays": [1, 3], "minutes_week_max": 120},
}


@dataclass(frozen=True, slots=True)
class _Post:
    """A post, how many days ago it was set up, who took it when, and hours: how many days ago, minutes, what."""

    terms: Mapping[str, Any]
    contact: str
    ago: int
    people: Mapping[str, int]
    hours: Sequence[tuple[int, int, str]] = ()


_POSTS: Final = (
    _Post(
        {"name": "金桥路调解站", "kind": ServiceKind.MEDIATION, "needs": "法律、调解", "places": 2,
         "minutes_week": 120, "weekdays": (2, 4), "begins": time(9), "ends": time(11), "building": "金桥路22弄3号"},
        "第四党支部", 62, {"周慧敏": 58},
        ((45, 120, "调解楼上漏水"), (31, 90, "接待居民三人"), (17, 120, "调解一起噪声纠纷"), (4, 90, "接待居民两人")),
    ),
    _Post(
        {"name": "平安巡逻队", "kind": ServiceKind.PATROL, "places": 6, "minutes_week": 180, "weekdays": (1, 3, 5),
         "begins": time(19), "ends": time(20)},
        "第二党支部", 48, {"马建国": 41, "吴国强": 41},
        ((34, 60, "夜间巡逻"), (27, 60, "夜间巡逻"), (13, 60, "夜间巡逻"), (6, 60, "夜间巡逻，提醒关好门窗")),
    ),
    _Post(
        {"name": "便民维修队", "kind": ServiceKind.TEAM, "needs": "电工、维修", "places": 3, "minutes_week": 60},
        "", 90, {"何国梁": 85}, ((80, 120, "修电饭煲两只、换插座"), (70, 60, "上门换灯")),
    ),
    _Post(
        {"name": "红色故事宣讲", "kind": ServiceKind.YOUTH, "needs": "讲党史", "places": 2, "minutes_week": 60},
        "第三党支部", 98, {DIED[0]: 92}, ((76, 90, "给三年级讲入党的故事"), (55, 60, "暑期班讲一课")),
    ),
    _Post(
        {"name": "少年书法班", "kind": ServiceKind.YOUTH, "needs": "书法", "places": 2, "minutes_week": 90,
         "weekdays": (6,), "begins": time(9), "ends": time(10, 30)},
        "第三党支部", 12, {},
    ),
)  # fmt: skip
_WRITTEN: Final = time(16, 20)


def service(town: Town) -> Iterator[Deed]:
    """What is on record of it."""

    def deed(ago: int, what: Any, who: str = "", at: time = _WRITTEN) -> Deed:
        return Deed(town.ago(ago), JINQIAO, JINQIAO.secretary, what, who, at)

    for who, skills in _SKILLS.items():
        yield deed(100, ChangeDetails(skills=skills), who)
    for who, wish in _WISHES.items():
        yield deed(64, WishService.model_validate(wish), who)
    yield deed(63, DoNotAsk(reason="照顾老伴，走不开"), "赵文")
    opened: dict[str, Deed] = {}
    for one in _POSTS:
        begun = deed(one.ago, SetUp(OpenPost.model_validate(one.terms), one.contact), at=time(9, 10))
        opened[one.terms["name"]] = begun
        yield begun
        for who, ago in one.people.items():
            yield deed(ago, InPost(begun, TakePost()), who)
        for ago, minutes, what in one.hours:
            served = LogHours(on=town.ago(ago), minutes=minutes, what=what)
            yield deed(ago, InPost(begun, served, tuple(one.people)), at=time(20, 30))
    yield deed(3, InPost(opened["少年书法班"], AnswerPost(answer="declined", reason="巡逻已经排满")), "吴国强")
    yield deed(2, InPost(opened["金桥路调解站"], AnswerPost(answer="considering")), "沈玉兰")
