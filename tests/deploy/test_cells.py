"""A cell is empty, private, and laid out as the product's box is."""

from __future__ import annotations

from urllib.parse import urlsplit

import asyncpg
import nats
import pytest
from nats.js.api import StreamInfo

from deploy.box.addresses import BoxAddresses
from deploy.box.layout import SERVICES
from deploy.box.permissions import inbox_prefix
from tests.cells import Cells


async def _stream(cell: BoxAddresses, user: str, name: str) -> StreamInfo:
    client = await nats.connect(cell.nats[user], inbox_prefix=inbox_prefix(user).encode("ascii"))
    try:
        return await client.jetstream().stream_info(name)
    finally:
        await client.close()


async def test_a_fresh_cell_has_empty_streams(cell: BoxAddresses) -> None:
    for user, stream in (("registry", "REGISTRY"), ("care", "CARE"), ("notify", "NOTIFY"), ("shell", "KV_SESSIONS")):
        assert (await _stream(cell, user, stream)).state.messages == 0


async def test_what_one_cell_writes_another_does_not_see(cell: BoxAddresses, cells: Cells) -> None:
    other = cells.fresh()
    client = await nats.connect(cell.nats["registry"], inbox_prefix=b"_INBOX_registry")
    await client.jetstream().publish("fact.registry.member.one", b"{}")
    await client.close()
    assert (await _stream(cell, "care", "REGISTRY")).state.messages == 1
    assert (await _stream(other, "care", "REGISTRY")).state.messages == 0


async def test_the_working_role_has_the_rights_it_was_given_and_no_more(cell: BoxAddresses) -> None:
    owner = await asyncpg.connect(cell.postgres["care_owner"])
    await owner.execute(
        """CREATE TABLE visit (community ltree); GRANT SELECT, INSERT ON visit TO care_app;
           CREATE SCHEMA aside; CREATE TABLE aside.visit (id int); CREATE TABLE aside.kept (id int);
           GRANT INSERT ON aside.visit TO care_app"""
    )
    await owner.close()
    app = await asyncpg.connect(cell.postgres["care_app"])
    await app.execute("INSERT INTO visit VALUES ('demo.jinqiao'); INSERT INTO aside.visit VALUES (1)")
    assert await app.fetchval("SELECT count(*) FROM visit WHERE community <@ 'demo'") == 1
    for refused in (
        "SELECT * FROM aside.kept",
        "DELETE FROM visit",
        "CREATE TABLE mine (id int)",
        "CREATE SCHEMA mine",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await app.execute(refused)
    await app.close()


async def test_a_role_reaches_no_database_but_its_own(cell: BoxAddresses) -> None:
    admin = await asyncpg.connect(cell.postgres["admin"])
    rows = await admin.fetch(
        "SELECT rolname, datname FROM pg_roles, pg_database WHERE rolname ~ '_(app|owner)$' AND NOT datistemplate"
        " AND has_database_privilege(rolname, datname, 'CONNECT')"
    )
    await admin.close()
    own = {urlsplit(cell.postgres[f"{service}_app"]).path.lstrip("/") for service in SERVICES}
    # Of its own cell: the next one may be in the making beside this test.
    reached = {(role, database.split("_")[0]) for role, database in rows if database in own}
    assert reached == {(f"{service}_{kind}", service) for service in SERVICES for kind in ("owner", "app")}
