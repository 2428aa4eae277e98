"""Stream `unit`: what a city, a district, a street or a community is called."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from events.facts.base import Fact
from events.facts.decision import Command, Decider, Decision, UnknownFact, facts, nothing, refused
from events.facts.unit import Named, UnitLevel
from services.registry.decide.values import Name

Path = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$", max_length=200)]
_ORDER: Final = tuple(UnitLevel)


class NameUnit(Command):
    """The unit at `path` is called `name` from `on` (today) on."""

    path: Path
    name: Name
    level: UnitLevel = UnitLevel.COMMUNITY
    on: date | None = None


# ── State ────────────────────────────────────────────────────────────────────────────────────────────────────────


class Unit(BaseModel):
    """What a unit is called, and since when; an empty name says that nobody has named it yet."""

    model_config = ConfigDict(frozen=True)

    name: str = ""
    level: UnitLevel | None = None
    since: date = date.min


# ── evolve ───────────────────────────────────────────────────────────────────────────────────────────────────────


def evolve(_unit: Unit, fact: Fact, effective: date) -> Unit:
    """The unit after a fact. Raises `UnknownFact` on a fact of another stream."""
    match fact:
        case Named():
            return Unit(name=fact.name, level=fact.level, since=effective)
        case _:
            raise UnknownFact("unit", fact)


UNIT: Final = Decider(owner="registry", stream="unit", initial=Unit(), evolve=evolve)


# ── decide ───────────────────────────────────────────────────────────────────────────────────────────────────────


def name_unit(unit: Unit, parent: Unit, command: NameUnit, today: date) -> Decision:
    """A unit gets its name, or another one. A unit never stands at or above the level of the one it belongs to."""
    on = command.on or today
    if (unit.name, unit.level) == (command.name, command.level):
        return nothing()
    if on > today:
        return refused("in_future", day=on, today=today)
    if on < unit.since:
        return refused("before_last_name", day=on, since=unit.since)
    if parent.level is not None and _ORDER.index(command.level) <= _ORDER.index(parent.level):
        return refused("level_not_below", level=command.level, parent=parent.name, parent_level=parent.level)
    return facts(Named(path=command.path, name=command.name, level=command.level), on=on)
