"""Applications to leave: the form, the decision of a person, and the leaving itself."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.datastructures import FormData
from starlette.responses import Response

from events.log.command import Asked, Receipt
from services.registry.decide.away_application import ApplyAway, ApproveAway, LeaveAway, RefuseAway, WithdrawAway
from services.registry.pages.common import (
    EntityId,
    Office,
    Reader,
    Waited,
    member_card,
    of_member,
    read_form,
    reading,
    rules,
    show_own_write,
    within,
)
from services.registry.pages.forms import Form, again, fresh
from services.registry.pages.member_away import absences_of, deed
from services.registry.pages.plain import answered
from services.registry.project import away_application
from services.shell.acting import facts_of
from services.shell.i18n import N_, speech
from services.shell.i18n import gettext as _
from services.shell.identity import Caller
from services.shell.pages import Undo, done, page
from services.shell.problems import Invalid, Refusal, Stale

router = APIRouter(include_in_schema=False)
api = APIRouter(prefix="/api", tags=["away"])


@router.get("/members/{member_id}/away-application")
async def asking(request: Request, caller: Office, member_id: EntityId) -> Response:
    """The form of an application."""
    return await _form(request, caller, member_id)


async def _form(request: Request, caller: Caller, member_id: str, form: Form | None = None) -> Response:
    card = await member_card(request, caller, member_id)
    form = form or fresh(request, applied_on=speech().today)
    policy = rules(request, card["community"])
    return await page(request, "away_application.html", status=form.status, card=card, form=form, policy=policy)


@router.post("/members/{member_id}/away-application")
async def apply(request: Request, caller: Office, member_id: EntityId) -> Response:
    """The member asks to leave."""
    card = await member_card(request, caller, member_id)
    sent = await request.form()
    try:
        command = read_form(ApplyAway, sent)
        async with of_member(request, caller, member_id, "apply-away", sent) as asked:
            application_id, receipt = await absences_of(request).apply(asked, member_id, command)
    except (Invalid, Refusal, Stale) as problem:
        return await _form(request, caller, member_id, again(request, sent, problem))
    await show_own_write(request, receipt)
    here = f"/registry/members/{member_id}"
    undo = Undo(f"{here}/away-application/withdraw", {"application": application_id, "reason": _("记错了，当场撤回")})
    told = _("已记下%(name)s的外出申请，请审批。", name=card["name"])
    return done(request, f"{here}/away", told, undo=undo if receipt.facts else None)


@router.post("/members/{member_id}/away-application/approve")
async def approve(request: Request, caller: Office, member_id: EntityId) -> Response:
    """Yes."""

    async def act(asked: Asked, sent: FormData) -> Receipt:
        return await absences_of(request).approve(asked, member_id, read_form(ApproveAway, sent))

    return await deed(request, caller, member_id, "approve-away", act, N_("已同意%(name)s外出；人走了，再登记离开。"))


@router.post("/members/{member_id}/away-application/refuse")
async def refuse(request: Request, caller: Office, member_id: EntityId) -> Response:
    """No, and why."""

    async def act(asked: Asked, sent: FormData) -> Receipt:
        return await absences_of(request).refuse(asked, member_id, read_form(RefuseAway, sent))

    return await deed(request, caller, member_id, "refuse-away", act, N_("已记下：没有同意%(name)s外出。"))


@router.post("/members/{member_id}/away-application/withdraw")
async def withdraw(request: Request, caller: Office, member_id: EntityId) -> Response:
    """The member does not leave after all."""

    async def act(asked: Asked, sent: FormData) -> Receipt:
        return await absences_of(request).withdraw_application(asked, member_id, read_form(WithdrawAway, sent))

    return await deed(request, caller, member_id, "withdraw-away", act, N_("已撤回%(name)s的外出申请。"))


@router.post("/members/{member_id}/away-application/leave")
async def leave(request: Request, caller: Office, member_id: EntityId) -> Response:
    """The member left."""

    async def act(asked: Asked, sent: FormData) -> Receipt:
        return await absences_of(request).leave(asked, member_id, read_form(LeaveAway, sent))

    return await deed(request, caller, member_id, "leave-away", act, N_("已登记%(name)s外出。"))


# ── the API ──────────────────────────────────────────────────────────────────────────────────────────────────────


@api.get("/away-applications", dependencies=[Waited])
async def waiting(request: Request, caller: Reader, community: str = "") -> Response:
    """Applications that wait for a decision, and approved ones whose member has not left; the first to leave first."""
    async with reading(request, caller) as db:
        rows, count = await away_application.waiting(db, within(caller, community), size=500)
    items = [{name: value for name, value in row.items() if name not in ("seq", "count", "phone")} for row in rows]
    return answered({"items": items, "count": count, "next_page_token": ""})


@api.post("/members/{member_id}/away-application", status_code=201)
async def api_apply(request: Request, caller: Office, member_id: EntityId, command: ApplyAway) -> Response:
    """The member asks to leave: the application's id."""
    async with of_member(request, caller, member_id, "apply-away") as asked:
        application_id, receipt = await absences_of(request).apply(asked, member_id, command)
    return answered({"application_id": application_id, "facts": facts_of(receipt)}, 201)


@api.post("/members/{member_id}/away-application/approve", status_code=201)
async def api_approve(request: Request, caller: Office, member_id: EntityId, command: ApproveAway) -> Response:
    """Yes; the kind is the policy's, or the one that a person chose with a reason."""
    async with of_member(request, caller, member_id, "approve-away") as asked:
        receipt = await absences_of(request).approve(asked, member_id, command)
    fact = receipt.facts[0].fact if receipt.facts else None
    more = {name: getattr(fact, name) for name in ("kind", "clause", "policy_kind")} if fact else {}
    return answered({"facts": facts_of(receipt), **more}, 201)


@api.post("/members/{member_id}/away-application/refuse", status_code=201)
async def api_refuse(request: Request, caller: Office, member_id: EntityId, command: RefuseAway) -> Response:
    """No, and why."""
    async with of_member(request, caller, member_id, "refuse-away") as asked:
        receipt = await absences_of(request).refuse(asked, member_id, command)
    return answered({"facts": facts_of(receipt)}, 201)


@api.post("/members/{member_id}/away-application/withdraw", status_code=201)
async def api_withdraw(request: Request, caller: Office, member_id: EntityId, command: WithdrawAway) -> Response:
    """The member does not leave after all."""
    async with of_member(request, caller, member_id, "withdraw-away") as asked:
        receipt = await absences_of(request).withdraw_application(asked, member_id, command)
    return answered({"facts": facts_of(receipt)}, 201)


@api.post("/members/{member_id}/away-application/leave", status_code=201)
async def api_leave(request: Request, caller: Office, member_id: EntityId, command: LeaveAway) -> Response:
    """The member left on that day; the absence carries the application."""
    async with of_member(request, caller, member_id, "leave-away") as asked:
        receipt = await absences_of(request).leave(asked, member_id, command)
    fact = receipt.facts[0].fact if receipt.facts else None
    more = {name: getattr(fact, name) for name in ("kind", "clause", "card_until")} if fact else {}
    return answered({"facts": facts_of(receipt), **more}, 201)
