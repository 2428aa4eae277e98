"""The peer: `eventsourcing` with its PostgreSQL recorders, on the same server, with the same durability.

It is a development dependency and only measured, never shipped. Its events carry the same card as ours, unsealed.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from time import perf_counter
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import psycopg
from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from eventsourcing.persistence import Tracking
from eventsourcing.postgres import PostgresDatastore, PostgresTrackingRecorder
from eventsourcing.projection import Projection, ProjectionRunner
from psycopg.sql import SQL, Identifier

from deploy.bench.ground import card
from deploy.box.addresses import BoxAddresses

THREADS_MAX: Final = 16
"""More threads than this only queue for the same two cores."""
_databases = count(1)


class Member(Aggregate):
    """An aggregate with a card, in the peer's own way."""

    @event("Enrolled")
    def __init__(self, contact: dict[str, Any]) -> None:
        self.contact = contact

    @event("ContactChanged")
    def change(self, contact: dict[str, Any]) -> None:
        """Another card."""
        self.contact = contact


class Members(Application[Any]):
    """The peer's application; snapshots are off, as for single events."""


def environment(addresses: BoxAddresses) -> dict[str, str]:
    """A fresh database on the box's PostgreSQL and the peer's settings for it."""
    admin = urlsplit(addresses.postgres["admin"])
    query = parse_qs(admin.query)
    name = f"peer_{next(_databases)}"
    with psycopg.connect(addresses.postgres["admin"], autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    return {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": name,
        "POSTGRES_HOST": query.get("host", [admin.hostname or ""])[0],
        "POSTGRES_PORT": str(admin.port or query.get("port", ["5432"])[0]),
        "POSTGRES_USER": admin.username or "postgres",
        "POSTGRES_PASSWORD": admin.password or "unused",
        "POSTGRES_POOL_SIZE": str(THREADS_MAX),
        "POSTGRES_MAX_OVERFLOW": "8",
    }


class Saves:
    """Saves of single events."""

    def __init__(self, addresses: BoxAddresses) -> None:
        self._application = Members(environment(addresses))

    async def single(self, writers: int, saves: int) -> float:
        """Events a second, one to a transaction, by so many threads."""
        threads = min(writers, THREADS_MAX)
        return await asyncio.to_thread(self._run, threads, saves)

    def _run(self, threads: int, saves: int) -> float:
        members = [Member(contact=card(number).model_dump(mode="json")) for number in range(saves)]
        start = perf_counter()
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(self._application.save, members))
        return saves / (perf_counter() - start)

    def close(self) -> None:
        """Let its connections go."""
        self._application.close()


class Cards(PostgresTrackingRecorder):
    """The peer's materialised view: one current row a member, and its position, in one transaction."""

    def __init__(self, datastore: PostgresDatastore, **kwargs: Any) -> None:
        super().__init__(datastore, **kwargs)
        self.sql_create_statements.append(
            SQL("CREATE TABLE IF NOT EXISTS {} (member uuid PRIMARY KEY, phone text, building text)").format(
                Identifier("card")
            )
        )

    def set_card(self, member: Any, contact: dict[str, Any], tracking: Tracking) -> None:
        """Write the row and the position."""
        with self.datastore.transaction(commit=True) as cursor:
            self._insert_tracking(cursor, tracking)
            cursor.execute(
                "INSERT INTO card VALUES (%s, %s, %s) ON CONFLICT (member) DO UPDATE SET phone = excluded.phone,"
                " building = excluded.building",
                (member, contact["phone"], contact["address"]["building"]),
            )


class CardProjection(Projection[Cards]):
    """Folds every event into the row of its member."""

    name = "cards"

    def process_event(self, domain_event: Any, tracking: Tracking) -> None:
        """One event, one transaction: that is what its runner offers."""
        self.view.set_card(domain_event.originator_id, domain_event.contact, tracking)


async def projection_rate(addresses: BoxAddresses, events: int) -> float:
    """Events a second of the peer's projection runner, catching up with what was stored before."""
    return await asyncio.to_thread(_project, environment(addresses), events)


def _project(env: dict[str, str], events: int) -> float:
    application = Members(env)
    for start in range(0, events, 500):
        application.save(
            *(Member(contact=card(n).model_dump(mode="json")) for n in range(start, min(start + 500, events)))
        )
    last = application.recorder.max_notification_id()
    application.close()
    begin = perf_counter()
    with ProjectionRunner(
        application_class=Members, projection_class=CardProjection, view_class=Cards, env=env
    ) as runner:
        runner.wait(last, timeout=120)
        seconds = perf_counter() - begin
    return events / seconds
