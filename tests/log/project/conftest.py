"""The office of one test."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from deploy.box.addresses import BoxAddresses
from events.log.jetstream import JetStreamLog
from events.log.project.ddl import prepare
from tests.log.connect import connect
from tests.log.project.office import Office, database_of, keys_of, projection


@pytest.fixture
async def office(cell: BoxAddresses) -> AsyncIterator[Office]:
    """Empty streams and the tables of the office's projection, nothing folding yet."""
    database = database_of(cell)
    owner = await database.owner()
    await prepare(owner, projection())
    async with connect(cell, "registry") as connection:
        log = JetStreamLog(connection, "registry")
        yield Office(cell, log, keys_of(cell, log), database, owner)
    await owner.close()
