"""Points: a branch's list by name, one member's ledger with each line's rule, points added by hand and taken back."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from services.registry.decide.points import AwardPoints, TakePointsBack
from services.registry.decide.points_policy import PointsFor
from services.registry.pages import point_words, words
from services.registry.pages.as_of import Travels
from services.registry.pages.branches import branch_row
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
from services.registry.pages.point_common import lines_of, pointing, reckoned, year_of
from services.registry.project import branch, points
from services.shell.i18n import gettext as _
from services.shell.i18n import ngettext, speech
from services.shell.identity import Caller
from services.shell.pages import done, page
from services.shell.problems import Invalid, NotFound, Refusal

router = APIRouter(include_in_schema=False)

Asked = Annotated[str, Query(max_length=200)]


@router.get("/points", dependencies=[Waited, Travels])
async def of_branch(request: Request, caller: Office, branch_id: Asked = "", year: Asked = "") -> Response:
    """The members of a branch by name, with their points of a year. Nobody is ranked, and only the office sees it."""
    number = year_of(year)
    async with reading(request, caller) as db:
        branches = [one for one in await branch.branches(db, caller.scope) if one["kind"] != "general"]
    chosen = branch_id or (branches[0]["branch_id"] if branches else "")
    row = await branch_row(request, caller, chosen) if chosen else None
    async with reading(request, caller) as db:
        people = await points.people_of(db, chosen) if row else []
        found = (
            await reckoned(request, db, row["community"], [one["member_id"] for one in people], number) if row else {}
        )
    policy = rules(request, row["community"] if row else caller.scope)
    return await page(
        request, "points.html", row=row, people=people, ledgers={one: each.ledger for one, each in found.items()},
        branches=branches, year=number, FOR=PointsFor, words=point_words, policy=policy.points, clauses=policy.clauses,
        this_year=speech().today.year,
    )  # fmt: skip


@router.get("/members/{member_id}/points", dependencies=[Waited, Travels])
async def of_one(request: Request, caller: Office, member_id: EntityId, year: Asked = "") -> Response:
    """Where one member's points of a year come from, line by line."""
    return await _page(request, caller, member_id, year)


async def _page(request: Request, caller: Caller, member_id: str, year: str = "", form: Form | None = None) -> Response:
    card = await member_card(request, caller, member_id)
    number = year_of(year)
    here = rules(request, card["community"])
    async with reading(request, caller) as db:
        found = (await reckoned(request, db, card["community"], [member_id], number))[member_id]
    today = speech().today
    return await page(
        request, "member_points.html", status=form.status if form else 200, card=card, year=number,
        lines=lines_of(found), ledger=found.ledger, FOR=PointsFor, words=point_words, plain=words, policy=here.points,
        clauses=here.clauses, form=form or fresh(request, on=today), this_year=today.year,
        may_add=card["state"] in ("enrolled", "away") and not in_the_past(request),
    )  # fmt: skip


@router.post("/members/{member_id}/points")
async def award(request: Request, caller: Office, member_id: EntityId) -> Response:
    """Add points by hand."""
    card = await member_card(request, caller, member_id)
    sent = await request.form()
    try:
        command = read_form(AwardPoints, sent)
        async with of_member(request, caller, member_id, "award-points", sent) as asked:
            _id, receipt = await pointing(request).award(asked, member_id, command)
    except (Invalid, Refusal) as problem:
        return await _page(request, caller, member_id, form=again(request, sent, problem))
    await show_own_write(request, receipt)
    told = ngettext("给%(name)s加了 %(num)s 分。", "给%(name)s加了 %(num)s 分。", command.points, name=card["name"])
    back = f"/registry/members/{member_id}/points?year={command.on.year}"
    return done(request, back, told if receipt.facts else _("已经是这样了，没有改动。"))


@router.get("/members/{member_id}/points/{award_id}/take-back")
async def taking_back(request: Request, caller: Office, member_id: EntityId, award_id: EntityId) -> Response:
    """Why points were a slip."""
    return await _take_back_form(request, caller, member_id, award_id, fresh(request))


async def _take_back_form(request: Request, caller: Caller, member_id: str, award_id: str, form: Form) -> Response:
    card = await member_card(request, caller, member_id)
    async with reading(request, caller) as db:
        row = await points.entry(db, member_id, award_id)
    if row is None:
        raise NotFound(_("没有这条加分记录。"))
    return await page(request, "points_take_back.html", status=form.status, card=card, row=row, form=form)


@router.post("/members/{member_id}/points/{award_id}/take-back")
async def take_back(request: Request, caller: Office, member_id: EntityId, award_id: EntityId) -> Response:
    """They count for nothing any more."""
    sent = await request.form()
    try:
        command = read_form(TakePointsBack, sent)
        async with of_member(request, caller, member_id, f"take-points-back/{award_id}", sent) as asked:
            receipt = await pointing(request).take_back(asked, member_id, award_id, command)
    except (Invalid, Refusal) as problem:
        return await _take_back_form(request, caller, member_id, award_id, again(request, sent, problem))
    await show_own_write(request, receipt)
    return done(request, f"/registry/members/{member_id}/points", _("这条加分不再计算。"))
