"""Looking into months that nobody paid: what is known, and the outcome and the note it is closed with."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.registry.decide.days import months_after
from services.registry.decide.dues_review import ReviewArrears, TakeReviewBack, longest_run
from services.registry.pages import dues_words, words
from services.registry.pages.arrears import last_over
from services.registry.pages.as_of import Travels
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
)
from services.registry.pages.due import dues_sheet
from services.registry.pages.dues_common import dues_desk
from services.registry.pages.forms import Form, again, fresh
from services.registry.pages.plain import answered
from services.registry.project import dues_more, dues_review
from services.shell.acting import facts_of
from services.shell.i18n import gettext as _
from services.shell.i18n import speech
from services.shell.identity import Caller
from services.shell.pages import Undo, done, page
from services.shell.problems import Invalid, Refusal, Stale

router = APIRouter(include_in_schema=False)
api = APIRouter(prefix="/api/members/{member_id}", tags=["dues"])


@router.get("/members/{member_id}/arrears-review", dependencies=[Waited])
async def form(request: Request, caller: Office, member_id: EntityId) -> Response:
    """What is known, and what to close it with."""
    card = await member_card(request, caller, member_id)
    rule = rules(request, card["community"]).dues.arrears
    today = speech().today
    begun: dict[str, Any] = {"on": today, "again_on": months_after(today, rule.review_again_months)}
    return await _form(request, caller, member_id, fresh(request, **begun))


async def _form(request: Request, caller: Caller, member_id: str, form: Form) -> Response:
    card = await member_card(request, caller, member_id)
    async with reading(request, caller) as db:
        sheet = await dues_sheet(request, db, member_id)
        call = (await dues_more.calls_to(db, [member_id])).get(member_id)
        reviews = await dues_review.of_member(db, member_id)
    accounts = {one["reviewed_by"] for one in reviews} | ({call["called_by"]} if call else set())
    here = rules(request, card["community"])
    owing = [one.month for one in sheet.months if one.state in ("owing", "unknown") and one.month <= last_over()]
    return await page(
        request, "arrears_review.html", status=form.status, card=card, form=form, sheet=sheet, owing=owing,
        run=longest_run(owing), call=call, reviews=reviews, rule=here.dues.arrears, clauses=here.clauses, words=words,
        outcomes=dues_words.OUTCOME, spoke=dues_words.SPOKE_WITH, months=dues_words.months, span=dues_words.span,
        called=await request.app.state.shell.identity.called.of(accounts), today=speech().today,
    )  # fmt: skip


@router.post("/members/{member_id}/arrears-review")
async def close(request: Request, caller: Office, member_id: EntityId) -> Response:
    """Close it."""
    card = await member_card(request, caller, member_id)
    sent = await request.form()
    try:
        command = read_form(ReviewArrears, sent)
        async with of_member(request, caller, member_id, "review-arrears", sent) as asked:
            review_id, receipt = await dues_desk(request).review(asked, member_id, command)
    except (Invalid, Refusal, Stale) as problem:
        return await _form(request, caller, member_id, again(request, sent, problem))
    await show_own_write(request, receipt)
    back = f"/registry/members/{member_id}/arrears-reviews/{review_id}/take-back"
    told = _("已记下对%(name)s欠缴的研究结果。", name=card["name"]) if receipt.facts else _("已经是这样了，没有改动。")
    undo = Undo(back, {"reason": _("记错了，马上撤回")}) if receipt.facts else None
    return done(request, f"/registry/members/{member_id}/dues", told, undo=undo)


@router.post("/members/{member_id}/arrears-reviews/{review_id}/take-back")
async def take_back(request: Request, caller: Office, member_id: EntityId, review_id: EntityId) -> Response:
    """It was a slip."""
    sent = await request.form()
    try:
        command = read_form(TakeReviewBack, sent)
        async with of_member(request, caller, member_id, f"take-review-back/{review_id}", sent) as asked:
            receipt = await dues_desk(request).take_review_back(asked, member_id, review_id, command)
    except (Invalid, Refusal, Stale) as problem:
        return await _form(request, caller, member_id, again(request, sent, problem))
    await show_own_write(request, receipt)
    return done(request, f"/registry/members/{member_id}/arrears-review", _("这次研究的记录已撤销。"))


@api.get("/arrears-reviews", dependencies=[Waited, Travels])
async def listed(request: Request, caller: Reader, member_id: EntityId) -> Response:
    """Every time a person looked into this member's unpaid months, the latest first, slips too."""
    await member_card(request, caller, member_id)
    async with reading(request, caller) as db:
        found = await dues_review.of_member(db, member_id)
    return answered({"items": found, "next_page_token": ""})


@api.post("/arrears-review", status_code=201)
async def close_json(request: Request, caller: Office, member_id: EntityId, command: ReviewArrears) -> Response:
    """A person closes it with an outcome and a note. Nothing follows from it but that it leaves the list till then."""
    async with of_member(request, caller, member_id, "review-arrears") as asked:
        review_id, receipt = await dues_desk(request).review(asked, member_id, command)
    fact = receipt.facts[0].fact if receipt.facts else None
    more = {name: getattr(fact, name) for name in ("first", "last", "again_on", "clause")} if fact else {}
    return answered({"review_id": review_id, "facts": facts_of(receipt), **more}, 201)


@api.post("/arrears-reviews/{review_id}/take-back", status_code=201)
async def take_back_json(
    request: Request, caller: Office, member_id: EntityId, review_id: EntityId, command: TakeReviewBack
) -> Response:
    """It was a slip: the months wait for a person again."""
    async with of_member(request, caller, member_id, f"take-review-back/{review_id}") as asked:
        receipt = await dues_desk(request).take_review_back(asked, member_id, review_id, command)
    return answered({"facts": facts_of(receipt)}, 201)
