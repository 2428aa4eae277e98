"""The second copy: every envelope of the service's own stream, byte for byte, in the partitioned table `fact`.

History pages, "as it was, as we knew it", repair and the detection of a damaged log read it (PITFALLS 9). Messages
that cannot be decoded are copied too: the copy is of the stream, not of what we understood.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

from asyncpg import Connection

from events.log.project.ddl import PARTITION_FACTS
from events.log.project.decode import Item

COLUMNS: Final = (
    "seq", "stream", "entity", "id", "type", "community", "effective", "recorded", "command", "body",
)  # fmt: skip
SENT: Final = (
    "bigint[]", "text[]", "text[]", "text[]", "text[]", "text[]", "date[]", "timestamptz[]", "text[]", "bytea[]",
)  # fmt: skip
COPY_FROM: Final = 50
"""Facts from which COPY is quicker than a prepared INSERT (it asks the server for the column types every time)."""

Record = tuple[Any, ...]

_GIVEN: Final = ", ".join(f"${i}::{sent}" for i, sent in enumerate(SENT, 1))
_PICKED: Final = ", ".join(f"u.{name}::ltree" if name == "community" else f"u.{name}" for name in COLUMNS)
_INSERT: Final = (
    f"INSERT INTO fact ({', '.join(COLUMNS)}) SELECT {_PICKED} FROM unnest({_GIVEN}) AS u({', '.join(COLUMNS)}) "
    "ON CONFLICT (seq) DO NOTHING"
)


def record_of(item: Item) -> Record:
    """One row of `fact`, in the order of `COLUMNS`; of an envelope that is none, what its subject says."""
    about, message = item.about, item.message
    if about is None:
        return (message.seq, item.stream, item.key[0], "", "", "", None, message.stored_at, "", message.body)
    return (
        message.seq, item.stream, about.entity, about.id, about.type, about.community, about.effective, about.recorded,
        about.command, message.body,
    )  # fmt: skip


async def use_ltree(connection: Connection[Any]) -> None:
    """Teach a connection the binary form of `ltree` (a version byte before the text), which COPY needs."""
    await connection.set_type_codec(
        "ltree", schema="public", encoder=_binary, decoder=lambda raw: raw[1:].decode(), format="binary"
    )


@lru_cache(maxsize=10_000)
def _binary(path: str) -> bytes:
    # A city has a thousand paths, and each stands in every row.
    return b"\x01" + path.encode()


async def write_copy(connection: Connection[Any], records: Sequence[Record]) -> None:
    """Add rows to the second copy, straight into their partitions when there are many (see `make_partitions`)."""
    if len(records) < COPY_FROM:
        await insert_copy(connection, records)
        return
    start = 0
    while start < len(records):
        partition = records[start][0] // PARTITION_FACTS
        end = start + 1
        if records[-1][0] // PARTITION_FACTS == partition:
            end = len(records)
        while end < len(records) and records[end][0] // PARTITION_FACTS == partition:
            end += 1
        await connection.copy_records_to_table(
            f"fact_{partition}", records=records[start:end], columns=COLUMNS, schema_name="public"
        )
        start = end


async def insert_copy(connection: Connection[Any], records: Sequence[Record]) -> None:
    """Add rows to the second copy; those that are there stay as they are."""
    await connection.execute(_INSERT, *[list(values) for values in zip(*records, strict=True)])


_SET: Final = ", ".join(f"{name} = u.{name}{'::ltree' if name == 'community' else ''}" for name in COLUMNS[1:-1])
_REFRESH: Final = (
    f"UPDATE fact f SET {_SET} FROM unnest({_GIVEN}) AS u({', '.join(COLUMNS)}) WHERE f.seq = u.seq AND f.body = u.body"
)


async def refresh_copy(owner: Connection[Any], records: Sequence[Record]) -> None:
    """Write again what stands beside the envelopes, as the owner: one that is understood only now, or edited by hand.

    The envelopes themselves are never written again; a row with other bytes is left as it is.
    """
    await owner.execute(_REFRESH, *[list(values) for values in zip(*records, strict=True)])
