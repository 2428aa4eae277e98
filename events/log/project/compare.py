"""Two tables of the same view compared, key by key; and a stretch of the stream compared with the second copy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from asyncpg import Connection

from events.log.project.copy import COLUMNS, SENT, insert_copy, record_of, refresh_copy
from events.log.project.ddl import LIVE
from events.log.project.decode import Item
from events.log.project.view import SNAPSHOT, Projection

DIFFERENCES_MAX: Final = 10_000
"""Keys named in a report; the count is always complete."""


class Way(StrEnum):
    """How a live row differs from what the log says."""

    MISSING = "missing"
    EXTRA = "extra"
    DIFFERENT = "different"


@dataclass(frozen=True, slots=True)
class Difference:
    """One live row that is not what the log says. `key` is the primary key, joined by `/`."""

    key: str
    way: Way
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TableReport:
    """One view, the snapshots or the second copy: rows on both sides and where they differ."""

    name: str
    live_rows: int
    folded_rows: int
    differing: int
    differences: Sequence[Difference]


@dataclass(frozen=True, slots=True)
class Compared:
    """A table to compare: its key and the columns both sides have."""

    name: str
    table: str
    keys: Sequence[str]
    columns: Sequence[str]


def tables_of(projection: Projection, names: Sequence[str]) -> list[Compared]:
    """What stands behind these names."""
    found = [
        Compared(view.name, view.table.name, view.key_columns, [column.name for column in view.columns])
        for view in projection.views
        if view.name in names
    ]
    if SNAPSHOT in names:
        found.append(
            Compared(SNAPSHOT, SNAPSHOT, ("entity",), ("entity", "stream", "community", "seq", "hash", "state"))
        )
    return found


async def compare(connection: Connection[Any], compared: Compared, schema: str) -> TableReport:
    """The live table against the one of the same name in `schema`, over the columns both have."""
    shared = await _shared_columns(connection, compared, schema)
    keys = ", ".join(f'"{key}"' for key in compared.keys)
    named = " || '/' || ".join(f'coalesce(l."{key}", n."{key}")::text' for key in compared.keys)
    first = f'"{compared.keys[0]}"'
    changed = ", ".join(f"""CASE WHEN l."{c}" IS DISTINCT FROM n."{c}" THEN '{c}' END""" for c in shared) or "NULL"
    live, folded = f'{LIVE}."{compared.table}"', f'{schema}."{compared.table}"'
    rows = await connection.fetch(
        f"""SELECT key, way, columns, count(*) OVER () AS differing FROM (
                SELECT {named} AS key, array_remove(ARRAY[{changed}]::text[], NULL) AS columns,
                       CASE WHEN l.{first} IS NULL THEN 'missing' WHEN n.{first} IS NULL THEN 'extra'
                            ELSE 'different' END AS way
                FROM {live} l FULL JOIN {folded} n USING ({keys})) d
            WHERE way <> 'different' OR cardinality(columns) > 0 ORDER BY key LIMIT {DIFFERENCES_MAX}"""
    )
    return TableReport(
        compared.name,
        await connection.fetchval(f"SELECT count(*) FROM {live}"),
        await connection.fetchval(f"SELECT count(*) FROM {folded}"),
        rows[0]["differing"] if rows else 0,
        [_difference(row) for row in rows],
    )


def _difference(row: Any) -> Difference:
    way = Way(row["way"])
    return Difference(row["key"], way, tuple(row["columns"]) if way is Way.DIFFERENT else ())


async def _shared_columns(connection: Connection[Any], compared: Compared, schema: str) -> list[str]:
    """Columns of the same name and type on both sides: a new version may have others."""
    rows = await connection.fetch(
        """SELECT column_name AS name FROM information_schema.columns
           WHERE table_schema IN ($1, $2) AND table_name = $3 AND column_name <> ALL ($4)
           GROUP BY column_name HAVING count(*) = 2 AND count(DISTINCT udt_name) = 1""",
        LIVE,
        schema,
        compared.table,
        list(compared.keys),
    )
    return sorted(row["name"] for row in rows)


@dataclass
class CopyReport:
    """The second copy against the stream. What is missing can be put back; what differs needs a person."""

    facts: int = 0
    missing: list[int] = field(default_factory=list)
    different: list[tuple[int, str]] = field(default_factory=list)
    """(sequence, entity)"""
    restored: int = 0


_PAIRED: Final = ", ".join(f"${i}::{sent}" for i, sent in enumerate(SENT, 1))
_DISTINCT: Final = " OR ".join(
    f"f.{name} IS DISTINCT FROM u.{name}::ltree" if name == "community" else f"f.{name} IS DISTINCT FROM u.{name}"
    for name in COLUMNS[1:]
)
_COMPARE_COPY: Final = (
    f"SELECT u.seq, u.entity, f.seq IS NULL AS missing FROM unnest({_PAIRED}) AS u({', '.join(COLUMNS)}) "
    f"LEFT JOIN fact f ON f.seq = u.seq WHERE f.seq IS NULL OR {_DISTINCT} ORDER BY 1"
)


async def compare_copy(
    connection: Connection[Any], items: Sequence[Item], report: CopyReport, *, restore: bool
) -> None:
    """A stretch of the own stream, already folded live, against the second copy; missing rows are put back if asked.

    An envelope that differs is never overwritten: the copy is there to testify when the log itself was damaged.
    """
    records = [record_of(item) for item in items]
    report.facts += len(records)
    gone = []
    for row in await connection.fetch(_COMPARE_COPY, *[list(values) for values in zip(*records, strict=True)]):
        if row["missing"]:
            gone.append(row["seq"])
        else:
            report.different.append((row["seq"], row["entity"]))
    report.missing += gone
    if restore and (gone or report.different):
        by_seq = {record[0]: record for record in records}
        beside = [by_seq[seq] for seq, _ in report.different if seq in by_seq]
        if gone:
            await insert_copy(connection, [by_seq[seq] for seq in gone])
        if beside:
            await refresh_copy(connection, beside)
        report.restored += len(gone)
