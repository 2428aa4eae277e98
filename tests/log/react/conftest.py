"""The stage of every test here."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.log.react.stage import Stage, staged


@pytest.fixture
async def stage(cell: Any) -> AsyncIterator[Stage]:
    async with staged(cell) as stage:
        yield stage
