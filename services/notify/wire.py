"""Puts notify together: the one room with clock, ids, broker and database."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import asyncpg
from fastapi import FastAPI
from faststream.nats import NatsBroker

from events.log.port import Unavailable
from services.notify.decide.person import Branch, Person, Standing
from services.notify.handle import Notify, Pending
from services.notify.pages.policy import SCHEMA, WORDS
from services.notify.pages.routers import NAV, ROUTERS
from services.notify.project import known, outbox, recipient
from services.notify.projection import PROJECTION, PURPOSES
from services.notify.react.policies import REACTIONS
from services.notify.settings import NotifySettings
from services.shell import asyncapi
from services.shell.app import service_app
from services.shell.health import Finding, Health
from services.shell.host import Host
from services.shell.policy import Policies
from services.shell.reacting import PostgresParking, Reactor, broker_options, prepare_reactions
from services.shell.settings import Settings

__all__ = ["NAV", "PROJECTION", "PURPOSES", "build"]

BEHIND_SECONDS_MAX: Final = 10.0
"""How long a policy waits for the tables; then it is tried again later."""


def build(settings: Settings, host: Host | None = None) -> FastAPI:
    """Notify's application; its lifespan connects, projects and reacts. `host` brings another clock or ids."""
    own = NotifySettings.model_validate(settings.model_dump())
    host = host or Host(own, PROJECTION, PURPOSES)
    policies = Policies(SCHEMA, own.notify_policy, own.packs / SCHEMA.service)
    checks = Health()
    checks.add("projector", host.projecting)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(policies.watched(own.policy_look_seconds))
            stack.push_async_callback(host.stop)
            await host.start()
            await _make_tables(own)
            app.state.database, app.state.runner = host.database, host.runner
            app.state.caught_up = lambda: _caught_up(host, host.projection.own_stream)
            app.state.notify = Notify(host.commands, policies.at, host.today, Tables(host))
            app.state.reactor = Reactor(
                "notify",
                REACTIONS,
                app.state.notify,
                lambda: NatsBroker(own.nats_url, **broker_options("notify")),
                host.log,
                host.keys,
                PostgresParking(host.pool),
                host.clock,
            )
            await app.state.reactor.start()
            stack.push_async_callback(app.state.reactor.stop)
            yield

    routers = [*ROUTERS, asyncapi.router("notify", REACTIONS)]
    app = service_app("notify", Path(__file__).parent / "pages", routers, checks=checks, lifespan=lifespan)
    app.state.host, app.state.policies, app.state.rule_words = host, policies, WORDS
    checks.add("reactions", lambda: _reacting(app))
    return app


@dataclass(frozen=True)
class Tables:
    """See `handle.Directory`."""

    host: Host

    async def person(self, member_id: str, after: str) -> Person | None:
        """From the tables of recipients, branches, visitors and bereavements."""
        await self._as_far_as(after)
        async with self.host.database.reading("") as db:
            row = await known.known(db, member_id)
        if row is None:
            return None
        phone, address = recipient.reached_by(row)
        return Person(
            member_id=row["member_id"],
            standing=Standing(row["state"]),
            name=row["name"],
            phone=phone,
            address=address,
            away_since=row["away_since"],
            left_on=row["left_on"],
            branch=_branch(row) if row["has_branch"] else None,
            visitor=row["visitor"],
            mourning_since=row["mourning_since"],
        )

    async def housemates(self, member_id: str, after: str) -> Sequence[str]:
        """From the table of recipients."""
        await self._as_far_as(after)
        async with self.host.database.reading("") as db:
            return await known.housemates(db, member_id)

    async def _as_far_as(self, after: str) -> None:
        if not await self.host.runner.wait_for([after], BEHIND_SECONDS_MAX):
            raise Unavailable(f"notify's tables have not come to {after} yet")
        if not after.startswith("REGISTRY:"):
            await _caught_up(self.host, "REGISTRY")

    async def pending(self, member_id: str) -> Sequence[Pending]:
        """From the outbox, as far as it is written now."""
        await _caught_up(self.host, self.host.projection.own_stream)
        async with self.host.database.reading("") as db:
            return [Pending(**row) for row in await outbox.pending_about(db, member_id)]


def _branch(row: Mapping[str, Any]) -> Branch:
    return Branch(
        branch_id=row["branch_id"],
        name=row["branch_name"],
        contact_name=row["branch_contact_name"],
        contact_phone=row["branch_contact_phone"],
    )


async def _caught_up(host: Host, stream: str) -> None:
    """Wait until everything that stands in a log stream now is in the tables. Raises `Unavailable`."""
    end = f"{stream}:{(await host.log.ends(stream)).last}"
    if not await host.runner.wait_for([end], BEHIND_SECONDS_MAX):
        raise Unavailable(f"notify's tables have not come to {end} yet")


async def _make_tables(own: NotifySettings) -> None:
    owner = await asyncpg.connect(own.postgres_owner_url)
    try:
        await prepare_reactions(owner, "notify")
    finally:
        await owner.close()


async def _reacting(app: FastAPI) -> Finding:
    reactor: Reactor[Notify] | None = getattr(app.state, "reactor", None)
    return Finding(False, "not connected yet") if reactor is None else await reactor.check()
