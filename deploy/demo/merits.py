"""Medals received long ago, one awarded now, one set aside; reports, an appraisal begun, points, two activities."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from deploy.demo.deeds import ZONE, Deed, OnTheMenu
from deploy.demo.town import JINQIAO, Town
from events.facts.activity import ActivityKind
from events.facts.member_honours import HonourKind
from services.registry.decide.activity import OfferActivity, Spend
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
        on = date(year, 7, 1)
        for who in names if on < town.first else ():
            yield deed(60, Honour(kind=HonourKind.MEDAL, on=on), who)
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
    yield Deed(town.ago(18), JINQIAO, JINQIAO.worker, _walk(town), at=time(16, 40))
    yield Deed(town.ago(4), JINQIAO, JINQIAO.worker, _class(town), at=time(10, 20))


def _walk(town: Town) -> OnTheMenu:
    """It took place in the morning of the day on which it is written down."""
    day = town.ago(18)
    terms = {"title": "秋游：参观一大会址", "kind": ActivityKind.OUTING, "place": "兴业路76号", "capacity": 30}
    offer = OfferActivity.model_validate(terms | {"starts_at": datetime.combine(day, time(9), ZONE)})
    spent = (Spend(amount_fen=80_000, what="租车", on=day), Spend(amount_fen=12_650, what="茶点", on=day))
    came = ("陈秀英", "马建国", "吴国强", "沈玉兰")
    return OnTheMenu(offer, (*came, "周慧敏"), came, apart_fen=150_000, spent=spent)


def _class(town: Town) -> OnTheMenu:
    """It is in a few days, and one more would like to come than there are places."""
    terms = {
        "title": "防诈骗和智能手机课", "kind": ActivityKind.STUDY, "place": "社区活动室", "capacity": 4,
        "material": "防诈骗口袋书",
    }  # fmt: skip
    starts_at = datetime.combine(town.anchor + timedelta(days=6), time(14), ZONE)
    offer = OfferActivity.model_validate(terms | {"starts_at": starts_at})
    signed = ("张桂兰", "陈秀英", "沈玉兰", "何国梁", "马建国")
    return OnTheMenu(offer, signed, doors={"周慧敏": "顾秀英"}, apart_fen=30_000)
