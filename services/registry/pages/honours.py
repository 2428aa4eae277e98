"""Honours: who is due for the medal of fifty years and how far that has come; the award, certificates, a worksheet."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from starlette.datastructures import FormData
from starlette.responses import Response

from services.registry.decide.honours import AwardMedal
from services.registry.decide.outlook import Standing
from services.registry.pages import honour_words, words
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
from services.registry.pages.export import sheet_response
from services.registry.pages.forms import Form, again, fresh
from services.registry.pages.honour_common import awarded, certificates, forecast, sheet_lines, year_asked
from services.registry.pages.places import communities
from services.registry.project import branch, honour
from services.shell.i18n import gettext as _
from services.shell.i18n import ngettext
from services.shell.identity import Caller
from services.shell.pages import done, page
from services.shell.printing import pdf
from services.shell.problems import FieldError, Invalid, NotFound, Refusal

router = APIRouter(include_in_schema=False)

Asked = Annotated[str, Query(max_length=200)]
SHOWN: Final = ("due", "confirmed", "honoured", "doubtful", "set_aside", "others")
"""The parts of the list, in the order in which they are worked through."""


@router.get("/honours", dependencies=[Waited])
async def honours(
    request: Request, caller: Reader, year: Asked = "", community: Asked = "", branch_id: Asked = "", show: Asked = ""
) -> Response:
    """Who is due on the next first of July, or that of another year."""
    return await _page(request, caller, {"year": year, "community": community, "branch_id": branch_id, "show": show})


async def _page(request: Request, caller: Caller, wanted: dict[str, str], form: Form | None = None) -> Response:
    found = await forecast(request, caller, wanted["year"], wanted["community"], wanted["branch_id"])
    async with reading(request, caller) as db:
        places = await communities(db, caller)
        branches = await branch.branches(db, wanted["community"] or caller.scope)
    counts = {show: len(found.standing(show)) for show in SHOWN}
    show = wanted["show"] if wanted["show"] in SHOWN else next((each for each in SHOWN if counts[each]), "due")
    shown = found.standing(show)
    here = {one.row["community"] for one in shown}
    kept = {"year": str(found.year), **{name: wanted[name] for name in ("community", "branch_id")}}
    query = "&".join(f"{name}={value}" for name, value in kept.items() if value)
    return await page(
        request, "honours.html", status=form.status if form else 200, found=found, shown=shown, show=show, shows=SHOWN,
        counts=counts, words=honour_words, Standing=Standing, form=form or fresh(request, on=found.day),
        places=places if len(places) > 1 else [], branches=branches, wanted=kept, query=query, plain=words,
        one_place=next(iter(here)) if len(here) == 1 else "", may_write=caller.has(*OFFICE),
        clauses=rules(request, wanted["community"] or caller.scope).clauses,
    )  # fmt: skip


@router.post("/honours/award")
async def award(request: Request, caller: Office) -> Response:
    """Award the medal to those who are ticked, and number their certificates."""
    sent = await request.form()
    year, community = str(sent.get("year") or ""), str(sent.get("community") or "")
    wanted = {"year": year, "community": community, "branch_id": str(sent.get("branch_id") or ""), "show": "confirmed"}
    try:
        people = [str(each) for each in sent.getlist("member_ids")]
        _id, receipt = await awarded(request, caller, community, people, _command(sent), sent)
    except (Invalid, Refusal) as problem:
        return await _page(request, caller, wanted, again(request, sent, problem))
    await show_own_write(request, receipt)
    there = f"/registry/honours?year={year}&community={community}&show=honoured"
    count = max(0, len(receipt.facts) // 2)
    told = ngettext("已颁发，%(num)s 份证书可以打印。", "已颁发，%(num)s 份证书可以打印。", count)
    return done(request, there, told if receipt.facts else _("已经是这样了，没有改动。"))


def _command(sent: FormData) -> AwardMedal:
    given = {name: str(sent.get(name) or "") for name in ("year", "on")}
    return read(AwardMedal, {name: value for name, value in given.items() if value})


@router.get("/honours/forecast.xlsx")
async def sheet(
    request: Request, caller: Office, year: Asked = "", community: Asked = "", branch_id: Asked = ""
) -> Response:
    """The whole list of a year as a worksheet."""
    found = await forecast(request, caller, year, community, branch_id)
    head, lines = sheet_lines(found.people)
    return await asyncio.to_thread(sheet_response, _("光荣在党50年 %(year)s", year=found.year), head, lines)


@router.get("/honours/certificates.pdf")
async def certificates_of_year(
    request: Request, caller: Office, year: Asked = "", community: Asked = "", branch_id: Asked = ""
) -> Response:
    """The certificates of everybody who was awarded the medal in a year, in one file."""
    number = year_asked(year, rules(request, community or caller.scope).honours)
    async with reading(request, caller) as db:
        awards = await honour.medals(db, number, community=community, branch_id=branch_id)
    if not awards:
        raise Invalid([FieldError("year", _("这一年还没有颁发过"), _("请先核实、颁发，再打印证书。"))])
    return pdf(await certificates(request, caller, awards), _("光荣在党50年证书 %(year)s", year=number))


@router.get("/honours/{member_id}/{honour_id}.pdf")
async def certificate(request: Request, caller: Office, member_id: EntityId, honour_id: EntityId) -> Response:
    """One certificate."""
    async with reading(request, caller) as db:
        found: Any = await honour.award(db, member_id, honour_id)
    if found is None or not found["number"] or found["taken_back_on"]:
        raise NotFound(_("没有这份证书。"))
    return pdf(await certificates(request, caller, [found]), _("证书 %(number)s", number=found["number"]))
