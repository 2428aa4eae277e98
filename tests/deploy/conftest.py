"""Directories and boxes for tests that start and kill them."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cells import quick_directory
from tests.deploy.boxes import Box


@pytest.fixture
def place() -> Iterator[Path]:
    """An empty directory that other accounts may pass through, unlike pytest's own."""
    directory = Path(tempfile.mkdtemp(prefix="hearth-test-", dir=quick_directory()))
    yield directory
    shutil.rmtree(directory)


@pytest.fixture
def box(place: Path) -> Iterator[Box]:
    """A box that is not started yet; whatever the test does, it is stopped at the end."""
    box = Box(place / "var")
    yield box
    box.stop()
