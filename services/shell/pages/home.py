"""The first page: what there is to do today, as the services say it."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from services.shell.i18n import say_for
from services.shell.identity.caller import Caller
from services.shell.identity.requires import requires
from services.shell.pages.render import page
from services.shell.state import Shell

router = APIRouter(include_in_schema=False)


@router.get("/")
async def home(request: Request, caller: Annotated[Caller, Depends(requires())]) -> Response:
    """Panels of the services that have something for this caller; one that does not answer leaves a calm line."""
    shell: Shell = request.app.state.shell
    panels = await shell.neighbours.panels(request)
    counts = await shell.neighbours.counts(request, caller)
    names = {entry.service: say_for(entry.service, entry.label) for entry in reversed(shell.nav)}
    return await page(
        request,
        "home.html",
        panels=[panel for panel in panels if not panel.down],
        down=[names.get(panel.service, panel.service) for panel in panels if panel.down],
        late=sum(number for (_service, figure), number in counts.items() if figure == "late"),
        soon=sum(number for (_service, figure), number in counts.items() if figure == "soon"),
    )


@router.get("/more")
async def more(request: Request, caller: Annotated[Caller, Depends(requires())]) -> Response:
    """On a phone: everything that is not a tab, and who is signed in."""
    account = await request.app.state.shell.identity.accounts.get(caller.name)
    return await page(request, "more.html", grants=account.grants if account else ())
