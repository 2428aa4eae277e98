"""What the facts about who goes leave in care's tables."""

from __future__ import annotations

from datetime import date

from events.facts.building import BuildingPlaced, BuildingUnplaced
from events.facts.care import VisitMade, VisitorAssigned, VisitWay
from events.facts.care_rota import RefusalWithdrawn, VisitorRefused, VisitorUnassigned
from events.facts.visitor import LeaveTaken, LeaveWithdrawn, Skill, VisitorDescribed
from services.care.project import leave, spot, usual_visitor, visit, visitor
from tests.care.project.folding import COMMUNITY, MEMBER, history, rows_of, told
from tests.care.project.test_folds import PLANNED

MAY, NOV = date(2026, 5, 1), date(2026, 11, 20)


def made(by: str) -> VisitMade:
    return VisitMade(visit_id=None, by=by, way=VisitWay.HOME)


def test_a_visitor_who_is_refused_is_the_usual_one_no_more() -> None:
    facts = history((made("wang"), MAY), (VisitorRefused(visitor="wang"), NOV))
    row = rows_of(usual_visitor.view, facts)[(MEMBER,)]
    assert (row["visitor"], [one["visitor"] for one in row["refused"]]) == (None, ["wang"])
    late = history((made("wang"), MAY), (VisitorRefused(visitor="wang"), NOV), (made("wang"), NOV))
    assert rows_of(usual_visitor.view, late)[(MEMBER,)]["visitor"] is None
    other = [*late, told(made("li"), NOV, 4), told(RefusalWithdrawn(visitor="wang"), NOV, 5)]
    row = rows_of(usual_visitor.view, other)[(MEMBER,)]
    assert (row["visitor"], row["refused"]) == ("li", [])


def test_a_visit_remembers_the_day_and_the_plan_it_was_set_by() -> None:
    week = VisitorAssigned(visit_id="v1", visitor="li", on=NOV, rota_id="r1")
    facts = history((PLANNED, MAY), (week, NOV))
    row = rows_of(visit.view, facts)[("v1",)]
    assert (row["assigned"], row["set_for"], row["rota_id"]) == ("li", NOV, "r1")
    facts = [*facts, told(VisitorUnassigned(visit_id="v1"), NOV, 3)]
    row = rows_of(visit.view, facts)[("v1",)]
    assert (row["assigned"], row["proposed"], row["set_for"], row["rota_id"]) == (None, None, None, None)


def test_leave_and_what_a_visitor_can_do() -> None:
    said = VisitorDescribed(visits_per_week=9, skills=(Skill.MEDICAL,), buildings=("金桥路36弄28号",))
    taken = LeaveTaken(leave_id="l1", start=MAY, end=NOV)
    facts = [told(said, MAY, 1, "li"), told(taken, MAY, 2, "li")]
    assert rows_of(visitor.view, facts)[("li",)]["skills"] == ["medical"]
    assert rows_of(leave.view, facts)[("l1",)]["visitor"] == "li"
    assert rows_of(leave.view, [*facts, told(LeaveWithdrawn(leave_id="l1"), NOV, 3, "li")]) == {}


def test_a_building_stands_where_the_registry_says() -> None:
    placed = BuildingPlaced(
        building="金桥路36弄28号", longitude_microdegrees=121_400_000, latitude_microdegrees=31_200_000, source="地图"
    )
    facts = [told(placed, MAY, 1, "buildings:demo:jinqiao")]
    key = (COMMUNITY, "金桥路36弄28号")
    assert rows_of(spot.view, facts)[key]["longitude"] == 121_400_000
    gone = told(BuildingUnplaced(building="金桥路36弄28号"), NOV, 2, "buildings:demo:jinqiao")
    assert rows_of(spot.view, [*facts, gone]) == {}
