"""Puts the registry together: the one room with clock, ids, broker and database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path

from fastapi import FastAPI

from events.log.envelope import log_stream_of
from services.registry.bulk import BulkChanger, Plans
from services.registry.centres.propose import propose
from services.registry.handle.registry import Registry
from services.registry.import_roster import Importer
from services.registry.pages import card_check
from services.registry.pages.card_code import CardSeal
from services.registry.pages.import_files import Uploads
from services.registry.pages.import_trial import Trials
from services.registry.pages.meeting_door import Door
from services.registry.pages.policy import SCHEMA, WORDS
from services.registry.pages.question_sets import Shelf
from services.registry.pages.routers import NAV, ROUTERS, install
from services.registry.project import branch
from services.registry.projection import PROJECTION, PURPOSES
from services.registry.settings import RegistrySettings
from services.shell import asyncapi
from services.shell.app import service_app
from services.shell.health import Health
from services.shell.host import Host
from services.shell.policy import Policies
from services.shell.settings import Settings
from services.shell.works import Works

__all__ = ["NAV", "PROJECTION", "PURPOSES", "build"]


def build(settings: Settings, host: Host | None = None) -> FastAPI:
    """The registry's application; its lifespan connects and begins to project. `host` brings another clock or ids."""
    own = RegistrySettings.model_validate(settings.model_dump())
    host = host or Host(own, PROJECTION, PURPOSES)
    policies = Policies(SCHEMA, own.registry_policy, own.packs / SCHEMA.service)
    checks = Health()
    checks.add("projector", host.projecting)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(policies.watched(own.policy_look_seconds))
            stack.push_async_callback(host.stop)
            await host.start()
            app.state.database = host.database
            app.state.runner = host.runner
            app.state.caught_up = partial(_caught_up, host)
            app.state.registry = Registry(host.commands, host.pool, own.index_key.read_bytes(), policies.at, host.today)
            app.state.door = Door(own.index_key.read_bytes(), host.clock)
            app.state.card_seal = CardSeal(own.card_key.read_bytes(), own.public_url)
            app.state.card_checks = card_check.checks()
            app.state.places = partial(_places, host)
            app.state.uploads = Uploads(own.data / "uploads", host.clock)
            app.state.uploads.sweep()
            app.state.bills = Uploads(own.data / "bills", host.clock)
            app.state.bills.sweep()
            app.state.question_sets = Shelf(own.packs / "census")
            importer = app.state.importer = Importer(app.state.registry)
            stack.push_async_callback(importer.close)
            app.state.trials = Trials(importer, app.state.uploads)
            app.state.plans = Plans(own.data / "bulk", host.clock)
            changer = app.state.changer = BulkChanger(app.state.registry)
            stack.push_async_callback(changer.close)
            proposals = app.state.proposals = Works(propose)
            stack.push_async_callback(proposals.close)
            yield

    routers = [*ROUTERS, asyncapi.router("registry")]
    app = service_app("registry", Path(__file__).parent / "pages", routers, checks=checks, lifespan=lifespan)
    app.state.views = {view.table.name: view for view in PROJECTION.views}
    app.state.host, app.state.policies, app.state.rule_words = host, policies, WORDS
    install(app)
    return app


async def _places(host: Host, scope: str) -> list[str]:
    async with host.database.reading(scope) as db:
        return await branch.communities(db)


async def _caught_up(host: Host, *, with_others: bool = False, timeout_seconds: float = 5.0) -> bool:
    """Wait until what stands in the registry's stream now (or in every stream it hears) is in its tables; False if
    that takes longer.
    """
    streams = host.projection.streams if with_others else [log_stream_of(host.service)]
    positions = [f"{stream}:{(await host.log.ends(stream)).last}" for stream in streams]
    return await host.runner.wait_for(positions, timeout_seconds)
