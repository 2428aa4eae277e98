"""Medals received long ago, one missed and awarded now, one set aside; reports, an appraisal begun, points by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time
from typing import Any, Final

from deploy.demo.deeds import Deed
from deploy.demo.town import JINQIAO, Town
from events.facts.member_honours import HonourKind
from services.registry.decide.honours import AwardMedal, ConfirmRecord, Honour, SetHonourAside
from services.registry.decide.points import AwardPoints
from services.registry.decide.review import Appraise, SubmitReport

_MEDALS: Final = {
    2021: (
        "刘建华", "叶芬珍", "范生梅", "冯珍", "林爱", "秦翠春", "张桂兰", "黎金", "李秀芝", "许芬生", "段兰", "方霞英",
        "黄华庆", "彭素", "戚珍凤", "汤华梅", "万春素",
    ),
    2022: ("薛玉",),
    2023: ("陈秀英",),
    2024: ("许庆宝", "邹兴"),
}  # fmt: skip
"""Who was awarded it before there was this register."""
_MISSED, _CONFIRMED, _ASIDE = "汤玉", "覃生爱", "钱德秀"
_REPORTS: Final = {"张桂兰": "上半年思想汇报", "陈秀英": "教孩子写字的体会", "马建国": "巡逻半年小结"}
_GRADES: Final = {"马建国": "优秀", "吴国强": "合格", "李秀芝": "合格"}
_AT: Final = time(15, 30)


def merits(town: Town) -> Iterator[Deed]:
    """What is on record of it."""

    def deed(ago: int, what: Any, who: str) -> Deed:
        return Deed(town.ago(ago), JINQIAO, JINQIAO.secretary, what, who, _AT)

    for year, names in _MEDALS.items():
        for who in names:
            yield deed(60, Honour(kind=HonourKind.MEDAL, on=date(year, 7, 1)), who)
    last = town.anchor.year if town.anchor >= date(town.anchor.year, 7, 1) else town.anchor.year - 1
    yield deed(40, ConfirmRecord(year=last, decided_by="第二党支部支委会"), _MISSED)
    yield deed(39, AwardMedal(year=last), _MISSED)
    yield deed(12, ConfirmRecord(year=last, decided_by="第一党支部支委会"), _CONFIRMED)
    yield deed(11, SetHonourAside(year=last, reason="入党志愿书还没有调到，先查档案"), _ASIDE)
    for who, title in _REPORTS.items():
        yield deed(30, SubmitReport(title=title, on=town.ago(31), kept_at=f"档案盒 {town.ago(31).year}"), who)
    for who, grade in _GRADES.items():
        yield deed(5, Appraise(year=town.ago(5).year, grade=grade, on=town.ago(5)), who)
    yield deed(9, AwardPoints(points=3, what="台风天帮独居邻居搬东西", on=town.ago(10)), "马建国")
    yield deed(8, AwardPoints(points=2, what="帮社区抄水表", on=town.ago(9)), "吴国强")
