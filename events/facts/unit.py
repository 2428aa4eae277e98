"""Stream `unit`, owned by registry: the levels above the branches, city to community, and what each is called."""

from __future__ import annotations

from enum import StrEnum

from events.facts.base import Fact


class UnitFact(Fact, owner="registry", stream="unit"):
    """About one unit; the entity is `unit_of(path)`."""


class UnitLevel(StrEnum):
    """Where a unit stands, from the top down (DOMAIN R3)."""

    CITY = "city"
    DISTRICT = "district"
    STREET = "street"
    COMMUNITY = "community"


class Named(UnitFact, name="hearth.unit.named", version=1, published=True):
    """The unit at this path (`demo.jinqiao`) is called so from the effective day on. Source: DOMAIN R3.

    The path is what scopes and envelopes say for ever; the name is what people read. The first such fact is the
    unit's formation, every later one a renaming.
    """

    path: str
    name: str
    level: UnitLevel


def unit_of(path: str) -> str:
    """The entity id of the unit at a path: `demo.jinqiao` -> `unit:demo:jinqiao`."""
    return f"unit:{path.replace('.', ':')}"


def above(path: str) -> str:
    """The path of the unit that this one belongs to; "" above the first."""
    return path.rpartition(".")[0]
