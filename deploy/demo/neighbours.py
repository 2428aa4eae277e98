"""The other communities of the made-up street: a small made-up city beside the story, with a year behind it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from deploy.box.addresses import BoxAddresses
from deploy.city.plan import CityPlan
from deploy.city.writer import Tally, write_city

COMMUNITIES, MEMBERS, SEED = 3, 40, 2
ROOT: Final = "demo"
"""The district of the story: whoever sees all of it sees these as well."""


def neighbours(anchor: date) -> CityPlan:
    """Who they are when today is `anchor`."""
    last = anchor - timedelta(days=1)
    return CityPlan(communities=COMMUNITIES, members=MEMBERS, years=1, seed=SEED, until=last, root=ROOT)


async def write_neighbours(addresses: BoxAddresses, anchor: date) -> None:
    """Write them; what a start before this one has written stands."""

    def unheard(_complete: int, _tally: Tally) -> None:
        """It takes a second or two: nobody needs to hear how far it is."""

    await write_city(neighbours(anchor), addresses, 0, unheard, may_stand=True)
