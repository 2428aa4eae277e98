"""Each pasted line of the table `buildings.md`, and what becomes of it."""

from __future__ import annotations

from datetime import date

from events.facts.building import BuildingPlaced, Datum
from services.registry.decide.building import BUILDINGS
from services.registry.decide.building_lines import look, pasted
from tests.given import given
from tests.registry.decide.people import POLICY
from tests.tables import cases

TODAY, SPRING = date(2026, 11, 21), date(2026, 3, 1)
KNOWN = BuildingPlaced(
    building="金桥路36弄28号", longitude_microdegrees=121601200, latitude_microdegrees=31245600, source="高德地图"
)


@cases("buildings")
def test_a_pasted_line(row: dict[str, str]) -> None:
    known = given(BUILDINGS, (KNOWN, SPRING)).entities["building"].state
    as_of = TODAY if row["as of"] == "today" else date.fromisoformat(row["as of"])
    taken, left = look(known, pasted(row["pasted"]), POLICY.centres.spots, datum=Datum(row["kind"]), as_of=as_of)
    assert [one.how for one in taken] + [one.why for one in left] == [row["outcome"]]
