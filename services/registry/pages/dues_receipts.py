"""A receipt on its page, on paper, and what of it is given back."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.registry.decide.dues_correct import RefundDues
from services.registry.pages import words
from services.registry.pages.as_of import Travels
from services.registry.pages.common import (
    OFFICE,
    EntityId,
    Office,
    Reader,
    Waited,
    member_card,
    of_member,
    read_form,
    show_own_write,
)
from services.registry.pages.dues_common import Number, Paper, dues_desk, receipt_of, refund_of, sheet_of
from services.registry.pages.dues_words import months
from services.registry.pages.forms import Form, again, fresh
from services.shell.formats import yuan
from services.shell.i18n import gettext as _
from services.shell.i18n import speech
from services.shell.pages import done, page
from services.shell.printing import pdf
from services.shell.problems import FieldError, Invalid, Refusal, Stale

router = APIRouter(include_in_schema=False)


@router.post("/members/{member_id}/receipts/{number}/print")
async def print_first(request: Request, caller: Office, member_id: EntityId, number: Number) -> Response:
    """The paper. The first time it is the receipt; from then on a copy, and says so."""
    card = await member_card(request, caller, member_id)
    paper = await receipt_of(request, caller, member_id, number)
    sent = await request.form()
    async with of_member(request, caller, member_id, f"issue-receipt/{number}", sent) as asked:
        issued = await dues_desk(request).issue(asked, paper.member_id, number)
    sheet = await sheet_of(request, caller, card, paper, copy=not issued.facts)
    return pdf(sheet, _("党费收据 %(number)s", number=number))


@router.get("/members/{member_id}/receipts/{number}.pdf")
async def print_copy(request: Request, caller: Reader, member_id: EntityId, number: Number) -> Response:
    """A copy of the paper."""
    card = await member_card(request, caller, member_id)
    paper = await receipt_of(request, caller, member_id, number)
    return pdf(await sheet_of(request, caller, card, paper, copy=True), _("党费收据 %(number)s", number=number))


@router.get("/members/{member_id}/receipts/{number}", dependencies=[Waited, Travels])
async def receipt(request: Request, caller: Reader, member_id: EntityId, number: Number) -> Response:
    """What the receipt says, and what became of it since."""
    card = await member_card(request, caller, member_id)
    paper = await receipt_of(request, caller, member_id, number)
    return await _page(request, card, paper, fresh(request), may_write=caller.has(*OFFICE))


async def _page(request: Request, card: dict[str, Any], paper: Paper, form: Form, *, may_write: bool) -> Response:
    called = await request.app.state.shell.identity.called.of([paper.taken_by])
    return await page(
        request, "dues_receipt.html", status=form.status, card=card, paper=paper, form=form, months=months, words=words,
        taken_by=called[paper.taken_by], may_write=may_write and paper.member_id == card["member_id"],
    )  # fmt: skip


@router.get("/members/{member_id}/refunds/{number}.pdf")
async def print_refund(request: Request, caller: Reader, member_id: EntityId, number: Number) -> Response:
    """The paper of a refund, for whoever took the money to sign."""
    card = await member_card(request, caller, member_id)
    paper = await refund_of(request, caller, member_id, number)
    return pdf(await sheet_of(request, caller, card, paper, copy=False), _("党费退款单 %(number)s", number=number))


@router.get("/members/{member_id}/receipts/{number}/refund")
async def refund_form(request: Request, caller: Office, member_id: EntityId, number: Number) -> Response:
    """Which months, and why."""
    card = await member_card(request, caller, member_id)
    paper = await receipt_of(request, caller, member_id, number)
    return await _refund(request, card, paper, fresh(request, on=speech().today, months=paper.held))


async def _refund(request: Request, card: dict[str, Any], paper: Paper, form: Form) -> Response:
    ticked = form["months"]
    return await page(
        request, "dues_refund.html", status=form.status, card=card, paper=paper, form=form, months=months, words=words,
        ticked=[ticked] if isinstance(ticked, str) else list(ticked),
    )  # fmt: skip


@router.post("/members/{member_id}/receipts/{number}/refund")
async def refund(request: Request, caller: Office, member_id: EntityId, number: Number) -> Response:
    """Give the money of some months back."""
    card = await member_card(request, caller, member_id)
    paper = await receipt_of(request, caller, member_id, number)
    sent = await request.form()
    try:
        command = read_form(RefundDues, sent, lists=("months",))
        if not command.months:
            raise Invalid([FieldError("months", _("没有选月份"), _("请选要退哪几个月。"))])
        async with of_member(request, caller, member_id, f"refund-dues/{number}", sent) as asked:
            refunded, receipt = await dues_desk(request).refund(asked, member_id, number, command)
    except (Invalid, Refusal, Stale) as problem:
        return await _refund(request, card, paper, again(request, sent, problem))
    await show_own_write(request, receipt)
    told = _(
        "已退%(name)s %(months)s 的党费 %(amount)s，退款单号 %(number)s。这几个月又记为未缴。",
        name=card["name"],
        months=months(refunded.months),
        amount=yuan(refunded.amount.total_fen),
        number=refunded.refund_no,
    )
    return done(request, f"/registry/members/{member_id}/receipts/{number}", told)
