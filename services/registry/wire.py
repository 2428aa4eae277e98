"""Puts the registry together: the one room with clock, ids, broker and database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from fastapi import FastAPI

from events.log.envelope import log_stream_of
from services.registry.decide.policy import policy_of
from services.registry.handle import Registry
from services.registry.import_roster import Importer
from services.registry.pages.centre_proposals import Proposals
from services.registry.pages.import_files import Uploads
from services.registry.pages.import_trial import Trials
from services.registry.pages.routers import NAV, ROUTERS, install
from services.registry.projection import PROJECTION, PURPOSES
from services.registry.settings import RegistrySettings
from services.shell import asyncapi
from services.shell.app import service_app
from services.shell.health import Health
from services.shell.host import Host
from services.shell.settings import Settings

__all__ = ["NAV", "PROJECTION", "PURPOSES", "build"]


def build(settings: Settings, host: Host | None = None) -> FastAPI:
    """The registry's application; its lifespan connects and begins to project. `host` brings another clock or ids."""
    own = RegistrySettings.model_validate(settings.model_dump())
    host = host or Host(own, PROJECTION, PURPOSES)
    checks = Health()
    checks.add("projector", host.projecting)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        try:
            await host.start()
            app.state.database = host.database
            app.state.runner = host.runner
            app.state.caught_up = partial(_caught_up, host)
            app.state.registry = Registry(
                host.commands,
                host.pool,
                own.index_key.read_bytes(),
                policy_of(own.registry_policy.read_text("utf-8")),
                host.today,
            )
            app.state.uploads = Uploads(own.data / "uploads", host.clock)
            app.state.uploads.sweep()
            importer = app.state.importer = Importer(app.state.registry)
            app.state.trials = Trials(importer, app.state.uploads)
            proposals = app.state.proposals = Proposals()
            try:
                yield
            finally:
                await proposals.close()
                await importer.close()
        finally:
            await host.stop()

    routers = [*ROUTERS, asyncapi.router("registry")]
    app = service_app("registry", Path(__file__).parent / "pages", routers, checks=checks, lifespan=lifespan)
    app.state.host = host
    install(app)
    return app


async def _caught_up(host: Host, *, with_others: bool = False, timeout_seconds: float = 5.0) -> bool:
    """Wait until what stands in the registry's stream now (or in every stream it hears) is in its tables; False if
    that takes longer.
    """
    streams = host.projection.streams if with_others else [log_stream_of(host.service)]
    positions = [f"{stream}:{(await host.log.ends(stream)).last}" for stream in streams]
    return await host.runner.wait_for(positions, timeout_seconds)
