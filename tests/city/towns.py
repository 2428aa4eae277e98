"""Small cities, told once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cache

from deploy.city.community import Rules, Told, told
from deploy.city.plan import CityPlan

SMALL = CityPlan(communities=2, members=60, years=1, seed=7, until=date(2026, 11, 20))
RULES = Rules.national()


@cache
def stories(plan: CityPlan = SMALL) -> Sequence[Told]:
    """The communities of a city."""
    return [told(plan, place, RULES) for place in plan.places()]
