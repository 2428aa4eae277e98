from __future__ import annotations

from events.facts.unit import Named, UnitLevel
from services.registry.project import unit
from services.registry.project.organisation import added_up
from tests.registry.project.folding import folded

UNITS = [{"path": "demo", "name": "示范街道", "level": "street"}]


def test_a_unit_is_called_what_it_was_called_last() -> None:
    first, second = (Named(path="demo.a", name=name, level=UnitLevel.COMMUNITY) for name in ("甲社区", "乙社区"))
    rows = folded(unit.view, first, second)
    assert {key: row["name"] for key, row in rows.items()} == {("demo.a",): "乙社区"}


def test_what_stands_in_a_community_counts_up_to_the_top() -> None:
    people = [("demo.a", "enrolled", 10), ("demo.a", "away", 4), ("demo.b.x", "enrolled", 1)]
    tree = added_up(UNITS, people, [("demo.a", 2), ("demo.b.x", 1)])
    assert [(place.path, place.depth, place.members, place.away, place.branches) for place in tree] == [
        ("", 0, 15, 4, 3),
        ("demo", 1, 15, 4, 3),
        ("demo.a", 2, 14, 4, 2),
        ("demo.b", 2, 1, 0, 1),
        ("demo.b.x", 3, 1, 0, 1),
    ]
    assert [place.name for place in tree] == ["", "示范街道", "", "", ""]


def test_the_tree_begins_where_it_is_asked_to() -> None:
    (only,) = added_up([], [("demo.a", "enrolled", 3)], [], "demo.a")
    assert (only.path, only.members, only.depth) == ("demo.a", 3, 0)
    assert [place.path for place in added_up([], [], [], "demo.empty")] == ["demo.empty"]


def test_units_stand_in_the_order_of_their_paths_not_of_their_letters() -> None:
    """`a-b` sorts before `a.b` as text; what belongs to `a` stands right behind it."""
    people = [(path, "enrolled", 1) for path in ("a-b", "a.b", "a")]
    assert [place.path for place in added_up([], people, [])] == ["", "a", "a.b", "a-b"]
