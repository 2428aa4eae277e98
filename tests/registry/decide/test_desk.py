"""One's own filters and columns: kept once, dropped once, not without end."""

from __future__ import annotations

from datetime import date

import pytest
from pydantic import ValidationError

from events.facts.desk import ColumnsChosen, FilterDropped, FilterKept, NamedFilter
from services.registry.decide.desk import (
    DESK,
    FILTERS_MAX,
    ChooseColumns,
    DropFilter,
    KeepFilter,
    choose_columns,
    drop_filter,
    keep_filter,
)
from tests.given import given

TODAY = date(2026, 11, 21)
AWAY = FilterKept(kept=NamedFilter(name="在外的", query="state=away"))


def test_a_filter_is_kept_once() -> None:
    wish = KeepFilter(name="在外的", query="state=away")
    given(DESK).when(lambda one: keep_filter(one, wish, TODAY)).then(AWAY, on=TODAY).then_again_nothing()


def test_another_of_that_name_takes_its_place() -> None:
    wish = KeepFilter(name="在外的", query="state=away&q=zhang")
    after = FilterKept(kept=NamedFilter(name="在外的", query="state=away&q=zhang"))
    given(DESK, AWAY).when(lambda one: keep_filter(one, wish, TODAY)).then(after).then_again_nothing()


def test_a_desk_has_room_for_so_many() -> None:
    full = [FilterKept(kept=NamedFilter(name=f"第{number}个", query=f"q={number}")) for number in range(FILTERS_MAX)]
    another, known = KeepFilter(name="又一个", query="q=a"), KeepFilter(name="第1个", query="q=b")
    given(DESK, *full).when(lambda one: keep_filter(one, another, TODAY)).then_refused(
        "too_many_filters", most=FILTERS_MAX
    )
    assert given(DESK, *full).when(lambda one: keep_filter(one, known, TODAY)).then_facts()


def test_a_filter_is_dropped_once() -> None:
    wish = DropFilter(name="在外的")
    given(DESK, AWAY).when(lambda one: drop_filter(one, wish, TODAY)).then(
        FilterDropped(dropped="在外的"), on=TODAY
    ).then_again_nothing()
    given(DESK).when(lambda one: drop_filter(one, wish, TODAY)).then_nothing()


def test_columns_are_chosen_once() -> None:
    wish = ChooseColumns(columns=("name", "branch"))
    given(DESK).when(lambda one: choose_columns(one, wish, TODAY)).then(
        ColumnsChosen(columns=("name", "branch")), on=TODAY
    ).then_again_nothing()


@pytest.mark.parametrize(("name", "query"), [("", "q=a"), ("长" * 21, "q=a"), ("好", "")])
def test_a_filter_has_a_short_name_and_asks_something(name: str, query: str) -> None:
    with pytest.raises(ValidationError):
        KeepFilter(name=name, query=query)
