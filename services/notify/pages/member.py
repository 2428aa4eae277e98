"""A member's messages: everything that was to be told to them or about them, and what came of it."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.notify.pages import words
from services.notify.pages.common import EntityId, Office, member_row
from services.notify.pages.rows import shown
from services.notify.project import outbox
from services.notify.project.outbox import Wanted
from services.shell.pages import fragment, page
from services.shell.reading import Waited, reading

router = APIRouter(include_in_schema=False)

PANEL_ROWS = 5


@router.get("/members/{member_id}", dependencies=[Waited])
async def messages(request: Request, caller: Office, member_id: EntityId, page_token: str = "") -> Response:
    """The messages of one member, newest first."""
    member = await member_row(request, caller, member_id)
    async with reading(request, caller) as db:
        found = await outbox.newest(db, Wanted(member_id=member_id), token=page_token)
    following = f"/notify/members/{member_id}?page_token={found.next_token}" if found.next_token else ""
    return await page(
        request,
        "member.html",
        member=member,
        rows=await shown(request, found.items),
        following=following,
        words=words,
    )


@router.get("/panels/members/{member_id}")
async def panel(request: Request, caller: Office, member_id: EntityId) -> Response:
    """The newest few, as a part of another page."""
    member = await member_row(request, caller, member_id)
    async with reading(request, caller) as db:
        found = await outbox.newest(db, Wanted(member_id=member_id), size=PANEL_ROWS)
    rows = await shown(request, found.items)
    return fragment(request, "member_panel.html", member=member, rows=rows, more=bool(found.next_token), words=words)
