"""One box in another terminal, for the commands of this package."""

from __future__ import annotations

import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cells import quick_directory
from tests.deploy.test_up import Run


@pytest.fixture(scope="package")
def box() -> Iterator[Run]:
    """`hearth up`, ready."""
    directory = Path(tempfile.mkdtemp(prefix="hearth-cli-", dir=quick_directory()))
    run = Run(directory / "var")
    run.start("--port", "0")
    yield run
    if run.process.poll() is None:
        run.end(signal.SIGTERM)
    shutil.rmtree(directory)
