"""What else the tables answer: claims, one entity's envelopes, a single snapshot, the facts of one command id.

What has a community is read in the scope of the caller's transaction (`scope.scoped`); claims have none.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

from asyncpg import Connection

from events.log.envelope import log_stream_of, subject_of
from events.log.port import Message


class Pool(Protocol):
    """What is needed of an asyncpg pool."""

    def acquire(self) -> AbstractAsyncContextManager[Any]:
        """A connection for the block."""
        ...


async def load_snapshot(connection: Connection[Any], entity: str) -> tuple[str, int, str] | None:
    """(state as JSON, last sequence, hash of that envelope) of one entity, or None if nothing of it is folded."""
    row = await connection.fetchrow("SELECT state::text, seq, hash FROM snapshot WHERE entity = $1", entity)
    return None if row is None else (row["state"], row["seq"], row["hash"])


async def find_command(connection: Connection[Any], entity: str, command: str) -> list[tuple[str, str, int]]:
    """(id, type, sequence) of the facts that this command id has led to on this entity, as far as it is folded."""
    rows = await connection.fetch(
        "SELECT id, type, seq FROM fact WHERE entity = $1 AND command = $2 AND command <> '' ORDER BY seq",
        entity,
        command,
    )
    return [(row["id"], row["type"], row["seq"]) for row in rows]


async def entity_history(
    connection: Connection[Any], service: str, entity: str, *, newest_first: bool = True, limit: int = 1000
) -> list[Message]:
    """The entity's envelopes from the second copy, as far as the transaction's scope may see them."""
    order = "DESC" if newest_first else "ASC"
    rows = await connection.fetch(
        f"SELECT seq, stream, body FROM fact WHERE entity = $1 ORDER BY seq {order} LIMIT $2", entity, limit
    )
    log_stream = log_stream_of(service)
    return [Message(log_stream, row["seq"], subject_of(service, row["stream"], entity), row["body"]) for row in rows]


async def claim(connection: Connection[Any], kind: str, wanted: Mapping[str, str]) -> dict[str, str]:
    """Claim keys (key -> entity) and return who holds each now: we, or whoever was first. Repeating changes nothing.

    Call it outside the projector's sessions: it is committed durably (`synchronous_commit` as the server has it),
    because a claim is not in the log and could not be folded again.
    """
    if not wanted:
        return {}
    keys = sorted(wanted)  # One order everywhere, so that two claimants wait for each other but never in a circle.
    await connection.execute(
        "INSERT INTO claim (kind, key, entity) SELECT $1, w.key, w.entity FROM unnest($2::text[], $3::text[]) "
        "AS w(key, entity) ON CONFLICT DO NOTHING",
        kind,
        keys,
        [wanted[key] for key in keys],
    )
    # A second statement, not RETURNING: it sees what somebody else committed while we waited for them.
    rows = await connection.fetch("SELECT key, entity FROM claim WHERE kind = $1 AND key = ANY($2::text[])", kind, keys)
    return {row["key"]: row["entity"] for row in rows}
