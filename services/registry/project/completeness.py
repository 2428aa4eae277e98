"""What is missing on a card: one bit a field in the row, so that a pack's weights need not be known to fold it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Column, ColumnElement, Integer, literal
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql.elements import Grouping

from events.facts.people import CardField

_COLUMN_OF: Final = {
    CardField.BRANCH: "branch_id",
    CardField.PENSION_BASIS: "pension_known",
}
"""Where a field's column has another name than the field."""
_BITS: Final = tuple((_COLUMN_OF.get(field, field.value), 1 << place) for place, field in enumerate(CardField))
_PENSION: Final = 1 << list(CardField).index(CardField.PENSION_BASIS)


def missing_bits(row: Mapping[str, Any]) -> int:
    """Which fields a row of the register says nothing of; 0 if none. Relief is reckoned without a pension."""
    bits = 0
    for column, bit in _BITS:
        if not row.get(column):
            bits |= bit
    return bits & ~_PENSION if row.get("minimum_living") else bits


def missing_fields(bits: int | None) -> list[CardField]:
    """The fields that these bits stand for, in their order."""
    return [field for place, field in enumerate(CardField) if (bits or 0) >> place & 1]


def lost(bits: Column[int], weights: Mapping[CardField, int]) -> ColumnElement[int]:
    """How much of all weights the fields missing in a row weigh: looked up, which costs a row less than adding up."""
    by_bits = [0]
    for field in CardField:
        by_bits += [loss + weights.get(field, 0) for loss in by_bits]
    found: ColumnElement[int] = Grouping(literal(by_bits, ARRAY(Integer)))[bits + 1]
    return found
