"""Reading tables: one transaction per question, in the scope of whoever asks."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from events.log.project.scope import SETTING, setting_of

_SET_SCOPE = text("SELECT set_config(:name, :value, true)")


class Database:
    """One service's tables, for its pages. Every question is asked in a scope; without one nothing is seen."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    @asynccontextmanager
    async def reading(self, scope: str | None) -> AsyncIterator[AsyncConnection]:
        """A transaction that sees the communities of this scope (`""`: the whole box, None: nothing)."""
        async with self._engine.connect() as connection, connection.begin():
            await connection.execute(_SET_SCOPE, {"name": SETTING, "value": setting_of(scope)})
            yield connection

    async def close(self) -> None:
        """Give the connections back."""
        await self._engine.dispose()
