"""The API of grids."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.registry.decide.grid import ChangeGrid, CloseGrid, FormGrid
from services.registry.pages.common import EntityId, Office, Reader, Waited, doing, reading, within
from services.registry.pages.grid_rows import Row, counted, grid_row, grids_of, others_in, without_grid
from services.registry.pages.plain import answered
from services.registry.project import grid
from services.shell.acting import facts_of
from services.shell.formats import mask_phone

router = APIRouter(prefix="/api/grids", tags=["grids"])


def grid_json(row: Row, members: int) -> dict[str, Any]:
    """A grid as the API gives it; the grid worker's phone is masked, as members' are."""
    found = {name: value for name, value in row.items() if name != "seq"}
    phone = mask_phone(row["worker_phone"]) if row["worker_phone"] else None
    return found | {"worker_phone": phone, "members": members, "version": f"REGISTRY:{row['seq']}"}


@router.get("", dependencies=[Waited])
async def listed(request: Request, caller: Reader, community: str = "", closed: bool = False) -> Response:
    """The grids that stand (with `closed`, those that do not), each with its members on the roll."""
    place = within(caller, community)
    items = []
    async with reading(request, caller) as db:
        rows = await grid.grids(db, place, closed=closed)
        counts = await grid.counts(db, place)
    items = [grid_json(row, counted(row, counts.get(row["community"], {}))) for row in rows]
    return answered({"items": items, "next_page_token": ""})


@router.post("", status_code=201)
async def form(request: Request, caller: Office, command: FormGrid) -> Response:
    """A grid begins. The same name in the same community is the same grid."""
    async with doing(request, caller, command.community, "form-grid") as asked:
        async with reading(request, caller) as db:
            others = await others_in(db, command.community)
        grid_id, receipt = await grids_of(request).form(asked, command, others)
    return answered({"grid_id": grid_id, "facts": facts_of(receipt)}, 201)


@router.get("/without", dependencies=[Waited])
async def without(request: Request, caller: Office, community: str) -> Response:
    """Who has no grid that stands, building by building, with the grid that would fit, if one does."""
    place = within(caller, community)
    async with reading(request, caller) as db:
        found = without_grid(await grid.everybody(db, place), await grid.grids(db, place))
    items = [
        {"building": each.name, "member_ids": [one["member_id"] for one in each.people], "grid": each.grid or None,
         "because": each.why or None}
        for each in found
    ]  # fmt: skip
    return answered({"items": items, "next_page_token": ""})


@router.get("/{grid_id}", dependencies=[Waited])
async def show(request: Request, caller: Reader, grid_id: EntityId) -> Response:
    """A grid and who lives there, building by building."""
    row = await grid_row(request, caller, grid_id)
    async with reading(request, caller) as db:
        people = await grid.people(db, row["community"], row["names"])
    names = ("member_id", "name", "state", "building", "room")
    people_json = [{name: one[name] for name in names} for one in people]
    body = grid_json(row, len(people)) | {"people": people_json}
    return answered(body, headers={"ETag": f'"REGISTRY:{row["seq"]}"'})


@router.post("/{grid_id}/change", status_code=201)
async def change(request: Request, caller: Office, grid_id: EntityId, command: ChangeGrid) -> Response:
    """All of this is so of the grid from today on."""
    row = await grid_row(request, caller, grid_id)
    async with doing(request, caller, row["community"], f"change-grid/{grid_id}") as asked:
        async with reading(request, caller) as db:
            others = await others_in(db, row["community"], grid_id)
        receipt = await grids_of(request).change(asked, grid_id, command, others)
    return answered({"facts": facts_of(receipt)}, 201)


@router.post("/{grid_id}/close", status_code=201)
async def close(request: Request, caller: Office, grid_id: EntityId, command: CloseGrid) -> Response:
    """It is no more; no card is changed."""
    row = await grid_row(request, caller, grid_id)
    async with doing(request, caller, row["community"], f"close-grid/{grid_id}") as asked:
        receipt = await grids_of(request).close(asked, grid_id, command)
    return answered({"facts": facts_of(receipt)}, 201)


@router.post("/{grid_id}/reopen", status_code=201)
async def reopen(request: Request, caller: Office, grid_id: EntityId) -> Response:
    """It is there again, as it was."""
    row = await grid_row(request, caller, grid_id)
    async with doing(request, caller, row["community"], f"reopen-grid/{grid_id}") as asked:
        async with reading(request, caller) as db:
            others = await others_in(db, row["community"], grid_id)
        receipt = await grids_of(request).reopen(asked, grid_id, others)
    return answered({"facts": facts_of(receipt)}, 201)
