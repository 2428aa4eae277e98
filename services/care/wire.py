"""Puts care together: the one room with clock, ids, broker and database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Final

import asyncpg
from fastapi import FastAPI
from faststream.nats import NatsBroker

from events.facts.care import FellIll
from events.log.command import Receipt
from events.log.files import SealedFiles
from events.log.port import Unavailable
from services.care.calendar import festival_days
from services.care.decide.certification import Pensioner
from services.care.decide.plan import Situation
from services.care.decide.year import Years
from services.care.handle.care import Care, Housemate
from services.care.handle.certification import Certifications
from services.care.handle.door import Door
from services.care.pages.policy import SCHEMA, WORDS
from services.care.pages.routers import NAV, ROUTERS
from services.care.project import certification, household, situation
from services.care.projection import PROJECTION, PURPOSES
from services.care.react.certifier import Certifier, pensioner_of
from services.care.react.illness import visit_after
from services.care.react.planner import Planner
from services.care.react.policies import REACTIONS
from services.care.react.preview import Preview
from services.care.rota.propose import propose
from services.care.settings import CareSettings
from services.shell import asyncapi
from services.shell.app import service_app
from services.shell.health import Finding, Health
from services.shell.host import Host
from services.shell.policy import Policies
from services.shell.reacting import PostgresParking, Reactor, broker_options, prepare_reactions
from services.shell.settings import Settings
from services.shell.works import Works

__all__ = ["NAV", "PROJECTION", "PURPOSES", "build"]

BEHIND_SECONDS_MAX: Final = 10.0
PHOTOS: Final = "PHOTOS_CARE"
"""The bucket of sealed photos, made with the streams."""
PLAN_LOCK: Final = 0x506C616E
REACTED_TRIES: Final = 30
REACTED_PAUSE_SECONDS: Final = 0.05


def build(settings: Settings, host: Host | None = None) -> FastAPI:
    """Care's application; its lifespan connects, projects, reacts and plans. `host` brings another clock or ids."""
    own = CareSettings.model_validate(settings.model_dump())
    host = host or Host(own, PROJECTION, PURPOSES)
    policies = Policies(SCHEMA, own.care_policy, own.packs / SCHEMA.service)
    checks = Health()
    checks.add("projector", host.projecting)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(policies.watched(own.policy_look_seconds))
            stack.push_async_callback(host.stop)
            await host.start()
            app.state.database, app.state.runner = host.database, host.runner
            await _work(app, host, own, stack)
            yield

    routers = [*ROUTERS, asyncapi.router("care", REACTIONS)]
    app = service_app("care", Path(__file__).parent / "pages", routers, checks=checks, lifespan=lifespan)
    app.state.host, app.state.policies, app.state.rule_words = host, policies, WORDS
    checks.add("reactions", lambda: _reacting(app))
    checks.add("planner", lambda: _planning(app))
    return app


async def _work(app: FastAPI, host: Host, own: CareSettings, stack: AsyncExitStack) -> None:
    """Handler, reactions and planner, until the stack ends."""
    await _make_tables(own)
    care = Care(
        host.commands,
        app.state.policies.at,
        host.today,
        lambda members, after: _situations(host, members, after),
        lambda: planner.soon(),  # noqa: PLW0108 - the planner is made of the handler
        Years(festival_days()),
        lambda member_id, after: _housemates(host, member_id, after),
    )
    planner = Planner(
        care,
        host.database.reading,
        host.clock,
        own.zone,
        lambda: _sole(host),
        lambda: _caught_up(host),
        own.plan_every_seconds,
        own.plan_quiet_seconds,
    )
    app.state.care, app.state.planner = care, planner
    app.state.preview = Preview(host.database.reading, care.years)
    app.state.works = Works(propose)
    stack.push_async_callback(app.state.works.close)
    certifications = Certifications(care, lambda members: _pensioners(host, members))
    app.state.certifications = certifications
    app.state.certifier = Certifier(
        certifications, host.database.reading, lambda: _sole(host), lambda: _caught_up(host), own.certify_first_seconds
    )
    app.state.door = Door(care, SealedFiles("care", PHOTOS, host.log, host.keys))
    app.state.policies.changed = planner.soon
    app.state.caught_up = lambda: _caught_up(host)
    app.state.reacted = lambda receipt: _reacted(host, receipt)
    app.state.reactor = Reactor(
        "care",
        REACTIONS,
        care,
        lambda: NatsBroker(own.nats_url, **broker_options("care")),
        host.log,
        host.keys,
        PostgresParking(host.pool),
        host.clock,
    )
    await app.state.reactor.start()
    stack.push_async_callback(app.state.reactor.stop)
    planning = asyncio.create_task(planner.run(), name="care planner")
    stack.push_async_callback(_ended, planning)
    certifying = asyncio.create_task(app.state.certifier.run(), name="care certifier")
    stack.push_async_callback(_ended, certifying)


async def _situations(host: Host, members: Sequence[str], after: str) -> Mapping[str, Situation]:
    if after and not await host.runner.wait_for([after], BEHIND_SECONDS_MAX):
        raise Unavailable(f"care's tables have not come to {after} yet")
    async with host.database.reading("") as db:
        rows = await situation.situations(db, members)
    return {
        one: Situation.model_validate({name: value for name, value in row.items() if name != "community"})
        for one, row in rows.items()
    }


async def _housemates(host: Host, member_id: str, after: str) -> Sequence[Housemate]:
    if not await host.runner.wait_for([after], BEHIND_SECONDS_MAX):
        raise Unavailable(f"care's tables have not come to {after} yet")
    async with host.database.reading("") as db:
        return [Housemate(**row) for row in await household.housemates(db, member_id)]


async def _pensioners(host: Host, members: Sequence[str]) -> Mapping[str, Pensioner]:
    async with host.database.reading("") as db:
        rows = await certification.pensioners(db, members)
    return {row["member_id"]: pensioner_of(row) for row in rows}


async def _caught_up(host: Host) -> None:
    """Wait until everything that stands in the log now is in the tables, however long that takes."""
    for stream in host.projection.streams:
        end = (await host.log.ends(stream)).last
        while not await host.runner.wait_for([f"{stream}:{end}"], BEHIND_SECONDS_MAX):
            pass


async def _reacted(host: Host, receipt: Receipt) -> None:
    """Wait, not long, until the policy that hears of an illness has planned the visit: the next page shows it."""
    for one in receipt.facts:
        if isinstance(one.fact, FellIll):
            wanted = visit_after(one.about)
            for _pause in range(REACTED_TRIES):
                async with host.database.reading("") as db:
                    if await situation.planned_among(db, [wanted]):
                        return
                await asyncio.sleep(REACTED_PAUSE_SECONDS)


@asynccontextmanager
async def _sole(host: Host) -> AsyncIterator[bool]:
    """True in one process at a time."""
    async with host.pool.acquire() as connection:
        mine = await connection.fetchval("SELECT pg_try_advisory_lock($1)", PLAN_LOCK)
        try:
            yield mine
        finally:
            if mine:
                await connection.execute("SELECT pg_advisory_unlock($1)", PLAN_LOCK)


async def _make_tables(own: CareSettings) -> None:
    owner = await asyncpg.connect(own.postgres_owner_url)
    try:
        await prepare_reactions(owner, "care")
    finally:
        await owner.close()


async def _reacting(app: FastAPI) -> Finding:
    reactor: Reactor[Care] | None = getattr(app.state, "reactor", None)
    return Finding(False, "not connected yet") if reactor is None else await reactor.check()


async def _planning(app: FastAPI) -> Finding:
    """What the calendar's walk is up to. That it must try again is shown, and is no reason to send people away."""
    planner: Planner | None = getattr(app.state, "planner", None)
    if planner is None:
        return Finding(False, "not connected yet")
    walked = "not walked yet" if planner.last is None else f"looked at {planner.last.people} people"
    return Finding(True, f"tries again: {planner.trouble}" if planner.trouble else walked)


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
