from __future__ import annotations

from datetime import date

from events.facts.building import BuildingPlaced, BuildingUnplaced
from services.registry.project import building
from tests.registry.project.folding import row_of

MARCH, MAY = date(2026, 3, 1), date(2026, 5, 1)


def placed(longitude: int, source: str = "高德地图") -> BuildingPlaced:
    return BuildingPlaced(
        building="金桥路36弄28号", longitude_microdegrees=longitude, latitude_microdegrees=31245600, source=source
    )


def test_a_correction_keeps_what_was_said_before() -> None:
    row = row_of(building.view, (placed(121601200), MARCH), (placed(121601300, "网格员"), MAY))
    assert (row["longitude"], row["source"], row["as_of"]) == (121601300, "网格员", MAY)
    (before,) = row["earlier"]
    assert (before["longitude"], before["source"], before["as_of"]) == (121601200, "高德地图", "2026-03-01")


def test_a_place_that_is_forgotten_is_remembered_as_earlier() -> None:
    gone = (BuildingUnplaced(building="金桥路36弄28号"), MAY)
    row = row_of(building.view, (placed(121601200), MARCH), gone)
    assert (row["longitude"], len(row["earlier"])) == (None, 1)
    again = row_of(building.view, (placed(121601200), MARCH), gone, (placed(121601300), MAY))
    assert (again["longitude"], len(again["earlier"])) == (121601300, 1)
