"""The memory of reactions in the service's own database, and the lead among its processes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

import asyncpg

from events.log.project.scope import POLICY, scoped
from events.log.project.session import LOST
from services.shell.reacting.parking import Overtaken, Parked, State

LEAD_LOCK: Final = 0x52656163
STALLED_SECONDS: Final = 10.0
"""A leader whose session shows no life for so long is ended; it shows it every second."""
_MAKING: Final = 0x5265616D
"""Advisory lock of whoever makes the tables, so that two replicas do not start on the same one."""
SHOWN_MAX: Final = 1000

TABLES: Final = (
    """CREATE TABLE reaction_position (log_stream text PRIMARY KEY, seq bigint NOT NULL)""",
    """COMMENT ON TABLE reaction_position IS 'no community: how far each log stream is reacted to; counts only'""",
    """GRANT SELECT, INSERT, UPDATE ON reaction_position TO {service}_app""",
    """CREATE TABLE parked_reaction (
        log_stream text NOT NULL, seq bigint NOT NULL, policy text NOT NULL, fact_id text NOT NULL, type text NOT NULL,
        entity text NOT NULL, community ltree NOT NULL,
        state text NOT NULL CHECK (state IN ('waiting', 'parked', 'dismissed')), error text NOT NULL,
        tries integer NOT NULL, first_at timestamptz NOT NULL, last_at timestamptz NOT NULL, next_at timestamptz,
        dismissed_by text, dismissed_why text, PRIMARY KEY (log_stream, seq, policy))""",
    """CREATE INDEX parked_reaction_open ON parked_reaction (first_at) WHERE state <> 'dismissed'""",
    """GRANT SELECT, INSERT, UPDATE, DELETE ON parked_reaction TO {service}_app""",
    """ALTER TABLE parked_reaction ENABLE ROW LEVEL SECURITY""",
    """ALTER TABLE parked_reaction FORCE ROW LEVEL SECURITY""",
    f"""CREATE POLICY scope ON parked_reaction USING ({POLICY}) WITH CHECK ({POLICY})""",
)
"""Made once by the owner role. An unreadable fact belongs to the empty path: only who sees the whole box sees it."""

_COLUMNS: Final = (
    "log_stream, seq, policy, fact_id, type, entity, community, state, error, tries, first_at, last_at, next_at"
)
_READ: Final = f"SELECT {_COLUMNS.replace('community', 'community::text')} FROM parked_reaction"  # noqa: S608 - constant
_PLACE: Final = (
    "INSERT INTO reaction_position AS p SELECT $1::text, $2::bigint {source}"
    "ON CONFLICT (log_stream) DO UPDATE SET seq = EXCLUDED.seq WHERE p.seq = $3"
)
_MOVE: Final = _PLACE.format(source="")
_MOVE_SOON: Final = "WITH soon AS (SELECT set_config('synchronous_commit', 'off', true)) " + _PLACE.format(
    source="FROM soon "
)
"""Moves the place, in one round trip, without waiting for the disk. If PostgreSQL crashes at that moment, facts
behind the place are reacted to once more, under the same ids, as after a kill -9. What is written down waits."""
_KEEP: Final = (
    f"INSERT INTO parked_reaction ({_COLUMNS}) "  # noqa: S608 - column names of this file
    "VALUES ($1, $2, $3, $4, $5, $6, $7::text::ltree, $8, $9, $10, $11, $12, $13) "
    "ON CONFLICT (log_stream, seq, policy) DO UPDATE SET state = EXCLUDED.state, error = EXCLUDED.error, "
    "tries = EXCLUDED.tries, last_at = EXCLUDED.last_at, next_at = EXCLUDED.next_at"
)
_SETTLE: Final = (
    "DELETE FROM parked_reaction p USING unnest($2::bigint[], $3::text[]) AS s(seq, policy) "
    "WHERE p.log_stream = $1 AND p.seq = s.seq AND p.policy = s.policy"
)
_STALLED: Final = """
    SELECT pg_terminate_backend(a.pid) FROM pg_locks l JOIN pg_stat_activity a USING (pid)
    WHERE l.locktype = 'advisory' AND l.classid = 0 AND l.objid = $1 AND l.granted AND a.pid <> pg_backend_pid()
      AND a.datname = current_database() AND a.state_change < clock_timestamp() - make_interval(secs => $2)"""


async def prepare_reactions(owner: asyncpg.Connection[Any], service: str) -> None:
    """Make the tables if they are missing, as the owner role. Safe at every start and from several replicas at once."""
    async with owner.transaction():
        await owner.execute("SELECT pg_advisory_xact_lock($1)", _MAKING)
        if await owner.fetchval("SELECT to_regclass('public.parked_reaction')") is None:
            for statement in TABLES:
                await owner.execute(statement.format(service=service))


class PostgresParking:
    """See `ParkingStore`. `pool` is an asyncpg pool of the application's role; one of its sessions carries the lead.

    What moves the position is written in the session that holds the lead: if the session is lost, so is the right.
    """

    def __init__(self, pool: Any, *, stalled_seconds: float = STALLED_SECONDS) -> None:
        self._pool = pool
        self._stalled_seconds = stalled_seconds
        self._leading: Any = None
        self._one_at_a_time = asyncio.Lock()

    async def hold(self) -> bool:
        """See `ParkingStore.hold`. A leader that is merely stopped shows no life, and its session is ended."""
        if self._leading is not None:
            try:
                async with self._one_at_a_time:
                    await self._leading.execute("SELECT 1", timeout=self._stalled_seconds / 2)
            except LOST:
                await self.release()
                raise
            return True
        connection = await self._pool.acquire()
        try:
            if await connection.fetchval("SELECT pg_try_advisory_lock($1)", LEAD_LOCK):
                self._leading, connection = connection, None
                return True
            await connection.fetch(_STALLED, LEAD_LOCK, self._stalled_seconds)
            return False
        finally:
            if connection is not None:
                await self._pool.release(connection)

    async def release(self) -> None:
        """See `ParkingStore.release`; a session that cannot be given back is ended, which is the same."""
        connection, self._leading = self._leading, None
        if connection is None:
            return
        try:
            await self._pool.release(connection, timeout=2)
        except (asyncpg.PostgresError, *LOST):
            connection.terminate()

    async def begin(self, log_stream: str) -> tuple[int | None, list[Parked]]:
        """See `ParkingStore.begin`."""
        async with self._lead() as connection:
            seq = await connection.fetchval("SELECT seq FROM reaction_position WHERE log_stream = $1", log_stream)
            rows = await connection.fetch(
                f"{_READ} WHERE log_stream = $1 AND state = 'waiting' ORDER BY seq, policy", log_stream
            )
        return seq, [_parked(row) for row in rows]

    async def save(
        self, log_stream: str, old: int | None, new: int, kept: Sequence[Parked], settled: Sequence[tuple[int, str]]
    ) -> None:
        """See `ParkingStore.save`."""
        if not kept and not settled:
            async with self._session() as session:
                _moved(await session.execute(_MOVE_SOON, log_stream, new, old))
            return
        async with self._lead() as connection:
            _moved(await connection.execute(_MOVE, log_stream, new, old))
            if kept:
                await connection.executemany(_KEEP, [_values(one) for one in kept])
            if settled:
                seqs, policies = zip(*settled, strict=True)
                await connection.execute(_SETTLE, log_stream, seqs, policies)

    async def parked(self, scope: str | None = "") -> list[Parked]:
        """See `ParkingStore.parked`; at most `SHOWN_MAX`."""
        async with self._pool.acquire() as connection, scoped(connection, scope):
            rows = await connection.fetch(
                f"{_READ} WHERE state <> 'dismissed' ORDER BY first_at, log_stream, seq LIMIT $1", SHOWN_MAX
            )
        return [_parked(row) for row in rows]

    async def count_parked(self) -> int:
        """See `ParkingStore.count_parked`."""
        async with self._pool.acquire() as connection, scoped(connection, ""):
            return int(await connection.fetchval("SELECT count(*) FROM parked_reaction WHERE state = 'parked'"))

    async def find(self, fact_id: str, policy: str) -> Parked | None:
        """See `ParkingStore.find`."""
        async with self._pool.acquire() as connection, scoped(connection, ""):
            row = await connection.fetchrow(
                f"{_READ} WHERE fact_id = $1 AND policy = $2 AND state = 'parked'", fact_id, policy
            )
        return None if row is None else _parked(row)

    async def note(self, one: Parked) -> None:
        """See `ParkingStore.note`."""
        async with self._pool.acquire() as connection, scoped(connection, ""):
            await connection.execute(_KEEP, *_values(one))

    async def settle(self, one: Parked) -> None:
        """See `ParkingStore.settle`."""
        async with self._pool.acquire() as connection, scoped(connection, ""):
            await connection.execute(_SETTLE, one.log_stream, [one.seq], [one.policy])

    async def dismiss(self, one: Parked, by: str, why: str) -> bool:
        """See `ParkingStore.dismiss`."""
        async with self._pool.acquire() as connection, scoped(connection, ""):
            done = await connection.execute(
                "UPDATE parked_reaction SET state = 'dismissed', next_at = NULL, dismissed_by = $4, dismissed_why = $5 "
                "WHERE log_stream = $1 AND seq = $2 AND policy = $3 AND state = 'parked'",
                one.log_stream,
                one.seq,
                one.policy,
                by,
                why,
            )
        return bool(done == "UPDATE 1")

    @asynccontextmanager
    async def _session(self) -> AsyncIterator[Any]:
        """The leading session. Raises `Overtaken` without it."""
        if self._leading is None:
            raise Overtaken("another process reacts")
        async with self._one_at_a_time:
            yield self._leading

    @asynccontextmanager
    async def _lead(self) -> AsyncIterator[Any]:
        """A transaction of the leading session that sees the whole box."""
        async with self._session() as session, scoped(session, "") as connection:
            yield connection


def _moved(outcome: str) -> None:
    if outcome != "INSERT 0 1":
        raise Overtaken("the place is not where this process left it")


def _parked(row: Mapping[str, Any]) -> Parked:
    return Parked(**{**row, "state": State(row["state"])})


def _values(one: Parked) -> tuple[Any, ...]:
    return (
        one.log_stream, one.seq, one.policy, one.fact_id, one.type, one.entity, one.community, one.state.value,
        one.error, one.tries, one.first_at, one.last_at, one.next_at,
    )  # fmt: skip
