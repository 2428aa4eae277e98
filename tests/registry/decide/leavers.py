"""Made-up members who left, for the specs of what is decided about them."""

from __future__ import annotations

from datetime import date

from events.facts.base import Fact
from events.facts.member import AwayKind, MovedAway

LEFT = date(2026, 8, 1)


def gone(kind: AwayKind = AwayKind.CARD, expected_return: date | None = None) -> tuple[Fact, date]:
    """Left for Hangzhou in August."""
    moved = MovedAway(
        kind=kind, clause="§3.2", destination="杭州市", fixed_place=False, reason="带孙子",
        expected_return=expected_return,
    )  # fmt: skip
    return moved, LEFT
