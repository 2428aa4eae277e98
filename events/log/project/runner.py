"""The runner: follows the log, folds it into tables exactly once, and stands in for another that died.

One per service and process. Of all that run against one database a single one folds; the others wait their turn and
serve pages meanwhile. Whatever goes wrong, it begins again from the position that was committed with the rows.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import structlog
from asyncpg import Connection

from events.log.port import Log, LogGap, LogShrunk
from events.log.project.at_once import Prepared
from events.log.project.batches import Batches
from events.log.project.ddl import LIVE, PARTITION_FACTS, declared, make_partitions, prepare
from events.log.project.decode import Decoder, Item, Keys
from events.log.project.fold import Engine
from events.log.project.indexes import drop_indexes, make_indexes, without_indexes
from events.log.project.rebuild import rebuild
from events.log.project.session import (
    STALLED_SECONDS,
    Database,
    GaveWay,
    Superseded,
    beat,
    close,
    lead,
    reading_ahead,
    writing,
)
from events.log.project.view import SNAPSHOT, Projection, View
from events.log.project.wait import Positions

BATCH_MAX: Final = 1000
DECODED_AHEAD: Final = 2
"""Batches decoded while PostgreSQL writes one: enough that neither waits for the other."""
BARE_FROM: Final = 20_000
"""Facts to catch up with from which indexes are built last (ADR 36); fewer are folded in seconds."""
REBUILD_AGAIN_SECONDS: Final = 5.0
BACK_OFF_SECONDS: Final = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
"""The last is longer than a stand-in's patience: it meets the same trouble then, and tells of it where it is seen."""
_log = structlog.get_logger("project")


class Outdated(Exception):
    """The tables were built by newer code than this: it must not fold into them, only serve what it can."""


@dataclass
class Counters:
    """What the runner of this process did since it started."""

    facts: int = 0
    batches: int = 0
    parked: int = 0
    taken_over: int = 0
    restarts: int = 0


@dataclass
class _Led:
    """What is true while one lead lasts and nobody else writes."""

    batches: Batches
    partitioned_to: int
    stale: list[str]
    bare: list[View]
    """Views whose indexes are built when every stream has come to `index_at`."""
    index_at: Mapping[str, int]

    def ends_with(self, item: Item) -> bool:
        """True if the partitions made so far must not be filled beyond this one."""
        return item.message.seq >= self.partitioned_to - PARTITION_FACTS

    def wants_indexes(self) -> bool:
        """True once what it had to catch up with is folded."""
        return bool(self.bare) and all(self.batches.positions[stream] >= at for stream, at in self.index_at.items())


class Runner:
    """Folds `projection` from `log` into `database`. Start `run()` as a task; cancel it to stop."""

    def __init__(
        self,
        projection: Projection,
        log: Log,
        database: Database,
        keys: Keys,
        clock: Callable[[], datetime],
        *,
        batch_max: int = BATCH_MAX,
        stalled_seconds: float = STALLED_SECONDS,
        stands_in: bool = False,
    ) -> None:
        """`stands_in`: it folds only while nobody does who is there for it."""
        self.projection = projection
        self.positions = Positions(projection.streams)
        self.counters = Counters()
        self.halted: str | None = None
        """Why folding stopped until a person looks: the log lost data. Pages go on with what is there."""
        self.trouble: str | None = None
        """What it is trying again right now, if anything."""
        self.rebuilding: str | None = None
        """Views of another version that are being built anew; the old ones serve, and stand still, until then."""
        self.bare_from = BARE_FROM
        """With so many facts before it, it starts without the indexes that only readers use."""
        self.indexed = asyncio.Event()
        """The tables have their indexes. Who catches up from nothing builds those that only readers use at the end."""
        self.leading = False
        self.ready = asyncio.Event()
        """The tables exist: pages may be served."""
        self._source, self._database, self._keys, self._clock = log, database, keys, clock
        self._decoder = Decoder(projection, keys)
        self._batch_max, self._stalled_seconds, self._stands_in = batch_max, stalled_seconds, stands_in
        self._failures = 0

    async def wait_for(self, tokens: Iterable[str], timeout_seconds: float = 5.0) -> bool:
        """See `Positions.wait_for`: read your own writes."""
        return await self.positions.wait_for(tokens, timeout_seconds)

    async def lag(self) -> dict[str, int]:
        """Facts of each stream that stand in the log and are not folded yet."""
        seen = self.positions.seen
        return {stream: max(0, (await self._source.ends(stream)).last - seen[stream]) for stream in seen}

    async def run(self) -> None:
        """Fold for ever: prepare the tables, wait for the lead, follow. Ends only by cancellation."""
        while True:
            try:
                if not self.ready.is_set():
                    await self._prepare()
                async with self._led() as leader:
                    await self._lead(leader)
            except GaveWay:
                pass
            except (LogGap, LogShrunk) as error:
                self.halted = f"{type(error).__name__}: {error}"
                _log.error("halted", service=self.projection.service, reason=self.halted)
                await self.positions.listen(self._database)
            except Exception as error:  # noqa: BLE001 - servers that went away, or a mistake: begin again and show it
                self.trouble = f"{type(error).__name__}: {error}"
                self.counters.restarts += 1
                _log.warning("begins_again", service=self.projection.service, reason=self.trouble)
                self.positions.forget()
                async with self._hearing():
                    await asyncio.sleep(BACK_OFF_SECONDS[min(self._failures, len(BACK_OFF_SECONDS) - 1)])
                self._failures += 1

    @asynccontextmanager
    async def _led(self) -> AsyncIterator[Connection[Any]]:
        """Wait for the lead, and have it."""
        waiting = lead(
            self._database, self._stalled_seconds, stands_in=self._stands_in, led_by_another=self._led_by_another
        )
        async with AsyncExitStack() as stack:
            async with self._hearing():
                leader = await stack.enter_async_context(waiting)
            self.leading = True
            self.counters.taken_over += 1
            try:
                yield leader
            finally:
                self.leading = False

    @asynccontextmanager
    async def _hearing(self) -> AsyncIterator[None]:
        """While this process does not fold, PostgreSQL tells how far the tables are."""
        listening = asyncio.create_task(self.positions.listen(self._database))
        try:
            yield
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)

    def _led_by_another(self) -> None:
        self.trouble = None  # What was tried again here is done there, or will be met here again.

    async def _prepare(self) -> None:
        owner = await self._database.owner()
        try:
            await prepare(owner, self.projection, for_readers=False)  # `_bare` sees to the rest
        finally:
            await close(owner)
        self.ready.set()

    async def _lead(self, leader: Connection[Any]) -> None:
        """Fold until something makes it begin again. Being superseded by a rebuild costs only the caches."""
        async with writing(self._database, leader) as writer, reading_ahead(self._database) as reader:
            prepared = Prepared(writer)
            while True:
                led = await self._load(writer, reader, prepared)
                work: list[Coroutine[Any, Any, None]] = [beat(leader, stands_in=self._stands_in)]
                work += [self._follow(led, stream) for stream in self.projection.streams]
                if led.stale:
                    work.append(self._rebuild(led.stale))
                try:
                    await _first_of(*work)
                except Superseded:
                    self.counters.restarts += 1
                finally:
                    await led.batches.close()

    async def _load(self, writer: Connection[Any], reader: Connection[Any], prepared: Prepared) -> _Led:
        """Positions, and which views stand in the version that this code folds; the others wait for their rebuild."""
        rows = await writer.fetch("SELECT stream, seq, generation FROM position")
        current, stale = await self._versions(writer)
        positions = {row["stream"]: row["seq"] for row in rows}
        owner = await self._database.owner()
        try:
            partitioned_to = await make_partitions(owner, self.projection)
            bare, index_at = await self._bare(owner, [v for v in self.projection.views if v.name in current], positions)
            if SNAPSHOT in stale:
                # Snapshots that are not kept up must not be decided from: handlers read the log until the rebuild.
                await owner.execute("DELETE FROM built WHERE name = $1", SNAPSHOT)
        finally:
            await close(owner)
        for stream, seq in positions.items():
            self.positions.reached(stream, seq)
        untouched = not any(positions.values())
        batches = Batches(
            self.projection.own_stream,
            writer,
            reader,
            prepared,
            Engine(self.projection, current, empty=untouched),
            rows[0]["generation"],
            positions,
            self._clock,
            self._written,
        )
        return _Led(batches, partitioned_to, stale, bare, index_at)

    async def _bare(
        self, owner: Connection[Any], views: Sequence[View], positions: Mapping[str, int]
    ) -> tuple[list[View], dict[str, int]]:
        """Which views go without their indexes, and until where; those of one who was stopped meanwhile included."""
        untouched = not any(positions.values())
        bare = await without_indexes(owner, views, LIVE)
        if not (untouched or bare):
            self.indexed.set()
            return [], {}
        ends = {stream: (await self._source.ends(stream)).last for stream in positions}
        if sum(ends.values()) - sum(positions.values()) < self.bare_from:
            await make_indexes(self._database.owner, bare, LIVE)
            self.indexed.set()
            return [], {}
        if untouched:
            await drop_indexes(owner, views, LIVE)
            bare = list(views)
        self.indexed.clear()
        return bare, ends

    async def _index(self, led: _Led) -> None:
        """Build the indexes between two batches: nobody writes meanwhile, readers go on."""
        await led.batches.settle()
        await make_indexes(self._database.owner, led.bare, LIVE)
        led.bare = []
        self.indexed.set()

    async def _versions(self, writer: Connection[Any]) -> tuple[set[str], list[str]]:
        """Views that stand as this code folds them, and those to be rebuilt. Raises `Outdated`."""
        built = {row["name"]: (row["version"], row["shape"]) for row in await writer.fetch("SELECT * FROM built")}
        wanted = declared(self.projection)
        newer = [name for name, (version, _) in wanted.items() if name in built and built[name][0] > version]
        if newer:
            raise Outdated(f"{', '.join(newer)}: a newer version of Hearth has taken over this database")
        stale = [name for name, version in wanted.items() if built.get(name) != version]
        return set(wanted) - set(stale), stale

    async def _follow(self, led: _Led, stream: str) -> None:
        """Decode the next batches while this one is folded and written."""
        decoded: asyncio.Queue[list[Item]] = asyncio.Queue(maxsize=DECODED_AHEAD)
        batches = led.batches

        async def read() -> None:
            async with aclosing(self._source.follow(stream, batches.positions[stream], batch=self._batch_max)) as pages:
                async for messages in pages:
                    await decoded.put(await self._decoder.decode(messages))

        async def write() -> None:
            while True:
                items = await decoded.get()
                if stream == self.projection.own_stream and led.ends_with(items[-1]):
                    raise Superseded("the second copy needs its next partition")
                async with batches.alone:
                    await batches.add(stream, items)
                    if decoded.empty():
                        await batches.settle()
                    if led.wants_indexes():
                        await self._index(led)

        await _first_of(read(), write())

    def _written(self, stream: str, seq: int, facts: int, parked: int) -> None:
        self._failures = 0
        self.trouble = None
        self.counters.facts += facts
        self.counters.batches += 1
        self.counters.parked += parked
        self.positions.reached(stream, seq)

    async def _rebuild(self, stale: Sequence[str]) -> None:
        """Bring views of an older version up to this one beside the old ones, which go on serving until the switch."""
        while True:
            self.rebuilding = ", ".join(stale)
            try:
                await rebuild(self.projection, self._source, self._database, self._keys, self._clock, names=stale)
            except (LogGap, LogShrunk):
                raise
            except Exception as error:  # noqa: BLE001 - the other views must go on meanwhile; it is shown and tried again
                self.rebuilding += f" (failed, {type(error).__name__}: {error})"
                _log.warning("rebuild_failed", service=self.projection.service, reason=self.rebuilding)
                await asyncio.sleep(REBUILD_AGAIN_SECONDS)
            else:
                self.rebuilding = None
                raise Superseded(f"{', '.join(stale)} stand in this version")


async def _first_of(*work: Coroutine[Any, Any, None]) -> None:
    """Run together until one ends or raises; stop the others, then raise what it raised."""
    tasks = [asyncio.ensure_future(one) for one in work]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
