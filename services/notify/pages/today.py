"""What the home page shows of notify: how many wait to be told, and the first of them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import JSONResponse, Response

from services.notify.pages import words
from services.notify.pages.common import TELLERS, own_only, quiet_until
from services.notify.pages.rows import Shown, shown
from services.notify.project import outbox
from services.notify.project.outbox import OPEN, Wanted
from services.shell.identity import Caller, requires
from services.shell.pages import fragment
from services.shell.reading import reading

router = APIRouter(include_in_schema=False)

Anybody = Annotated[Caller, Depends(requires())]
SHOWN = 4
LOOKED_AT = 40
"""Notices looked at for the first few recipients: one of them may be told many things."""


@router.get("/panels/today")
async def today(request: Request, caller: Anybody) -> Response:
    """Notify's part of the home page; nothing for those who have nothing to tell."""
    if not caller.has(*TELLERS):
        return Response("", media_type="text/html")
    wanted = Wanted(state=OPEN, worker=own_only(caller))
    async with reading(request, caller) as db:
        rows = await outbox.waiting(db, wanted, LOOKED_AT)
        counts = await outbox.counts(db, wanted)
    people: dict[str, list[Shown]] = {}
    for one in await shown(request, rows):
        people.setdefault(one.row["recipient_id"], []).append(one)
    first = list(people.values())[:SHOWN]
    return fragment(
        request,
        "today.html",
        people=first,
        listed=sum(len(notices) for notices in first),
        open=counts[OPEN],
        quiet=quiet_until(request, caller),
        words=words,
    )


@router.get("/panels/counts")
async def counts(request: Request, caller: Anybody) -> Response:
    """Figures for the navigation. Nothing here is late: a notice has no day by which it must be told."""
    if not caller.has(*TELLERS):
        return JSONResponse({})
    async with reading(request, caller) as db:
        found = await outbox.counts(db, Wanted(worker=own_only(caller)))
    return JSONResponse({"open": found[OPEN]})
