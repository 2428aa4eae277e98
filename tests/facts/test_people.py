from __future__ import annotations

from datetime import date

import pytest

from events.facts.base import HIDDEN
from events.facts.member import CorrectableField, DetailsCorrected
from events.facts.people import Address, ContactCard, Person, Sex, address_of, birth_in
from events.facts.receipts import receipt_book

PERSON = Person(name="田林生", sex=Sex.MALE, id_number="31010419480831489X", birth=date(1948, 8, 31))
CARD = ContactCard(phone="15020256261")


@pytest.mark.parametrize(
    ("text", "building", "room"),
    [
        ("金桥路36弄28号101室", "金桥路36弄28号", "101室"),
        (" 金桥路36弄28号 ", "金桥路36弄28号", None),
        ("石泉路8弄3号楼2单元501", "石泉路8弄3号楼", "2单元501"),
        ("阳光小区5幢302", "阳光小区5幢", "302"),
        ("某村三组", None, None),
    ],
)
def test_building_and_room_are_told_apart(text: str, building: str | None, room: str | None) -> None:
    assert address_of(text) == Address(text=text.strip(), building=building, room=room)


def test_the_id_number_carries_the_day_of_birth() -> None:
    assert birth_in("31010419480831489X") == date(1948, 8, 31)
    with pytest.raises(ValueError, match="day"):
        birth_in("310104194802301891")


def test_a_correction_applies_itself_where_it_belongs() -> None:
    name = DetailsCorrected(field=CorrectableField.NAME, identity="田琳生")
    assert name.person_after(PERSON).name == "田琳生"
    assert name.contact_after(CARD) is CARD
    address = DetailsCorrected(field=CorrectableField.ADDRESS, contact="金桥路5弄37号102室")
    assert address.contact_after(CARD).address == address_of("金桥路5弄37号102室")
    assert address.person_after(PERSON) is PERSON
    alone = DetailsCorrected(field=CorrectableField.LIVES_ALONE, contact="true")
    assert alone.contact_after(CARD).lives_alone is True


def test_a_corrected_id_number_brings_the_day_of_birth_along() -> None:
    corrected = DetailsCorrected(field=CorrectableField.ID_NUMBER, identity="310104195410280014")
    assert corrected.person_after(PERSON).birth == date(1954, 10, 28)


def test_a_correction_that_cannot_be_read_changes_nothing() -> None:
    assert DetailsCorrected(field=CorrectableField.NAME, identity=HIDDEN).person_after(PERSON) is PERSON
    assert DetailsCorrected(field=CorrectableField.PHONE, contact=HIDDEN).contact_after(CARD) is CARD


def test_a_receipt_book_is_named_without_dots() -> None:
    assert receipt_book("demo.jinqiao") == "demo:jinqiao"
