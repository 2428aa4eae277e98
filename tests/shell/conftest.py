"""An office of one made-up service behind the shell, on a real broker."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import httpx
import pytest
from nats.aio.client import Client

from deploy.box.addresses import BoxAddresses
from services.shell.settings import Settings
from tests.cells import Cells
from tests.shell.office import NOON, Office, connect, sample_service


@pytest.fixture(scope="module")
def address(cells: Cells) -> BoxAddresses:
    """One cell a module: what these tests write does not get into each other's way."""
    return cells.fresh()


@pytest.fixture
async def broker(address: BoxAddresses) -> AsyncIterator[Client]:
    """Connected as the shell is, with the shell's own permissions."""
    client = await connect(address)
    yield client
    await client.close()


@pytest.fixture
async def office(broker: Client, tmp_path: Path) -> AsyncIterator[Office]:
    """The shell with a service `sample` at a fixed noon; its lifespan has begun."""
    built = Office(Settings(data=tmp_path, demo=True), sample_service(tmp_path), broker.jetstream(), lambda: NOON)
    async with built.running():
        yield built


@pytest.fixture
async def browser(office: Office) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody's browser, signed out."""
    async with office.browser() as client:
        yield client


@pytest.fixture
def noon() -> datetime:
    """The office's present moment."""
    return NOON
