"""Letters to print: one, or all that wait, a sheet each."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from events.facts.notice import Channel
from services.notify.pages.common import EntityId, Office, notice_row
from services.notify.pages.deeds import TOGETHER_MAX
from services.notify.pages.rows import shown
from services.notify.project import outbox
from services.notify.project.outbox import OPEN, Wanted
from services.shell.pages import page
from services.shell.reading import Waited, reading

router = APIRouter(include_in_schema=False)


@router.get("/notices/{notice_id}/letter", dependencies=[Waited])
async def letter(request: Request, caller: Office, notice_id: EntityId) -> Response:
    """One notice as a letter, whatever way it was meant to go: who cannot be reached by telephone is written to."""
    return await _sheets(request, [await notice_row(request, caller, notice_id)])


@router.get("/letters", dependencies=[Waited])
async def letters(
    request: Request, caller: Office, size: Annotated[int, Query(ge=1, le=TOGETHER_MAX)] = 50
) -> Response:
    """The letters that wait to be printed, those never tried first."""
    async with reading(request, caller) as db:
        rows = await outbox.waiting(db, Wanted(state=OPEN, channel=Channel.PRINT.value), size)
    return await _sheets(request, rows)


async def _sheets(request: Request, rows: list[dict[str, object]]) -> Response:
    return await page(
        request,
        "letters.html",
        rows=await shown(request, rows),
        key=request.app.state.host.new_id(),
    )
