"""Puts it together: an application per service, and the shell that holds them behind one origin."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path

from fastapi import APIRouter, FastAPI

from services.shell import guard, handlers, health
from services.shell.identity.buckets import JetStream
from services.shell.identity.identity import Identity
from services.shell.identity.tokens import box_key
from services.shell.neighbours import Neighbours
from services.shell.pages import design, everybody, home, operations, password, policy, sign_in
from services.shell.pages.nav import NavEntry
from services.shell.pages.render import environment
from services.shell.problems import Unavailable
from services.shell.settings import Settings
from services.shell.state import Clock, Shell

SHELL = "shell"
Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


def service_app(
    service: str,
    pages: Path,
    routers: Sequence[APIRouter],
    *,
    checks: health.Health | None = None,
    lifespan: Lifespan | None = None,
) -> FastAPI:
    """The application of one service: its routers, with errors, words, probes and headers as everywhere.

    `pages` is the folder its templates stand in. `build_shell` gives it identity and navigation.
    """
    app = FastAPI(
        title=f"Hearth {service}", openapi_url="/api/openapi.json", docs_url=None, redoc_url=None, lifespan=lifespan
    )
    app.state.service = service
    app.state.templates = environment(pages)
    app.state.health = checks or health.Health()
    own_part = [] if service == SHELL else [operations.service_router, policy.service_router]
    for router in (health.router(app.state.health), *routers, *own_part):
        # As they were made, complete: `include_router` makes every route once more at the first request, half a second.
        app.router.routes.extend(router.routes)
    handlers.install(app)
    app.add_middleware(guard.Guard)
    return app


def build_shell(
    settings: Settings,
    services: Mapping[str, FastAPI],
    nav: Sequence[NavEntry],
    *,
    jetstream: JetStream,
    clock: Clock,
) -> FastAPI:
    """One origin: sign-in, home and static files, and `/<service>` for each application given.

    `jetstream` is asked for when it is needed, after the lifespan has begun; `clock` returns aware times.
    A service that runs alone is a shell with one service; the others stand in `settings.base_urls`.
    """
    identity = Identity(
        jetstream, box_key(settings.keys / "box.key"), session_hours=settings.session_hours, clock=clock
    )
    app = service_app(
        "shell",
        Path(__file__).parent / "pages",
        [
            home.router,
            sign_in.router,
            password.router,
            design.router,
            operations.shell_router,
            policy.shell_router,
            everybody.router,
        ],
        lifespan=_lifespan(settings, services),
    )
    app.state.health.add("sign-in", lambda: _can_sign_in(identity))
    neighbours = Neighbours(app, list(services), settings.base_urls)
    entries = (*nav, policy.NAV, operations.NAV)
    app.state.shell = Shell("shell", settings, identity, app.state.templates, entries, neighbours, clock)
    for name, service in services.items():
        assert service.state.service == name, (service.state.service, name)
        service.state.shell = replace(app.state.shell, service=name, templates=service.state.templates)
        app.mount(f"/{name}", service)
    return app


async def _can_sign_in(identity: Identity) -> health.Finding:
    try:
        await identity.accounts.get("nobody")
    except Unavailable:
        return health.Finding(False, "the broker does not answer for the bucket of accounts")
    return health.Finding(True)


def _lifespan(settings: Settings, services: Mapping[str, FastAPI]) -> Lifespan:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        watchdog = health.Watchdog(asyncio.get_running_loop(), settings.stall_seconds)
        watchdog.start()
        if settings.liveness_port is not None:
            watchdog.serve(settings.liveness_port)
        async with AsyncExitStack() as stack:
            stack.callback(watchdog.stop)
            # Starlette leaves the lifespan of mounted applications to whoever mounts them
            for service in (app, *services.values()):
                service.state.health.watchdog = watchdog
            for service in services.values():
                await stack.enter_async_context(service.router.lifespan_context(service))
            stack.push_async_callback(app.state.shell.neighbours.close)
            yield

    return lifespan
