"""Every table with a community is guarded by PostgreSQL itself, and a table that is not is found."""

from __future__ import annotations

import importlib
from collections.abc import AsyncIterator
from typing import Any, TypeAlias

import asyncpg
import pytest

from deploy.box.addresses import BoxAddresses
from events.log.project.ddl import prepare
from events.log.project.view import Projection
from services.shell.reacting import prepare_reactions
from tests.architecture.house import SERVICES
from tests.architecture.row_security import readable_without_scope, tables, unguarded

PLANTED = {
    "CREATE TABLE planted (community ltree)": "public.planted: row-level security is off",
    "CREATE TABLE planted (community ltree); ALTER TABLE planted ENABLE ROW LEVEL SECURITY": (
        "public.planted: row-level security is not forced, so the owner sees everything"
    ),
    "CREATE TABLE planted (community ltree); ALTER TABLE planted ENABLE ROW LEVEL SECURITY;"
    "ALTER TABLE planted FORCE ROW LEVEL SECURITY; CREATE POLICY all_of_it ON planted USING (true)": (
        "public.planted: no policy on reading, or one that does not ask hearth.scope"
    ),
    "CREATE TABLE planted (name text)": "public.planted: has no community and does not say why in its comment",
    "GRANT SELECT ON fact_0 TO registry_app": "public.fact_0: row-level security is off",
}


Connection: TypeAlias = "asyncpg.Connection[Any]"


@pytest.fixture
async def owner(cell: BoxAddresses) -> AsyncIterator[Connection]:
    """The owner of a database that holds what every service has: positions, claims, parked facts, the second copy."""
    connection = await asyncpg.connect(cell.postgres["registry_owner"])
    await prepare(connection, Projection("registry", ("REGISTRY",), views=()))
    yield connection
    await connection.close()


@pytest.fixture
async def reader(cell: BoxAddresses, owner: Connection) -> AsyncIterator[Connection]:
    """The user the pages and the projector are."""
    connection = await asyncpg.connect(cell.postgres["registry_app"])
    yield connection
    await connection.close()


@pytest.mark.parametrize("service", SERVICES)
async def test_every_table_of_a_service_is_guarded(cell: BoxAddresses, service: str) -> None:
    projection = importlib.import_module(f"services.{service}.wire").PROJECTION
    owner: Connection = await asyncpg.connect(cell.postgres[f"{service}_owner"])
    await prepare(owner, projection)
    await prepare_reactions(owner, service)
    reader: Connection = await asyncpg.connect(cell.postgres[f"{service}_app"])

    assert {f"public.{view.table.name}" for view in projection.views} <= {table.name for table in await tables(reader)}
    assert await unguarded(reader) == []

    await reader.close()
    await owner.close()


async def test_a_transaction_without_a_scope_reads_nothing(owner: Connection, reader: Connection) -> None:
    insert = "INSERT INTO parked VALUES ('REGISTRY', 1, 's', 'demo.jinqiao', '{}', 'why', '', now())"
    await owner.execute("SELECT set_config('hearth.scope', '{demo}', false)")
    await owner.execute(insert)

    assert await owner.fetchval("SELECT count(*) FROM parked") == 1
    assert await readable_without_scope(owner) == []
    assert await readable_without_scope(reader) == []


@pytest.mark.parametrize(("statement", "fault"), PLANTED.items(), ids=range(len(PLANTED)))
async def test_a_table_without_a_guard_is_found(
    owner: Connection, reader: Connection, statement: str, fault: str
) -> None:
    await owner.execute(statement)
    assert fault in await unguarded(reader)


async def test_who_owns_a_table_is_not_who_reads_it(owner: Connection) -> None:
    assert any("could switch the guard off" in fault for fault in await unguarded(owner))
