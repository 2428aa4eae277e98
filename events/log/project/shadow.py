"""A projection folded anew in a schema of its own, beside the living one, until it stands exactly where that stands."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from functools import partial
from typing import Any, Final

import asyncpg
from asyncpg import Connection

from events.log.port import Log
from events.log.project.compare import CopyReport, compare_copy
from events.log.project.copy import use_ltree
from events.log.project.ddl import declared, make_snapshot, make_view
from events.log.project.decode import Decoder, Item, Keys
from events.log.project.fold import Engine, Parked, in_pieces
from events.log.project.indexes import make_indexes
from events.log.project.scope import SETTING, WHOLE_BOX
from events.log.project.session import Connect, Database, roll_back, session
from events.log.project.view import SNAPSHOT, Projection

Progress = Callable[[int, int], None]
"""Called with (facts folded, facts to fold) after every batch."""

NEAR_FACTS: Final = 2000
ROUNDS_MAX: Final = 20
_SHADOWING: Final = 0x48656270


class Busy(Exception):
    """Another rebuild or check of this service is running."""


class Shadow:
    """Folds the named parts into `schema` as the tables' owner."""

    def __init__(
        self, projection: Projection, log: Log, keys: Keys, schema: str, names: Collection[str], progress: Progress
    ) -> None:
        self.projection, self.schema, self.names = projection, schema, list(names)
        self.parked: list[Parked] = []
        self.folded: dict[str, int] = dict.fromkeys(projection.streams, 0)
        self.copy = CopyReport()
        self._log, self._progress = log, progress
        self._decoder = Decoder(projection, keys)
        self._engine = Engine(projection, self.names, schema, empty=True)
        self._views = [view for view in projection.views if view.name in self.names]

    @property
    def facts(self) -> int:
        """Facts folded so far, of all streams."""
        return sum(self.folded.values())

    async def make(self, owner: Connection[Any]) -> None:
        """Empty tables in the side schema, without what only readers need; what an interrupted rebuild left goes."""
        async with owner.transaction():
            await owner.execute(f"DROP SCHEMA IF EXISTS {self.schema} CASCADE")
            await owner.execute(f"CREATE SCHEMA {self.schema}")
            for view in self._views:
                await make_view(owner, view, self.projection.service, self.schema, for_readers=False)
            if SNAPSHOT in self.names:
                await make_snapshot(owner, self.projection.service, self.schema)

    async def index(self, connect: Connect) -> None:
        """What readers will need."""
        await make_indexes(connect, self._views, self.schema)

    async def fold_to(self, owner: Connection[Any], targets: Mapping[str, int], *, restore: bool) -> None:
        """Fold every stream up to its target, which must be folded live already, comparing the second copy on the way.

        One stream after the other: folds of different streams commute. Raises `LogGap` and `LogShrunk`.
        """
        total = sum(targets.values())
        for stream, target in targets.items():
            if target <= self.folded[stream]:
                continue
            async with aclosing(self._log.read_range(stream, self.folded[stream] + 1, target)) as pages:
                async for messages in pages:
                    items = await self._decoder.decode(messages)
                    await in_pieces(self._engine, items, partial(self._commit, owner))
                    if stream == self.projection.own_stream:
                        async with whole_box(owner):
                            await compare_copy(owner, items, self.copy, restore=restore)
                    self.folded[stream] = messages[-1].seq
                    self._progress(self.facts, total)

    async def _commit(self, owner: Connection[Any], items: Sequence[Item], alone: bool) -> None:
        async with whole_box(owner):
            if alone:
                parked = await self._engine.fold_alone(owner, items[0])
            else:
                parked = await self._engine.fold(owner, items)
        self._engine.keep()
        self.parked += parked


@asynccontextmanager
async def whole_box(connection: Connection[Any]) -> AsyncIterator[None]:
    """A transaction that sees every community; its commit need not reach the disk, it can be done again."""
    await connection.execute(f"BEGIN; SET LOCAL synchronous_commit = off; SET LOCAL {SETTING} = '{WHOLE_BOX}'")
    try:
        yield
        await connection.execute("COMMIT")
    except BaseException:
        await roll_back(connection)
        raise


async def positions_of(connection: Connection[Any], *, lock: bool = False) -> dict[str, int]:
    """How far each stream is folded live. Locked, the live runner waits until the transaction ends."""
    suffix = " FOR UPDATE" if lock else ""
    return {
        row["stream"]: row["seq"]
        for row in await connection.fetch(f"SELECT stream, seq FROM position ORDER BY stream{suffix}")
    }


@asynccontextmanager
async def beside_the_living(
    shadow: Shadow, database: Database, *, restore: bool, for_readers: bool = False
) -> AsyncIterator[tuple[Connection[Any], dict[str, int]]]:
    """Fold until near, hold the living still, fold the rest; the block then compares and perhaps switches.

    Yields the session whose transaction holds the positions, and those positions. Committed at the end of the block.
    `for_readers`: the side schema gets its indexes, since somebody will read it.
    """
    async with session(database.owner) as owner, session(database.owner) as holder:
        if not await holder.fetchval("SELECT pg_try_advisory_lock($1)", _SHADOWING):
            raise Busy(f"{shadow.projection.service} is being rebuilt or checked already")
        await use_ltree(owner)
        await shadow.make(owner)
        await _fold_until_near(shadow, owner, holder, restore=restore)
        if for_readers:
            await shadow.index(database.owner)
            await _fold_until_near(shadow, owner, holder, restore=restore)
        async with whole_box(holder):
            targets = await positions_of(holder, lock=True)
            await shadow.fold_to(owner, targets, restore=restore)
            yield holder, targets
        await owner.execute(f"DROP SCHEMA {shadow.schema} CASCADE")


async def _fold_until_near(shadow: Shadow, owner: Connection[Any], holder: Connection[Any], *, restore: bool) -> None:
    for _ in range(ROUNDS_MAX):
        targets = await positions_of(holder)
        if sum(targets.values()) - shadow.facts <= NEAR_FACTS:
            break
        await shadow.fold_to(owner, targets, restore=restore)


async def lock_tables(holder: Connection[Any], tables: Sequence[str]) -> None:
    """Hold readers off these tables. Gives way and tries again rather than meet a reader in a circle of locks."""
    names = ", ".join(f'public."{table}"' for table in tables)
    await holder.execute("SET LOCAL lock_timeout = '300ms'")
    while True:
        await holder.execute("SAVEPOINT locking")
        try:
            await holder.execute(f"LOCK TABLE {names} IN ACCESS EXCLUSIVE MODE")
            break
        except (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError):
            await holder.execute("ROLLBACK TO SAVEPOINT locking")
    await holder.execute("RELEASE SAVEPOINT locking")


def names_of(projection: Projection, names: Collection[str] | None) -> list[str]:
    """All parts, or the named ones. Raises `ValueError` naming what there is."""
    known = list(declared(projection))
    if names is None:
        return known
    if unknown := set(names) - set(known):
        raise ValueError(f"{projection.service} has no view {', '.join(sorted(unknown))}; it has {', '.join(known)}")
    return [name for name in known if name in names]
