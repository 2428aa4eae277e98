"""A small batch in one round trip: what its folds write is gathered, and sent with BEGIN, position and COMMIT.

A projector that follows live commits a few facts at a time, and what such a batch costs is its round trips: six or
seven of them at first, each some hundred microseconds of this process and of PostgreSQL. Rows that are not at hand have
to be read first; then the transaction is opened for that, and one more trip ends it.

Statements are prepared once a session and then executed by name, with their values as literals: only the simple
protocol takes several statements at once, and it has no parameters.
"""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from typing import Any, Final, cast

import asyncpg
from asyncpg import Connection

from events.log.project.session import OPENING, Superseded, roll_back, tell

_STATEMENT: Final = "hearth_"
_MOVE: Final = """
    WITH moved AS (UPDATE position SET seq = $4 WHERE stream = $1 AND generation = $2 AND seq = $3 RETURNING 1)
    SELECT 1 / count(*) FROM moved"""
"""Moves the position, or fails with a division by zero where it is not what this projector left."""


class Prepared:
    """The statements that one session knows by name."""

    def __init__(self, connection: Connection[Any]) -> None:
        self.connection = connection
        self._names: dict[str, str] = {}
        self._numbers = itertools.count(1)

    async def name(self, statement: str) -> str:
        """The name of a statement with `$1`, `$2` …; prepared when it is asked for the first time."""
        if statement not in self._names:
            name = f"{_STATEMENT}{next(self._numbers)}"
            await self.connection.execute(f"PREPARE {name} AS {statement}")
            self._names[statement] = name
        return self._names[statement]


class _Gathered:
    """Stands in for the session while a batch is folded: reads are done, in the transaction, writes are kept back."""

    def __init__(self, prepared: Prepared, opening: str) -> None:
        self._prepared = prepared
        self._script = [opening]
        self._opened = False

    async def fetch(self, query: str, *values: object) -> Any:
        """Read now; the position is moved first, so nobody else can be writing."""
        if not self._opened:
            self._opened = True
            await self._prepared.connection.execute(self._script.pop(0))
        return await self._prepared.connection.fetch(query, *values)

    async def execute(self, statement: str, *values: object) -> None:
        """Write when everything is gathered."""
        name = await self._prepared.name(statement)
        self._script.append(f"EXECUTE {name}({', '.join(map(literal, values))})")

    async def send(self) -> None:
        """All of it."""
        await self._prepared.connection.execute("; ".join((*self._script, "COMMIT")))


@asynccontextmanager
async def gathered(
    prepared: Prepared, stream: str, generation: int, old: int, new: int
) -> AsyncIterator[Connection[Any]]:
    """`session.batch_transaction` for a small batch; what it yields reads with `fetch` and writes with `execute`.

    Everything is written when the block ends. Raises `Superseded` before anything is done.
    """
    move = await prepared.name(_MOVE)
    values = ", ".join(map(literal, (stream, generation, old, new)))
    batch = _Gathered(prepared, f"{OPENING}; {tell(stream, new)}; EXECUTE {move}({values})")
    try:
        yield cast("Connection[Any]", batch)
        await batch.send()
    except BaseException as error:
        await roll_back(prepared.connection)
        if isinstance(error, asyncpg.DivisionByZeroError):
            raise Superseded(f"{stream} is not at {old} in generation {generation}") from error
        raise


def literal(value: object) -> str:
    """A value as PostgreSQL reads it in a statement. Raises `ValueError` on a text it cannot hold, `TypeError` else."""
    match value:
        case None:
            return "NULL"
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case _:
            # Doubling the quote is all there is to it: standard_conforming_strings is on (`session.writing`).
            return "'" + _text(value).replace("'", "''") + "'"


def _text(value: object) -> str:
    match value:
        case str():
            if "\x00" in value:
                raise ValueError("PostgreSQL's texts hold no NUL")
            return value
        case bytes():
            return f"\\x{value.hex()}"
        case date():
            return value.isoformat()
        case list() | tuple():
            return "{" + ",".join(map(_element, value)) + "}"
        case _:
            raise TypeError(f"{type(value).__name__} is no value of a statement")


def _element(value: object) -> str:
    if value is None:
        return "NULL"
    text = str(value) if isinstance(value, int) else _text(value)
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
