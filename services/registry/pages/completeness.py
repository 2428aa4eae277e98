"""How complete a card is, and where each of its missing fields is filled in (DOMAIN R1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from events.facts.people import CardField
from services.registry.decide.policy import CompletenessPolicy
from services.registry.project.completeness import missing_fields
from services.registry.project.register import Incomplete

DEED: Final = {
    CardField.PHONE: "contact#field-phone",
    CardField.ADDRESS: "contact#field-address",
    CardField.BUILDING: "contact#field-address",
    CardField.FAMILY: "contact#field-family_name",
    CardField.BRANCH: "assign",
    CardField.PENSION_BASIS: "pension-basis",
    CardField.ETHNICITY: "correct",
    CardField.FULL_MEMBER_ON: "correct",
    CardField.EDUCATION: "details#field-education",
    CardField.FORMER_UNIT: "details#field-former_unit",
    CardField.REGISTERED_ADDRESS: "details#field-registered_address",
    CardField.GRID: "details#field-grid",
}
"""The form that fills a field in, below the member's page."""


def missing_of(card: Mapping[str, Any], policy: CompletenessPolicy) -> Sequence[CardField]:
    """What the card does not say, what weighs most first; without a whole address nobody asks for its building."""
    missing = [field for field in missing_fields(card["missing"]) if policy.weights.get(field)]
    if CardField.ADDRESS in missing and CardField.BUILDING in missing:
        missing.remove(CardField.BUILDING)
    return sorted(missing, key=lambda field: -policy.weights[field])


def percent_of(card: Mapping[str, Any], policy: CompletenessPolicy) -> int:
    """How complete the card is, 0 to 100."""
    return policy.percent(missing_fields(card["missing"]))


def completeness_json(card: Mapping[str, Any], policy: CompletenessPolicy) -> dict[str, Any]:
    """The share and what is missing, as the API gives it."""
    missing = [field.value for field in missing_fields(card["missing"]) if policy.weights.get(field)]
    return {"percent": percent_of(card, policy), "missing": missing, "clause": policy.clause}


def incomplete(below: str, policy: CompletenessPolicy) -> Incomplete | None:
    """The filter for cards less complete than so many percent; "" asks for no such thing."""
    return Incomplete(policy.bits_below(int(below)), policy.weights) if below else None
