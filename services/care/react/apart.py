"""A record that another one stood for stands for a person of its own again: what rested is gone through (ADR 30)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from events.facts.merging import MergeSide, Unmerged
from events.log.envelope import About
from events.log.react import reaction
from services.care.handle.care import Care
from services.care.react.asking import asked_by

POLICY: Final = "visits-of-two-again"


def of_the_other(data: Mapping[str, Any], _care: Care) -> bool:
    """For the record that stood for both nothing changes."""
    return bool(data.get("side") == MergeSide.KEPT)


@reaction(POLICY, on=Unmerged, at_sight=of_the_other)
async def plan_again(_fact: Unmerged, about: About, care: Care) -> None:
    """Plan the windows that are open now; what was planned before is there as it was."""
    await care.replan(asked_by(POLICY, about), about.entity, about.position)
