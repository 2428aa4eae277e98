"""Every table with a community is guarded by PostgreSQL itself, and a table that is not is found."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, TypeAlias

import asyncpg
import pytest

from deploy.box.addresses import BoxAddresses
from events.log.project.ddl import prepare
from events.log.project.view import Projection
from tests.architecture.row_security import readable_without_scope, unguarded

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


async def test_what_every_service_keeps_is_guarded(reader: Connection) -> None:
    assert await unguarded(reader) == []
    assert await readable_without_scope(reader) == []


@pytest.mark.parametrize(("statement", "fault"), PLANTED.items(), ids=range(len(PLANTED)))
async def test_a_table_without_a_guard_is_found(
    owner: Connection, reader: Connection, statement: str, fault: str
) -> None:
    await owner.execute(statement)
    assert fault in await unguarded(reader)


async def test_who_owns_a_table_is_not_who_reads_it(owner: Connection) -> None:
    assert any("could switch the guard off" in fault for fault in await unguarded(owner))
