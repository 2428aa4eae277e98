"""PostgreSQL sessions of a projection: how they are opened, who leads, and the transaction of one batch."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

import asyncpg
from asyncpg import Connection

from events.log.project.copy import use_ltree
from events.log.project.scope import SETTING, WHOLE_BOX

Connect = Callable[[], Awaitable["Connection[Any]"]]

LEAD_LOCK: Final = 0x48656164
WANT_LOCK: Final = 0x48656177
"""Shared by all that wait for the lead, except those that only stand in: these see it, and give way."""
BEAT_SECONDS: Final = 1.0
STALLED_SECONDS: Final = 10.0
"""Without a beat for this long, a leader is taken to be stopped for good, and a standby ends its sessions."""
POLL_SECONDS: Final = 0.5
PATIENCE_SECONDS: Final = 2.5
"""How long nobody must have led before a stand-in does: long enough for a process that was killed to be back."""
CHANNEL: Final = "hearth_position"
_APPLICATION: Final = "hearth projector of "

OPENING: Final = f"BEGIN; SET LOCAL synchronous_commit = off; SET LOCAL {SETTING} = '{WHOLE_BOX}'"
"""How a batch's transaction begins.

`synchronous_commit = off`: if PostgreSQL crashes, the last moments of the projection are lost as a whole, position
included, and are folded again from the log, which is the truth and synced to disk. Claims are not derived from the log
and are committed durably by their own transaction (`store.claim`).
"""

LOST: Final = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # what a session says that is cut just as it is told the next thing
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.TransactionRollbackError,
    OSError,
    TimeoutError,
)
"""PostgreSQL went away, was overloaded, or gave way to somebody: begin again from the stored position."""

_HELD: Final = """
    SELECT EXISTS (SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.database WHERE d.datname = current_database()
    AND l.locktype = 'advisory' AND l.objid = $1 AND l.classid = 0 AND l.granted)"""
_STALLED: Final = """
    SELECT a.pid FROM pg_locks l JOIN pg_stat_activity a USING (pid)
    WHERE l.locktype = 'advisory' AND l.objid = $1 AND l.classid = 0 AND l.granted
      AND a.datname = current_database() AND a.state_change < clock_timestamp() - make_interval(secs => $2)"""


@dataclass(frozen=True, slots=True)
class Database:
    """How to open a session of one service's database, as its application and as the owner of its tables."""

    app: Connect
    owner: Connect


class LeadLost(Exception):
    """The session that held the lead is gone: somebody else may be folding by now."""


class GaveWay(Exception):
    """A stand-in led, and one that is there for it came back."""


class Superseded(Exception):
    """The position is not where this projector left it: somebody else folded, or rebuilt. Load everything again."""


@asynccontextmanager
async def lead(
    database: Database,
    stalled_seconds: float = STALLED_SECONDS,
    *,
    stands_in: bool = False,
    led_by_another: Callable[[], None] = lambda: None,
) -> AsyncIterator[Connection[Any]]:
    """Wait until this process is the one that folds; the lead ends with the block, or with the session.

    The lock dies with its session, so after a kill -9 the next one takes over within a poll. A leader that is merely
    stopped keeps its session; its beat is the session's own last activity, and a standby ends it when that is too old.
    One that only stands in lets others go first for a while. `led_by_another` is called while somebody else leads.
    """
    async with session(database.app) as connection:
        if not stands_in:
            await connection.execute("SELECT pg_advisory_lock_shared($1)", WANT_LOCK)
        vacant_seconds = 0.0
        while (stands_in and vacant_seconds < PATIENCE_SECONDS) or not await _taken(connection):
            await _end_stalled(connection, stalled_seconds)
            await asyncio.sleep(POLL_SECONDS)
            vacant_seconds += POLL_SECONDS
            if await connection.fetchval(_HELD, LEAD_LOCK):
                vacant_seconds = 0.0
                led_by_another()
        if not stands_in:
            await connection.execute("SELECT pg_advisory_unlock_shared($1)", WANT_LOCK)
        yield connection


async def _taken(connection: Connection[Any]) -> bool:
    return bool(await connection.fetchval("SELECT pg_try_advisory_lock($1)", LEAD_LOCK))


async def beat(connection: Connection[Any], *, stands_in: bool = False) -> None:
    """Show that this leader is alive; returns never. Raises `LeadLost` when the session is gone.

    A stand-in raises `GaveWay` when somebody waits who would rather lead.
    """
    while True:
        try:
            async with asyncio.timeout(STALLED_SECONDS / 2):
                wanted = await connection.fetchval(_HELD, WANT_LOCK)
        except LOST as error:
            raise LeadLost(str(error)) from error
        if wanted and stands_in:
            raise GaveWay
        await asyncio.sleep(BEAT_SECONDS)


async def _end_stalled(connection: Connection[Any], stalled_seconds: float) -> None:
    """End the sessions of a leader that has shown no life: its lock, and the transaction it may have left open."""
    for row in await connection.fetch(_STALLED, LEAD_LOCK, stalled_seconds):
        await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
            "AND usename = current_user AND (pid = $1 OR application_name = $2)",
            row["pid"],
            f"{_APPLICATION}{row['pid']}",
        )


@asynccontextmanager
async def writing(database: Database, leader: Connection[Any]) -> AsyncIterator[Connection[Any]]:
    """The session that writes batches. It can be found, and ended, by who leads."""
    async with session(database.app) as connection:
        await use_ltree(connection)
        await connection.execute(
            f"SET application_name = '{_APPLICATION}{leader.get_server_pid()}'; SET standard_conforming_strings = on"
        )
        yield connection


@asynccontextmanager
async def reading_ahead(database: Database) -> AsyncIterator[Connection[Any]]:
    """The session that reads rows ahead of their batch, outside of any transaction: its scope lasts as long as it."""
    async with session(database.app) as connection:
        await connection.execute(f"SET {SETTING} = '{WHOLE_BOX}'")
        yield connection


@asynccontextmanager
async def session(connect: Connect) -> AsyncIterator[Connection[Any]]:
    """A session that is closed at the end of the block, however it ends."""
    connection = await connect()
    try:
        yield connection
    finally:
        await close(connection)


@asynccontextmanager
async def batch_transaction(
    connection: Connection[Any], stream: str, generation: int, old: int, new: int
) -> AsyncIterator[Connection[Any]]:
    """One batch: rows, second copy and position together or not at all. Raises `Superseded` before anything is done.

    The position moves first and only from where we left it, so a projector that was stopped and comes back, or two
    that believe they lead, cannot do harm. One round trip opens all of it.
    """
    try:
        moved = await connection.execute(
            f"{OPENING}; {tell(stream, new)}; "
            f"UPDATE position SET seq = {new} WHERE stream = '{stream}' AND seq = {old} AND generation = {generation}"
        )
        if moved != "UPDATE 1":
            raise Superseded(f"{stream} is not at {old} in generation {generation}")
        yield connection
        await connection.execute("COMMIT")
    except BaseException:
        await roll_back(connection)
        raise


def tell(stream: str, new: int) -> str:
    """The statement that tells whoever waits how far this stream is folded, once it is committed."""
    return f"NOTIFY {CHANNEL}, '{stream}:{new}'"


async def roll_back(connection: Connection[Any]) -> None:
    """Leave no transaction open; a session that cannot even do that is closed, which is the same."""
    try:
        async with asyncio.timeout(5):
            await connection.execute("ROLLBACK")
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError):
        connection.terminate()


async def close(connection: Connection[Any]) -> None:
    """Close a session that may already be gone."""
    try:
        await connection.close(timeout=2)
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError):
        connection.terminate()
    except BaseException:
        connection.terminate()  # cancelled while it said goodbye
        raise
