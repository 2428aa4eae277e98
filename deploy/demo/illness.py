"""Who falls ill in the made-up town, who recovers, and who dies."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time, timedelta
from typing import Final

from deploy.demo.chance import chance
from deploy.demo.deeds import Deed
from deploy.demo.town import DIED, JINQIAO, Person, Town, workday
from deploy.demo.whereabouts import Whereabouts
from events.facts.care import HealthGrade, Severity
from services.care.decide.commands import (
    GradeHealth,
    Recover,
    ReportBereavement,
    ReportDischarge,
    ReportHardship,
    ReportHospital,
    ReportIllness,
)
from services.registry.decide.commands import Die


@dataclass(frozen=True, slots=True)
class Illness:
    """Days are counted back from today; `well_ago` is empty for those who are still ill."""

    since_ago: int
    severity: Severity
    note: str
    hospital: str | None = None
    well_ago: int | None = None


OF_CAST: Final = (
    ("吴国强", Illness(1, Severity.SERIOUS, "胸闷，已住院观察，女儿陪护", "市第六人民医院心内科")),
    ("张桂兰", Illness(9, Severity.MILD, "感冒，咳嗽，自己在家服药")),
    ("刘建华", Illness(10, Severity.MILD, "腰扭伤，卧床")),
    ("陈秀英", Illness(4, Severity.MILD, "膝关节疼，下楼不便")),
    ("马建国", Illness(61, Severity.SERIOUS, "肺炎住院", "区中心医院", 44)),
    ("沈玉兰", Illness(118, Severity.MILD, "白内障手术", "市第一人民医院", 104)),
)
OF_OTHERS: Final = (
    Illness(98, Severity.MILD, "高血压，头晕", None, 88),
    Illness(80, Severity.SERIOUS, "骨折手术", "市第六人民医院骨科", 51),
    Illness(66, Severity.MILD, "肠胃炎", None, 60),
    Illness(35, Severity.MILD, "摔了一跤，手腕扭伤", None, 21),
    Illness(9, Severity.MILD, "带状疱疹，在家休养"),
    Illness(2, Severity.MILD, "感冒发烧"),
)
"""They happen to older people of the roster who are at home, whoever that is."""
GRADED: Final = (
    ("张桂兰", 40, HealthGrade.MILD, "用助行器，过马路要人扶"),
    ("陈秀英", 75, HealthGrade.MODERATE, "上下楼要人扶，耳背，说话大声些"),
    ("沈玉兰", 100, HealthGrade.INTACT, None),
)
"""So many days ago somebody looked how far they manage by themselves."""
BEFELL: Final = (
    ("马建国", 58, lambda on: ReportHospital(on=on, hospital="区中心医院", note="呼吸科 12 床")),
    ("马建国", 47, lambda on: ReportDischarge(on=on, note="在家吸氧，下午方便去")),
    ("沈玉兰", 5, lambda on: ReportHardship(on=on, what="老伴住院，一个人忙不过来")),
    ("陈秀英", 100, lambda on: ReportBereavement(on=on, whom="弟弟")),
)
"""So many days ago this was told to the office."""
_OLD: Final = 70


def illnesses(town: Town, where: Whereabouts) -> Iterator[Deed]:
    """What the office hears of it, a day later at most."""
    for name, illness in OF_CAST:
        yield from _course(town, next(one for one in town.cast if one.name == name), illness)
    for name, ago, told in BEFELL:
        on = town.ago(ago)
        yield Deed(on, JINQIAO, JINQIAO.worker, told(on), name, time(14, 20))
    for name, ago, grade, note in GRADED:
        on = town.ago(ago)
        yield Deed(on, JINQIAO, JINQIAO.worker, GradeHealth(grade=grade, on=on, note=note), name, time(15, 10))
    old = [one for one in town.jinqiao if one.age_on(town.anchor) >= _OLD and where.at_home(one, town.anchor)]
    old.sort(key=lambda one: chance(one.name, "ill"))
    for one, illness in zip([one for one in old if not one.away], OF_OTHERS, strict=False):
        yield from _course(town, one, illness)
    name, ago = DIED
    yield Deed(town.ago(ago - 2), JINQIAO, JINQIAO.secretary, Die(on=town.died_on), name)


def _course(town: Town, one: Person, illness: Illness) -> Iterator[Deed]:
    since = town.anchor - timedelta(days=illness.since_ago)
    told = workday(since) if workday(since) >= since else min(workday(since) + timedelta(days=3), town.anchor)
    report = ReportIllness(severity=illness.severity, since=since, hospital=illness.hospital, note=illness.note)
    yield Deed(told, one.community, one.community.worker, report, one.name, time(9, 45))
    if illness.well_ago is not None:
        well = town.ago(illness.well_ago)
        yield Deed(well, one.community, one.community.worker, Recover(on=well), one.name, time(11, 20))
