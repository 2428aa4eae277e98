"""The yearly appraisal (民主评议): how far every branch has come, and one branch's meeting written down at once."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.datastructures import FormData
from starlette.responses import Response

from services.registry.decide.review import Appraise
from services.registry.pages.as_of import Travels
from services.registry.pages.common import (
    OFFICE,
    EntityId,
    Office,
    Reader,
    Waited,
    read,
    reading,
    rules,
    show_own_write,
)
from services.registry.pages.forms import Form, again, fresh
from services.registry.pages.point_common import year_of
from services.registry.pages.review_common import appraised, round_of
from services.registry.project import branch, review
from services.shell.i18n import gettext as _
from services.shell.i18n import ngettext, speech
from services.shell.identity import Caller
from services.shell.pages import done, page
from services.shell.problems import Invalid, Refusal

router = APIRouter(include_in_schema=False)

Asked = Annotated[str, Query(max_length=200)]


@router.get("/appraisals", dependencies=[Waited, Travels])
async def appraisals(request: Request, caller: Reader, year: Asked = "") -> Response:
    """Every branch with how many are appraised for a year, and how many are missing."""
    number = year_of(year)
    async with reading(request, caller) as db:
        branches = [one for one in await branch.branches(db, caller.scope) if one["kind"] != "general"]
        progress = await review.progress(db, number)
    here = rules(request, caller.scope)
    return await page(
        request, "appraisals.html", branches=branches, progress=progress, year=number, this_year=speech().today.year,
        rule=here.review.appraisal, clauses=here.clauses, may_write=caller.has(*OFFICE),
    )  # fmt: skip


@router.get("/appraisals/{branch_id}", dependencies=[Waited, Travels])
async def of_branch(request: Request, caller: Reader, branch_id: EntityId, year: Asked = "") -> Response:
    """One branch: who has which grade, who is missing; the office writes down what the meeting came to."""
    return await _page(request, caller, branch_id, year_of(year))


async def _page(request: Request, caller: Caller, branch_id: str, year: int, form: Form | None = None) -> Response:
    found = await round_of(request, caller, branch_id, year)
    here = rules(request, found.branch["community"])
    return await page(
        request, "appraisal.html", status=form.status if form else 200, found=found, year=year, row=found.branch,
        form=form or fresh(request, on=speech().today), may_write=caller.has(*OFFICE), clauses=here.clauses,
        reports=here.review.reports, this_year=speech().today.year,
    )  # fmt: skip


@router.post("/appraisals/{branch_id}")
async def appraise(request: Request, caller: Office, branch_id: EntityId) -> Response:
    """Write down the grades that were chosen; whoever has none stays open."""
    sent = await request.form()
    text = str(sent.get("year") or "")
    try:
        found = await round_of(request, caller, branch_id, year_of(text))
        receipt = await appraised(request, caller, found, _commands(sent, text), sent)
    except (Invalid, Refusal) as problem:
        year = year_of(text if text.isdigit() else "")
        return await _page(request, caller, branch_id, year, again(request, sent, problem))
    await show_own_write(request, receipt)
    count = len(receipt.facts)
    told = ngettext("已记下 %(num)s 人的评议结果。", "已记下 %(num)s 人的评议结果。", count)
    back = f"/registry/appraisals/{branch_id}?year={text}"
    return done(request, back, told if count else _("已经是这样了，没有改动。"))


def _commands(sent: FormData, year: str) -> dict[str, Appraise]:
    """A command for everybody of whom a grade was chosen."""
    commands = {}
    for name, value in sent.multi_items():
        if name.startswith("grade-") and value:
            member_id = name.removeprefix("grade-")
            remarks = str(sent.get(f"remarks-{member_id}") or "").strip() or None
            given = {"year": year, "grade": value, "on": sent.get("on"), "remarks": remarks}
            commands[member_id] = read(Appraise, given)
    return commands
