"""What could not be folded or reacted to and waits for a person."""

from __future__ import annotations

from collections.abc import AsyncIterator

import asyncpg

from deploy.box.layout import SERVICES
from deploy.doctor.finding import Finding, Installation
from events.log.project.scope import scoped

_SECONDS = 5.0
_NAMED_MAX = 5
_ASKED = (
    ("parked", "SELECT stream || ':' || seq FROM parked WHERE dismissed_why IS NULL ORDER BY first_seen, seq"),
    (
        "parked_reaction",
        "SELECT log_stream || ':' || seq FROM parked_reaction WHERE state = 'parked' ORDER BY first_at",
    ),
)
"""Table and question of each kind; a service without the table has none of that kind."""


async def parked(installation: Installation) -> AsyncIterator[Finding]:
    """No fact is left out of the tables, no reaction was given up."""
    if installation.addresses is None:
        return
    well = True
    for service in SERVICES:
        connection = await asyncpg.connect(installation.addresses.postgres[f"{service}_app"], timeout=_SECONDS)
        try:
            async with scoped(connection, ""):
                for table, question in _ASKED:
                    if await connection.fetchval("SELECT to_regclass($1)", table) is None:
                        continue
                    places = [row[0] for row in await connection.fetch(question)]
                    if places:
                        well = False
                        yield _finding(service, table, places)
        finally:
            await connection.close()
    if well:
        yield Finding("parked", True, "nothing waits for a person")


def _finding(service: str, table: str, places: list[str]) -> Finding:
    what = "could not be folded" if table == "parked" else "could not be reacted to"
    named = ", ".join(places[:_NAMED_MAX]) + (", …" if len(places) > _NAMED_MAX else "")
    do = "the operator's page /operations says why: try again there, or dismiss with a reason"
    return Finding("parked", False, f"{service}: {len(places)} facts {what}: {named}", do)
