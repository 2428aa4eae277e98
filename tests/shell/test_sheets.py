"""A list that goes out as a file runs nothing in whatever program opens it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from services.registry.roster import cells
from services.shell.sheets import csv_response, neutralise


@given(st.text(alphabet=st.one_of(st.sampled_from("=+-@＝＋－＠ '\t\u200b1a张"), st.characters()), max_size=12))
def test_the_same_texts_are_neutralised_as_by_the_reader_of_rosters(text: str) -> None:
    assert neutralise(text) == cells.neutralise(text)


def test_a_name_that_is_a_formula_is_a_text() -> None:
    answer = csv_response("帮扶", ["姓名"], [["=1+1"], ["张"], [5]])
    assert bytes(answer.body).decode("utf-8-sig") == "姓名\r\n'=1+1\r\n张\r\n5\r\n"
