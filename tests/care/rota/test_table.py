"""One visit and three visitors: who goes, on which day, and what is said for it."""

from __future__ import annotations

from services.care.pages import rota_words
from services.care.rota.propose import propose
from services.care.rota.week import Goer, Task, Week
from tests.care.rota.weeks import WEIGHTS
from tests.tables import cases

DAYS = {"周一": 0, "周二": 1, "周三": 2, "周四": 3, "周五": 4, "上周": -3}
SKILLS = {"懂医护": "medical", "会宽慰人": "comfort"}
CAST = {
    "李老师": ("金桥路36弄28号", "medical"),
    "王阿姨": ("金桥路36弄30号", ""),
    "老陈": ("石泉路5弄1号", "comfort"),
}


def span(words: str) -> tuple[int, ...]:
    """`周一–周三` or `周三`."""
    first, _, last = words.partition("–")
    return tuple(range(DAYS[first], DAYS[last or first] + 1))


def listed(words: str) -> list[str]:
    return [one for one in words.split("、") if one]


def goer(name: str, row: dict[str, str]) -> Goer:
    building, skill = CAST[name]
    away, _, days = row["请假"].partition(" ")
    on_leave = span(days) if away == name else ()
    room = 0 if name in listed(row["排满"]) else 5
    there = tuple(day for day in range(5) if day not in on_leave)
    return Goer(name, there, room, room, frozenset({skill} - {""}), (building,))


@cases("rota")
def test_who_goes(row: dict[str, str]) -> None:
    fixed = row["已定"].split()
    task = Task(
        visit_id="v1",
        member_id="m1",
        days=span(row["能去的日子"]),
        due=DAYS[row["最好"]],
        building=row["楼"],
        skill=SKILLS.get(row["要懂"], ""),
        usual=row["常去"],
        asked=row["已派"],
        fixed=(fixed[0], DAYS[fixed[1]]) if fixed else None,
        refused=frozenset(listed(row["不见"])),
    )
    made = propose(Week((task,), tuple(goer(name, row) for name in CAST), {}, WEIGHTS))
    if row["谁去"] == "没有人":
        assert made.placed == ()
        assert rota_words.WHY_NOT[made.unplaced["v1"]] == row["因为"]
        return
    (one,) = made.placed
    said = rota_words.why(one.why, str)
    assert (one.visitor, one.day, said) == (row["谁去"], DAYS[row["哪天"]], row["因为"])
