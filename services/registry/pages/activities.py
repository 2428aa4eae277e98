"""Activities: the menu, putting one on it, one of them with its people, material and money."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.datastructures import FormData
from starlette.responses import Response

from events.facts.activity import ActivityKind
from events.log.command import Asked, Receipt
from services.registry.decide.activity import (
    Allocate,
    CallOff,
    ChangeActivity,
    Deliver,
    OfferActivity,
    Spend,
    TakeSpendingBack,
)
from services.registry.pages import activity_words, words
from services.registry.pages.activity_common import (
    Row,
    activities_of,
    activity_row,
    at,
    moved_up,
    noted,
    with_member,
)
from services.registry.pages.common import (
    OFFICE,
    EntityId,
    Office,
    Reader,
    Waited,
    doing,
    fen_of,
    read,
    read_form,
    reading,
    show_own_write,
)
from services.registry.pages.forms import Form, again, fresh
from services.registry.pages.places import communities
from services.registry.project import activity, branch, funds, register
from services.registry.project.register import Wanted
from services.shell.i18n import N_, speech
from services.shell.i18n import gettext as _
from services.shell.identity import Caller
from services.shell.pages import Undo, done, page
from services.shell.problems import FieldError, Invalid, Refusal, Stale

router = APIRouter(include_in_schema=False)

FOUND_MAX: Final = 10
"""So many people found by name are shown."""
Act = Callable[[Asked, Row, FormData], Awaitable[Receipt]]


@router.get("/activities", dependencies=[Waited])
async def activities(request: Request, caller: Reader, show: str = "", page_token: str = "") -> Response:
    """What is to come, or what was."""
    since = request.app.state.shell.clock() - timedelta(hours=12)
    async with reading(request, caller) as db:
        found = await activity.activities(db, since, past=show == "past", token=page_token)
    href = f"/registry/activities?show={show}&page_token="
    return await page(
        request, "activities.html", rows=found.items, show=show, words=activity_words, may_write=caller.has(*OFFICE),
        next_href=href + found.next_token if found.next_token else "",
    )  # fmt: skip


@router.get("/activities/new")
async def new(request: Request, caller: Office) -> Response:
    """The form of a new activity."""
    return await _form(request, caller, fresh(request, kind=ActivityKind.STUDY, capacity=0), None)


@router.post("/activities/new")
async def offer(request: Request, caller: Office) -> Response:
    """Put it on the menu."""
    sent = await request.form()
    try:
        community = str(sent.get("community") or caller.scope)
        if not community:
            raise Invalid([FieldError("community", _("没有填写"), _("您的范围里不止一个社区，请选一个。"))])
        command = read(OfferActivity, _terms(sent))
        async with doing(request, caller, community, "offer-activity", sent) as asked:
            activity_id, receipt = await activities_of(request).offer(asked, command)
    except (Invalid, Refusal) as problem:
        return await _form(request, caller, again(request, sent, problem), None)
    await show_own_write(request, receipt)
    return done(request, f"/registry/activities/{activity_id}", _("%(title)s已列入活动。", title=command.title))


def _terms(sent: FormData) -> dict[str, Any]:
    """The command out of the form: a moment without a zone is the office's."""
    given = {
        name: value.strip()
        for name, value in sent.items()
        if isinstance(value, str) and value.strip() and name not in ("idempotency_key", "version", "community")
    }
    try:
        at_local = datetime.fromisoformat(given.get("starts_at", ""))
    except ValueError as error:
        message, todo = _("不是有效的时间"), _("请选日期和钟点。")
        raise Invalid([FieldError("starts_at", message, todo)]) from error
    moment = at_local if at_local.tzinfo else at_local.replace(tzinfo=speech().zone)
    return given | {"starts_at": moment.isoformat()}


async def _form(request: Request, caller: Caller, form: Form, row: Row | None) -> Response:
    async with reading(request, caller) as db:
        branches = await branch.branches(db, row["community"] if row else "")
        places = [] if row else await communities(db, caller)
    return await page(
        request, "activity_form.html", status=form.status, form=form, row=row, kinds=words.options(activity_words.KIND),
        places=places if len(places) > 1 else [],
        branches=[("", _("整个社区")), *((one["branch_id"], one["name"]) for one in branches)],
    )  # fmt: skip


@router.get("/activities/{activity_id}", dependencies=[Waited])
async def show(request: Request, caller: Reader, activity_id: EntityId, q: str = "") -> Response:
    """One activity: who has a place and who waits, who was there, material, money."""
    return await _page(request, caller, activity_id, q=q)


async def _page(request: Request, caller: Caller, activity_id: str, form: Form | None = None, q: str = "") -> Response:
    row = await activity_row(request, caller, activity_id)
    may_write = caller.has(*OFFICE) and not row["called_off_on"]
    async with reading(request, caller) as db:
        people = await activity.people_of(db, activity_id)
        payments = await activity.payments_of(db, activity_id)
        branch_paid = await funds.paid_for(db, activity_id=activity_id)
        wanted = Wanted(q=q, community=row["community"])
        found = (await register.cards(db, wanted, size=FOUND_MAX)).items if q.strip() else []
    known = {one["member_id"]: one for one in people}
    return await page(
        request, "activity.html", status=form.status if form else 200, row=row, payments=payments, q=q, known=known,
        signed=[one for one in people if one["standing"] == activity.SIGNED],
        waiting=[one for one in people if one["standing"] == activity.WAITING],
        others=[one for one in people if not one["standing"]], found=found, words=activity_words, may_write=may_write,
        may_note=caller.has(*OFFICE), begun=row["starts_at"] <= request.app.state.shell.clock() + timedelta(hours=12),
        form=form or fresh(request, on=speech().today), branch_paid=branch_paid,
        branch_fen=sum(one["amount_fen"] for one in branch_paid if one["state"] == funds.SPENT),
    )  # fmt: skip


async def _deed(
    request: Request, caller: Caller, activity_id: str, name: str, act: Act, told: str, undo: Undo | None = None,
    member_id: str = "",
) -> Response:  # fmt: skip
    """One deed of the activity's page; whoever has moved up by it is named, so that somebody calls them."""
    row = await activity_row(request, caller, activity_id)
    sent = await request.form()
    try:
        asking = (
            with_member(request, caller, row, member_id, name, sent)
            if member_id
            else at(request, caller, row, name, sent)
        )
        async with asking as asked:
            receipt = await act(asked, row, sent)
    except (Invalid, Refusal, Stale) as problem:
        return await _page(request, caller, activity_id, again(request, sent, problem))
    await show_own_write(request, receipt)
    said = _(told) if receipt.facts else _("已经是这样了，没有改动。")
    if up := moved_up(receipt):
        async with reading(request, caller) as db:
            names = await register.names(db, up)
        said += _("%(names)s从候补补上了，请打电话告诉本人。", names=_("、").join(names.values()))
    return done(request, f"/registry/activities/{activity_id}", said, undo=undo if receipt.facts else None)


@router.get("/activities/{activity_id}/change")
async def changing(request: Request, caller: Office, activity_id: EntityId) -> Response:
    """The form with what it is now."""
    row = await activity_row(request, caller, activity_id)
    local = row["starts_at"].astimezone(speech().zone)
    values = {**row, "branch": row["branch_id"], "starts_at": f"{local:%Y-%m-%dT%H:%M}"}
    return await _form(request, caller, fresh(request, row["seq"], **values), row)


@router.post("/activities/{activity_id}/change")
async def change(request: Request, caller: Office, activity_id: EntityId) -> Response:
    """It is otherwise now."""
    row = await activity_row(request, caller, activity_id)
    sent = await request.form()
    try:
        command = read(ChangeActivity, _terms(sent))
        async with at(request, caller, row, "change-activity", sent) as asked:
            receipt = await activities_of(request).change(asked, activity_id, command)
    except (Invalid, Refusal, Stale) as problem:
        return await _form(request, caller, again(request, sent, problem, row["seq"]), row)
    await show_own_write(request, receipt)
    told = _("已改好。") if receipt.facts else _("已经是这样了，没有改动。")
    return done(request, f"/registry/activities/{activity_id}", told)


@router.post("/activities/{activity_id}/call-off")
async def call_off(request: Request, caller: Office, activity_id: EntityId) -> Response:
    """It does not take place."""

    async def act(asked: Asked, _row: Row, sent: FormData) -> Receipt:
        return await activities_of(request).call_off(asked, activity_id, read_form(CallOff, sent))

    return await _deed(request, caller, activity_id, "call-off", act, N_("活动已取消。请告诉已经报名的人。"))


@router.post("/activities/{activity_id}/people/{member_id}/sign-up")
async def sign_up(request: Request, caller: Office, activity_id: EntityId, member_id: EntityId) -> Response:
    """A place, or the waiting list."""

    async def act(asked: Asked, _row: Row, _sent: FormData) -> Receipt:
        return await activities_of(request).sign_up(asked, activity_id, member_id)

    undo = Undo(f"/registry/activities/{activity_id}/people/{member_id}/cancel")
    return await _deed(request, caller, activity_id, "sign-up", act, N_("已报名。"), undo, member_id)


@router.post("/activities/{activity_id}/people/{member_id}/cancel")
async def cancel(request: Request, caller: Office, activity_id: EntityId, member_id: EntityId) -> Response:
    """The member does not come after all."""

    async def act(asked: Asked, _row: Row, _sent: FormData) -> Receipt:
        return await activities_of(request).cancel(asked, activity_id, member_id)

    return await _deed(request, caller, activity_id, "cancel-sign-up", act, N_("已取消报名。"), None, member_id)


@router.post("/activities/{activity_id}/came")
async def came(request: Request, caller: Office, activity_id: EntityId) -> Response:
    """Those who are ticked were there."""
    row = await activity_row(request, caller, activity_id)
    sent = await request.form()
    try:
        receipt = await noted(request, caller, row, [str(each) for each in sent.getlist("member_ids")], sent)
    except (Invalid, Refusal) as problem:
        return await _page(request, caller, activity_id, again(request, sent, problem))
    await show_own_write(request, receipt)
    told = _("到场已记下。") if receipt.facts else _("已经是这样了，没有改动。")
    return done(request, f"/registry/activities/{activity_id}", told)


@router.post("/activities/{activity_id}/people/{member_id}/came-not")
async def came_not(request: Request, caller: Office, activity_id: EntityId, member_id: EntityId) -> Response:
    """It was a slip that somebody was there."""

    async def act(asked: Asked, _row: Row, _sent: FormData) -> Receipt:
        return await activities_of(request).came_taken_back(asked, activity_id, member_id)

    return await _deed(request, caller, activity_id, "came-not", act, N_("到场已撤回。"), None, member_id)


@router.post("/activities/{activity_id}/people/{member_id}/deliver")
async def deliver(request: Request, caller: Office, activity_id: EntityId, member_id: EntityId) -> Response:
    """The material was brought to the door."""

    async def act(asked: Asked, _row: Row, sent: FormData) -> Receipt:
        return await activities_of(request).deliver(asked, activity_id, member_id, read_form(Deliver, sent))

    return await _deed(request, caller, activity_id, "deliver", act, N_("送学上门已记下。"), None, member_id)


@router.post("/activities/{activity_id}/allocate")
async def allocate(request: Request, caller: Office, activity_id: EntityId) -> Response:
    """Money is set apart."""

    async def act(asked: Asked, _row: Row, sent: FormData) -> Receipt:
        given = {"amount_fen": _fen(sent), "source": str(sent.get("source") or "").strip() or None}
        return await activities_of(request).allocate(asked, activity_id, read(Allocate, given))

    return await _deed(request, caller, activity_id, "allocate", act, N_("经费已记下。"))


@router.post("/activities/{activity_id}/spend")
async def spend(request: Request, caller: Office, activity_id: EntityId) -> Response:
    """Money was paid."""

    async def act(asked: Asked, _row: Row, sent: FormData) -> Receipt:
        given = {"amount_fen": _fen(sent), "what": str(sent.get("what") or ""), "on": str(sent.get("on") or "")}
        _id, receipt = await activities_of(request).spend(asked, activity_id, read(Spend, given))
        return receipt

    return await _deed(request, caller, activity_id, "spend", act, N_("支出已记下。"))


def _fen(sent: FormData) -> int:
    try:
        return fen_of(str(sent.get("amount") or "x"))
    except ValueError as error:
        raise Invalid([FieldError("amount", _("不是金额"), _("请写成元，例如 3420 或 3420.50。"))]) from error


@router.post("/activities/{activity_id}/spending/{spending_id}/take-back")
async def take_spending_back(
    request: Request, caller: Office, activity_id: EntityId, spending_id: EntityId
) -> Response:
    """A payment was written down by mistake."""

    async def act(asked: Asked, _row: Row, sent: FormData) -> Receipt:
        command = read_form(TakeSpendingBack, sent)
        return await activities_of(request).take_spending_back(asked, activity_id, spending_id, command)

    name = f"take-spending-back/{spending_id}"
    return await _deed(request, caller, activity_id, name, act, N_("这笔支出已撤销。"))
