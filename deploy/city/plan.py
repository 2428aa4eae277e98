"""How large a city is, when its history ends, and what its communities are called."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Annotated, Final, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

COMMUNITIES_MAX: Final = 9999
"""Each has an ID region of its own (`people.region`)."""
MEMBERS_MAX: Final = 5000
YEARS_MAX: Final = 10
_COMMUNITIES_PER_STREET, _STREETS_PER_DISTRICT = 10, 10


class Place(NamedTuple):
    """One community: its number (from 1) and its code in the organisation, `city.d01.s003.c0021`."""

    number: int
    code: str


class CityPlan(BaseModel):
    """Everything a city follows from. `until` is the last day of its history, that day included."""

    model_config = ConfigDict(frozen=True)

    communities: Annotated[int, Field(ge=1, le=COMMUNITIES_MAX)]
    members: Annotated[int, Field(ge=1, le=MEMBERS_MAX)]
    years: Annotated[int, Field(ge=1, le=YEARS_MAX)]
    seed: int
    until: date
    root: str = "city"
    """What the codes of its communities begin with."""

    @property
    def first(self) -> date:
        """The day on which every community puts its people on the roll."""
        return self.until - timedelta(days=365 * self.years)

    def places(self) -> Iterator[Place]:
        """The communities in order."""
        for number in range(1, self.communities + 1):
            street = (number - 1) // _COMMUNITIES_PER_STREET
            district = street // _STREETS_PER_DISTRICT
            yield Place(number, f"{self.root}.d{district + 1:02}.s{street + 1:03}.c{number:04}")
