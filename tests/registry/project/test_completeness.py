"""What is missing on a card, as its row keeps it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.facts.base import HIDDEN, Fact
from events.facts.member import (
    Assigned,
    ContactChanged,
    CorrectableField,
    DetailsChanged,
    DetailsCorrected,
    Enrolled,
    PensionBasisSet,
)
from events.facts.people import CardField, ContactCard, Person, Sex
from services.registry.project.completeness import missing_bits, missing_fields
from services.registry.project.member import view
from tests.registry.project.folding import row_of, zhang

BARE = {"contact": ContactCard(), "branch_id": None}


def missing(*happened: Fact) -> list[CardField]:
    return missing_fields(row_of(view, *happened)["missing"])


def bare() -> Enrolled:
    return zhang(**BARE)


def test_somebody_of_whom_only_the_necessary_is_known_misses_everything() -> None:
    assert missing(bare()) == list(CardField)


@pytest.mark.parametrize(
    ("fact", "filled"),
    [
        (ContactChanged(contact=ContactCard(phone="110")), {"phone"}),
        (DetailsCorrected(field=CorrectableField.ADDRESS, contact="金桥路36弄28号101室"), {"address", "building"}),
        (DetailsCorrected(field=CorrectableField.ADDRESS, contact="金桥"), {"address"}),
        (DetailsCorrected(field=CorrectableField.ETHNICITY, identity="汉族"), {"ethnicity"}),
        (DetailsCorrected(field=CorrectableField.FULL_MEMBER_ON, plain="1969-07-01"), {"full_member_on"}),
        (Assigned(branch_id="b3"), {"branch"}),
        (DetailsChanged(field=CorrectableField.GRID, contact="第二网格"), {"grid"}),
        (DetailsChanged(field=CorrectableField.INTERESTS, plain="太极"), set()),
        (PensionBasisSet(basis_fen=342000), {"pension_basis"}),
        (PensionBasisSet(basis_fen=HIDDEN), set()),
        (DetailsCorrected(field=CorrectableField.MINIMUM_LIVING, contact="true"), {"pension_basis"}),
    ],
)
def test_a_fact_fills_in_what_it_says(fact: Fact, filled: set[str]) -> None:
    assert set(missing(bare())) - set(missing(bare(), fact)) == filled


def test_what_is_taken_away_is_missing_again() -> None:
    assert CardField.PHONE not in missing(zhang())
    assert CardField.PHONE in missing(zhang(), DetailsCorrected(field=CorrectableField.PHONE, contact=None))


def test_somebody_forgotten_misses_what_cannot_be_read() -> None:
    assert CardField.PHONE in missing(zhang(person=HIDDEN, contact=HIDDEN, pension_basis_fen=HIDDEN))


REST = (
    DetailsChanged(field=CorrectableField.EDUCATION, identity="大专"),
    DetailsChanged(field=CorrectableField.FORMER_UNIT, identity="第三纺织厂"),
    DetailsChanged(field=CorrectableField.REGISTERED_ADDRESS, contact="老街1号"),
    DetailsChanged(field=CorrectableField.GRID, contact="第二网格"),
)


def test_a_full_enrolment_and_the_rest_of_the_card_miss_nothing() -> None:
    person = Person.model_validate(zhang().person.model_dump() | {"ethnicity": "汉族", "sex": Sex.FEMALE})
    full = zhang(person=person, pension_basis_fen=342000, full_member_on="1969-07-01")
    assert missing(full, *REST) == []


COLUMNS = ("phone", "address", "building", "family", "branch_id", "pension_known", "ethnicity", "full_member_on")


@given(st.sets(st.sampled_from(COLUMNS)), st.sampled_from(COLUMNS), st.booleans())
def test_filling_a_column_in_never_makes_another_missing(known: set[str], filled: str, relief: bool) -> None:
    before = missing_bits(dict.fromkeys(known, "x") | {"minimum_living": relief})
    after = missing_bits(dict.fromkeys(known | {filled}, "x") | {"minimum_living": relief})
    assert set(missing_fields(after)) <= set(missing_fields(before))
