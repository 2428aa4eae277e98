"""What command handlers read from PostgreSQL: snapshots with their position, and answered commands.

Commands decide for the whole service, whatever the caller may see (a route has checked the caller's scope before), so
their sessions see the whole box. They are a pool of their own: a question is one round trip, and no scope of anybody
who asks for a page can be left behind in them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from events.log.command import Known, Snapshot
from events.log.envelope import log_stream_of
from events.log.port import Message
from events.log.project.scope import SETTING, WHOLE_BOX

Pool = Any
"""An asyncpg pool of the service's application role; the driver itself is wire.py's business."""

_KNOWN: Final = """
    SELECT CASE WHEN b.name IS NULL THEN 0 ELSE p.seq END AS position,
           s.entity, s.seq, s.hash, s.state::text AS state, NULL::bytea AS body
    FROM position p LEFT JOIN built b ON b.name = 'snapshot' AND ($3::text IS NULL OR b.shape = $3)
    LEFT JOIN snapshot s ON b.name IS NOT NULL AND s.entity = ANY ($2) WHERE p.stream = $1"""
_ANSWERED: Final = """
    SELECT NULL, NULL, seq, NULL, NULL, body FROM fact WHERE entity = ANY ($2) AND command = $4 AND command <> ''"""


def whole_box() -> dict[str, Any]:
    """Arguments of a pool for `PostgresStates`: who opens a session, and that nothing in it needs to be put back."""

    async def nothing_to_reset(_connection: Any) -> None:
        """A session here only ever runs single SELECTs."""

    return {"server_settings": {SETTING: WHOLE_BOX}, "reset": nothing_to_reset}


class PostgresStates:
    """See `command.States`."""

    def __init__(self, pool: Pool, service: str, shape: str | None = None) -> None:
        """`pool`: its sessions see the whole box from the start (`whole_box`), and nobody else asks through them.

        `shape` of the snapshots in this code (`ddl.snapshot_shape`); others are not read, the log is instead.
        """
        self._pool = pool
        self._shape = shape
        self._stream = log_stream_of(service)

    async def load(self, entities: Sequence[str], command: str) -> Known:
        """Position, snapshots and answers come from one statement, so nothing is missing between them.

        While snapshots of another version stand, or are being rebuilt, nothing is known and the log is read.
        """
        values = [self._stream, list(entities), self._shape]
        async with self._pool.acquire() as connection:
            if command:
                rows = await connection.fetch(f"{_KNOWN} UNION ALL {_ANSWERED}", *values, command)
            else:
                rows = await connection.fetch(_KNOWN, *values)
        snapshots = {
            row["entity"]: Snapshot(row["state"].encode(), row["seq"], row["hash"]) for row in rows if row["entity"]
        }
        position = next(row["position"] for row in rows if row["position"] is not None)
        answered = sorted((row for row in rows if row["body"] is not None), key=lambda row: row["seq"])
        return Known(position, snapshots, [self._message(row) for row in answered])

    def _message(self, row: Mapping[str, Any]) -> Message:
        return Message(self._stream, row["seq"], "", row["body"])
