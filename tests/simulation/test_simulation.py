"""A tiny city over two years: the plan keeps more windows than the list, and the same seed tells the same story."""

from __future__ import annotations

from datetime import date, timedelta
from xml.etree import ElementTree as ET

import pytest

from deploy.simulation.plot import plot
from deploy.simulation.run import Plan, Result, gini, national, rows, simulate
from deploy.simulation.world import World, made_up
from deploy.simulation.yardstick import asked_for
from services.care.calendar import festival_days
from services.care.decide.year import Year

TINY = Plan(years=1, communities=2, members=40, visitors=3, seed=7)


@pytest.fixture(scope="module")
def result() -> Result:
    return simulate(TINY)


def test_the_plan_keeps_more_windows_and_spreads_the_work_no_worse(result: Result) -> None:
    assert result.hearth.windows == result.monthly_list.windows > 300
    assert result.hearth.kept_share > 0.9
    assert result.hearth.kept_share > result.monthly_list.kept_share + 0.1
    assert result.hearth.gini < 0.3


def test_the_same_seed_is_the_same_city(result: Result) -> None:
    assert simulate(TINY) == result
    other = simulate(TINY.model_copy(update={"seed": 8}))
    assert other.hearth.load != result.hearth.load
    assert other.hearth.kept_share > other.monthly_list.kept_share


def test_the_picture_is_a_picture(result: Result) -> None:
    picture = ET.fromstring(plot(result))  # noqa: S314 - our own text
    lines = [one for one in picture.iter() if one.tag.endswith("polyline")]
    assert [len(one.attrib["points"].split()) for one in lines] == [len(result.hearth.by_month)] * 2
    assert plot(result) == plot(result)


def test_every_figure_has_its_row(result: Result) -> None:
    told = [name for name, *_ in rows(result)]
    assert told[0] == "windows kept"
    assert {f"kept: {reason}" for reason in result.hearth.by_reason} <= set(told)


def test_the_yardstick_asks_for_each_window_once() -> None:
    world = world_of()
    years = [Year(national(), festival_days(), date(2026, 1, 1))]
    for person in world.people:
        asked = [(one.reason, one.first) for one in asked_for(world, person, national(), years)]
        assert len(set(asked)) == len(asked)
        assert all(one.first <= one.last <= world.last for one in asked_for(world, person, national(), years))


def test_luck_does_not_depend_on_who_asks() -> None:
    one, other = world_of(), world_of()
    for person in one.people:
        for number in range(30):
            day = one.first + timedelta(days=number)
            luck = one.is_met(person, day, by_telephone=False)
            assert luck == other.is_met(person, day, by_telephone=False)
            assert not (luck and person.is_away(day))


def world_of() -> World:
    return made_up(TINY.seed, TINY.first, 1, 2, 40, 3)


@pytest.mark.parametrize(
    ("values", "expected"), [([5, 5, 5, 5], 0.0), ([0, 0, 0, 12], 0.75), ([0, 0], 0.0), ([1, 3], 0.25)]
)
def test_how_unevenly_something_is_spread(values: list[int], expected: float) -> None:
    assert gini(values) == pytest.approx(expected)
