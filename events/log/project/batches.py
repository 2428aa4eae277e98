"""How batches are written while one lead lasts: a small one in one round trip, large ones behind the folding.

Catching up, this process folds one large batch while PostgreSQL writes the one before: what is folded is kept in
memory as if it were committed, what it writes is noted, and played when the batch before is in. Every batch is still
one transaction, in the order of the log. If one fails, everything folded on top of it is forgotten with it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, Final, cast

from asyncpg import Connection

from events.log.project.at_once import Prepared, gathered
from events.log.project.copy import COPY_FROM, record_of, write_copy
from events.log.project.decode import Item
from events.log.project.fold import POISON, Engine, Parked, in_pieces
from events.log.project.parked import park
from events.log.project.session import batch_transaction

BEHIND_FROM: Final = 500
"""Facts from which a batch is written behind: a reader that has so many before it is catching up."""

Written = Callable[[str, int, int, int], None]
"""(stream, its position now, facts, parked) of a batch that is committed."""


class _Noted:
    """Stands in for the session while a batch is folded: reads are done on another one, writes are noted."""

    def __init__(self, reader: Connection[Any]) -> None:
        self._reader = reader
        self._writes: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = []

    async def fetch(self, query: str, *values: object) -> Any:
        """Read now. Rows of the batch that is being written are not asked for: the engine has them."""
        return await self._reader.fetch(query, *values)

    async def execute(self, *statement: object) -> None:
        """Note it."""
        self._writes.append(("execute", statement, {}))

    async def copy_records_to_table(self, table: str, **what: Any) -> None:
        """Note it."""
        self._writes.append(("copy_records_to_table", (table,), what))

    async def play(self, session: Connection[Any]) -> None:
        """Write what was noted, in order."""
        for name, values, named in self._writes:
            await getattr(session, name)(*values, **named)


@dataclass(frozen=True, slots=True)
class _Underway:
    """A large batch that is being written."""

    stream: str
    items: Sequence[Item]
    task: asyncio.Task[None]


@dataclass
class Batches:
    """The batches of one lead. One caller at a time (`alone`)."""

    own_stream: str
    writer: Connection[Any]
    reader: Connection[Any]
    prepared: Prepared
    engine: Engine
    generation: int
    positions: dict[str, int]
    clock: Callable[[], datetime]
    written: Written
    alone: asyncio.Lock = field(default_factory=asyncio.Lock)
    _underway: _Underway | None = None

    async def add(self, stream: str, items: Sequence[Item]) -> None:
        """Write a batch, or begin to. Raises `Superseded`, and whatever PostgreSQL says of this or the batch before."""
        if len(items) < BEHIND_FROM:
            await self.settle()
            await self._write_now(stream, items)
            return
        try:
            noted, parked = await self._noted(stream, items)
            if not await self.settle():
                noted, parked = await self._noted(stream, items)
        except POISON:
            self.engine.drop()
            await self.settle()
            await self._write_now(stream, items)
            return
        self.engine.keep()
        task = asyncio.create_task(self._write_noted(stream, items, noted, parked))
        self._underway = _Underway(stream, items, task)

    async def settle(self) -> bool:
        """Wait for the batch that is being written. False if a bad value was in it: it is then written in pieces, and
        what was folded on top of it is forgotten.
        """
        underway, self._underway = self._underway, None
        if underway is None:
            return True
        try:
            await underway.task
        except POISON:
            self.engine.forget()
            await self._write_now(underway.stream, underway.items)
            return False
        return True

    async def close(self) -> None:
        """Write nothing more; what is not committed is rolled back."""
        underway, self._underway = self._underway, None
        if underway is not None:
            underway.task.cancel()
            await asyncio.gather(underway.task, return_exceptions=True)

    async def _noted(self, stream: str, items: Sequence[Item]) -> tuple[_Noted, int]:
        noted = _Noted(self.reader)
        parked = await self._fold(cast("Connection[Any]", noted), stream, items, alone=False)
        return noted, parked

    async def _write_noted(self, stream: str, items: Sequence[Item], noted: _Noted, parked: int) -> None:
        old, new = self.positions[stream], items[-1].message.seq
        async with batch_transaction(self.writer, stream, self.generation, old, new) as session:
            await noted.play(session)
        self._committed(stream, items, parked)

    async def _write_now(self, stream: str, items: Sequence[Item]) -> None:
        """Write a batch; one that a bad value spoils is halved until the fact stands alone and can be parked."""
        await in_pieces(self.engine, items, partial(self._commit, stream))

    async def _commit(self, stream: str, items: Sequence[Item], alone: bool) -> None:
        """One transaction: position, rows, snapshots, second copy, parked facts."""
        old, new = self.positions[stream], items[-1].message.seq
        transaction: AbstractAsyncContextManager[Connection[Any]]
        if alone or len(items) >= COPY_FROM:
            transaction = batch_transaction(self.writer, stream, self.generation, old, new)
        else:
            transaction = gathered(self.prepared, stream, self.generation, old, new)
        async with transaction as session:
            parked = await self._fold(session, stream, items, alone=alone)
        self.engine.keep()
        self._committed(stream, items, parked)

    async def _fold(self, session: Connection[Any], stream: str, items: Sequence[Item], *, alone: bool) -> int:
        """Rows, snapshots, second copy and parked facts of a batch into this session; how many were parked."""
        parked: list[Parked]
        if alone:
            parked = await self.engine.fold_alone(session, items[0])
        else:
            parked = await self.engine.fold(session, items)
        if stream == self.own_stream:
            await write_copy(session, [record_of(item) for item in items])
        if parked:
            await park(session, parked, self.clock())
        return len(parked)

    def _committed(self, stream: str, items: Sequence[Item], parked: int) -> None:
        self.positions[stream] = items[-1].message.seq
        self.written(stream, items[-1].message.seq, len(items), parked)
