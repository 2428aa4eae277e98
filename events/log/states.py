"""What command handlers read from PostgreSQL: snapshots with their position, answered commands, and claims.

Commands decide for the whole service, whatever the caller may see (a route has checked the caller's scope before), so
these transactions see the whole box.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from events.log.command import Known, Snapshot
from events.log.envelope import log_stream_of
from events.log.port import Message
from events.log.project.scope import scoped

Pool = Any
"""An asyncpg pool of the service's application role; the driver itself is wire.py's business."""


class PostgresStates:
    """See `command.States`."""

    def __init__(self, pool: Pool, service: str, shape: str | None = None) -> None:
        """`shape` of the snapshots in this code (`ddl.snapshot_shape`); others are not read, the log is instead."""
        self._pool = pool
        self._shape = shape
        self._stream = log_stream_of(service)

    async def load(self, entities: Sequence[str], command: str) -> Known:
        """Position and snapshots come from one statement, so nothing is missing between them.

        While snapshots of another version stand, or are being rebuilt, nothing is known and the log is read.
        """
        async with self._pool.acquire() as connection, scoped(connection, ""):
            rows = await connection.fetch(
                """SELECT CASE WHEN b.name IS NULL THEN 0 ELSE p.seq END AS position,
                          s.entity, s.seq, s.hash, s.state::text AS state
                   FROM position p LEFT JOIN built b ON b.name = 'snapshot' AND ($3::text IS NULL OR b.shape = $3)
                   LEFT JOIN snapshot s ON b.name IS NOT NULL AND s.entity = ANY ($2) WHERE p.stream = $1""",
                self._stream,
                list(entities),
                self._shape,
            )
            answered = []
            if command:
                answered = await connection.fetch(
                    """SELECT seq, body FROM fact
                       WHERE entity = ANY ($1) AND command = $2 AND command <> '' ORDER BY seq""",
                    list(entities),
                    command,
                )
        snapshots = {
            row["entity"]: Snapshot(row["state"].encode(), row["seq"], row["hash"]) for row in rows if row["entity"]
        }
        return Known(rows[0]["position"], snapshots, [self._message(row) for row in answered])

    def _message(self, row: Mapping[str, Any]) -> Message:
        return Message(self._stream, row["seq"], "", row["body"])
