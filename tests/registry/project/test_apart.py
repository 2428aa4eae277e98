from __future__ import annotations

from events.facts.merging import Likeness, ToldApart
from services.registry.project.apart import view
from tests.registry.project.folding import folded, zhang


def test_it_is_remembered_what_two_people_have_in_common() -> None:
    first = ToldApart(other_id="b", alike=(Likeness.NAME, Likeness.BIRTH))
    again = ToldApart(other_id="b", alike=(Likeness.NAME, Likeness.PHONE))
    ((key, row),) = folded(view, zhang(), first, again).items()
    assert key[-1] == "b"
    assert row["alike"] == ["birth", "name", "phone"]


def test_who_was_never_told_apart_has_no_row() -> None:
    assert folded(view, zhang()) == {}
