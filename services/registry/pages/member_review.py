"""One member's reports to the branch and yearly appraisals."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.registry.decide.review import SubmitReport, WithdrawAppraisal, WithdrawReport
from services.registry.pages.as_of import Travels
from services.registry.pages.common import (
    EntityId,
    Office,
    Waited,
    in_the_past,
    member_card,
    of_member,
    read_form,
    reading,
    rules,
    show_own_write,
)
from services.registry.pages.forms import Form, again, fresh
from services.registry.pages.review_common import reviewing
from services.registry.project import review
from services.shell.i18n import gettext as _
from services.shell.i18n import speech
from services.shell.identity import Caller
from services.shell.pages import Undo, done, page
from services.shell.problems import Invalid, NotFound, Refusal

router = APIRouter(include_in_schema=False)


@router.get("/members/{member_id}/review", dependencies=[Waited, Travels])
async def of_one(request: Request, caller: Office, member_id: EntityId) -> Response:
    """What was handed in, and what the branch came to each year."""
    return await _page(request, caller, member_id)


async def _page(request: Request, caller: Caller, member_id: str, form: Form | None = None) -> Response:
    card = await member_card(request, caller, member_id)
    async with reading(request, caller) as db:
        reports = await review.reports_of(db, member_id)
        appraisals = await review.appraisals_of(db, member_id)
    today, here = speech().today, rules(request, card["community"])
    this_year = [one for one in reports if one["day"].year == today.year and not one["withdrawn_on"]]
    return await page(
        request, "member_review.html", status=form.status if form else 200, card=card, reports=reports, today=today,
        appraisals=appraisals, form=form or fresh(request, on=today), rule=here.review, clauses=here.clauses,
        lacking=max(0, here.review.reports.yearly_min - len(this_year)),
        may_add=card["state"] in ("enrolled", "away") and not in_the_past(request),
    )  # fmt: skip


@router.post("/members/{member_id}/reports")
async def submit(request: Request, caller: Office, member_id: EntityId) -> Response:
    """A report was handed in."""
    card = await member_card(request, caller, member_id)
    sent = await request.form()
    try:
        command = read_form(SubmitReport, sent)
        async with of_member(request, caller, member_id, "submit-report", sent) as asked:
            report_id, receipt = await reviewing(request).submit(asked, member_id, command)
    except (Invalid, Refusal) as problem:
        return await _page(request, caller, member_id, again(request, sent, problem))
    await show_own_write(request, receipt)
    told = _("已记下%(name)s的汇报。", name=card["name"]) if receipt.facts else _("已经是这样了，没有改动。")
    undo = Undo(f"/registry/members/{member_id}/reports/{report_id}/withdraw", {"reason": _("刚刚记错")})
    return done(request, f"/registry/members/{member_id}/review", told, undo=undo if receipt.facts else None)


@router.get("/members/{member_id}/reports/{report_id}", dependencies=[Waited, Travels])
async def show(request: Request, caller: Office, member_id: EntityId, report_id: EntityId) -> Response:
    """One report with its words; taking it back, if it was a slip."""
    return await _report(request, caller, member_id, report_id, fresh(request))


async def _report(request: Request, caller: Caller, member_id: str, report_id: str, form: Form) -> Response:
    card = await member_card(request, caller, member_id)
    async with reading(request, caller) as db:
        row = await review.report(db, member_id, report_id)
    if row is None:
        raise NotFound(_("没有这份汇报。"))
    return await page(request, "member_report.html", status=form.status, card=card, row=row, form=form)


@router.post("/members/{member_id}/reports/{report_id}/withdraw")
async def withdraw(request: Request, caller: Office, member_id: EntityId, report_id: EntityId) -> Response:
    """It was put on record by mistake."""
    sent = await request.form()
    try:
        command = read_form(WithdrawReport, sent)
        async with of_member(request, caller, member_id, f"withdraw-report/{report_id}", sent) as asked:
            receipt = await reviewing(request).withdraw(asked, member_id, report_id, command)
    except (Invalid, Refusal) as problem:
        return await _report(request, caller, member_id, report_id, again(request, sent, problem))
    await show_own_write(request, receipt)
    return done(request, f"/registry/members/{member_id}/review", _("这份汇报的记录已撤销。"))


@router.post("/members/{member_id}/appraisals/withdraw")
async def withdraw_appraisal(request: Request, caller: Office, member_id: EntityId) -> Response:
    """What was written down of a year's appraisal was a mistake."""
    sent = await request.form()
    try:
        command = read_form(WithdrawAppraisal, sent)
        async with of_member(request, caller, member_id, f"withdraw-appraisal/{command.year}", sent) as asked:
            receipt = await reviewing(request).withdraw_appraisal(asked, member_id, command)
    except (Invalid, Refusal) as problem:
        return await _page(request, caller, member_id, again(request, sent, problem))
    await show_own_write(request, receipt)
    return done(request, f"/registry/members/{member_id}/review", _("这一年评议的记录已撤销。"))
