"""Mistakes in a projection are found where it is declared, not when a fact arrives."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Column, DateTime, Float, MetaData, Table, Text

from events.facts.base import Fact
from events.facts.care import CareFact, FellIll, VisitPlanned
from events.facts.member import Attended, PensionBasisSet
from events.log.envelope import About
from events.log.project import Projection, Row, View, community_column
from events.log.project.scope import setting_of


def table(*more: Column[Any], name: str = "t", key: int = 1) -> Table:
    keys = [Column(f"k{number}", Text, primary_key=True) for number in range(key)]
    return Table(name, MetaData(), *keys, *more)


def view(name: str = "t", **options: Any) -> View:
    return View(name, version=1, table=table(community_column(), name=name), doc="A view.", **options)


def fold(row: Row | None, fact: Fact, about: About) -> Row:
    return {}


@pytest.mark.parametrize(
    ("made_of", "complaint"),
    [
        (table(), "give it community_column"),
        (table(Column("community", Text)), "give it community_column"),
        (table(community_column(), key=0), "needs a primary key"),
        (table(community_column(), name="fact"), "a name of its own"),
        (table(community_column(), Column("c", Float)), r"t.c: a view has no FLOAT; use one of TEXT"),
        (table(community_column(), Column("c", DateTime)), "has no TIMESTAMP WITHOUT TIME ZONE"),
    ],
)
def test_tables_no_view_may_have(made_of: Table, complaint: str) -> None:
    with pytest.raises(TypeError, match=complaint):
        View("t", version=1, table=made_of, doc="A view.")


def test_a_view_without_a_community_says_why() -> None:
    with pytest.raises(TypeError, match="needs a reason"):
        View("t", version=1, table=table(), doc="A view.", scoped=False)
    assert View("t", version=1, table=table(), doc="A view.", scoped=False, reason="counts only").columns


def test_folds_that_would_not_work() -> None:
    one = view()
    one.on(Attended)(fold)
    with pytest.raises(TypeError, match=r"folds hearth\.member\.attended\.v1 twice"):
        one.on(Attended)
    with pytest.raises(TypeError, match="row, fact, about and, if it likes, key"):
        one.on(PensionBasisSet)(lambda row, fact: row)
    with pytest.raises(TypeError, match="needs keys="):
        View("u", version=1, table=table(community_column(), key=2), doc="A view.").on(Attended)
    with pytest.raises(TypeError, match="no stored name"):
        one.on(CareFact)


def test_what_is_foreign_must_be_published_and_followed() -> None:
    foreign = view()
    foreign.on(FellIll)(fold)
    with pytest.raises(TypeError, match="does not follow CARE"):
        Projection("registry", ("REGISTRY",), (foreign,))
    assert Projection("registry", ("REGISTRY", "CARE"), (foreign,)).routes[FellIll]
    internal = view()
    internal.on(VisitPlanned)(fold)
    assert Projection("care", ("CARE",), (internal,))
    with pytest.raises(TypeError, match="is internal to care, not published"):
        Projection("registry", ("REGISTRY", "CARE"), (internal,))
    with pytest.raises(TypeError, match="must follow its own stream NOTIFY"):
        Projection("notify", ("REGISTRY",), ())
    with pytest.raises(TypeError, match="view t is declared twice"):
        Projection("registry", ("REGISTRY",), (view(), view()))


def test_scopes() -> None:
    assert setting_of(None) == ""
    assert setting_of("") == '{""}'
    assert setting_of("demo.jinqiao") == '{"demo.jinqiao"}'
    assert setting_of(["demo.a", "demo.b"]) == '{"demo.a","demo.b"}'
    for wrong in ('a"', "a,b", "a..b", ".a", "a b", "*"):
        with pytest.raises(ValueError, match="not a scope"):
            setting_of(wrong)
