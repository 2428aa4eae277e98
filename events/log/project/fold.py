"""The engine: a batch of decoded facts into tables, within a transaction of the caller.

Runner, rebuild, check and retry all fold with this and nothing else, so they cannot disagree.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

import asyncpg
from asyncpg import Connection
from pydantic_core import PydanticSerializationError

from events.log.port import Message
from events.log.project.ddl import LIVE
from events.log.project.decode import YIELD_FACTS, Item, blame
from events.log.project.parts import Part, SnapshotPart, ViewPart
from events.log.project.view import SNAPSHOT, Handler, Key, Projection

POISON: Final = (
    asyncpg.DataError,
    asyncpg.IntegrityConstraintViolationError,
    asyncpg.ProgramLimitExceededError,
    asyncpg.UntranslatableCharacterError,
    PydanticSerializationError,
    TypeError,
    ValueError,
)
"""What one bad value does to the statement of a whole batch; the batch is then split until the fact is found."""


@dataclass(frozen=True, slots=True)
class Parked:
    """A fact that is missing somewhere: in every part (it could not be decoded) or in those that could not fold it."""

    message: Message
    community: str
    missing: tuple[str, ...]
    reason: str


Step = tuple[ViewPart, Handler, Sequence[Key]]


class Engine:
    """Folds into the views and snapshots of one schema. `names` limits it to some of them."""

    def __init__(
        self, projection: Projection, names: Collection[str] | None = None, schema: str = LIVE, *, empty: bool = False
    ) -> None:
        """`empty`: the tables hold nothing yet, so nothing needs to be read from them."""
        self._own_stream = projection.own_stream
        self._views = {
            view.name: ViewPart(view, schema, empty=empty)
            for view in projection.views
            if names is None or view.name in names
        }
        self._snapshots: SnapshotPart | None = None
        if projection.snapshots and (names is None or SNAPSHOT in names):
            self._snapshots = SnapshotPart(projection.snapshots, schema, empty=empty)
        self._steps = {
            fact_type: [(self._views[route.view], route.handler) for route in routes if route.view in self._views]
            for fact_type, routes in projection.routes.items()
        }

    @property
    def parts(self) -> list[Part]:
        """Everything this engine writes, second copy aside."""
        return [*self._views.values(), *([self._snapshots] if self._snapshots else [])]

    async def fold(self, connection: Connection[Any], items: Sequence[Item]) -> list[Parked]:
        """Fold a batch and write it. Raises one of `POISON` if a value spoils it, or what the database raises."""
        parked = [self._undecoded(item) for item in items if item.problem]
        plan, wanted = self._plan(items, parked)
        if self._snapshots is not None:
            wanted[SNAPSHOT] = [key for item in items if (key := self._snapshot_key(item)) is not None]
        for part in self.parts:
            if keys := wanted.get(part.name):
                await part.load(connection, keys)
        for number, (item, steps) in enumerate(zip(items, plan, strict=True), 1):
            parked += self._fold_item(item, steps)
            if number % YIELD_FACTS == 0:
                await asyncio.sleep(0)
        for part in self.parts:
            await part.write(connection)
        return parked

    async def fold_alone(self, connection: Connection[Any], item: Item) -> list[Parked]:
        """Fold one fact with every part in a savepoint of its own; the parts that it spoils are left without it."""
        parked = [self._undecoded(item)] if item.problem else []
        plan, _ = self._plan([item], parked)
        for part, handler, keys in plan[0]:
            try:
                async with savepoint(connection):
                    await part.load(connection, keys)
                    self._fold_steps(item, [(part, handler, keys)])
                    await part.write(connection)
            except Exception as error:
                if _of_the_server(error):
                    raise
                part.drop()
                parked.append(_not_folded(item, part.name, error))
        key = self._snapshot_key(item)
        if self._snapshots is not None and key is not None:
            try:
                async with savepoint(connection):
                    await self._snapshots.load(connection, [key])
                    parked += self._fold_snapshot(self._snapshots, item, key)
                    await self._snapshots.write(connection)
            except POISON as error:
                self._snapshots.drop()
                parked.append(_not_folded(item, SNAPSHOT, error))
        return parked

    def keep(self) -> None:
        """The transaction is committed."""
        for part in self.parts:
            part.keep()

    def drop(self) -> None:
        """The transaction is rolled back."""
        for part in self.parts:
            part.drop()

    def forget(self) -> None:
        """Somebody else wrote to the tables, or may have."""
        for part in self.parts:
            part.forget()

    def _undecoded(self, item: Item) -> Parked:
        missing = tuple(part.name for part in self.parts)
        return Parked(item.message, item.about.community if item.about else "", missing, item.problem)

    def _plan(self, items: Sequence[Item], parked: list[Parked]) -> tuple[list[list[Step]], dict[str, list[Key]]]:
        """Which rows each fact goes into. A fact whose keys cannot be worked out is parked for that view."""
        plan: list[list[Step]] = []
        wanted: dict[str, list[Key]] = {name: [] for name in self._views}
        for item in items:
            steps: list[Step] = []
            plan.append(steps)
            fact, about = item.fact, item.about
            if fact is None or about is None:
                continue
            for part, handler in self._steps.get(type(fact), ()):
                try:
                    keys = ((about.entity,),) if handler.keys is None else _as_keys(handler.keys(fact, about))
                except Exception as error:  # noqa: BLE001 - a view's mistake must not stop the others
                    parked.append(_not_folded(item, part.name, error))
                    continue
                wanted[part.name] += keys
                steps.append((part, handler, keys))
        return plan, wanted

    def _fold_item(self, item: Item, steps: Sequence[Step]) -> list[Parked]:
        parked = []
        for step in steps:
            try:
                self._fold_steps(item, [step])
            except Exception as error:  # noqa: BLE001 - the same
                parked.append(_not_folded(item, step[0].name, error))
        if self._snapshots is not None and (key := self._snapshot_key(item)) is not None:
            parked += self._fold_snapshot(self._snapshots, item, key)
        return parked

    def _fold_steps(self, item: Item, steps: Sequence[Step]) -> None:
        assert item.fact is not None
        assert item.about is not None
        for part, handler, keys in steps:
            part.fold(handler, keys, item.fact, item.about)

    def _snapshot_key(self, item: Item) -> Key | None:
        """The snapshot a message belongs to, decoded or not."""
        if self._snapshots is None or item.message.stream != self._own_stream:
            return None
        return item.key if item.key[0] and self._snapshots.holds(item.stream) else None

    def _fold_snapshot(self, snapshots: SnapshotPart, item: Item, key: Key) -> list[Parked]:
        if item.fact is None or item.about is None:
            snapshots.pass_over(item.stream, key, item.message)
            return []
        try:
            snapshots.fold(item.stream, key, item.fact, item.about, item.message)
        except Exception as error:  # noqa: BLE001 - the same
            snapshots.pass_over(item.stream, key, item.message)
            return [_not_folded(item, SNAPSHOT, error)]
        return []


async def in_pieces(
    engine: Engine, items: Sequence[Item], commit: Callable[[Sequence[Item], bool], Awaitable[None]]
) -> None:
    """Commit a batch whole, or halve one that a bad value spoils until the fact stands alone (`True`)."""
    pieces = [items]
    while pieces:
        piece = pieces.pop()
        try:
            await commit(piece, False)
        except POISON:
            engine.drop()
            if len(piece) == 1:
                await commit(piece, True)
            else:
                half = len(piece) // 2
                pieces += [piece[half:], piece[:half]]


@asynccontextmanager
async def savepoint(connection: Connection[Any]) -> AsyncIterator[None]:
    """A part of a transaction that may fail by itself."""
    await connection.execute("SAVEPOINT one")
    try:
        yield
    except BaseException:
        await connection.execute("ROLLBACK TO SAVEPOINT one")
        raise
    await connection.execute("RELEASE SAVEPOINT one")


def _of_the_server(error: Exception) -> bool:
    """True if PostgreSQL failed, not a fold or a value."""
    return isinstance(error, (asyncpg.PostgresError, asyncpg.InterfaceError, OSError)) and not isinstance(error, POISON)


def _as_keys(keys: Sequence[Key]) -> Sequence[Key]:
    """Each key once, as tuples."""
    return list(dict.fromkeys(tuple(key) for key in keys))


def _not_folded(item: Item, part: str, error: BaseException) -> Parked:
    community = item.about.community if item.about else ""
    return Parked(item.message, community, (part,), f"{part}: {blame(error)}")
