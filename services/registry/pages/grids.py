"""Grids: all of a community's, one of them building by building, who has none; forming, changing and closing one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from events.facts.bulk import BulkField
from events.facts.decision import Command
from services.registry.decide.grid import ChangeGrid, CloseGrid, FormGrid
from services.registry.decide.values import Name
from services.registry.pages.bulk_plan import Choose, frozen
from services.registry.pages.centre_proposal import community_of
from services.registry.pages.common import (
    OFFICE,
    EntityId,
    Office,
    Reader,
    Waited,
    doing,
    read,
    read_form,
    reading,
    show_own_write,
)
from services.registry.pages.export import sheet_response
from services.registry.pages.forms import Form, again, fresh
from services.registry.pages.grid_rows import (
    Row,
    buildings,
    counted,
    grid_row,
    grids_of,
    others_in,
    unknown_names,
    without_grid,
)
from services.registry.pages.narrowed import Narrowing
from services.registry.pages.places import communities_to_fill, name_of
from services.registry.project import grid
from services.shell.formats import mask_phone
from services.shell.i18n import gettext as _
from services.shell.identity import Caller
from services.shell.pages import Undo, done, page
from services.shell.problems import Invalid, Refusal, Stale

router = APIRouter(prefix="/grids", include_in_schema=False)

BUILDINGS_SHOWN: Final = 100
"""Buildings on one page of those without a grid."""
HREF: Final = "/registry/grids"


@router.get("", dependencies=[Waited])
async def listed(request: Request, caller: Reader, community: str = "", name: str = "") -> Response:
    """The grids of a community. With `name`, the one that cards call so is opened."""
    community, places = await community_of(request, caller, community)
    if not community and not places:
        community = caller.scope
    rows: list[dict[str, Any]] = []
    closed: list[dict[str, Any]] = []
    counts: dict[str, int] = {}
    if community:
        async with reading(request, caller) as db:
            rows, closed = await grid.grids(db, community), await grid.grids(db, community, closed=True)
            counts = (await grid.counts(db, community)).get(community, {})
    if name and (found := next((row for row in rows if name in row["names"]), None)):
        return RedirectResponse(f"{HREF}/{found['grid_id']}", 303)
    unknown = unknown_names(rows, counts)
    return await page(
        request, "grids.html", rows=[(row, counted(row, counts)) for row in rows], closed=closed, unknown=unknown,
        members=sum(counts.values()), free=counts.get("", 0) + sum(count for _name, count in unknown),
        community=community, places=places if len(places) > 1 else [], may_write=caller.has(*OFFICE),
    )  # fmt: skip


@router.get("/without", dependencies=[Waited])
async def without(request: Request, caller: Office, community: str = "", start: int = 0) -> Response:
    """Who has no grid, building by building."""
    community, places = await community_of(request, caller, community)
    return await _without(request, caller, community, places, start=start) if community else RedirectResponse(HREF, 303)


async def _without(
    request: Request, caller: Caller, community: str, places: Sequence[tuple[str, str]], *, start: int = 0,
    problem: Invalid | None = None,
) -> Response:  # fmt: skip
    async with reading(request, caller) as db:
        rows = await grid.grids(db, community)
        found = without_grid(await grid.everybody(db, community), rows)
    fitting = [(row["name"], sum(len(each.people) for each in found if each.grid == row["name"])) for row in rows]
    start = max(0, min(start, len(found) - 1))
    here = f"{HREF}/without?community={community}"
    return await page(
        request, "grids_without.html", status=problem.status if problem else 200, problem=problem, rows=rows,
        choices=[("", _("请选择")), *((row["name"], row["name"]) for row in rows)],
        found=found[start : start + BUILDINGS_SHOWN], community=community, place=dict(places).get(community, ""),
        fitting=[(name, count) for name, count in fitting if count], many=len(places) > 1,
        people=sum(len(each.people) for each in found), first_href=here if start else "",
        next_href=f"{here}&start={start + BUILDINGS_SHOWN}" if start + BUILDINGS_SHOWN < len(found) else "",
    )  # fmt: skip


class PutIn(Command):
    """Which buildings are put into which grid; `fitting` are all that it covers, or where neighbours are in it."""

    grid: Name
    building: tuple[str, ...] = ()
    fitting: bool = False


@router.post("/without")
async def put_in(request: Request, caller: Office, narrowed: Narrowing) -> Response:
    """Look at who would be put into the grid: whoever lives in these buildings and has none. Nothing is changed yet."""
    sent = await request.form(max_fields=2000)
    community, places = await community_of(request, caller, str(sent.get("community") or ""))
    if not community:
        return RedirectResponse(HREF, 303)
    try:
        given = {"grid": str(sent.get("grid") or ""), "fitting": bool(sent.get("fitting"))}
        chosen = read(PutIn, {**given, "building": [str(one) for one in sent.getlist("building")]})
        async with reading(request, caller) as db:
            found = without_grid(await grid.everybody(db, community), await grid.grids(db, community))
        people = [
            one["member_id"]
            for each in found
            if (each.grid == chosen.grid if chosen.fitting else each.name in chosen.building)
            for one in each.people
        ]
        plan = await frozen(request, caller, narrowed, Choose(member_ids=people, field=BulkField.GRID, to=chosen.grid))
    except Invalid as problem:
        return await _without(request, caller, community, places, problem=problem)
    return RedirectResponse(f"/registry/bulk/{plan.bulk_id}", 303)


@router.get("/new")
async def new(request: Request, caller: Office, community: str = "", name: str = "") -> Response:
    """A form for a new grid; its name may be one that cards say already."""
    return await _new(request, caller, fresh(request, community=community, name=name))


async def _new(request: Request, caller: Caller, form: Form) -> Response:
    async with reading(request, caller) as db:
        places = await communities_to_fill(db, caller)
    return await page(request, "grid_form.html", status=form.status, form=form, row=None, places=places)


@router.post("/new")
async def form_one(request: Request, caller: Office) -> Response:
    """Form it."""
    sent = await request.form()
    try:
        command = read_form(FormGrid, sent)
        async with reading(request, caller) as db:
            others = await others_in(db, command.community)
        async with doing(request, caller, command.community, "form-grid", sent) as asked:
            grid_id, receipt = await grids_of(request).form(asked, command, others)
    except (Invalid, Refusal) as problem:
        return await _new(request, caller, again(request, sent, problem))
    await show_own_write(request, receipt)
    told = _("网格“%(name)s”已记下。", name=command.name) if receipt.facts else _("已经有这个网格了。")
    return done(request, f"{HREF}/{grid_id}", told)


@router.get("/{grid_id}", dependencies=[Waited])
async def show(request: Request, caller: Reader, grid_id: EntityId) -> Response:
    """One grid: what it covers, who walks it, and who lives there."""
    row = await grid_row(request, caller, grid_id)
    async with reading(request, caller) as db:
        people = await grid.people(db, row["community"], row["names"])
        missing = _missing(row, await grid.everybody(db, row["community"]), await grid.grids(db, row["community"]))
    return await page(
        request, "grid.html", row=row, people=people, buildings=buildings(people), missing=missing,
        alone=sum(bool(one["lives_alone"]) for one in people), away=sum(one["state"] == "away" for one in people),
        place=await name_of(request, caller, row["community"]), may_write=caller.has(*OFFICE),
    )  # fmt: skip


def _missing(row: Row, everybody: Any, grids: Any) -> list[Row]:
    """Who lives in a place the grid covers, and whose card says no grid."""
    if row["closed_on"]:
        return []
    fitting = [each for each in without_grid(everybody, grids) if each.grid == row["name"] and each.why == "covered"]
    return [one for each in fitting for one in each.people]


@router.get("/{grid_id}/people.xlsx")
async def sheet(request: Request, caller: Office, grid_id: EntityId) -> Response:
    """Who lives in it, to print for whoever walks it; phones are masked as on the page."""
    row = await grid_row(request, caller, grid_id)
    async with reading(request, caller) as db:
        people = await grid.people(db, row["community"], row["names"])
    head = [_("楼号"), _("室"), _("姓名"), _("电话"), _("独居"), _("在哪里")]
    lines = (
        (
            one["building"] or one["address"] or "", one["room"] or "", one["name"] or "",
            mask_phone(one["phone"]) if one["phone"] else "", _("独居") if one["lives_alone"] else "",
            one["away_to"] or "",
        )
        for one in people
    )  # fmt: skip
    return sheet_response(row["name"], head, lines)


@router.get("/{grid_id}/change")
async def changing(request: Request, caller: Office, grid_id: EntityId) -> Response:
    """What may be otherwise."""
    row = await grid_row(request, caller, grid_id)
    form = fresh(
        request, row["seq"], name=row["name"], covers="\n".join(row["covers"]), worker_name=row["worker_name"],
        worker_phone=row["worker_phone"],
    )  # fmt: skip
    return await page(request, "grid_form.html", form=form, row=row, places=[])


@router.post("/{grid_id}/change")
async def change(request: Request, caller: Office, grid_id: EntityId) -> Response:
    """Another name, other bounds, another grid worker."""
    row = await grid_row(request, caller, grid_id)
    sent = await request.form()
    try:
        command = read_form(ChangeGrid, sent)
        async with reading(request, caller) as db:
            others = await others_in(db, row["community"], grid_id)
        async with doing(request, caller, row["community"], f"change-grid/{grid_id}", sent) as asked:
            receipt = await grids_of(request).change(asked, grid_id, command, others)
    except (Invalid, Refusal, Stale) as problem:
        form = again(request, sent, problem, row["seq"])
        return await page(request, "grid_form.html", status=form.status, form=form, row=row, places=[])
    await show_own_write(request, receipt)
    told = _("已改好。") if receipt.facts else _("已经是这样了，没有改动。")
    return done(request, f"{HREF}/{grid_id}", told)


@router.get("/{grid_id}/close")
async def closing(request: Request, caller: Office, grid_id: EntityId) -> Response:
    """Why it is closed."""
    row = await grid_row(request, caller, grid_id)
    return await page(request, "grid_close.html", row=row, form=fresh(request))


@router.post("/{grid_id}/close")
async def close(request: Request, caller: Office, grid_id: EntityId) -> Response:
    """It is no more; no card is changed, so it can be taken back whole."""
    row = await grid_row(request, caller, grid_id)
    sent = await request.form()
    try:
        command = read_form(CloseGrid, sent)
        async with doing(request, caller, row["community"], f"close-grid/{grid_id}", sent) as asked:
            receipt = await grids_of(request).close(asked, grid_id, command)
    except (Invalid, Refusal) as problem:
        form = again(request, sent, problem)
        return await page(request, "grid_close.html", status=form.status, row=row, form=form)
    await show_own_write(request, receipt)
    told = _("网格“%(name)s”已撤销。原来的人在“没有网格的人”里。", name=row["name"])
    return done(request, f"{HREF}?community={row['community']}", told, undo=Undo(f"{HREF}/{grid_id}/reopen"))


@router.post("/{grid_id}/reopen")
async def reopen(request: Request, caller: Office, grid_id: EntityId) -> Response:
    """It is there again."""
    row = await grid_row(request, caller, grid_id)
    async with reading(request, caller) as db:
        others = await others_in(db, row["community"], grid_id)
    async with doing(request, caller, row["community"], f"reopen-grid/{grid_id}", await request.form()) as asked:
        receipt = await grids_of(request).reopen(asked, grid_id, others)
    await show_own_write(request, receipt)
    return done(request, f"{HREF}/{grid_id}", _("网格已恢复。"))
