"""Facts that are missing somewhere, kept where an operator sees them until they are folded or dismissed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from asyncpg import Connection

from events.log.project.fold import Parked

_PARK: Final = """
    INSERT INTO parked (stream, seq, subject, community, missing, reason, body, first_seen)
    VALUES ($1, $2, $3, $4::text::ltree, $5, $6, $7, $8)
    ON CONFLICT (stream, seq) DO UPDATE SET reason = EXCLUDED.reason,
        missing = ARRAY(SELECT DISTINCT m FROM unnest(parked.missing || EXCLUDED.missing) m ORDER BY m)"""


async def park(connection: Connection[Any], parked: Sequence[Parked], now: datetime) -> None:
    """Keep these facts aside, in the transaction that moves the position past them."""
    for one in parked:
        message = one.message
        await connection.execute(
            _PARK, message.stream, message.seq, message.subject.replace("\x00", ""), one.community,
            sorted(one.missing), one.reason.replace("\x00", ""), message.body, now,
        )  # fmt: skip


async def replace_parked(
    connection: Connection[Any], names: Sequence[str], parked: Sequence[Parked], now: datetime
) -> None:
    """After a rebuild of `names`: what is still missing there is parked again, the rest is missing no more."""
    await connection.execute(
        "UPDATE parked SET missing = ARRAY(SELECT m FROM unnest(missing) m WHERE m <> ALL ($1::text[]) ORDER BY m)",
        list(names),
    )
    await park(connection, parked, now)
    await connection.execute("DELETE FROM parked WHERE missing = '{}'")


@dataclass(frozen=True, slots=True)
class ParkedFact:
    """One parked fact as the operations page shows it. `missing` names the views it is missing from."""

    stream: str
    seq: int
    subject: str
    missing: tuple[str, ...]
    reason: str
    body: bytes
    first_seen: datetime
    dismissed_by: str | None
    dismissed_why: str | None


async def parked_facts(connection: Connection[Any], *, dismissed: bool = False, limit: int = 200) -> list[ParkedFact]:
    """Parked facts the transaction's scope may see, oldest first; those dismissed only if asked for."""
    rows = await connection.fetch(
        "SELECT stream, seq, subject, missing, reason, body, first_seen, dismissed_by, dismissed_why FROM parked "
        "WHERE $1 OR dismissed_why IS NULL ORDER BY first_seen, stream, seq LIMIT $2",
        dismissed,
        limit,
    )
    return [ParkedFact(**{**dict(row), "missing": tuple(row["missing"])}) for row in rows]


async def dismiss(connection: Connection[Any], stream: str, seq: int, by: str, why: str) -> bool:
    """A person decided that this fact will not be folded. False if it is not parked (any more)."""
    if not why.strip():
        raise ValueError("say why it is dismissed")
    status = await connection.execute(
        "UPDATE parked SET dismissed_by = $3, dismissed_why = $4 WHERE stream = $1 AND seq = $2", stream, seq, by, why
    )
    return bool(status == "UPDATE 1")
