"""Checking: fold the log again, compare with what readers see, change nothing."""

from __future__ import annotations

import time
from collections.abc import Collection

from events.log.port import Log
from events.log.project.compare import compare, tables_of
from events.log.project.decode import Keys
from events.log.project.rebuild import Report
from events.log.project.session import Database
from events.log.project.shadow import Progress, Shadow, beside_the_living, names_of
from events.log.project.view import Projection

SCHEMA = "checking"


def _silent(_folded: int, _total: int) -> None:
    pass


async def check(
    projection: Projection,
    log: Log,
    database: Database,
    keys: Keys,
    *,
    names: Collection[str] | None = None,
    progress: Progress = _silent,
) -> Report:
    """Name every row, snapshot and copied envelope that is not what the log says. Raises as `rebuild` does."""
    started = time.monotonic()
    shadow = Shadow(projection, log, keys, SCHEMA, names_of(projection, names), progress)
    async with beside_the_living(shadow, database, restore=False) as (holder, _):
        reports = [await compare(holder, one, SCHEMA) for one in tables_of(projection, shadow.names)]
    seconds = time.monotonic() - started
    return Report(projection.service, shadow.facts, seconds, reports, shadow.copy, len(shadow.parked))
