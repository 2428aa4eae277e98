"""The neighbourhood of the made-up community: its grids, the units it works with, and what they did together."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Final

from deploy.demo.chance import chance
from deploy.demo.deeds import ZONE, Deed, Excused, GuestsCame, Offered, OpensHouse, PairedWith, SignedIn
from deploy.demo.town import JINQIAO, Town, workday
from deploy.demo.whereabouts import Whereabouts
from events.facts.meeting import MeetingKind
from events.facts.partner import OfferKind, PartnerKind
from services.registry.decide.building import PlaceBuildings
from services.registry.decide.details import ChangeDetails
from services.registry.decide.grid import FormGrid
from services.registry.decide.meeting import ScheduleMeeting
from services.registry.decide.partner import MakeOffer, RegisterPartner

CLINIC: Final = "金桥社区卫生服务中心"
SCHOOL: Final = "金桥路小学"
_BEGUN_AGO, _HELD_AGO, _AHEAD_DAYS, _TO_COME_DAYS = 75, 16, 7, 9
_COMES: Final = 0.4
_FIRST, _SECOND = "第一网格", "第二网格"
_GRIDS: Final = (
    (_FIRST, ("金桥路36弄",), "沈晓燕", "13900003101"),
    (_SECOND, tuple(f"金桥路{lane}弄" for lane in (12, 16, 18, 20, 22, 24)), "葛永强", "13900003102"),
)
_LIVE: Final = (("张桂兰", _FIRST), ("陈秀英", _FIRST), ("王德明", _SECOND), ("赵文", _SECOND), ("周慧敏", _SECOND))
"""Who is in a grid already; their neighbours are not, so that there is something to do."""
_UNITS: Final = (
    (CLINIC, PartnerKind.CLINIC, "金桥路120号", "021-50003301", "顾敏", "13900003201"),
    (SCHOOL, PartnerKind.SCHOOL, "金桥路88号", "021-50003302", "陆海燕", "13900003202"),
)
_OFFERS: Final = (
    (CLINIC, OfferKind.CHECK_UP, "每月一次免费量血压、测血糖"),
    (CLINIC, OfferKind.LECTURE, "冬季保健讲座"),
    (SCHOOL, OfferKind.ROOM, "周末可借的多功能厅"),
    (SCHOOL, OfferKind.VOLUNTEERS, "学生志愿者，教用手机"),
)
_STAND: Final = (
    ("金桥路36弄28号", "121.601200", "31.245600"),
    ("金桥路12弄5号", "121.596400", "31.247900"),
    ("金桥路12弄7号", "121.596700", "31.248100"),
    ("金桥路18弄9号", "121.598100", "31.247200"),
    ("金桥路18弄11号", "121.598300", "31.247000"),
    ("金桥路20弄8号", "121.598800", "31.246900"),
    ("金桥路22弄3号", "121.599300", "31.246600"),
)
"""Where some houses of the made-up community are said to stand; of the others nobody has looked it up yet."""
_HOSTS: Final = ("陈秀英", "周慧敏")
"""Who opened the house to the neighbours; the others wait for a proposal."""
_PAIRED: Final = ((CLINIC, "第三党支部"), (SCHOOL, "第一党支部"))


def surroundings(town: Town, where: Whereabouts) -> Iterator[Deed]:
    """Grids and units put on record, a day in the square that was held, and one to come."""
    day, secretary = town.ago(_BEGUN_AGO), JINQIAO.secretary
    for name, covers, worker, phone in _GRIDS:
        grid = FormGrid(name=name, community=JINQIAO.code, covers=covers, worker_name=worker, worker_phone=phone)
        yield Deed(day, JINQIAO, secretary, grid, name, time(9, 20))
    stand = [{"building": name, "longitude": east, "latitude": north} for name, east, north in _STAND]
    spots = PlaceBuildings.model_validate({"community": JINQIAO.code, "source": "高德地图", "buildings": stand})
    yield Deed(day, JINQIAO, JINQIAO.worker, spots, "楼栋坐标", time(9, 50))
    for who in _HOSTS:
        yield Deed(day, JINQIAO, secretary, OpensHouse(day), who, time(9, 55))
    for who, grid_name in _LIVE:
        yield Deed(day, JINQIAO, JINQIAO.worker, ChangeDetails(grid=grid_name, reason="划分网格"), who, time(10))
    for name, kind, address, phone, person, mobile in _UNITS:
        unit = RegisterPartner(
            name=name, kind=kind, community=JINQIAO.code, office_address=address, office_phone=phone,
            contact_name=person, contact_phone=mobile,
        )  # fmt: skip
        yield Deed(day, JINQIAO, secretary, unit, name, time(10, 30))
    for name, offers, what in _OFFERS:
        yield Deed(day, JINQIAO, secretary, Offered(name, MakeOffer(kind=offers, what=what)), what, time(10, 40))
    for name, branch in _PAIRED:
        yield Deed(day, JINQIAO, secretary, PairedWith(name, branch), name, time(10, 50))
    yield from _held(town, where)
    coming = workday(town.anchor + timedelta(days=_TO_COME_DAYS))
    title = "小志愿者教用手机"
    together = ScheduleMeeting(
        kind=MeetingKind.JOINT, starts_at=datetime.combine(coming, time(14), ZONE), title=title,
        place="金桥路小学多功能厅", partners=(SCHOOL,),
    )  # fmt: skip
    yield Deed(town.ago(2), JINQIAO, secretary, together, at=time(15, 30))


def _held(town: Town, where: Whereabouts) -> Iterator[Deed]:
    day = town.ago(_HELD_AGO)
    activity = ScheduleMeeting(
        kind=MeetingKind.JOINT, branch="第三党支部", starts_at=datetime.combine(day, time(9), ZONE),
        title="义诊进小区", place="金桥路36弄小广场", partners=(CLINIC, SCHOOL),
    )  # fmt: skip
    called = Deed(workday(day - timedelta(days=_AHEAD_DAYS)), JINQIAO, JINQIAO.secretary, activity, at=time(16, 20))
    yield called
    yield Deed(day, JINQIAO, JINQIAO.worker, Excused(called, "去女儿家"), "陈秀英", time(8, 40))
    present = tuple(
        one.name
        for one in (*town.jinqiao, *town.cast)
        if one.branch == "第三党支部" and one.name != "陈秀英" and town.alive(one, day) and where.at_home(one, day)
        and (one.name == "张桂兰" or chance(one.name, day) < _COMES)
    )  # fmt: skip
    yield Deed(day, JINQIAO, JINQIAO.worker, SignedIn(called, present), at=time(11, 30))
    yield Deed(day, JINQIAO, JINQIAO.worker, GuestsCame(called, {CLINIC: 4, SCHOOL: 12}), called.key, time(11, 40))
