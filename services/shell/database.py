"""Reading tables: one transaction per question, in the scope of whoever asks."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from events.log.project.scope import SETTING, setting_of


class Database:
    """One service's tables, for its pages. Every question is asked in a scope; without one nothing is seen."""

    def __init__(self, engine: AsyncEngine) -> None:
        """SQLAlchemy sends no BEGIN and COMMIT of its own here: `reading` does, and saves two round trips."""
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")

    @asynccontextmanager
    async def reading(self, scope: str | Sequence[str] | None) -> AsyncIterator[AsyncConnection]:
        """A transaction that sees the communities of this scope, or of several (`""`: the whole box, None: nothing)."""
        async with self._engine.connect() as connection:
            session = (await connection.get_raw_connection()).driver_connection
            assert session is not None
            try:
                # A scope is letters, digits, dots and hyphens (`setting_of`): nothing in it ends the literal.
                await session.execute(f"BEGIN; SET LOCAL {SETTING} = '{setting_of(scope)}'")
                yield connection
                await session.execute("COMMIT")
            except BaseException:
                # Also what is cancelled in the middle of a question: the next statement waits until that is broken off.
                await _roll_back(connection, session)
                raise

    async def close(self) -> None:
        """Give the connections back."""
        await self._engine.dispose()


async def _roll_back(connection: AsyncConnection, session: Any) -> None:
    """Nobody else is to get a session in which this scope may still hold; what went wrong before is not hidden."""
    try:
        await session.execute("ROLLBACK")
    except Exception:  # noqa: BLE001 - a session that is gone, or still busy with what was broken off
        await connection.invalidate()
