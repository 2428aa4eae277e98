"""How 金桥社区 is organised: a general branch above its branches, their committees, and whose term soon ends."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Final

from deploy.demo.deeds import Deed, Elect, PlaceBelow
from deploy.demo.town import JINQIAO, Town, workday
from events.facts.branch import BranchKind, Post
from services.registry.decide.branch import FormBranch
from services.registry.decide.days import months_after

GENERAL: Final = "金桥社区党总支"


@dataclass(frozen=True, slots=True)
class Election:
    """Who was elected to what, so many months before today."""

    branch: str
    months_ago: int
    seats: Sequence[tuple[str, Post]]


ELECTIONS: Final = (
    Election("第一党支部", 34, (("王德明", Post.SECRETARY), ("沈玉兰", Post.ORGANISATION), ("刘建华", Post.MEMBER))),
    Election("第二党支部", 31, (("赵文", Post.SECRETARY), ("马建国", Post.PUBLICITY))),
    Election("第三党支部", 14, (("吴国强", Post.SECRETARY), ("陈秀英", Post.DEPUTY))),
    Election("第四党支部", 8, (("孙玉珍", Post.SECRETARY), ("何国梁", Post.ORGANISATION), ("周慧敏", Post.PUBLICITY))),
)
"""All of them are of the cast."""


def elections(town: Town) -> Iterator[Deed]:
    """Put on record a week after the take-over."""
    day = workday(town.first + timedelta(days=7))
    formed = FormBranch(name=GENERAL, community=JINQIAO.code, kind=BranchKind.GENERAL)
    yield Deed(day, JINQIAO, JINQIAO.secretary, formed, GENERAL, time(10, 0))
    for place, one in enumerate(ELECTIONS):
        below = PlaceBelow(one.branch, GENERAL)
        yield Deed(day, JINQIAO, JINQIAO.secretary, below, one.branch, time(10, 5 + place))
        elect = Elect(one.branch, _elected_on(town, one), one.seats)
        yield Deed(day, JINQIAO, JINQIAO.secretary, elect, one.branch, time(10, 20 + place))


def _elected_on(town: Town, one: Election) -> date:
    return workday(months_after(town.anchor, -one.months_ago))
