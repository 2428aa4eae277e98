"""Where buildings stand: put on record, corrected, taken back; and lines as they are pasted."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import given as examples
from hypothesis import strategies as st

from events.facts.building import BuildingPlaced, BuildingUnplaced, Datum
from events.facts.decision import Happened
from services.registry.decide.building import (
    BUILDINGS,
    Buildings,
    PlaceBuildings,
    Spot,
    UnplaceBuilding,
    evolve,
    micro,
    place,
    take_back,
    unplace,
)
from services.registry.decide.building_lines import look, of_rows, pasted
from tests.given import Decide, given
from tests.registry.decide.people import POLICY

TODAY, SPRING = date(2026, 11, 21), date(2026, 3, 1)
RULE = POLICY.centres.spots
HOUSE = "金桥路36弄28号"


def placed(longitude: int = 121601200, latitude: int = 31245600, **differently: Any) -> BuildingPlaced:
    fields: dict[str, Any] = {
        "building": HOUSE, "longitude_microdegrees": longitude, "latitude_microdegrees": latitude,
        "source": "人工录入", "paste_id": "p1",
    }  # fmt: skip
    return BuildingPlaced(**fields | differently)


def placing(*at: tuple[str, float, float], paste: str = "p1", **differently: Any) -> Decide:
    lines = [{"building": name, "longitude": x, "latitude": y} for name, x, y in at or ((HOUSE, 121.6012, 31.2456),)]
    command = PlaceBuildings.model_validate({"community": "demo.jinqiao", "buildings": lines} | differently)
    return lambda one: place(one, command, RULE, TODAY, paste_id=paste)


def test_a_building_is_placed_once_however_it_is_spelt() -> None:
    given(BUILDINGS).when(placing()).then(placed(), on=TODAY).then_again_nothing()
    full_width = placing(("金桥路３６弄 28号", 121.6012, 31.2456), paste="p2")
    given(BUILDINGS, placed()).when(full_width).then_nothing()


def test_a_correction_is_a_fact_of_its_own_and_an_older_day_does_not_push_it_aside() -> None:
    moved = placing((HOUSE, 121.7, 31.2), paste="p2", source="网格员")
    given(BUILDINGS, (placed(), SPRING)).when(moved).then(
        placed(121700000, 31200000, paste_id="p2", source="网格员"), on=TODAY
    ).then_again_nothing()
    older = placing((HOUSE, 121.7, 31.2), as_of=date(2025, 1, 1))
    given(BUILDINGS, (placed(), SPRING)).when(older).then_refused("known_later", building=HOUSE, since=SPRING)


def test_what_cannot_be_right_refuses_all_of_it() -> None:
    other = ("金桥路36弄30号", 121.6, 31.2)
    spec = given(BUILDINGS)
    spec.when(placing(other, (HOUSE, 12.16, 31.2))).then_refused(
        "unlikely_spot", building=HOUSE, why="out_of_bounds", clause="§7.9"
    )
    spec.when(placing(other, (HOUSE, 31.2456, 121.6012))).then_refused("unlikely_spot", why="swapped")
    spec.when(placing(other, ("金桥路36弄30号", 121.61, 31.2))).then_refused("building_twice")
    spec.when(placing(as_of=date(2026, 12, 1))).then_refused("in_future")


def test_the_coordinates_of_a_community_are_of_one_datum() -> None:
    both = (placed(), placed(building="金桥路36弄30号"))
    spec = given(BUILDINGS, *both)
    gps = {"datum": Datum.WGS84, "paste": "p2"}
    spec.when(placing(**gps)).then_refused("two_datums", given="wgs84", datum="gcj02")
    all_of_them = placing((HOUSE, 121.59, 31.24), ("金桥路36弄30号", 121.59, 31.25), **gps)
    assert len(spec.when(all_of_them).then_facts()) == 2


def test_a_place_is_forgotten_and_everything_is_taken_back_paste_by_paste() -> None:
    forget = UnplaceBuilding(community="demo.jinqiao", building=HOUSE)
    gone = BuildingUnplaced(building=HOUSE, paste_id="p2")
    outcome = given(BUILDINGS, (placed(), SPRING)).when(lambda one: unplace(one, forget, TODAY, paste_id="p2"))
    outcome.then(gone, on=TODAY).then_again_nothing()
    given(BUILDINGS).when(lambda one: unplace(one, forget, TODAY, paste_id="p2")).then_refused("building_unknown")
    again = given(BUILDINGS, (placed(), SPRING), gone).when(lambda one: take_back(one, "p2", TODAY))
    again.then(placed(paste_id="undo-p2"), on=SPRING).then_again_nothing()
    first = given(BUILDINGS, placed()).when(lambda one: take_back(one, "p1", TODAY))
    first.then(BuildingUnplaced(building=HOUSE, paste_id="undo-p1"), on=TODAY).then_again_nothing()
    later = given(BUILDINGS, placed(), placed(121700000, paste_id="p2"))
    later.when(lambda one: take_back(one, "p1", TODAY)).then_refused("changed_since")
    later.when(lambda one: take_back(one, "p9", TODAY)).then_refused("no_paste")


def looked(text: str, *facts: Any, **differently: Any) -> Any:
    known: Buildings = given(BUILDINGS, *facts).entities["building"].state
    how: dict[str, Any] = {"datum": Datum.GCJ02, "as_of": TODAY} | differently
    return look(known, pasted(text), RULE, **how)


def test_lines_are_read_as_people_paste_them() -> None:
    text = """楼栋,经度,纬度

金桥路36弄28号,121.6012,31.2456
金桥路36弄29号\t121.6013\t31.2457
金桥路36弄３０号，121.6014，31.2458
金桥路36弄31号 121.6015 31.2459
"""
    taken, left = looked(text)
    assert [(one.row, one.building, str(one.longitude)) for one in taken] == [
        (3, "金桥路36弄28号", "121.6012"),
        (4, "金桥路36弄29号", "121.6013"),
        (5, "金桥路36弄30号", "121.6014"),
        (6, "金桥路36弄31号", "121.6015"),
    ]
    assert left == []
    (one,) = of_rows([(1, ["楼栋", "纬度", "经度"]), (2, ["甲楼", "31.2", "121.6"])])
    assert (one.longitude, one.latitude) == ("121.6", "31.2"), "a heading may say that the latitude stands first"
    (both,) = of_rows([(7, ["甲楼", "121.6, 31.2"])])
    assert (both.row, both.longitude, both.latitude) == (7, "121.6", "31.2")


def test_every_line_that_is_not_taken_says_why() -> None:
    text = "\n".join(
        [
            ",121.6,31.2", "甲楼,121.6", "甲楼,东,西", "甲楼,31.2,121.6", "甲楼,12.1,31.2", "乙楼,121.6,31.2",
            "乙楼,121.7,31.2", "乙楼,121.6,31.2", f"{HOUSE},121.6012,31.2456", "甲楼,NaN,31.2", "甲楼,1e9,31",
        ]
    )  # fmt: skip
    taken, left = looked(text, placed())
    assert [(one.building, one.how) for one in taken] == [("乙楼", "new"), (HOUSE, "same")]
    assert [(one.row, one.why) for one in left] == [
        (1, "no_building"), (2, "no_numbers"), (3, "no_number"), (4, "swapped"), (5, "out_of_bounds"), (7, "twice"),
        (10, "no_number"), (11, "no_number"),
    ]  # fmt: skip


def test_a_line_says_whether_it_moves_a_building_and_what_it_may_not_move() -> None:
    (moved,), _left = looked(f"{HOUSE},121.7,31.2", (placed(), SPRING))
    assert (moved.how, moved.moved_from.longitude) == ("moved", 121601200)
    _taken, (older,) = looked(f"{HOUSE},121.7,31.2", (placed(), SPRING), as_of=date(2025, 1, 1))
    assert older.why == "known_later"
    _taken, (other,) = looked("甲楼,121.7,31.2", placed(), datum=Datum.WGS84)
    assert other.why == "two_datums"


@examples(
    st.lists(
        st.tuples(
            st.integers(1, 30),
            st.decimals("121", "122", places=6, allow_nan=False),
            st.decimals("31", "32", places=6, allow_nan=False),
        ),
        max_size=12,
    )
)
def test_what_is_shown_as_taken_is_taken(lines: list[tuple[int, Decimal, Decimal]]) -> None:
    taken, _left = looked("\n".join(f"金桥路{number}号,{x},{y}" for number, x, y in lines))
    at = [{"building": one.building, "longitude": one.longitude, "latitude": one.latitude} for one in taken]
    if not at:
        return
    command = PlaceBuildings.model_validate({"community": "demo.jinqiao", "buildings": at})
    decided = place(Buildings(), command, RULE, TODAY, paste_id="p")
    assert isinstance(decided, Happened)
    assert [evolve(Buildings(), fact, on).spots() for fact, on in decided.facts] == [
        {one.building: Spot(longitude=micro(one.longitude), latitude=micro(one.latitude), datum=Datum.GCJ02,
                            source="人工录入", as_of=TODAY)}
        for one in taken
    ]  # fmt: skip
