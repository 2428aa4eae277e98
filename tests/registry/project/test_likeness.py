from __future__ import annotations

from datetime import date

from events.facts.base import HIDDEN
from events.facts.member import ContactChanged, CorrectableField, DetailsCorrected, EnrolmentWithdrawn
from events.facts.merging import Likeness, Merged, MergeSide, ToldApart, Unmerged
from events.facts.people import ContactCard, Relative
from services.registry.project.likeness import view
from tests.registry.project.folding import folded, row_of, zhang


def test_a_record_is_compared_by_plain_values() -> None:
    row = row_of(view, zhang())
    assert (row["name"], row["pinyin"], row["birth"]) == ("张桂兰", "zhangguilan", date(1940, 3, 7))
    assert (row["phone"], row["family"]) == ("13912348862", ["13800002210"])
    assert row["address"] == "金桥路36弄28号101室"
    assert row["standing"]


def test_a_number_is_the_same_however_it_is_written() -> None:
    for written in ("+86 139-1234-8862", "139 1234 8862"):
        card = ContactCard(phone=written, family=(Relative(name="张伟", phone="（021）6271 0000"),))
        row = row_of(view, zhang(), ContactChanged(contact=card))
        assert (row["phone"], row["family"]) == ("13912348862", ["02162710000"])


def test_corrections_are_followed_and_what_cannot_be_read_changes_nothing() -> None:
    def corrected(field: CorrectableField, **value: str | None) -> dict[str, object]:
        return row_of(view, zhang(), DetailsCorrected(field=field, **value))

    assert corrected(CorrectableField.NAME, identity="章 桂兰")["name"] == "章桂兰"
    assert corrected(CorrectableField.BIRTH, identity="1941-03-07")["birth"] == date(1941, 3, 7)
    assert corrected(CorrectableField.ID_NUMBER, identity="31010419480831489X")["birth"] == date(1948, 8, 31)
    assert corrected(CorrectableField.PHONE, contact=None)["phone"] is None
    assert corrected(CorrectableField.ADDRESS, contact="金桥路 1 号")["address"] == "金桥路1号"
    assert corrected(CorrectableField.KIND, plain="retired") == row_of(view, zhang())
    assert row_of(view, zhang(), ContactChanged(contact=HIDDEN)) == row_of(view, zhang())
    assert row_of(view, zhang(person=HIDDEN, contact=HIDDEN))["family"] == []
    assert folded(view, zhang(), EnrolmentWithdrawn()) == {}


def test_who_is_merged_is_not_compared_until_taken_apart() -> None:
    into = Merged(side=MergeSide.ABSORBED, other_id="b")
    assert not row_of(view, zhang(), into)["standing"]
    assert row_of(view, zhang(), Merged(side=MergeSide.KEPT, other_id="b"))["standing"]
    assert row_of(view, zhang(), into, Unmerged(side=MergeSide.ABSORBED, other_id="b")) == row_of(view, zhang())


def test_it_is_remembered_what_two_people_have_in_common() -> None:
    first = ToldApart(other_id="b", alike=(Likeness.NAME, Likeness.BIRTH))
    row = row_of(view, zhang(), first, ToldApart(other_id="b", alike=(Likeness.NAME, Likeness.PHONE)))
    assert row["apart"] == {"b": ["birth", "name", "phone"]}
