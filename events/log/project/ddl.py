"""The tables of a service's database: made by its owner role, used by its application role, guarded row by row.

`<service>_owner` owns everything; `<service>_app` gets just the rights its work needs. Every table with a community has
row-level security forced. A table without one says why in its comment (`no community: …`), where it can be read.
"""

from __future__ import annotations

import hashlib
from functools import cache
from typing import Any, Final

import orjson
from asyncpg import Connection
from pydantic import TypeAdapter
from pydantic.errors import PydanticInvalidForJsonSchema
from sqlalchemy import Index, MetaData, Table
from sqlalchemy.schema import CreateIndex, CreateTable

from events.log.project.columns import DIALECT
from events.log.project.scope import POLICY
from events.log.project.view import SNAPSHOT, Projection, View

LIVE: Final = "public"
"""The schema that readers see."""
PARTITION_FACTS: Final = 1_000_000
PARTITIONS_AHEAD: Final = 2
NO_COMMUNITY: Final = "no community: "
ROOM_PERCENT: Final = 70
"""How full a page is at first: a row that is written again finds room beside itself, and indexes stay as they are."""
_PREPARING: Final = 0x48656172
"""Advisory lock of whoever makes tables, so that two replicas do not start on the same one."""

_READ: Final = "SELECT"
_WRITE: Final = "SELECT, INSERT, UPDATE, DELETE"


def snapshot_table(schema: str) -> list[str]:
    """State, last sequence and last hash of every entity of the service's own streams."""
    return [
        f"""CREATE TABLE IF NOT EXISTS {schema}.{SNAPSHOT} (
            entity text PRIMARY KEY, stream text NOT NULL, community ltree NOT NULL,
            seq bigint NOT NULL, hash text NOT NULL, state jsonb NOT NULL) WITH (fillfactor = {ROOM_PERCENT})"""
    ]


_BASE: Final = {
    "position": (
        "(stream text PRIMARY KEY, seq bigint NOT NULL, generation integer NOT NULL)",
        "SELECT, UPDATE",
        "how far each log stream is folded; counts only",
    ),
    "built": (
        "(name text PRIMARY KEY, version integer NOT NULL, shape text NOT NULL)",
        _READ,
        "which version of each view stands in its table",
    ),
    "claim": (
        "(kind text NOT NULL, key text NOT NULL, entity text NOT NULL, PRIMARY KEY (kind, key))",
        "SELECT, INSERT",
        "a person is enrolled once in the whole city; keyed hashes and ids only",
    ),
    "parked": (
        """(stream text NOT NULL, seq bigint NOT NULL, subject text NOT NULL, community ltree NOT NULL,
            missing text[] NOT NULL, reason text NOT NULL, body bytea NOT NULL, first_seen timestamptz NOT NULL,
            dismissed_by text, dismissed_why text, PRIMARY KEY (stream, seq))""",
        _WRITE,
        None,
    ),
}
"""Tables beside the views: definition, rights of the application, and why without a community."""

_FACT: Final = """CREATE TABLE IF NOT EXISTS {schema}.fact (
    seq bigint NOT NULL, stream text NOT NULL, entity text NOT NULL, id text NOT NULL, type text NOT NULL,
    community ltree NOT NULL, effective date, recorded timestamptz, command text NOT NULL, body bytea NOT NULL,
    PRIMARY KEY (seq)) PARTITION BY RANGE (seq)"""


_RECORD: Final = "INSERT INTO built VALUES ($1, $2, $3) ON CONFLICT (name) DO UPDATE SET version = $2, shape = $3"


async def prepare(owner: Connection[Any], projection: Projection, *, for_readers: bool = True) -> None:
    """Make what is missing, as the owner role. Safe to run at every start and from several replicas at once.

    A view that has no table gets an empty one at once, so that pages work; if facts were folded before, the runner
    then rebuilds it. Never changes a table that exists. Without `for_readers` see `make_view`.
    """
    service = projection.service
    async with owner.transaction():
        await owner.execute("SELECT pg_advisory_xact_lock($1)", _PREPARING)
        if await owner.fetchval("SELECT 1 FROM pg_extension WHERE extname = 'ltree'") is None:
            await owner.execute("CREATE EXTENSION ltree")
        for name, (definition, rights, reason) in _BASE.items():
            if not await _exists(owner, name):
                await owner.execute(f"CREATE TABLE {name} {definition}")
                await _protect(owner, LIVE, name, service, rights, reason)
        if not await _exists(owner, "fact"):
            await _make_fact(owner, service)
        if projection.snapshots and not await _exists(owner, SNAPSHOT):
            await make_snapshot(owner, service)
        # Not ON CONFLICT: that would wait for the transaction of a leader that is stopped, and for no good.
        await owner.execute(
            "INSERT INTO position SELECT s, 0, coalesce((SELECT max(generation) FROM position), 1) "
            "FROM unnest($1::text[]) s WHERE NOT EXISTS (SELECT FROM position p WHERE p.stream = s)",
            list(projection.streams),
        )
        there = {
            row["tablename"] for row in await owner.fetch("SELECT tablename FROM pg_tables WHERE schemaname = $1", LIVE)
        }
        for view in projection.views:
            if view.table.name not in there:
                await make_view(owner, view, service, for_readers=for_readers)
        if not await owner.fetchval("SELECT max(seq) FROM position"):
            await _record_built(owner, projection)
        await make_partitions(owner, projection)


async def _exists(owner: Connection[Any], table: str) -> bool:
    return await owner.fetchval("SELECT to_regclass($1)", f"{LIVE}.{table}") is not None


async def _record_built(owner: Connection[Any], projection: Projection) -> None:
    """Nothing was folded yet: every view is up to date as it stands. Tables of an older shape are made anew."""
    recorded = {row["name"]: row["shape"] for row in await owner.fetch("SELECT name, shape FROM built")}
    for view in projection.views:
        if recorded.get(view.name, shape_of(view)) != shape_of(view):
            await owner.execute(f'DROP TABLE {LIVE}."{view.table.name}"')
            await make_view(owner, view, projection.service)
    await owner.executemany(_RECORD, [(name, *built) for name, built in declared(projection).items()])


async def record_built(owner: Connection[Any], name: str, version: int, shape: str) -> None:
    """Note which version of a view its live table holds."""
    await owner.execute(_RECORD, name, version, shape)


async def make_view(
    owner: Connection[Any], view: View, service: str, schema: str = LIVE, *, for_readers: bool = True
) -> None:
    """The view's table, its indexes, row-level security and rights, in this schema.

    Without `for_readers` the indexes that only readers use are left to `indexes.make_indexes`.
    """
    roomy = f'ALTER TABLE {schema}."{view.table.name}" SET (fillfactor = {ROOM_PERCENT})'
    # In one go: a service has a hundred tables, and a start should not wait a thousand times for an answer.
    await owner.execute(";\n".join([*_statements(view.table, schema, for_readers=for_readers), roomy]))
    await _protect(owner, schema, view.table.name, service, _WRITE, view.unscoped_reason or None)


async def make_snapshot(owner: Connection[Any], service: str, schema: str = LIVE) -> None:
    """The snapshot table in this schema."""
    for statement in snapshot_table(schema):
        await owner.execute(statement)
    await _protect(owner, schema, SNAPSHOT, service, _WRITE, None)


async def _make_fact(owner: Connection[Any], service: str) -> None:
    await owner.execute(_FACT.format(schema=LIVE))
    await owner.execute("CREATE INDEX fact_entity ON fact (entity, seq)")
    await owner.execute("CREATE INDEX fact_command ON fact (entity, command) WHERE command <> ''")
    # No right to change or take away: the second copy only grows.
    await _protect(owner, LIVE, "fact", service, "SELECT, INSERT", None)


async def make_partitions(owner: Connection[Any], projection: Projection) -> int:
    """Partitions of the second copy up to `PARTITIONS_AHEAD` beyond the newest fact; the first sequence without one.

    PostgreSQL has no COPY into a table with row-level security, so the projector copies straight into a partition.
    The application may only add there: what it reads, it reads through `fact`, whose policy is forced.
    """
    newest = await owner.fetchval("SELECT seq FROM position WHERE stream = $1", projection.own_stream)
    through = newest // PARTITION_FACTS + PARTITIONS_AHEAD
    for number in range(newest // PARTITION_FACTS, through + 1):
        if not await _exists(owner, f"fact_{number}"):
            first, after = number * PARTITION_FACTS, (number + 1) * PARTITION_FACTS
            # Made apart and then attached, which holds up neither readers nor the projector.
            await owner.execute(f"CREATE TABLE fact_{number} (LIKE fact)")
            values = f"FROM ({first}) TO ({after})"
            await owner.execute(f"ALTER TABLE fact ATTACH PARTITION fact_{number} FOR VALUES {values}")
            await owner.execute(f"GRANT INSERT ON fact_{number} TO {projection.service}_app")
    return int((through + 1) * PARTITION_FACTS)


async def _protect(
    owner: Connection[Any], schema: str, table: str, service: str, rights: str, reason: str | None
) -> None:
    """Rights of the application, and either forced row-level security or the reason for none."""
    name = f'{schema}."{table}"'
    statements = [f"GRANT {rights} ON {name} TO {service}_app"]
    if reason is not None:
        quoted = (NO_COMMUNITY + reason).replace("'", "''")
        statements.append(f"COMMENT ON TABLE {name} IS '{quoted}'")
    else:
        statements += [
            f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY",
            f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY",
            f"CREATE POLICY scope ON {name} USING ({POLICY}) WITH CHECK ({POLICY})",
        ]
    await owner.execute(";\n".join(statements))


def _statements(table: Table, schema: str, *, for_readers: bool = True) -> list[str]:
    copy: Table = table.to_metadata(MetaData(), schema=schema)
    indexes = sorted(copy.indexes, key=lambda index: str(index.name))
    return [
        str(CreateTable(copy).compile(dialect=DIALECT)),
        *(index_statement(index) for index in indexes if index.unique or for_readers),
    ]


def index_statement(index: Index, *, if_missing: bool = False) -> str:
    """The statement that makes this index of a view's table."""
    return str(CreateIndex(index, if_not_exists=if_missing).compile(dialect=DIALECT))


def shape_of(view: View) -> str:
    """A short fingerprint of the table's definition: a changed table is rebuilt even if the version was forgotten."""
    return _shape_of_table(view.table)


@cache
def _shape_of_table(table: Table) -> str:
    return _fingerprint("\n".join(_statements(table, LIVE)))


def declared(projection: Projection) -> dict[str, tuple[int, str]]:
    """Version and shape of everything that is folded, by name."""
    wanted = {view.name: (view.version, shape_of(view)) for view in projection.views}
    if projection.snapshots:
        version = sum(snapshots.version for snapshots in projection.snapshots)
        shapes = [f"{s.stream} {s.version} {_schema_of(s.model)}" for s in projection.snapshots]  # type: ignore[arg-type]  # a class is hashable
        wanted[SNAPSHOT] = (version, _fingerprint("\n".join(sorted(shapes))))
    return wanted


async def in_other_shape(connection: Connection[Any], projection: Projection) -> list[str]:
    """Views whose living tables are not as this code reads them: they wait for their rebuild."""
    shapes = {row["name"]: row["shape"] for row in await connection.fetch("SELECT name, shape FROM built")}
    return [view.name for view in projection.views if shapes.get(view.name) != shape_of(view)]


def snapshot_shape(projection: Projection) -> str:
    """The shape of the snapshots that this code folds and reads."""
    return declared(projection)[SNAPSHOT][1] if projection.snapshots else ""


@cache
def _schema_of(model: Any) -> str:
    """The state's shape, so that a changed model is rebuilt; a model that JSON Schema cannot tell goes by version."""
    try:
        return orjson.dumps(TypeAdapter(model).json_schema(), option=orjson.OPT_SORT_KEYS).decode()
    except PydanticInvalidForJsonSchema:
        return str(getattr(model, "__name__", model))


def _fingerprint(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
