"""Stream `desk`: filters somebody keeps under a name, the columns of their lists, and how far they have read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from events.facts.base import Fact, is_hidden
from events.facts.decision import Command, Decider, Decision, UnknownFact, facts, nothing, refused
from events.facts.desk import ChangesRead, ColumnsChosen, FilterDropped, FilterKept, NamedFilter

FILTERS_MAX: Final = 24
"""More nobody finds again among the others."""
SEQUENCE_MAX: Final = 2**53
FilterName = Annotated[str, StringConstraints(min_length=1, max_length=20)]


class KeepFilter(Command):
    """Keep this view of the register under a name. `query` is what stands in its address behind the `?`."""

    name: FilterName
    query: Annotated[str, StringConstraints(min_length=1, max_length=1000)]


class DropFilter(Command):
    """The filter of this name is not needed any more."""

    name: FilterName


class ChooseColumns(Command):
    """Take lists out with these columns, in this order."""

    columns: Annotated[tuple[str, ...], Field(min_length=1, max_length=60)]


class ReadChanges(Command):
    """What changed in this branch is known to the account up to here; `through` and `told` came with the list."""

    branch_id: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z_-]{1,64}$")]
    through: Annotated[int, Field(ge=0, le=SEQUENCE_MAX)]
    told: Annotated[int, Field(ge=0, le=SEQUENCE_MAX)]


# ── State ────────────────────────────────────────────────────────────────────────────────────────────────────────


class Desk(BaseModel):
    """The filters by name, the latest last, and the columns chosen last."""

    model_config = ConfigDict(frozen=True)

    filters: Mapping[str, str] = {}
    columns: tuple[str, ...] = ()
    read: Mapping[str, tuple[int, int]] = {}
    """By branch, how far its changes were looked through."""


# ── evolve ───────────────────────────────────────────────────────────────────────────────────────────────────────


def evolve(desk: Desk, fact: Fact, effective: date) -> Desk:
    """The desk after a fact. Raises `UnknownFact` on a fact of another stream."""
    match fact:
        case FilterKept():
            return desk if is_hidden(fact.kept) else desk.model_copy(update={"filters": with_filter(desk, fact.kept)})
        case FilterDropped():
            left = {name: query for name, query in desk.filters.items() if name != fact.dropped}
            return desk.model_copy(update={"filters": left})
        case ColumnsChosen():
            return desk.model_copy(update={"columns": fact.columns})
        case ChangesRead():
            return desk.model_copy(update={"read": {**desk.read, fact.branch_id: (fact.through, fact.told)}})
        case _:
            raise UnknownFact("desk", fact)


def with_filter(desk: Desk, kept: NamedFilter) -> Mapping[str, str]:
    """The filters with one more; one that is there already keeps its place."""
    return {**desk.filters, kept.name: kept.query}


DESK: Final = Decider(owner="registry", stream="desk", initial=Desk(), evolve=evolve)


# ── decide ───────────────────────────────────────────────────────────────────────────────────────────────────────


def keep_filter(desk: Desk, command: KeepFilter, today: date) -> Decision:
    """A filter is kept under a name; another of that name gives way."""
    if desk.filters.get(command.name) == command.query:
        return nothing()
    if command.name not in desk.filters and len(desk.filters) >= FILTERS_MAX:
        return refused("too_many_filters", most=FILTERS_MAX)
    return facts(FilterKept(kept=NamedFilter(name=command.name, query=command.query)), on=today)


def drop_filter(desk: Desk, command: DropFilter, today: date) -> Decision:
    """A filter is taken off the desk."""
    return facts(FilterDropped(dropped=command.name), on=today) if command.name in desk.filters else nothing()


def choose_columns(desk: Desk, command: ChooseColumns, today: date) -> Decision:
    """Lists are taken out with other columns from now on."""
    return nothing() if desk.columns == command.columns else facts(ColumnsChosen(columns=command.columns), on=today)


def read_changes(desk: Desk, command: ReadChanges, today: date) -> Decision:
    """The changes of a branch were looked through, or a slip is taken back."""
    if desk.read.get(command.branch_id, (0, 0)) == (command.through, command.told):
        return nothing()
    read = ChangesRead(branch_id=command.branch_id, through=command.through, told=command.told)
    return facts(read, on=today)
