"""Stream `grid`: a grid is formed, named, bounded and walked by somebody, until it is closed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from events.facts.base import Fact, is_hidden
from events.facts.decision import Command, Decider, Decision, Happened, Refused, UnknownFact, facts, nothing, refused
from events.facts.grid import (
    BoundsDrawn,
    GridClosed,
    GridFormed,
    GridRenamed,
    GridReopened,
    GridWorker,
    WorkerNamed,
)
from services.registry.decide.grid_places import places_in
from services.registry.decide.values import Line, Name, Phone, Text

Covers = Annotated[tuple[Line, ...], BeforeValidator(places_in), Field(max_length=100)]
"""Beginnings of addresses, as a list or in one text."""


class FormGrid(Command):
    """A new grid of a community, from today on."""

    name: Name
    community: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$")]
    covers: Covers = ()
    worker_name: Name | None = None
    worker_phone: Phone | None = None


class ChangeGrid(Command):
    """All of this is so of the grid from today on; what is left out is not so any more. Cards that say an earlier name
    go on meaning it.
    """

    name: Name
    covers: Covers = ()
    worker_name: Name | None = None
    worker_phone: Phone | None = None


class CloseGrid(Command):
    """There is no such grid any more. `reason` goes into the fact's envelope."""

    reason: Text


# ── State ────────────────────────────────────────────────────────────────────────────────────────────────────────


class Grid(BaseModel):
    """What decisions about a grid need to remember; an empty name says there is none yet."""

    model_config = ConfigDict(frozen=True)

    name: str = ""
    covers: tuple[str, ...] = ()
    worker: GridWorker = GridWorker()
    closed: bool = False


# ── evolve ───────────────────────────────────────────────────────────────────────────────────────────────────────


def evolve(grid: Grid, fact: Fact, effective: date) -> Grid:
    """The grid after a fact. Raises `UnknownFact` on a fact of another stream."""
    match fact:
        case GridFormed():
            return Grid(name=fact.name, covers=fact.covers)
        case GridRenamed():
            return grid.model_copy(update={"name": fact.name})
        case BoundsDrawn():
            return grid.model_copy(update={"covers": fact.covers})
        case WorkerNamed():
            return grid.model_copy(update={"worker": GridWorker() if is_hidden(fact.worker) else fact.worker})
        case GridClosed():
            return grid.model_copy(update={"closed": True})
        case GridReopened():
            return grid.model_copy(update={"closed": False})
        case _:
            raise UnknownFact("grid", fact)


GRID: Final = Decider(owner="registry", stream="grid", initial=Grid(), evolve=evolve)


# ── decide ───────────────────────────────────────────────────────────────────────────────────────────────────────

Others = Mapping[str, str]
"""Which grid (by its name) covers a place already, of the community's other standing grids."""


def form_grid(grid: Grid, command: FormGrid, others: Others, today: date) -> Decision:
    """A grid begins. One of that name is that grid already; a closed one is to be reopened, not formed once more."""
    if grid.closed:
        return refused("grid_closed", name=grid.name)
    if grid.name:
        return nothing() if grid.name == command.name else refused("grid_exists", name=grid.name)
    if taken := _taken(command.covers, others):
        return taken
    formed = GridFormed(name=command.name, covers=command.covers)
    worker = GridWorker(name=command.worker_name, phone=command.worker_phone)
    return facts(formed, *([WorkerNamed(worker=worker)] if worker != GridWorker() else []), on=today)


def change_grid(grid: Grid, command: ChangeGrid, others: Others, today: date) -> Decision:
    """The grid has another name, other bounds, or is walked by somebody else: a fact for each that is otherwise.

    A place belongs to one grid; a building may be taken out of another's lane.
    """
    if not grid.name:
        return refused("no_grid")
    if grid.closed:
        return refused("grid_closed", name=grid.name)
    if taken := _taken(command.covers, others):
        return taken
    worker = GridWorker(name=command.worker_name, phone=command.worker_phone)
    changed: list[Fact] = []
    if command.name != grid.name:
        changed.append(GridRenamed(name=command.name))
    if command.covers != grid.covers:
        changed.append(BoundsDrawn(covers=command.covers))
    if worker != grid.worker:
        changed.append(WorkerNamed(worker=worker))
    return facts(*changed, on=today) if changed else nothing()


def close_grid(grid: Grid, today: date) -> Decision:
    """The grid is no more. Whoever's card says its name is shown as without a grid, and is changed by nobody."""
    if not grid.name:
        return refused("no_grid")
    return nothing() if grid.closed else facts(GridClosed(), on=today)


def reopen_grid(grid: Grid, others: Others, today: date) -> Decision:
    """It is there again, as it was."""
    if not grid.name:
        return refused("no_grid")
    if not grid.closed:
        return nothing()
    return _taken(grid.covers, others) or Happened(((GridReopened(), today),))


def _taken(places: tuple[str, ...], others: Others) -> Refused | None:
    found = next((place for place in places if place in others), None)
    return None if found is None else refused("covered_already", place=found, grid=others[found])
