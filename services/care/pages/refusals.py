"""Whom a member does not wish to see: noted with a sealed reason, taken back; nobody sends them there meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from services.care.decide.rota import RefuseVisitor, WithdrawRefusal
from services.care.pages import visitors
from services.care.pages.common import Carer, EntityId, Office, doing, person_row, read_form
from services.care.pages.forms import Form, empty, or_again
from services.care.pages.reveal import Reveal, refusal_seen
from services.care.pages.rota import rota_of
from services.care.project import usual_visitor
from services.shell.acting import facts_of
from services.shell.i18n import gettext as _
from services.shell.identity import Caller, Role
from services.shell.pages import Undo, done, page
from services.shell.reading import Waited, plain_json, reading, show_own_write

router = APIRouter(include_in_schema=False)
api = APIRouter(prefix="/api", tags=["care"])


@router.get("/members/{member_id}/visitors", dependencies=[Waited])
async def show(request: Request, caller: Office, member_id: EntityId) -> Response:
    """Who usually goes, and who is not to come."""
    return await _page(request, caller, member_id, empty(request))


async def _page(
    request: Request, caller: Caller, member_id: str, form: Form, seen: Mapping[str, Any] | None = None
) -> Response:
    row = await person_row(request, caller, member_id)
    known = await visitors.visitors(request, caller)
    async with reading(request, caller) as db:
        usual = await usual_visitor.usual(db, member_id)
        refused = await usual_visitor.refusals(db, member_id)
    names = visitors.called(known, [usual, *(one["visitor"] for one in refused)])
    there = {one["visitor"] for one in refused}
    return await page(
        request,
        "refusals.html",
        status=form.status,
        row=row,
        usual=names.get(usual or "", ""),
        refused=[{**one, "since": date.fromisoformat(one["since"])} for one in refused],
        names=names,
        goers=[
            ("", _("请选择")),
            *((name, display) for name, display in visitors.choices(known, usual) if name not in there),
        ],
        form=form,
        seen=seen,
        may_see_why=caller.has(Role.SECRETARY),
    )


@router.post("/members/{member_id}/visitors/refuse")
async def refuse(request: Request, caller: Office, member_id: EntityId) -> Response:
    """Not this visitor."""
    form = await request.form()

    async def work() -> Response:
        row = await person_row(request, caller, member_id)
        command = read_form(RefuseVisitor, form, ("visitor", "reason"))
        async with doing(request, caller, row["community"], f"refuse-visitor/{member_id}", form) as asked:
            receipt = await rota_of(request).refuse(asked, member_id, command)
        await show_own_write(request, receipt)
        undo = Undo(f"/care/members/{member_id}/visitors/allow", {"visitor": command.visitor})
        return done(request, f"/care/members/{member_id}/visitors", _("已记下，以后不再派这位去。"), undo=undo)

    return await or_again(work(), form, lambda again: _page(request, caller, member_id, again))


@router.post("/members/{member_id}/visitors/allow")
async def allow(request: Request, caller: Office, member_id: EntityId) -> Response:
    """This visitor after all."""
    form = await request.form()

    async def work() -> Response:
        row = await person_row(request, caller, member_id)
        command = read_form(WithdrawRefusal, form, ("visitor",))
        async with doing(request, caller, row["community"], f"allow-visitor/{member_id}", form) as asked:
            receipt = await rota_of(request).withdraw_refusal(asked, member_id, command)
        await show_own_write(request, receipt)
        return done(request, f"/care/members/{member_id}/visitors", _("已撤销，这位又可以去了。"))

    return await or_again(work(), form, lambda again: _page(request, caller, member_id, again))


@router.post("/members/{member_id}/visitors/{visitor}/reveal")
async def see(request: Request, caller: Office, member_id: EntityId, visitor: EntityId) -> Response:
    """Why not this visitor; written down first who reads it."""
    form = await request.form()

    async def work() -> Response:
        told = await refusal_seen(request, caller, member_id, visitor, read_form(Reveal, form, ("reason",)))
        return await _page(request, caller, member_id, empty(request), {"visitor": visitor, **told.values})

    return await or_again(work(), form, lambda again: _page(request, caller, member_id, again))


@api.post("/members/{member_id}/refusals", status_code=201)
async def refuse_json(request: Request, caller: Office, member_id: EntityId, command: RefuseVisitor) -> Response:
    """The member does not wish this visitor to come; visits planned with them are nobody's until somebody is told."""
    row = await person_row(request, caller, member_id)
    async with doing(request, caller, row["community"], f"refuse-visitor/{member_id}") as asked:
        receipt = await rota_of(request).refuse(asked, member_id, command)
    return JSONResponse(plain_json({"facts": facts_of(receipt)}), 201)


@api.post("/members/{member_id}/refusals/withdraw", status_code=201)
async def allow_json(request: Request, caller: Office, member_id: EntityId, command: WithdrawRefusal) -> Response:
    """This visitor may come after all."""
    row = await person_row(request, caller, member_id)
    async with doing(request, caller, row["community"], f"allow-visitor/{member_id}") as asked:
        receipt = await rota_of(request).withdraw_refusal(asked, member_id, command)
    return JSONResponse(plain_json({"facts": facts_of(receipt)}), 201)


@api.get("/members/{member_id}/refusals", dependencies=[Waited])
async def refusals_json(request: Request, caller: Office, member_id: EntityId) -> Response:
    """Whom the member does not wish to see, since when."""
    await person_row(request, caller, member_id)
    async with reading(request, caller) as db:
        refused = await usual_visitor.refusals(db, member_id)
    return JSONResponse({"items": [{"visitor": one["visitor"], "since": one["since"]} for one in refused]})


@api.post("/members/{member_id}/refusals/{visitor}/reveal", status_code=201)
async def see_json(
    request: Request, caller: Carer, member_id: EntityId, visitor: EntityId, command: Reveal
) -> Response:
    """Why not this visitor, after it was written down who asked and why."""
    seen = await refusal_seen(request, caller, member_id, visitor, command)
    return JSONResponse(plain_json({**seen.values, "facts": facts_of(seen.receipt)}), 201)
