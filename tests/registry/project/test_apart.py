from __future__ import annotations

from events.facts.merging import Likeness, ToldApart
from services.registry.project.apart import view
from tests.registry.project.folding import WHO, folded


def test_it_is_remembered_what_two_people_have_in_common() -> None:
    first = ToldApart(other_id="b", alike=(Likeness.NAME, Likeness.BIRTH))
    again = ToldApart(other_id="b", alike=(Likeness.NAME, Likeness.PHONE))
    rows = folded(view, first, again, ToldApart(other_id="c", alike=(Likeness.PHONE,)))
    assert {key: row["alike"] for key, row in rows.items()} == {
        (WHO, "b"): ["birth", "name", "phone"],
        (WHO, "c"): ["phone"],
    }
