"""Who leaves the made-up town, where to, and who comes back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Final

from deploy.demo.chance import between, chance, one_of
from deploy.demo.deeds import Deed
from deploy.demo.town import Person, Town, workday
from events.facts.decision import Command
from services.registry.decide.afar import ReportAfar
from services.registry.decide.away_application import ApplyAway
from services.registry.decide.commands import MoveAway, Return
from services.registry.decide.contact_card import IssueCard
from services.registry.decide.days import months_after
from services.registry.decide.relation_transfer import ReceiveTransfer, SendTransfer


@dataclass(frozen=True, slots=True)
class Stay:
    """Somebody is away. Days are counted back from today; `back_ago` is empty for those who are still away."""

    left_ago: int
    destination: str
    reason: str
    expected_after: int | None = None
    """They said so many days after leaving they would return."""
    fixed: bool = False
    intermittent: bool = False
    address: str | None = None
    told_after: int = 0
    """The office learnt of it so many days after they had left."""
    back_ago: int | None = None
    report: str | None = None
    back_told_after: int = 0


OF_CAST: Final[Mapping[str, Stay]] = {
    "张桂兰": Stay(100, "杭州市西湖区", "随女儿居住，照看外孙", 50, address="文三路218号5幢302室", back_ago=52,
                 report="从杭州返回，交回联系卡，已查验；在杭期间参加当地社区学习两次", back_told_after=2),
    "王德明": Stay(111, "深圳市南山区", "随儿子居住", 300, fixed=True, address="南山区桃园路66号12栋801室"),
    "孙玉珍": Stay(100, "安徽省六安市", "回原籍照顾母亲", 112, address="六安市皖西路17号"),
    "李秀芝": Stay(82, "杭州市滨江区", "随女儿长住", 540, fixed=True, address="滨江区江南大道88号3幢1101室"),
    "何国梁": Stay(64, "嘉定区江桥镇", "老房拆迁过渡，每周回来", intermittent=True),
    "沈玉兰": Stay(75, "南京市鼓楼区", "照看孙辈", 65, back_ago=12,
                 report="从南京返回，身体好；在外按月收看了学习材料，党费已缴清"),
}  # fmt: skip

OF_OTHERS: Final = (
    Stay(118, "苏州市工业园区", "随子女居住", 420, fixed=True, address="苏州工业园区星湖街9号"),
    Stay(104, "杭州市余杭区", "照看外孙", 260, fixed=True, told_after=3),
    Stay(97, "宁波市鄞州区", "帮子女看店", 150),
    Stay(90, "合肥市蜀山区", "随子女居住", 360, fixed=True, address="合肥市黄山路302号"),
    Stay(83, "苏州市昆山市", "外出务工", 120, told_after=6),
    Stay(76, "嘉定区南翔镇", "两头住，每周回来", intermittent=True),
    Stay(69, "无锡市滨湖区", "照顾亲家住院", 45, back_ago=26, report="亲家出院，已返回，组织生活照常参加"),
    Stay(58, "深圳市福田区", "随子女小住", 170, told_after=2),
    Stay(47, "北京市朝阳区", "照看孙辈", 200, fixed=True, address="朝阳区望京西园三区"),
    Stay(40, "松江区泗泾镇", "装修借住，每周回来", intermittent=True),
    Stay(33, "海口市龙华区", "疗养", 140),
    Stay(24, "南通市崇川区", "照顾兄长", 20, told_after=1, back_ago=3, report="兄长病情稳定，已返回"),
    Stay(13, "杭州市上城区", "随女儿居住", 300, fixed=True, address="上城区清泰街55号"),
    Stay(4, "苏州市吴中区", "照看外孙女", 150),
    Stay(1, "三亚市吉阳区", "疗养", 120),
)
"""They happen to people of the roster who were at home, whoever that is."""

_REPORTS: Final = (
    "从外地返回，身体尚好，愿意继续参加支部活动",
    "过渡房到期，已搬回原址",
    "孙辈上学，不用照看了，回来常住",
    "务工合同到期返回，组织关系材料已补齐",
    "电话核实：上半年已回来，名册未更新",
    "回来住一阵，再定是否外出",
)
_RETURN_SHARE: Final = 0.62
_OLDEST_WHO_LEAVES: Final = 84


class Whereabouts:
    """Every stay away, and what the office writes of it."""

    def __init__(self, town: Town) -> None:
        self._town = town
        self.deeds: list[Deed] = []
        self._away: dict[tuple[str, str], list[tuple[date, date | None]]] = {}
        for one in town.people:
            if one.away:
                self._carried_over(one)
        for name, stay in (*OF_CAST.items(), ("赵文", _half_a_year_ago(town.anchor))):
            self._stay(next(one for one in town.cast if one.name == name), stay)
        for one, stay in zip(_leavers(town), OF_OTHERS, strict=True):
            self._stay(one, stay)
        for ago, name, command in papers(town.anchor):
            self._write(next(one for one in town.cast if one.name == name), town.ago(ago), command, time(14, 20))

    def at_home(self, one: Person, day: date) -> bool:
        """Whether they were here on that day."""
        return not any(left <= day and (back is None or day <= back) for left, back in self._away.get(_key(one), ()))

    def _carried_over(self, one: Person) -> None:
        """Away when the roster came; some are back by now, and some of those never were away."""
        town, back = self._town, None
        if chance(one.name, "returns") < _RETURN_SHARE:
            back = town.ago(between(4, (town.anchor - town.first).days - 8, one.name, "back"))
            report = one_of(_REPORTS, one.name, "report")
            self._write(one, back, Return(on=back, report=report), time(10, 40))
        self._away.setdefault(_key(one), []).append((town.first, back))

    def _stay(self, one: Person, stay: Stay) -> None:
        anchor = self._town.anchor
        left = anchor - timedelta(days=stay.left_ago)
        command = MoveAway.model_validate(
            {
                "from": left,
                "expected_return": stay.expected_after and left + timedelta(days=stay.expected_after),
                "destination": stay.destination,
                "address": stay.address,
                "fixed_place": stay.fixed,
                "intermittent": stay.intermittent,
                "reason": stay.reason,
            }
        )
        told = max(left + timedelta(days=stay.told_after), self._town.first + timedelta(days=4))
        self._write(one, told, command, time(9, 25))
        back = None
        if stay.back_ago is not None:
            back = anchor - timedelta(days=stay.back_ago)
            told = back + timedelta(days=stay.back_told_after)
            self._write(one, told, Return(on=back, report=stay.report), time(10, 5))
        if not stay.intermittent:
            self._away.setdefault(_key(one), []).append((left, back))

    def _write(self, one: Person, day: date, command: Command, at: time) -> None:
        monday = workday(day) + timedelta(days=3)  # what happened at the weekend is written down then
        day = day if workday(day) == day else min(monday, self._town.anchor)
        self.deeds.append(Deed(day, one.community, one.community.worker, command, one.name, at))


def papers(anchor: date) -> Sequence[tuple[int, str, Command]]:
    """Cards, letters, a report, an application: so many days ago, whose, and what. One letter is still on its way."""
    asked = {
        "from": anchor + timedelta(days=9), "destination": "南京市鼓楼区", "reason": "孙辈放寒假，去照看",
        "expected_return": anchor + timedelta(days=100),
    }  # fmt: skip
    received = ReceiveTransfer(on=anchor - timedelta(days=63), told_by="滨江区长河街道陈老师来电")
    return (
        (95, "孙玉珍", IssueCard()),
        (78, "李秀芝", SendTransfer(to="杭州市滨江区长河街道党工委")),
        (70, "王德明", SendTransfer(to="深圳市南山区桃源街道党工委")),
        (60, "李秀芝", received),
        (19, "孙玉珍", ReportAfar(on=anchor - timedelta(days=22), said="母亲好转，自己身体也好，下月回来")),
        (2, "沈玉兰", ApplyAway.model_validate(asked)),
    )


def _half_a_year_ago(anchor: date) -> Stay:
    """At a fixed place for longer than the half year he had spoken of: a person must decide."""
    left = months_after(anchor, -6) - timedelta(days=5)
    return Stay((anchor - left).days, "苏州市", "外出务工", 155, fixed=True, address="苏州市吴中大道1号宿舍楼")


def _leavers(town: Town) -> Sequence[Person]:
    """People of the roster who were at home and are not too old to travel, in the order in which chance names them."""
    settled = [one for one in town.jinqiao if not one.away and one.age_on(town.anchor) <= _OLDEST_WHO_LEAVES]
    return sorted(settled, key=lambda one: chance(one.name, "leaves"))[: len(OF_OTHERS)]


def _key(one: Person) -> tuple[str, str]:
    return one.community.code, one.name
