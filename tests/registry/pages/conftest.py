"""One office a module: its tests enrol people of their own."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from deploy.box.addresses import BoxAddresses
from tests.cells import Cells
from tests.registry.office import Office, working


@pytest.fixture(scope="module")
def address(cells: Cells) -> BoxAddresses:
    return cells.fresh()


@pytest.fixture
async def office(address: BoxAddresses) -> AsyncIterator[Office]:
    async with working(address) as office:
        yield office


@pytest.fixture
async def clerk(office: Office) -> AsyncIterator[httpx.AsyncClient]:
    """The secretary of Jinqiao."""
    async with office.asking() as client:
        yield client


@pytest.fixture
async def browser(office: Office) -> AsyncIterator[httpx.AsyncClient]:
    """The secretary's browser: it asks for pages and goes where it is sent."""
    async with office.asking() as client:
        client.headers["accept"] = "text/html"
        client.follow_redirects = True
        yield client
