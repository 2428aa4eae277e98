"""How the services run, on one page: positions, what they are behind, what is parked and waits for a person.

Each service shows its own part (`/<service>/panels/operations`) and takes the deeds on it; the shell sets them side by
side. Nothing personal stands here: it is the operator's page.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Path, Request
from starlette.responses import RedirectResponse, Response

from events.log.project.retry import Outcome, Retried
from services.shell.i18n import N_
from services.shell.i18n import gettext as _
from services.shell.identity.caller import Caller, Role
from services.shell.identity.requires import requires
from services.shell.operations import Hosted, dismiss_parked, standing
from services.shell.pages.flash import done
from services.shell.pages.nav import NavEntry, NavPart
from services.shell.pages.render import fragment, page
from services.shell.problems import NotFound
from services.shell.reacting import Reactor
from services.shell.state import Shell

NAV = NavEntry(N_("运行"), "/operations", (Role.OPERATOR, Role.AUDITOR), part=NavPart.SYSTEM)

Watcher = Annotated[Caller, Depends(requires(Role.OPERATOR, Role.AUDITOR))]
Operator = Annotated[Caller, Depends(requires(Role.OPERATOR))]
Stream = Annotated[str, Path(pattern="^[A-Z]{1,20}$")]
Seq = Annotated[int, Path(ge=1, lt=2**62)]
Name = Annotated[str, Path(pattern="^[A-Za-z0-9_-]{1,80}$")]
Why = Annotated[str, Form(min_length=2, max_length=200)]

shell_router = APIRouter(include_in_schema=False)
service_router = APIRouter(include_in_schema=False)


@shell_router.get("/operations")
async def operations(request: Request, _caller: Watcher) -> Response:
    """Every service's part; one that does not answer is named."""
    shell: Shell = request.app.state.shell
    panels = await shell.neighbours.panels(request, "panels/operations")
    return await page(
        request,
        "operations.html",
        panels=[panel for panel in panels if not panel.down],
        down=[panel.service for panel in panels if panel.down],
    )


@service_router.get("/operations")
async def here(_caller: Watcher) -> Response:
    """The services stand together on one page."""
    return RedirectResponse("/operations", 303)


@service_router.get("/panels/operations")
async def panel(request: Request, caller: Watcher) -> Response:
    """This service's part of the page."""
    host, reactor = _parts(request)
    now = await standing(host, reactor, caller.scope)
    return fragment(request, "operations_panel.html", now=now, may_act=caller.has(Role.OPERATOR))


@service_router.post("/operations/parked/{stream}/{seq}/retry")
async def retry(request: Request, caller: Operator, stream: Stream, seq: Seq) -> Response:
    """Try to fold a parked fact again."""
    host, reactor = _parts(request)
    if not any((one.stream, one.seq) == (stream, seq) for one in (await standing(host, reactor, caller.scope)).parked):
        raise NotFound(_("它已经不在等待处理的事实里了。"))
    return done(request, "/operations", _told(host.service, await host.retry(stream, seq)))


@service_router.post("/operations/parked/{stream}/{seq}/dismiss")
async def dismiss(request: Request, caller: Operator, stream: Stream, seq: Seq, why: Why) -> Response:
    """Decide that a parked fact will not be folded, and say why."""
    host, _reactor = _parts(request)
    if not await dismiss_parked(host, caller.scope, (stream, seq), caller.name, why):
        raise NotFound(_("它已经不在等待处理的事实里了。"))
    return done(request, "/operations", _("已放下，不再处理。"))


@service_router.post("/operations/reactions/{fact_id}/{policy}/retry")
async def retry_reaction(request: Request, caller: Operator, fact_id: Name, policy: Name) -> Response:
    """Have a parked reaction done now."""
    reactor = await _reactor_of(request, caller, fact_id, policy)
    came_through = await reactor.retry(fact_id, policy)
    return done(request, "/operations", _("已补做。") if came_through else _("还是没有做成，原因写在下面。"))


@service_router.post("/operations/reactions/{fact_id}/{policy}/dismiss")
async def dismiss_reaction(request: Request, caller: Operator, fact_id: Name, policy: Name, why: Why) -> Response:
    """Decide that a reaction will not be done, and say why."""
    reactor = await _reactor_of(request, caller, fact_id, policy)
    await reactor.dismiss(fact_id, policy, caller.name, why)
    return done(request, "/operations", _("已放下，不再处理。"))


def _parts(request: Request) -> tuple[Hosted, Reactor[Any] | None]:
    state = request.app.state
    host: Hosted | None = getattr(state, "host", None)
    if host is None or not hasattr(host, "runner"):
        raise NotFound()
    return host, getattr(state, "reactor", None)


async def _reactor_of(request: Request, caller: Caller, fact_id: str, policy: str) -> Reactor[Any]:
    """The reactor, if the caller's scope shows that reaction waiting. Errors: NotFound."""
    _host, reactor = _parts(request)
    known = await reactor.parked(caller.scope) if reactor else []
    if reactor is None or not any((one.fact_id, one.policy) == (fact_id, policy) for one in known):
        raise NotFound(_("它已经不在等待补做的事里了。"))
    return reactor


def _told(service: str, retried: Retried) -> str:
    match retried.outcome:
        case Outcome.FOLDED:
            return _("已补上。")
        case Outcome.GONE:
            return _("它已经不在等待处理的事实里了。")
        case Outcome.REBUILD:
            return _("后来的事实已经记入，要用 hearth rebuild %(service)s 重建才能补上。", service=service)
        case Outcome.STILL_PARKED:
            return _("还是没有补上：%(reason)s", reason=retried.reason)
