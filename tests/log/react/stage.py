"""A stage for reactions: care reacts to registry's facts on real servers, and what it did can be looked at."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlsplit

import asyncpg
from faststream.nats import NatsBroker
from prometheus_client import CollectorRegistry

from events.facts.base import Fact
from events.facts.member import Attended
from events.log.envelope import About, encode
from events.log.jetstream import JetStreamLog
from events.log.port import Write
from events.log.react import Reaction, reaction
from events.log.seal import KeyRing, MemoryKeyStore
from services.shell.reacting import PostgresParking, Reactor, broker_options, prepare_reactions
from tests.log.connect import connect

DAY = date(2026, 11, 21)
MOMENT = datetime(2026, 11, 21, 8, tzinfo=UTC)
SERVICE, SOURCE, STREAM = "care", "registry", "REGISTRY"
CONSUMER = "care-reacts-to-registry"
WAIT_SECONDS = 20.0


def now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Hand:
    """What the reactions of a test command: it notes what was asked of it, and does as told."""

    seen: list[tuple[str, int]] = field(default_factory=list)
    """(entity, sequence) in the order of coming through."""
    do: Callable[[Fact, About], Awaitable[None]] | None = None

    async def answer(self, fact: Fact, about: About) -> None:
        if self.do is not None:
            await self.do(fact, about)
        self.seen.append((about.entity, about.seq))

    def of(self, entity: str) -> list[int]:
        return [seq for one, seq in self.seen if one == entity]


@reaction("answer-attendance", on=Attended)
async def answer(fact: Attended, about: About, hand: Hand) -> None:
    """The reaction of most tests."""
    await hand.answer(fact, about)


@dataclass
class Stage:
    """The servers of one test, seen as registry (who writes) and as care (who reacts)."""

    cell: Any
    pool: Any
    registry: JetStreamLog
    care: JetStreamLog
    store: PostgresParking
    brokers: list[NatsBroker] = field(default_factory=list)
    registries: list[CollectorRegistry] = field(default_factory=list)

    @asynccontextmanager
    async def reactor(
        self, hand: Any, reactions: Sequence[Reaction[Any]] = (answer,), **options: Any
    ) -> AsyncIterator[Reactor[Any]]:
        """A reactor of care, from start to stop."""
        reactor = Reactor(
            SERVICE,
            reactions,
            hand,
            open_broker=self.broker,
            log=self.care,
            keys=options.pop("keys", None) or KeyRing(SERVICE, {}, MemoryKeyStore()),
            store=options.pop("store", None) or self.store,
            clock=now,
            **options,
        )
        await reactor.start()
        try:
            yield reactor
        finally:
            await reactor.stop()

    def broker(self) -> NatsBroker:
        self.registries.append(CollectorRegistry())
        self.brokers.append(NatsBroker(self.cell.nats[SERVICE], **broker_options(SERVICE, self.registries[-1])))
        return self.brokers[-1]

    async def append(self, *facts: tuple[str, Fact]) -> list[int]:
        """Append facts (entity, fact) of registry, one after the other; returns their sequences."""
        sequences = []
        for entity, fact in facts:
            expected = await self._last(entity)
            write = Write(_subject(entity), expected, [_body(f"{entity}-after-{expected}", entity, fact)])
            sequences += await self.registry.append(STREAM, [write])
        return sequences

    async def append_together(self, entities: Sequence[str], fact: Fact, times: int = 1) -> int:
        """Append `fact` so often to each of these new entities; returns the last sequence."""
        last = 0
        for start in range(0, len(entities), 1000 // times):
            some = entities[start : start + 1000 // times]
            bodies = {e: [_body(f"{e}-{number}", e, fact) for number in range(times)] for e in some}
            last = (await self.registry.append(STREAM, [Write(_subject(e), 0, bodies[e]) for e in some]))[-1]
        return last

    async def publish(self, entity: str, body: bytes) -> int:
        """Put any bytes onto a fact subject."""
        last = await self._last(entity)
        (seq,) = await self.registry.append(STREAM, [Write(_subject(entity), last, [(f"{entity}-raw-{last}", body)])])
        return seq

    async def consumer(self) -> dict[str, Any]:
        """How the server says the consumer stands; raises `ApiError` if there is none."""
        info: dict[str, Any] = await self.care.requests.api(f"CONSUMER.INFO.{STREAM}.{CONSUMER}")
        return info

    async def end_sessions(self) -> None:
        """End every PostgreSQL session of care, as a restarted server does."""
        admin = await asyncpg.connect(self.cell.postgres["admin"])
        try:
            await admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'care_app' AND datname = $1",
                urlsplit(self.cell.postgres["care_app"]).path.strip("/"),
            )
        finally:
            await admin.close()

    async def _last(self, entity: str) -> int:
        last = await self.registry.read_last(STREAM, _subject(entity))
        return 0 if last is None else last.seq


def _subject(entity: str) -> str:
    return f"fact.{SOURCE}.member.{entity}"


def about_of(fact_id: str, entity: str, fact: Fact) -> About:
    """The envelope of a fact of registry, recorded at a moment that is always the same."""
    return About(
        id=fact_id, type=fact.TYPE, entity=entity, community="demo.jinqiao", effective=DAY, recorded=MOMENT,
        actor="secretary", correlation=fact_id, causation="", command="", reason="", previous="", service=SOURCE,
    )  # fmt: skip


def _body(fact_id: str, entity: str, fact: Fact) -> tuple[str, bytes]:
    return fact_id, encode(about_of(fact_id, entity, fact), fact, "demo", lambda *_: "")


async def until(happened: Callable[[], object | Awaitable[object]], seconds: float = WAIT_SECONDS) -> Any:
    """Wait until this is true, and return it."""
    async with asyncio.timeout(seconds):
        while True:
            result = happened()
            if isinstance(result, Awaitable):
                result = await result
            if result:
                return result
            await asyncio.sleep(0.01)


@asynccontextmanager
async def staged(cell: Any) -> AsyncIterator[Stage]:
    owner = await asyncpg.connect(cell.postgres["care_owner"])
    await prepare_reactions(owner, SERVICE)
    await prepare_reactions(owner, SERVICE)
    await owner.close()
    async with (
        asyncpg.create_pool(cell.postgres["care_app"], min_size=1, max_size=4) as pool,
        connect(cell, SOURCE) as registry,
        connect(cell, SERVICE) as care,
    ):
        yield Stage(cell, pool, JetStreamLog(registry, SOURCE), JetStreamLog(care, SERVICE), PostgresParking(pool))
