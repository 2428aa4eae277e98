"""What somebody records at the door: that they were there, or that nobody opened. The same form, at the same address,
comes from a browser without scripts and from the phone that kept it until it had a connection again; only the answer
differs: a page for the one, JSON for the other.
"""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.datastructures import FormData
from starlette.responses import JSONResponse, Response

from events.log.command import Receipt
from services.care.decide.commands import AttemptVisit, RecordVisit
from services.care.handle.door import Door
from services.care.pages import photo
from services.care.pages.common import (
    OFFICE,
    Carer,
    EntityId,
    doing,
    own_deed,
    read_form,
    visit_row,
)
from services.care.pages.forms import or_again
from services.care.pages.reveal import Reveal
from services.care.pages.visit import shown
from services.shell.acting import facts_of
from services.shell.handlers import wants_page
from services.shell.i18n import gettext as _
from services.shell.identity import Caller
from services.shell.pages import done
from services.shell.problems import FieldError, Invalid
from services.shell.reading import show_own_write

router = APIRouter(include_in_schema=False)

_RECORDED: Final = ("made_on", "by", "difficulties", "suggestions", "plans", "phone")
_FEN: Final = 100


def door(request: Request) -> Door:
    """The handler of what happens at the door."""
    found: Door = request.app.state.door
    return found


@router.post("/visits/{visit_id}/record")
async def record(request: Request, caller: Carer, visit_id: EntityId) -> Response:
    """Somebody went."""
    form, content = await photo.sent_in(request)

    async def work() -> Response:
        row = await visit_row(request, caller, visit_id)
        command = read_form(RecordVisit, form, _RECORDED, **_by(caller), **_handed_over(form))
        own_deed(caller, command.by)
        picture = await photo.drawn(content)
        async with doing(request, caller, row["community"], f"record/{visit_id}", form) as asked:
            receipt = await door(request).record(asked, row["member_id"], visit_id, command, picture)
        return await _told(request, receipt, _("已记下%(name)s的这一次。", name=row["name"] or ""))

    return await _or_again(request, caller, visit_id, form, work())


@router.post("/visits/{visit_id}/attempt")
async def attempt(request: Request, caller: Carer, visit_id: EntityId) -> Response:
    """Somebody went and met nobody."""
    form = await request.form()

    async def work() -> Response:
        row = await visit_row(request, caller, visit_id)
        command = read_form(AttemptVisit, form, ("on", "by", "why", "note"), **_by(caller))
        own_deed(caller, command.by)
        async with doing(request, caller, row["community"], f"attempt/{visit_id}", form) as asked:
            receipt = await door(request).attempt(asked, row["member_id"], visit_id, command)
        told = _("已记下没有见到%(name)s。这一次还要再去。", name=row["name"] or "")
        return await _told(request, receipt, told)

    return await _or_again(request, caller, visit_id, form, work())


@router.post("/visits/{visit_id}/reveal/photos/{photo_id}")
async def see_photo(request: Request, caller: Carer, visit_id: EntityId, photo_id: photo.PhotoId) -> Response:
    """The photo, after it was written down who looks and why."""
    form = await request.form()

    async def work() -> Response:
        reason = read_form(Reveal, form, ("reason",))
        return photo.jpeg(await photo.picture_seen(request, caller, visit_id, photo_id, reason, form))

    return await or_again(work(), form, lambda again: shown(request, caller, visit_id, again))


async def _told(request: Request, receipt: Receipt, words: str) -> Response:
    await show_own_write(request, receipt)
    if wants_page(request):
        return done(request, "/care/today", words)
    return JSONResponse({"facts": facts_of(receipt)}, 201)


async def _or_again(
    request: Request, caller: Caller, visit_id: str, form: FormData, work: Awaitable[Response]
) -> Response:
    """A person gets the form back as it was sent; a phone that sends what it kept gets the problem as it is."""
    if not wants_page(request):
        return await work
    return await or_again(work, form, lambda again: shown(request, caller, visit_id, again))


def _by(caller: Caller) -> Mapping[str, Any]:
    """A visitor need not say who they are."""
    return {} if caller.has(*OFFICE) else {"by": caller.name}


def _handed_over(form: FormData) -> Mapping[str, Any]:
    """Dues that were taken along, in yuan as people write them. Errors: Invalid."""
    said = str(form.get("handed_over") or "").strip().removesuffix("元").strip()
    if not said:
        return {}
    try:
        fen = Decimal(said) * _FEN
        exact = fen.is_finite() and fen == fen.to_integral_value()
    except InvalidOperation:
        exact = False
    if not exact:
        raise Invalid([FieldError("handed_over", _("不是一个金额"), _("写成 20 或者 17.10。"))])
    return {"handed_over_fen": int(fen)}
