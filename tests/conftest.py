"""What every test may ask for: a cell with real, empty servers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import settings

from deploy.box.addresses import BoxAddresses
from tests.cells import Cells

# How long an example takes says how busy the machine is, not whether the rule holds.
settings.register_profile("hearth", deadline=None)
settings.load_profile("hearth")


@pytest.fixture(scope="session")
def cells() -> Iterator[Cells]:
    """The servers of this worker, for a fixture that wants one cell for a whole module: `cells.fresh()`."""
    cells = Cells()
    cells.start()
    yield cells
    cells.stop()


@pytest.fixture
def cell(cells: Cells) -> BoxAddresses:
    """A cell of this test's own: empty streams, empty databases, the product's users, roles and limits."""
    return cells.fresh()
