"""Changing many at once: choose on the list, look at who changes from what to what, carry it out, put it back."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from events.facts.bulk import BulkField
from services.registry.bulk import Plan
from services.registry.pages import bulk_words as words
from services.registry.pages.bulk_plan import Choose, frozen, frozen_back, plans
from services.registry.pages.bulk_work import Outcome, carried_out, changer, outcome_of, planned
from services.registry.pages.common import PAGE_SIZE, EntityId, Office, Waited, read, reading
from services.registry.pages.forms import again, fresh
from services.registry.pages.narrowed import Narrowing
from services.registry.pages.way_back import REGISTER
from services.registry.project import branch, bulk
from services.shell.i18n import gettext as _
from services.shell.i18n import ngettext
from services.shell.identity import Caller
from services.shell.pages import Undo, done, page
from services.shell.problems import Invalid, Refusal

router = APIRouter(include_in_schema=False)

SHOWN: Final = 100
"""People of a preview on one page."""
REFRESH_SECONDS: Final = 2
From = Annotated[int, Query(ge=0, le=1_000_000)]


@router.post("/bulk")
async def choose(request: Request, caller: Office, narrowed: Narrowing) -> Response:
    """Freeze what is chosen on the list, and lead on to what would happen."""
    sent = await request.form(max_fields=2000)
    field, _colon, to = str(sent.get("change") or "").partition(":")
    chosen = {"which": str(sent.get("which") or "ticked"), "member_ids": [str(one) for one in sent.getlist("member")]}
    try:
        plan = await frozen(request, caller, narrowed, read(Choose, {**chosen, "field": field, "to": to}))
    except Invalid as problem:
        back = narrowed.href(pick="1")
        return await page(request, "bulk_nothing.html", status=problem.status, problem=problem, back=back)
    return RedirectResponse(f"/registry/bulk/{plan.bulk_id}", 303)


@router.get("/bulk", dependencies=[Waited])
async def history(request: Request, caller: Office, page_token: Annotated[str, Query(max_length=400)] = "") -> Response:
    """What was changed for many so far."""
    async with reading(request, caller) as db:
        found = await bulk.changes(db, size=PAGE_SIZE, token=page_token)
        branches = await _branches(db)
    watched = changer(request).watched
    rows = [
        {
            **row,
            "stage": words.stage_of(row, running=(work := watched.get(row["bulk_id"])) is not None and work.well),
        }
        for row in found.items
    ]
    called = await request.app.state.shell.identity.called.of([row["actor"] for row in rows])
    return await page(
        request, "bulk_history.html", rows=rows, words=words, branches=branches, called=called,
        next_href=f"/registry/bulk?page_token={found.next_token}" if found.next_token else "",
    )  # fmt: skip


@router.get("/bulk/{bulk_id}", dependencies=[Waited])
async def show(
    request: Request, caller: Office, bulk_id: EntityId, start: From = 0, left_out: bool = False, page_token: str = ""
) -> Response:
    """What would happen, while nothing was carried out; then how far it is, and what became of it."""
    plan = await planned(request, caller, bulk_id)
    if plan is not None and not plan.begun:
        return await _preview(request, caller, plan, start)
    outcome = await outcome_of(request, caller, bulk_id)
    return await _outcome(request, caller, outcome, left_out=left_out or not outcome.changed, token=page_token)


async def _preview(
    request: Request, caller: Caller, plan: Plan, start: int = 0, problem: Invalid | None = None
) -> Response:
    async with reading(request, caller) as db:
        branches = await _branches(db)
    here = f"/registry/bulk/{plan.bulk_id}"
    sent = await request.form() if problem else None
    form = again(request, sent, problem) if sent is not None and problem is not None else fresh(request)
    more = start + SHOWN
    return await page(
        request, "bulk_preview.html", status=form.status, plan=plan, form=form, words=words, branches=branches,
        people=plan.people[start:more], left_out=plan.left_out[start:more],
        next_href=f"{here}?start={more}" if max(len(plan.people), len(plan.left_out)) > more else "",
        first_href=here if start else "",
    )  # fmt: skip


@router.post("/bulk/{bulk_id}/drop")
async def drop(request: Request, caller: Office, bulk_id: EntityId) -> Response:
    """Not this one."""
    plan = await planned(request, caller, bulk_id)
    if plan is not None and not plan.begun:
        plans(request).drop(bulk_id)
    return done(request, REGISTER, _("没有改动任何人。"))


@router.post("/bulk/{bulk_id}/commit")
async def commit(request: Request, caller: Office, bulk_id: EntityId) -> Response:
    """Carry it out for exactly those who were shown. A second press is the same change; an interrupted one goes on."""
    plan = await planned(request, caller, bulk_id)
    here = f"/registry/bulk/{bulk_id}"
    if plan is None:
        await outcome_of(request, caller, bulk_id)  # not there: says so
        return RedirectResponse(here, 303)
    sent = await request.form()
    try:
        work = await carried_out(request, caller, plan, str(sent.get("reason") or ""))
    except Invalid as problem:
        return await _preview(request, caller, plan, problem=problem)
    if work.running:
        return done(request, here, _("已经开始。"))
    outcome = await outcome_of(request, caller, bulk_id)
    told = ngettext("已改 %(num)s 人。", "已改 %(num)s 人。", outcome.changed)
    undo = Undo(f"{here}/undo") if outcome.changed and not plan.undoes else None
    return done(request, here, told, undo=undo)


@router.post("/bulk/{bulk_id}/undo")
async def undo(request: Request, caller: Office, bulk_id: EntityId) -> Response:
    """Offer the opposite, for those who still are as it left them; nothing happens before it is looked at."""
    outcome = await outcome_of(request, caller, bulk_id)
    if outcome.stage != bulk.COMMITTED:
        raise Refusal("not_committed", _("这次更改还没有做完。"))
    plan = await frozen_back(request, caller, outcome.row)
    return RedirectResponse(f"/registry/bulk/{plan.bulk_id}", 303)


async def _outcome(request: Request, caller: Caller, outcome: Outcome, *, left_out: bool, token: str) -> Response:
    bulk_id = outcome.row["bulk_id"]
    async with reading(request, caller) as db:
        people = await bulk.people_of(db, bulk_id, left_out=left_out, size=SHOWN, token=token)
        branches = await _branches(db)
    running = outcome.stage == words.RUNNING
    actor = outcome.row["actor"]
    called = await request.app.state.shell.identity.called.of([actor])
    here = f"/registry/bulk/{bulk_id}{'?left_out=1' if left_out else '?'}"
    kept = await plans(request).find(bulk_id)
    return await page(
        request, "bulk_outcome.html", outcome=outcome, row=outcome.row, people=people.items, words=words,
        branches=branches, left_out=left_out, actor=called[actor], field=BulkField(outcome.row["field"]),
        can_resume=outcome.stage == words.INTERRUPTED and kept is not None and kept.actor == caller.name,
        next_href=f"{here}&page_token={people.next_token}" if people.next_token else "",
        first_href=here if token else "",
        refresh_seconds=REFRESH_SECONDS if running else 0,
    )  # fmt: skip


async def _branches(db: Any) -> dict[str, str]:
    return {one["branch_id"]: one["name"] for one in await branch.branches(db)}
