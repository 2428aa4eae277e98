"""One office a module, on one loop: it is open as long as its tests, which bring people of their own."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio

from deploy.box.addresses import BoxAddresses
from tests.care.office import Office, working
from tests.cells import Cells


@pytest.fixture(scope="module")
def address(cells: Cells) -> BoxAddresses:
    return cells.fresh()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def office(address: BoxAddresses) -> AsyncIterator[Office]:
    async with working(address) as office:
        yield office


@pytest_asyncio.fixture(loop_scope="module")
async def clerk(office: Office) -> AsyncIterator[httpx.AsyncClient]:
    """The secretary of Jinqiao."""
    async with office.asking() as client:
        yield client
