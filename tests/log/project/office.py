"""A small registry for the runner's tests: two views and snapshots over real member facts, and a pen to write them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

import asyncpg
from pydantic import BaseModel
from sqlalchemy import BigInteger, Column, Date, Index, Integer, MetaData, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from uuid_utils import uuid7

from deploy.box.addresses import BoxAddresses
from events.facts.base import PURPOSES, Fact, Purpose
from events.facts.member import (
    Attended,
    Died,
    DuesAmount,
    DuesPaid,
    MonthDue,
    MovedAway,
    PayMethod,
    Returned,
)
from events.log.envelope import About, digest, encode
from events.log.jetstream import JetStreamLog
from events.log.keystore import NatsKeyStore
from events.log.port import Write
from events.log.project import Projection, Row, Snapshots, View, community_column
from events.log.project.runner import Runner
from events.log.project.scope import scoped
from events.log.project.session import Database
from events.log.seal import KeyRing
from tests.log.connect import connect

STREAM = "REGISTRY"
COMMUNITY = "demo.jinqiao"
DAY = date(2026, 11, 20)
WAIT_SECONDS = 30.0


class Kept(BaseModel, frozen=True):
    """The state of the test's member: how much happened, and whether anything ended it."""

    facts: int = 0
    last: str = ""


def evolve(state: Kept, fact: Fact, _effective: date) -> Kept:
    if isinstance(fact, Returned) and fact.report == "spoils the state":
        raise ValueError("a mistake in evolve")
    return Kept(facts=state.facts + 1, last=fact.NAME)


def ledger(version: int = 1, *, mended: bool = False, extra_column: bool = False, indexes: Sequence[str] = ()) -> View:
    """Who is away and how often anybody was seen, a row a member. `mended` folds what an earlier version could not.

    `indexes`: columns that readers look for.
    """
    columns: list[Column[Any]] = [
        Column("member_id", Text, primary_key=True),
        community_column(),
        Column("seen", Integer, nullable=False),
        Column("destination", Text),
        Column("reason", Text),
        Column("since", Date),
        Column("meetings", ARRAY(Text)),
        Column("last", JSONB),
    ]
    if extra_column:
        columns.append(Column("months", Integer))
    table = Table("ledger", MetaData(), *columns, *(Index(f"ledger_by_{name}", name) for name in indexes))
    view = View("ledger", version=version, table=table, doc="Who is where.")

    @view.on(Attended)
    def _(row: Row | None, fact: Attended, about: About) -> Row:
        if fact.meeting_id == "spoils the ledger" and not mended:
            raise KeyError("a mistake in a fold, with a name in it: 王秀英")
        meetings = [*((row or {}).get("meetings") or []), fact.meeting_id][-3:]
        return {**(row or {}), "seen": (row or {"seen": 0})["seen"] + 1, "meetings": meetings, "last": {"id": about.id}}

    @view.on(MovedAway)
    def _(row: Row | None, fact: MovedAway, about: About) -> Row:
        away = {"destination": fact.destination, "reason": fact.reason, "since": about.effective}
        return {"seen": 0, **(row or {}), **away}

    @view.on(Died)
    def _(row: Row | None, fact: Died, about: About) -> None:
        return None

    return view


def dues() -> View:
    """One row a member and month."""
    table = Table(
        "dues",
        MetaData(),
        Column("member_id", Text, primary_key=True),
        Column("month", Text, primary_key=True),
        community_column(),
        Column("receipt_no", Text, nullable=False),
        Column("due_fen", BigInteger),
        Column("times", Integer, nullable=False),
    )
    view = View("dues", version=1, table=table, doc="Dues by month.")

    def months(fact: DuesPaid, about: About) -> list[tuple[str, str]]:
        return [(about.entity, month) for month in fact.months]

    @view.on(DuesPaid, keys=months)
    def _(row: Row | None, fact: DuesPaid, about: About, key: tuple[str, str]) -> Row:
        if fact.receipt_no == "no such month":
            del [][len(key[1]) - 7]
        due = next(one.due_fen for one in fact.amount.months if one.month == key[1])
        return {"receipt_no": fact.receipt_no, "due_fen": due, "times": (row or {"times": 0})["times"] + 1}

    return view


def projection(*views: View, snapshot_version: int = 1) -> Projection:
    """The office's projection; the two views unless others are given."""
    kept = Snapshots("member", Kept, Kept(), evolve, version=snapshot_version)
    return Projection("registry", (STREAM, "CARE"), views or (ledger(), dues()), (kept,))


def sat_in(meeting: str = "m1") -> Attended:
    return Attended(meeting_id=meeting)


def paid(*months: str, receipt: str = "2026-1") -> DuesPaid:
    due = tuple(MonthDue(month=month, due_fen=1500, clause="R10") for month in months)
    amount = DuesAmount(total_fen=1500 * len(months), months=due)
    return DuesPaid(months=months, amount=amount, receipt_no=receipt, method=PayMethod.CASH)


def away(reason: str = "带孙子") -> MovedAway:
    return MovedAway(kind="card", clause="R6", destination="广州", fixed_place=True, reason=reason)


def now() -> datetime:
    return datetime.now(UTC)


def database_of(cell: BoxAddresses) -> Database:
    """The registry's database, as its application and as its owner."""
    return Database(
        app=partial(asyncpg.connect, cell.postgres["registry_app"]),
        owner=partial(asyncpg.connect, cell.postgres["registry_owner"]),
    )


@asynccontextmanager
async def runner_of(
    cell: BoxAddresses, what: Projection, purposes: Sequence[Purpose] = PURPOSES, **options: Any
) -> AsyncIterator[Runner]:
    """A runner with a NATS connection of its own, not started."""
    async with connect(cell, "registry") as connection:
        log = JetStreamLog(connection, "registry")
        yield Runner(what, log, database_of(cell), keys_of(cell, log, purposes), now, **options)


def keys_of(cell: BoxAddresses, log: JetStreamLog, purposes: Sequence[Purpose] = PURPOSES) -> KeyRing:
    keks = {purpose: cell.kek(purpose).read_bytes() for purpose in purposes}
    return KeyRing("registry", keks, NatsKeyStore(log))


@asynccontextmanager
async def running(runner: Runner) -> AsyncIterator[Runner]:
    """The runner at work, stopped at the end."""
    task = asyncio.create_task(runner.run())
    try:
        yield runner
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@dataclass
class Office:
    """The servers of one test, the log as registry sees it, and a session of the tables' owner."""

    cell: BoxAddresses
    log: JetStreamLog
    keys: KeyRing
    database: Database
    owner: Any
    _last: dict[str, tuple[int, str]] = field(default_factory=dict)

    async def write(self, member: str, *facts: Fact, community: str = COMMUNITY) -> int:
        """Append facts of one member; the last one's sequence."""
        return (await self.write_many([(member, fact) for fact in facts], community=community))[-1]

    async def write_many(self, pairs: Sequence[tuple[str, Fact]], *, community: str = COMMUNITY) -> list[int]:
        """Append in batches of at most 500, in the given order within each member."""
        await self.keys.ensure({member for member, _ in pairs})
        sequences: list[int] = []
        for start in range(0, len(pairs), 500):
            by_member: dict[str, list[Fact]] = {}
            for member, fact in pairs[start : start + 500]:
                by_member.setdefault(member, []).append(fact)
            writes = [self._write(member, facts, community) for member, facts in by_member.items()]
            sequences += await self.log.append(STREAM, writes)
            at = len(sequences) - sum(len(write.bodies) for write in writes)
            for write in writes:
                at += len(write.bodies)
                member = write.subject.rsplit(".", 1)[-1]
                self._last[member] = (sequences[at - 1], digest(write.bodies[-1][1]))
        return sequences

    def _write(self, member: str, facts: Sequence[Fact], community: str) -> Write:
        expected, previous = self._last.get(member, (0, ""))
        bodies = []
        for fact in facts:
            body = encode(self._about(member, fact, community, previous), fact, "demo", self.keys.seal)
            previous = digest(body)
            bodies.append((str(uuid7()), body))
        return Write(f"fact.registry.member.{member}", expected, bodies)

    def _about(self, member: str, fact: Fact, community: str, previous: str) -> About:
        fact_id = str(uuid7())
        return About(
            id=fact_id,
            type=fact.TYPE,
            entity=member,
            community=community,
            effective=DAY,
            recorded=now(),
            actor="secretary:li",
            correlation=fact_id,
            causation="",
            command=f"test:{fact_id}",
            reason="",
            previous=previous,
            service="registry",
        )

    async def write_raw(self, member: str, body: bytes) -> int:
        """Anything at all onto a member's subject."""
        expected, _ = self._last.get(member, (0, ""))
        (seq,) = await self.log.append(
            STREAM, [Write(f"fact.registry.member.{member}", expected, [(str(uuid7()), body)])]
        )
        self._last[member] = (seq, digest(body))
        return seq

    async def rows(self, query: str, *arguments: Any, scope: str | None = "") -> list[dict[str, Any]]:
        """What a session with this scope reads."""
        async with scoped(self.owner, scope):
            return [dict(row) for row in await self.owner.fetch(query, *arguments)]

    async def value(self, query: str, *arguments: Any) -> Any:
        """The first column of the first row, for the whole box."""
        async with scoped(self.owner, ""):
            return await self.owner.fetchval(query, *arguments)

    async def execute(self, statement: str) -> None:
        """Something no page would do, as the owner."""
        async with scoped(self.owner, ""):
            await self.owner.execute(statement)

    async def folded(self, seq: int) -> None:
        """Wait until the position stands here, whoever folds."""
        await until(lambda: self._stands_at(seq))

    async def _stands_at(self, seq: int) -> bool:
        return bool(await self.owner.fetchval("SELECT seq >= $1 FROM position WHERE stream = $2", seq, STREAM))


async def until(true: Callable[[], Awaitable[bool]], seconds: float = WAIT_SECONDS) -> None:
    """Wait for a condition; fails the test when it does not come."""
    async with asyncio.timeout(seconds):
        while not await true():  # noqa: ASYNC110 - what is waited for happens in another process
            await asyncio.sleep(0.02)
