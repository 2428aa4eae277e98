"""What every test may ask for: a cell with real, empty servers."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest
from hypothesis import settings

from deploy.box.addresses import BoxAddresses
from tests.cells import Cells

# How long an example takes says how busy the machine is, not whether the rule holds.
settings.register_profile("hearth", deadline=None)
settings.load_profile("hearth")

# The modules of the house are a million objects that stay: looking at them again and again took a seventh of the suite.
gc.set_threshold(50_000, 10, 50)


def pytest_collection_finish() -> None:
    """What stays for good is taken out of the collector's rounds; it goes on finding what tests forget to close."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def servers() -> Iterator[Cells]:
    """The servers of this worker; a test asks for `cell` or `cells`."""
    servers = Cells()
    servers.start()
    yield servers
    servers.stop()


@pytest.fixture(scope="module")
def cells(servers: Cells) -> Iterator[Cells]:
    """For a fixture that wants one cell for a whole module: `cells.fresh()`. They are gone when the module ends."""
    yield servers
    servers.give_back()


@pytest.fixture
def cell(cells: Cells) -> BoxAddresses:
    """A cell of this test's own: empty streams, empty databases, the product's users, roles and limits."""
    return cells.fresh(tables=False)
