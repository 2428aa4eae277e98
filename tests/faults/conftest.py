"""A directory on a real disk, towns in it, and how long a bad day is."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.faults.clerks import Book
from tests.faults.town import Apart, OneBox

COMMANDS = int(os.environ.get("HEARTH_FAULT_COMMANDS", "300"))
DAYS = count()


@pytest.fixture(scope="module")
def disk() -> Iterator[Path]:
    """Not in memory: what is written here is synced to a disk."""
    directory = Path(tempfile.mkdtemp(prefix="hearth-faults-"))
    yield directory
    shutil.rmtree(directory)


@pytest.fixture
def book() -> Book:
    """As many commands as this run asks for."""
    return Book(COMMANDS, day=next(DAYS))


@pytest.fixture(scope="module")
def one_box(disk: Path) -> Iterator[OneBox]:
    """`hearth up`, ready: one bad day after the other in the same office, as it is in life."""
    town = OneBox(disk / "var")
    try:
        town.start()
        yield town
    finally:
        town.stop()


@pytest.fixture
def apart(disk: Path) -> Iterator[Apart]:
    """The servers and each service apart, ready."""
    town = Apart(disk / "var")
    try:
        town.start()
        yield town
    finally:
        town.stop()
