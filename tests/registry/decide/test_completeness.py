"""How complete a card is: between 0 and 100, and never less after a field was filled in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from events.facts.people import CardField
from services.registry.decide.policy import CompletenessPolicy
from tests.registry.decide.people import POLICY

FIELDS = st.sets(st.sampled_from(list(CardField)))
WEIGHTS = st.dictionaries(st.sampled_from(list(CardField)), st.integers(0, 1000))
PACK = POLICY.completeness


def test_the_pack_weighs_every_field_and_cites_its_clause() -> None:
    assert set(PACK.weights) == set(CardField)
    assert PACK.clause in POLICY.clauses


def test_a_full_card_and_an_empty_one() -> None:
    assert (PACK.percent([]), PACK.percent(CardField)) == (100, 0)


def test_what_weighs_more_is_missed_more() -> None:
    assert PACK.percent([CardField.PHONE]) < PACK.percent([CardField.ETHNICITY]) < 100


def test_a_pack_that_counts_nothing_finds_nothing_missing() -> None:
    assert CompletenessPolicy(weights={}, clause="§1.1").percent(CardField) == 100


@pytest.mark.parametrize("weights", [{"phone": -1}, {"shoe_size": 5}])
def test_a_weight_below_nothing_or_of_an_unknown_field_is_no_pack(weights: dict[str, int]) -> None:
    with pytest.raises(ValidationError):
        CompletenessPolicy.model_validate({"weights": weights, "clause": "§1.1"})


@given(WEIGHTS, FIELDS, st.sampled_from(list(CardField)))
def test_it_stays_in_bounds_and_never_falls_when_a_field_is_filled_in(
    weights: dict[CardField, int], missing: set[CardField], filled: CardField
) -> None:
    policy = CompletenessPolicy(weights=weights, clause="§1.1")
    before, after = policy.percent(missing), policy.percent(missing - {filled})
    assert 0 <= before <= after <= 100
    assert (before == 100) == (not any(weights.get(field) for field in missing))


@given(WEIGHTS, FIELDS, st.integers(1, 100))
def test_the_filter_finds_exactly_the_cards_below(
    weights: dict[CardField, int], missing: set[CardField], percent: int
) -> None:
    policy = CompletenessPolicy(weights=weights, clause="§1.1")
    bits = sum(1 << place for place, field in enumerate(CardField) if field in missing)
    assert (bits in policy.bits_below(percent)) == (policy.percent(missing) < percent)
