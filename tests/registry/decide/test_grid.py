"""Grids: formed, changed, closed and reopened; and which addresses a place covers."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given as examples
from hypothesis import strategies as st

from events.facts.base import HIDDEN
from events.facts.grid import BoundsDrawn, GridClosed, GridFormed, GridRenamed, GridReopened, GridWorker, WorkerNamed
from services.registry.decide.grid import (
    GRID,
    ChangeGrid,
    FormGrid,
    change_grid,
    close_grid,
    form_grid,
    reopen_grid,
)
from services.registry.decide.grid_places import covers, grid_for
from tests.given import given

TODAY = date(2026, 11, 21)
FIRST = GridFormed(name="第一网格", covers=("金桥路36弄",))
FORM = FormGrid.model_validate({"name": "第一网格", "community": "demo.jinqiao", "covers": "金桥路36弄\n"})


def test_a_grid_is_formed_once_with_what_it_covers_and_who_walks_it() -> None:
    given(GRID).when(lambda one: form_grid(one, FORM, {}, TODAY)).then(FIRST, on=TODAY).then_again_nothing()
    walked = FORM.model_copy(update={"worker_name": "沈晓燕", "worker_phone": "13900001234"})
    worker = GridWorker(name="沈晓燕", phone="13900001234")
    given(GRID).when(lambda one: form_grid(one, walked, {}, TODAY)).then(FIRST, WorkerNamed(worker=worker), on=TODAY)


def test_a_place_belongs_to_one_grid() -> None:
    taken = {"金桥路36弄": "第二网格"}
    given(GRID).when(lambda one: form_grid(one, FORM, taken, TODAY)).then_refused(
        "covered_already", place="金桥路36弄", grid="第二网格"
    )
    change = ChangeGrid(name="第一网格", covers=("金桥路36弄",))
    given(GRID, GridFormed(name="第一网格")).when(lambda one: change_grid(one, change, taken, TODAY)).then_refused(
        "covered_already", place="金桥路36弄", grid="第二网格"
    )


def test_only_what_is_otherwise_is_a_fact() -> None:
    change = ChangeGrid(name="金桥第一网格", covers=("金桥路36弄", "金桥路38弄2号"), worker_name="沈晓燕")
    given(GRID, FIRST).when(lambda one: change_grid(one, change, {}, TODAY)).then(
        GridRenamed(name="金桥第一网格"),
        BoundsDrawn(covers=("金桥路36弄", "金桥路38弄2号")),
        WorkerNamed(worker=GridWorker(name="沈晓燕")),
        on=TODAY,
    ).then_again_nothing()


def test_a_closed_grid_is_reopened_and_not_formed_or_changed() -> None:
    given(GRID, FIRST).when(lambda one: close_grid(one, TODAY)).then(GridClosed(), on=TODAY).then_again_nothing()
    closed = given(GRID, FIRST, GridClosed())
    closed.when(lambda one: form_grid(one, FORM, {}, TODAY)).then_refused("grid_closed", name="第一网格")
    change = ChangeGrid(name="别的")
    closed.when(lambda one: change_grid(one, change, {}, TODAY)).then_refused("grid_closed", name="第一网格")
    closed.when(lambda one: reopen_grid(one, {"金桥路36弄": "第二"}, TODAY)).then_refused(
        "covered_already", place="金桥路36弄", grid="第二"
    )
    closed.when(lambda one: reopen_grid(one, {}, TODAY)).then(GridReopened(), on=TODAY).then_again_nothing()


def test_what_is_not_there_is_neither_changed_nor_closed() -> None:
    given(GRID).when(lambda one: change_grid(one, ChangeGrid(name="x"), {}, TODAY)).then_refused("no_grid")
    given(GRID).when(lambda one: close_grid(one, TODAY)).then_refused("no_grid")
    given(GRID).when(lambda one: reopen_grid(one, {}, TODAY)).then_refused("no_grid")


def test_a_worker_who_cannot_be_read_is_nobody() -> None:
    state = GRID.evolve(GRID.evolve(GRID.initial, FIRST, TODAY), WorkerNamed(worker=HIDDEN), TODAY)
    assert state.worker == GridWorker()


@pytest.mark.parametrize(
    ("place", "home", "inside"),
    [
        ("金桥路36弄", "金桥路36弄28号101室", True),
        ("金桥路３６弄", "金桥路 36弄28号", True),
        ("金桥路36弄2", "金桥路36弄28号", False),
        ("金桥路36弄2号", "金桥路36弄28号", False),
        ("金桥路36弄28号", "浦东新区金桥路36弄28号101室", True),
        ("金桥路", "大金桥路5号", False),
        ("东桥村", "金桥镇东桥村3组", True),
        ("", "金桥路36弄28号", False),
        ("金桥路36弄", "", False),
    ],
)
def test_a_place_covers_the_addresses_that_begin_with_it(place: str, home: str, inside: bool) -> None:
    assert covers(place, home) is inside


def test_the_place_that_says_most_wins() -> None:
    grids = {"一": ["金桥路36弄"], "二": ["金桥路36弄28号"], "三": ["金桥路38弄"]}
    assert grid_for("金桥路36弄28号101室", grids) == "二"
    assert grid_for("金桥路36弄27号101室", grids) == "一"
    assert grid_for("枣庄路1号", grids) is None
    assert grid_for(None, grids) is None
    assert grid_for("金桥路36弄1号", {"一": ["金桥路36弄"], "二": ["金桥路36弄"]}) is None, "two say as much"


NUMBERS = st.integers(1, 400)


@examples(NUMBERS, NUMBERS, NUMBERS, NUMBERS)
def test_a_building_is_covered_by_its_own_lane_and_number_only(lane: int, number: int, other: int, room: int) -> None:
    home = f"金桥路{lane}弄{number}号{room}室"
    assert covers(f"金桥路{lane}弄{other}号", home) is (other == number)
    assert covers(f"金桥路{other}弄", home) is (other == lane)
    assert covers(f"金桥路{lane}弄{other}", home) is (other == number)
