"""The words about where buildings stand: what coordinates are counted from, and why a line is not taken."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from events.facts.building import Datum
from services.registry.decide.building_lines import Why
from services.shell.acting import Sentences
from services.shell.formats import day
from services.shell.i18n import N_
from services.shell.i18n import gettext as _

DATUM: Final = {
    Datum.GCJ02: N_("高德、腾讯地图（GCJ-02）"),
    Datum.WGS84: N_("手机定位、测绘（WGS-84）"),
    Datum.BD09: N_("百度地图（BD-09）"),
}
WHY_LEFT: Final[Mapping[Why, str]] = {
    "no_building": N_("没有写楼栋，或者写得太长"),
    "no_numbers": N_("经度、纬度要两个数都写"),
    "no_number": N_("经度或纬度不是数，请写成 121.6012 这样的小数"),
    "swapped": N_("经度和纬度写反了，请把两个数对调"),
    "out_of_bounds": N_("不在辖区范围内，请核对经纬度"),
    "twice": N_("同一栋楼上面已经写了另一个坐标，请只留一行"),
    "known_later": N_("已有更新日期的坐标，请改“哪天的情况”"),
    "two_datums": N_("本社区已有另一种坐标系的坐标，两种不能混用；请换成同一种，或者把所有楼栋一起换掉"),
    "too_many": N_("一次最多一千栋，余下的请再记一次"),
}


def _on(value: Any) -> str:
    return day(value, year=True) if isinstance(value, date) else str(value)


def _unlikely(details: Mapping[str, Any]) -> str:
    why: Why = "swapped" if details.get("why") == "swapped" else "out_of_bounds"
    return _(WHY_LEFT[why])


BUILDING_SENTENCES: Final[Sentences] = {
    "unlikely_spot": lambda d: _(
        "“%(building)s”%(why)s（%(clause)s）。",
        building=d.get("building"),
        why=_unlikely(d),
        clause=d.get("clause"),
    ),
    "building_twice": lambda d: _("“%(building)s”写了两个不同的坐标，请只留一个。", building=d.get("building")),
    "building_unknown": lambda d: _("没有记过“%(building)s”的坐标。", building=d.get("building")),
    "known_later": lambda d: _(
        "“%(building)s”已有%(since)s的坐标，不能用更早的换掉。", building=d.get("building"), since=_on(d.get("since"))
    ),
    "two_datums": lambda _d: _("本社区已有另一种坐标系的坐标，两种不能混用。请换成同一种，或者把所有楼栋一起换掉。"),
    "no_paste": lambda _d: _("没有可以撤销的改动。"),
    "changed_since": lambda _d: _("这些楼栋的坐标后来又改过，不能再撤销。请直接改。"),
}
"""Refusal code -> the sentence a person reads."""
