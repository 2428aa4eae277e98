"""Declaring what is folded: views, snapshots, and the projection of a service that holds them.

    ledger = View("mobility_ledger", version=1, table=…, doc="Who lives elsewhere, since when, with which clocks.")

    @ledger.on(MovedAway)
    def _(row, fact, about):
        return {"since": about.effective, "kind": fact.kind, …}

Mistakes are found when the module is imported or the projection is put together, not when a fact arrives.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, Generic, TypeVar

from pydantic import BaseModel
from sqlalchemy import Table

from events.facts.access import EVERY_SERVICE
from events.facts.base import Fact
from events.facts.decision import Decider
from events.log.envelope import About, log_stream_of
from events.log.project.columns import column_paths

Row = dict[str, Any]
"""One row by column name. Only values that PostgreSQL gives back as they were: str, int, bool, date, datetime, list."""
Key = tuple[Any, ...]
"""The primary key's values in the order of its columns."""
Fold = Callable[..., Row | None]
"""(row or None, fact, about[, key]) -> the new row, or None for no row. Pure; never talks to a database."""
Keys = Callable[[Any, About], Sequence[Key]]
F = TypeVar("F", bound=Fold)
S = TypeVar("S", bound=BaseModel)

SNAPSHOT: Final = "snapshot"
"""The name under which all snapshots of a service are built, parked and rebuilt together."""
RESERVED: Final = frozenset({"position", "built", "fact", "claim", "parked", SNAPSHOT})
"""Tables the runner keeps for itself."""


@dataclass(frozen=True, slots=True)
class Handler:
    """The fold of one fact type in one view."""

    fold: Fold
    keys: Keys | None
    wants_key: bool


class View:
    """A table that is folded from facts. Its primary key is the key by which rows are folded.

    The engine completes what a fold returns: key columns from the key, and `community` from the fact where the row
    has none. Fields this service holds no key for arrive as `HIDDEN` and are stored as NULL.
    """

    def __init__(
        self, name: str, *, version: int, table: Table, doc: str, scoped: bool = True, reason: str = ""
    ) -> None:
        """`version` goes up whenever a fold changes; the view is then rebuilt at the next start.

        A view without a `community` column says `scoped=False` and why that gives nobody's data away (`reason`).
        """
        self.name, self.version, self.table, self.doc = name, version, table, doc
        self.unscoped_reason = reason
        self.handlers: dict[type[Fact], Handler] = {}
        self.columns = column_paths(table)
        self.key_columns: tuple[str, ...] = tuple(str(column.name) for column in table.primary_key.columns)
        if version < 1:
            raise TypeError(f"view {name}: versions begin at 1")
        if not doc:
            raise TypeError(f"view {name}: say what it shows (doc)")
        if not self.key_columns:
            raise TypeError(f"view {name}: table {table.name} needs a primary key, it is the key of the view")
        if table.name in RESERVED or table.schema is not None:
            raise TypeError(f"view {name}: table {table.name} must have no schema and a name of its own")
        self._check_scope(scoped, reason)

    def _check_scope(self, scoped: bool, reason: str) -> None:
        column = self.table.columns.get("community")
        if scoped and (column is None or str(column.type) != "LTREE"):
            raise TypeError(f"view {self.name}: give it community_column(), or say scoped=False and the reason")
        if not scoped and (column is not None or not reason):
            raise TypeError(f"view {self.name}: scoped=False needs a reason, and no community column")

    def on(self, fact_type: type[Fact], *, keys: Keys | None = None) -> Callable[[F], F]:
        """Fold facts of this type. `keys` names the rows of one fact (default: the one row of its entity).

        The fold is called once per key. With several rows to a fact it takes the key as a fourth argument.
        """
        if fact_type in self.handlers:
            raise TypeError(f"view {self.name} folds {fact_type.TYPE} twice")
        if not fact_type.TYPE:
            raise TypeError(f"view {self.name}: {fact_type.__name__} has no stored name")
        if keys is None and len(self.key_columns) != 1:
            raise TypeError(f"view {self.name}: {fact_type.TYPE} needs keys=, the key has several columns")

        def register(fold: F) -> F:
            arguments = len(inspect.signature(fold).parameters)
            if arguments not in {3, 4}:
                raise TypeError(f"view {self.name}: a fold takes row, fact, about and, if it likes, key")
            self.handlers[fact_type] = Handler(fold, keys, arguments == 4)
            return fold

        return register


@dataclass(frozen=True, slots=True)
class Snapshots(Generic[S]):
    """The state of every entity of one own stream, kept for the command handlers (PITFALLS 7)."""

    stream: str
    model: type[S]
    initial: S
    evolve: Callable[[S, Fact, date], S]
    version: int = 1
    """Goes up when `evolve` changes; all snapshots of the service are then rebuilt."""

    @classmethod
    def of(cls, decider: Decider[S], version: int = 1) -> Snapshots[S]:
        """The snapshots a decider decides from."""
        return cls(decider.stream, decider.model, decider.initial, decider.evolve, version)


@dataclass(frozen=True, slots=True)
class Route:
    """A fact type's way into one view."""

    view: str
    handler: Handler


@dataclass(frozen=True)
class Projection:
    """Everything one service folds, from its own stream and from the published facts of others.

    Folds of different log streams must commute: facts of registry and care arrive in any relative order.
    """

    service: str
    streams: Sequence[str]
    views: Sequence[View]
    snapshots: Sequence[Snapshots[Any]] = ()
    routes: Mapping[type[Fact], tuple[Route, ...]] = field(init=False)

    def __post_init__(self) -> None:
        """Find what does not fit together; raises `TypeError` naming it."""
        if self.own_stream not in self.streams:
            raise TypeError(f"{self.service} must follow its own stream {self.own_stream}")
        _refuse_twice("view", [view.name for view in self.views])
        _refuse_twice("table", [view.table.name for view in self.views])
        _refuse_twice("snapshots of", [snapshots.stream for snapshots in self.snapshots])
        routes: dict[type[Fact], tuple[Route, ...]] = {}
        for view in self.views:
            for fact_type, handler in view.handlers.items():
                self._check_readable(view, fact_type)
                routes[fact_type] = (*routes.get(fact_type, ()), Route(view.name, handler))
        object.__setattr__(self, "routes", routes)

    @property
    def own_stream(self) -> str:
        """The log stream this service owns."""
        return log_stream_of(self.service)

    def _check_readable(self, view: View, fact_type: type[Fact]) -> None:
        if fact_type.OWNER == EVERY_SERVICE:
            return
        if self.service != fact_type.OWNER and not fact_type.PUBLISHED:
            raise TypeError(f"view {view.name}: {fact_type.TYPE} is internal to {fact_type.OWNER}, not published")
        if log_stream_of(fact_type.OWNER) not in self.streams:
            raise TypeError(
                f"view {view.name} folds {fact_type.TYPE}, but {self.service} does not follow "
                f"{log_stream_of(fact_type.OWNER)}"
            )


def _refuse_twice(what: str, names: Sequence[str]) -> None:
    if twice := {name for name in names if names.count(name) > 1}:
        raise TypeError(f"{what} {', '.join(sorted(twice))} is declared twice")
