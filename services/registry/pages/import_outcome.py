"""The pages of one import: how far it is, what became of it, who came with it, and taking it back."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from services.registry.pages import import_words as words
from services.registry.pages import words as registry_words
from services.registry.pages.common import PAGE_SIZE, EntityId, Office, Waited, reading
from services.registry.pages.import_api import sheet_recorded
from services.registry.pages.import_result import (
    begin_undo,
    doubts_of,
    importer,
    names_of,
    people_of,
    record_reading,
    refused,
    result_of,
    uploads,
)
from services.registry.pages.import_trial import PATIENCE_SECONDS
from services.registry.pages.import_wizard import REFRESH_SECONDS, Token
from services.registry.pages.places import name_of
from services.registry.project import imports
from services.registry.roster.reasons import Reason
from services.shell.i18n import gettext as _
from services.shell.i18n import ngettext
from services.shell.pages import done, page

router = APIRouter(include_in_schema=False)

ROWS_SHOWN = 25
NAMES_SHOWN = 200
After = Annotated[int, Query(ge=0)]


@router.get("/imports/{import_id}", dependencies=[Waited])
async def show(
    request: Request, caller: Office, import_id: EntityId, after: After = 0, known: bool = False
) -> Response:
    """How far it is, or what became of it: the rows to mend, or those of people the register had already."""
    result = await result_of(request, caller, import_id)
    undoing = result.undoing is not None and result.undoing.running
    known = known or result.rejected == result.known
    wanted = {"only": Reason.ALREADY_REGISTERED.value} if known else {"but": Reason.ALREADY_REGISTERED.value}
    await record_reading(request, caller, result, _("查看退回的行"))
    rows, more = await refused(request, caller, import_id, after=after, limit=ROWS_SHOWN, **wanted)
    actor = result.row["actor"] or ""
    called = await request.app.state.shell.identity.called.of([actor])
    here = f"/registry/imports/{import_id}{'?known=1' if known else '?'}"
    return await page(
        request, "import_outcome.html", result=result, row=result.row, rejected=rows, words=words, undoing=undoing,
        actor=called[actor], place=await name_of(request, caller, result.row["community"]), known=known,
        warnings=await doubts_of(request, caller, result),
        kept=await names_of(request, caller, list(result.row["kept"] or ())[:NAMES_SHOWN]),
        can_resume=result.stage == words.INTERRUPTED and uploads(request).of_import(import_id) is not None,
        next_href=f"{here}&after={more}#rejected" if more else "",
        first_href=f"{here}#rejected" if after else "",
        refresh_seconds=REFRESH_SECONDS if result.stage == words.RUNNING or undoing else 0,
    )  # fmt: skip


@router.get("/imports/{import_id}/members", dependencies=[Waited])
async def members(request: Request, caller: Office, import_id: EntityId, page_token: Token = "") -> Response:
    """Those who came with it and are still on the roll."""
    result = await result_of(request, caller, import_id)
    async with reading(request, caller) as db:
        found = await imports.people(db, import_id, size=PAGE_SIZE, token=page_token)
    here = f"/registry/imports/{import_id}/members"
    return await page(
        request, "import_members.html", row=result.row, rows=found.items, words=registry_words,
        next_href=f"{here}?page_token={found.next_token}" if found.next_token else "",
        first_href=here if page_token else "",
    )  # fmt: skip


@router.get("/imports/{import_id}/rejected.xlsx")
async def rejected_sheet(request: Request, caller: Office, import_id: EntityId) -> Response:
    """The refused rows as a worksheet."""
    return await sheet_recorded(request, caller, import_id)


@router.get("/imports/{import_id}/undo")
async def ask(request: Request, caller: Office, import_id: EntityId) -> Response:
    """What taking it back would do."""
    result = await result_of(request, caller, import_id)
    people, elsewhere = await people_of(request, caller, import_id)
    kept = await importer(request).would_keep(import_id, people, elsewhere)
    return await page(
        request, "import_undo.html", result=result, row=result.row, words=words, kept_count=len(kept),
        withdrawn=len(people) - len(kept), kept=await names_of(request, caller, kept[:NAMES_SHOWN]),
    )  # fmt: skip


@router.post("/imports/{import_id}/undo")
async def undo(request: Request, caller: Office, import_id: EntityId) -> Response:
    """Take it back."""
    result = await result_of(request, caller, import_id)
    here = f"/registry/imports/{import_id}"
    if result.stage == words.UNDONE:
        return done(request, here, _("这次导入已经撤销了。"))
    undoing = await begin_undo(request, caller, result)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE_SECONDS):
            await undoing.done.wait()
    if undoing.outcome is None:
        return done(request, here, _("正在撤销。"))
    await request.app.state.caught_up()
    told = ngettext("已撤销 %(num)s 人的登记。", "已撤销 %(num)s 人的登记。", undoing.outcome.withdrawn)
    return done(request, here, told)
