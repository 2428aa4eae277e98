"""Reductions of dues: the branch's decision is written down, somebody of the superior committee approves it or not."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.datastructures import FormData
from starlette.responses import Response

from events.log.command import Asked, Receipt
from services.registry.decide.days import first_day, month_of, months_after
from services.registry.decide.dues_correct import ApproveReduction, DecideReduction, DropReduction, EndWaiver
from services.registry.pages import words
from services.registry.pages.common import (
    EntityId,
    Office,
    Reader,
    Waited,
    fen_of,
    member_card,
    of_member,
    read,
    read_form,
    reading,
    rules,
    show_own_write,
    within,
)
from services.registry.pages.dues_common import Superior, dues_desk
from services.registry.pages.dues_words import span
from services.registry.pages.forms import Form, again, fresh
from services.registry.project import dues_more
from services.shell.i18n import N_, speech
from services.shell.i18n import gettext as _
from services.shell.identity import Caller, Role
from services.shell.pages import done, page
from services.shell.problems import FieldError, Invalid, Refusal, Stale

router = APIRouter(include_in_schema=False)

Act = Callable[[Asked, FormData], Awaitable[Receipt]]


@router.get("/dues/reductions", dependencies=[Waited])
async def waiting(request: Request, caller: Reader, community: Annotated[str, Query(max_length=200)] = "") -> Response:
    """What waits for the superior committee."""
    place = within(caller, community)
    async with reading(request, caller) as db:
        rows = await dues_more.waiting(db, place)
    called = await request.app.state.shell.identity.called.of({row["decided_by"] for row in rows})
    return await page(
        request, "dues_reductions.html", rows=rows, span=span, called=called, form=fresh(request), words=words,
        may_approve=caller.has(Role.SUPERVISOR), clause=rules(request, place or caller.scope).dues.reduction.clause,
    )  # fmt: skip


@router.get("/members/{member_id}/reduction")
async def form(request: Request, caller: Office, member_id: EntityId) -> Response:
    """For which months, how much is still to pay, and why."""
    this_month = month_of(speech().today)
    a_year = month_of(months_after(first_day(this_month), 11))
    return await _form(request, caller, member_id, fresh(request, first=this_month, last=a_year, on=speech().today))


async def _form(request: Request, caller: Caller, member_id: str, form: Form) -> Response:
    card = await member_card(request, caller, member_id)
    here = rules(request, card["community"])
    return await page(
        request, "dues_reduction.html", status=form.status, card=card, form=form, rule=here.dues.reduction,
        clauses=here.clauses,
    )  # fmt: skip


@router.post("/members/{member_id}/reduction")
async def decide(request: Request, caller: Office, member_id: EntityId) -> Response:
    """Write down what the branch decided."""
    card = await member_card(request, caller, member_id)
    sent = await request.form()
    try:
        command = read(DecideReduction, _typed(sent))
        async with of_member(request, caller, member_id, "reduce-dues", sent) as asked:
            _id, receipt = await dues_desk(request).decide_reduction(asked, member_id, command)
    except (Invalid, Refusal, Stale) as problem:
        return await _form(request, caller, member_id, again(request, sent, problem))
    await show_own_write(request, receipt)
    told = _("已记下支部决定。上级批准以前，%(name)s的应缴不变。", name=card["name"])
    return done(request, f"/registry/members/{member_id}/dues#reductions", told)


def _typed(sent: FormData) -> dict[str, Any]:
    given = {name: str(value).strip() for name, value in sent.items() if str(value).strip()}
    given = {name: value for name, value in given.items() if name in ("first", "last", "on", "reason", "pays")}
    try:
        pays_fen = fen_of(given.pop("pays", "0"))
    except ValueError as error:
        raise Invalid([FieldError("pays", _("不是金额"), _("请写成元，例如 1 或 0.50；全免就写 0。"))]) from error
    return {**given, "pays_fen": pays_fen}


@router.post("/members/{member_id}/reductions/{reduction_id}/approve")
async def approve(request: Request, caller: Superior, member_id: EntityId, reduction_id: EntityId) -> Response:
    """The superior committee approves."""

    async def act(asked: Asked, sent: FormData) -> Receipt:
        return await dues_desk(request).approve(asked, member_id, reduction_id, read_form(ApproveReduction, sent))

    return await _deed(
        request, caller, member_id, f"approve-reduction/{reduction_id}", act, N_("已批准%(name)s的减免。")
    )


@router.post("/members/{member_id}/reductions/{reduction_id}/refuse")
async def refuse(request: Request, caller: Superior, member_id: EntityId, reduction_id: EntityId) -> Response:
    """The superior committee does not approve."""

    async def act(asked: Asked, sent: FormData) -> Receipt:
        command = read_form(DropReduction, sent)
        return await dues_desk(request).drop(asked, member_id, reduction_id, command, withdrawn=False)

    return await _deed(
        request, caller, member_id, f"refuse-reduction/{reduction_id}", act, N_("没有批准%(name)s的减免。")
    )


@router.post("/members/{member_id}/reductions/{reduction_id}/withdraw")
async def withdraw(request: Request, caller: Office, member_id: EntityId, reduction_id: EntityId) -> Response:
    """The branch takes it back."""

    async def act(asked: Asked, sent: FormData) -> Receipt:
        command = read_form(DropReduction, sent)
        return await dues_desk(request).drop(asked, member_id, reduction_id, command, withdrawn=True)

    return await _deed(
        request, caller, member_id, f"withdraw-reduction/{reduction_id}", act, N_("已撤回%(name)s的减免。")
    )


@router.post("/members/{member_id}/reductions/{reduction_id}/end")
async def end(request: Request, caller: Office, member_id: EntityId, reduction_id: EntityId) -> Response:
    """It holds no longer; what was due is reckoned again."""

    async def act(asked: Asked, sent: FormData) -> Receipt:
        return await dues_desk(request).end_waiver(asked, member_id, reduction_id, read_form(EndWaiver, sent))

    return await _deed(request, caller, member_id, f"end-waiver/{reduction_id}", act, N_("已结束%(name)s的减免。"))


async def _deed(request: Request, caller: Caller, member_id: str, name: str, act: Act, told: str) -> Response:
    card = await member_card(request, caller, member_id)
    back = f"/registry/members/{member_id}/dues#reductions"
    sent = await request.form()
    try:
        async with of_member(request, caller, member_id, name, sent) as asked:
            receipt = await act(asked, sent)
    except (Invalid, Refusal, Stale) as problem:
        return await page(
            request, "dues_not_done.html", status=problem.status, card=card, form=again(request, sent, problem),
            back=back,
        )  # fmt: skip
    await show_own_write(request, receipt)
    return done(request, back, _(told, name=card["name"]) if receipt.facts else _("已经是这样了，没有改动。"))
