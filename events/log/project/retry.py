"""Trying a parked fact again, after the mistake that parked it was mended."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from asyncpg import Connection

from events.log.port import Log, Message
from events.log.project.copy import record_of, refresh_copy
from events.log.project.decode import Decoder, Item, Keys
from events.log.project.fold import Engine
from events.log.project.session import Database, close
from events.log.project.shadow import positions_of, whole_box
from events.log.project.view import SNAPSHOT, Projection

_HISTORY: Final = "SELECT seq, body FROM fact WHERE entity = $1 AND stream = $2 ORDER BY seq"


class Outcome(StrEnum):
    """What came of it."""

    FOLDED = "folded"
    """It stands in every view now."""
    STILL_PARKED = "still_parked"
    """It failed again; the reason is the new one."""
    REBUILD = "rebuild"
    """Later facts of the same entity were folded without it: only a rebuild of the views puts it in its place."""
    GONE = "gone"
    """It is not parked any more."""


@dataclass(frozen=True, slots=True)
class Retried:
    """The outcome, and the views that are still without the fact."""

    outcome: Outcome
    missing: tuple[str, ...] = ()
    reason: str = ""


async def retry(projection: Projection, log: Log, database: Database, keys: Keys, stream: str, seq: int) -> Retried:
    """Fold one parked fact into the views it is missing from, while the live runner waits.

    An entity's snapshot is folded anew from its whole history, so it never needs a rebuild.
    """
    connection = await database.owner()
    try:
        async with whole_box(connection):
            await positions_of(connection, lock=True)
            row = await connection.fetchrow(
                "SELECT subject, missing, body FROM parked WHERE stream = $1 AND seq = $2", stream, seq
            )
            if row is None:
                return Retried(Outcome.GONE)
            message = Message(stream, seq, row["subject"], row["body"])
            retried = await _fold_again(projection, log, connection, keys, message, tuple(row["missing"]))
            await _note(connection, message, retried)
            return retried
    finally:
        await close(connection)


async def _fold_again(
    projection: Projection,
    log: Log,
    connection: Connection[Any],
    keys: Keys,
    message: Message,
    missing: tuple[str, ...],
) -> Retried:
    decoder = Decoder(projection, keys)
    item = (await decoder.decode([message]))[0]
    if item.problem:
        return Retried(Outcome.STILL_PARKED, missing, item.problem)
    parked = []
    if message.stream == projection.own_stream:
        await refresh_copy(connection, [record_of(item)])
    views = [name for name in missing if name != SNAPSHOT]
    if SNAPSHOT in missing:
        parked += await _refold_snapshot(projection, connection, decoder, item)
    last = await log.read_last(message.stream, message.subject)
    if views and last is not None and last.seq > message.seq:
        return Retried(Outcome.REBUILD, tuple(views), "later facts of the same entity are folded already")
    parked += await Engine(projection, views).fold_alone(connection, item)
    if parked:
        return Retried(
            Outcome.STILL_PARKED, tuple(sorted({name for one in parked for name in one.missing})), parked[-1].reason
        )
    return Retried(Outcome.FOLDED)


async def _refold_snapshot(
    projection: Projection, connection: Connection[Any], decoder: Decoder, item: Item
) -> list[Any]:
    """The entity's state from its first fact on; all its facts are in the second copy."""
    message = item.message
    rows = await connection.fetch(_HISTORY, item.key[0], item.stream)
    items = await decoder.decode(
        [Message(projection.own_stream, row["seq"], message.subject, row["body"]) for row in rows]
    )
    await connection.execute("DELETE FROM snapshot WHERE entity = $1", item.key[0])
    parked = await Engine(projection, [SNAPSHOT], empty=True).fold(connection, items)
    return [one for one in parked if one.message.seq == message.seq]


async def _note(connection: Connection[Any], message: Message, retried: Retried) -> None:
    """What is still missing; and the live runner must load everything again, rows changed under it."""
    if retried.missing:
        await connection.execute(
            "UPDATE parked SET missing = $3, reason = $4 WHERE stream = $1 AND seq = $2",
            message.stream,
            message.seq,
            list(retried.missing),
            retried.reason,
        )
    else:
        await connection.execute("DELETE FROM parked WHERE stream = $1 AND seq = $2", message.stream, message.seq)
    await connection.execute("UPDATE position SET generation = generation + 1")
