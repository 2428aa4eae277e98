"""Rebuilding beside the living: fold the log into a side schema, compare, and switch. Readers never see a half."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from asyncpg import Connection

from events.log.port import Log
from events.log.project.compare import CopyReport, TableReport, compare, tables_of
from events.log.project.ddl import LIVE, declared, record_built
from events.log.project.decode import Keys
from events.log.project.parked import replace_parked
from events.log.project.session import Database
from events.log.project.shadow import Progress, Shadow, beside_the_living, lock_tables, names_of
from events.log.project.view import Projection

SCHEMA = "next"


@dataclass(frozen=True, slots=True)
class Report:
    """What was folded again and how it differed from what readers saw until then."""

    service: str
    facts: int
    seconds: float
    tables: Sequence[TableReport]
    copy: CopyReport
    parked: int

    @property
    def clean(self) -> bool:
        """Nothing differed anywhere."""
        return not (any(table.differing for table in self.tables) or self.copy.missing or self.copy.different)


def _silent(_folded: int, _total: int) -> None:
    pass


async def rebuild(
    projection: Projection,
    log: Log,
    database: Database,
    keys: Keys,
    clock: Callable[[], datetime],
    *,
    names: Collection[str] | None = None,
    progress: Progress = _silent,
) -> Report:
    """Build the named views (default: all, and the snapshots) anew and switch to them.

    The old tables serve until the last moment; the live runner waits while the last facts are folded and compared,
    then loads everything again. Facts missing from the second copy are put back; rows that differ are reported and
    left alone. Raises `Busy`, `LogGap`, `LogShrunk`; whatever it raises, nothing was switched.
    """
    started = time.monotonic()
    shadow = Shadow(projection, log, keys, SCHEMA, names_of(projection, names), progress)
    async with beside_the_living(shadow, database, restore=True, for_readers=True) as (holder, _):
        compared = tables_of(projection, shadow.names)
        reports = [await compare(holder, one, SCHEMA) for one in compared]
        await lock_tables(holder, [one.table for one in compared])
        for one in compared:
            await _switch(holder, one.table)
        for name in shadow.names:
            await record_built(holder, name, *declared(projection)[name])
        await replace_parked(holder, shadow.names, shadow.parked, clock())
        await holder.execute("UPDATE position SET generation = generation + 1")
    seconds = time.monotonic() - started
    return Report(projection.service, shadow.facts, seconds, reports, shadow.copy, len(shadow.parked))


async def _switch(holder: Connection[Any], table: str) -> None:
    """The new table under the old name, with its indexes, rights and row-level security."""
    await holder.execute(f'DROP TABLE {LIVE}."{table}"')
    await holder.execute(f'ALTER TABLE {SCHEMA}."{table}" SET SCHEMA {LIVE}')
