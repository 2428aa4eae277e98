"""Dues: who is behind and whom to call, one member's months, and taking a payment with the amount worked out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from services.registry.decide.commands import PayDues
from services.registry.decide.days import month_of
from services.registry.pages import dues_words, words
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
    reading,
    registry,
    rules,
    show_own_write,
)
from services.registry.pages.due import Sheet, dues_sheet
from services.registry.pages.dues_common import receipts_of
from services.registry.pages.dues_words import months
from services.registry.pages.forms import Form, again, fresh
from services.registry.pages.way_back import way_of
from services.registry.project import dues_more, dues_review
from services.shell.i18n import gettext as _
from services.shell.i18n import speech
from services.shell.identity import Caller, Role
from services.shell.pages import done, page
from services.shell.problems import Invalid, Refusal, Stale

router = APIRouter(include_in_schema=False)


@router.get("/members/{member_id}/dues", dependencies=[Waited, Travels])
async def of_one(request: Request, caller: Reader, member_id: EntityId) -> Response:
    """One member's months."""
    card = await member_card(request, caller, member_id)
    async with reading(request, caller) as db:
        sheet = await dues_sheet(request, db, member_id)
        papers = await receipts_of(db, member_id)
        reductions = await dues_more.reductions_of(db, member_id)
        call = (await dues_more.calls_to(db, [member_id])).get(member_id)
        reviews = await dues_review.of_member(db, member_id)
    people = {one[name] for one in reductions for name in ("decided_by", "answered_by") if one[name]}
    people |= {one["reviewed_by"] for one in reviews}
    called = await request.app.state.shell.identity.called.of(people | ({call["called_by"]} if call else set()))
    return await page(
        request, "dues_of.html", card=card, sheet=sheet, months=months, clauses=sheet.clauses, papers=papers,
        reductions=reductions, called=called, call=call, may_approve=caller.has(Role.SUPERVISOR), form=fresh(request),
        may_write=caller.has(*OFFICE) and card["state"] in {"enrolled", "away"}, words=words, way=way_of(request),
        span=dues_words.span, reduction_words=dues_words.REDUCTION, reduction_tones=dues_words.REDUCTION_TONE,
        spoke=dues_words.SPOKE_WITH, reviews=reviews, outcomes=dues_words.OUTCOME,
    )  # fmt: skip


@router.get("/members/{member_id}/pay-dues")
async def pay_form(
    request: Request,
    caller: Office,
    member_id: EntityId,
    chosen: Annotated[tuple[str, ...], Query(alias="months")] = (),
) -> Response:
    """Choose months; what they come to stands there before anything is sent."""
    card = await member_card(request, caller, member_id)
    return await _pay(request, caller, card, fresh(request, card["seq"], paid_on=speech().today), chosen)


@router.post("/members/{member_id}/pay-dues")
async def pay(request: Request, caller: Office, member_id: EntityId) -> Response:
    """Take the payment."""
    card = await member_card(request, caller, member_id)
    sent = await request.form()
    try:
        command = read_form(PayDues, sent, lists=("months",))
        async with of_member(request, caller, member_id, "pay-dues", sent) as asked:
            receipt_no, receipt = await registry(request).pay_dues(asked, member_id, command)
    except (Invalid, Refusal, Stale) as problem:
        latest = await member_card(request, caller, member_id)
        chosen = [str(month) for month in sent.getlist("months")]
        return await _pay(request, caller, latest, again(request, sent, problem, latest["seq"]), chosen)
    await show_own_write(request, receipt)
    told = _(
        "已收%(name)s %(months)s 的党费，收据号 %(number)s。",
        name=card["name"],
        months=months(command.months),
        number=receipt_no,
    )
    way = way_of(request)
    return done(request, way.to(f"/registry/members/{member_id}/receipts/{receipt_no}"), told)


async def _pay(request: Request, caller: Caller, card: dict[str, Any], form: Form, chosen: Sequence[str]) -> Response:
    ahead = rules(request, card["community"]).dues.months_ahead_max
    async with reading(request, caller) as db:
        sheet = await dues_sheet(request, db, card["member_id"], ahead=ahead)
    known = {one.month: one for one in sheet.payable}
    picked = [known[month] for month in sorted(set(chosen)) if month in known] or _usual(sheet)
    return await page(
        request, "pay_dues.html", status=form.status, card=card, sheet=sheet, form=form, picked=picked,
        picked_months=[one.month for one in picked], total_fen=sum(one.open_fen for one in picked), months=months,
        groups=sorted(Counter((one.clause, one.open_fen) for one in picked).items()),
        clauses=sheet.clauses, this_month=month_of(speech().today), words=words, way=way_of(request),
    )  # fmt: skip


def _usual(sheet: Sheet) -> Any:
    """What people come to pay: what is owing and this month; with nothing open, the next month that is."""
    this_month = month_of(speech().today)
    open_now = [one for one in sheet.payable if one.month <= this_month]
    return open_now or sheet.payable[:1]
