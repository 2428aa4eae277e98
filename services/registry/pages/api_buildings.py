"""The API of where buildings stand."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.registry.decide.building import MICRO, PlaceBuildings, TakeBackPlaces, UnplaceBuilding
from services.registry.pages.building_rows import Home, buildings_handler, homes
from services.registry.pages.common import EntityId, Office, Reader, Waited, doing, reading, within
from services.registry.pages.plain import answered
from services.shell.acting import facts_of

router = APIRouter(prefix="/api/buildings", tags=["buildings"])


def building_json(one: Home) -> dict[str, Any]:
    """A building as the API gives it: degrees as numbers, nothing where its place is not known."""
    spot = one.spot or {}
    known = {name: spot.get(name) for name in ("datum", "source", "as_of", "by", "paste_id")}
    return {
        "building": one.building,
        "members": one.members,
        "longitude": spot["longitude"] / MICRO if spot else None,
        "latitude": spot["latitude"] / MICRO if spot else None,
        **known,
        "earlier": [
            each | {name: each[name] / MICRO for name in ("longitude", "latitude")} for each in spot.get("earlier", ())
        ],
    }


@router.get("", dependencies=[Waited])
async def listed(request: Request, caller: Reader, community: str) -> Response:
    """The buildings of one community that are lived in or whose place is known; those without a place first."""
    place = within(caller, community)
    async with reading(request, caller) as db:
        items = [building_json(one) for one in await homes(db, place)]
    return answered({"items": items, "next_page_token": ""})


@router.post("", status_code=201)
async def place(request: Request, caller: Office, command: PlaceBuildings) -> Response:
    """These buildings stand there; all of them, or none with the reason."""
    async with doing(request, caller, command.community, "place-buildings") as asked:
        paste_id, receipt = await buildings_handler(request).place(asked, command)
    return answered({"paste_id": paste_id, "facts": facts_of(receipt)}, 201)


@router.post("/remove", status_code=201)
async def remove(request: Request, caller: Office, command: UnplaceBuilding) -> Response:
    """Where one stands is not known after all."""
    async with doing(request, caller, command.community, f"unplace-building/{command.building}") as asked:
        paste_id, receipt = await buildings_handler(request).unplace(asked, command)
    return answered({"paste_id": paste_id, "facts": facts_of(receipt)}, 201)


@router.post("/pastes/{paste_id}/undo", status_code=201)
async def undo(request: Request, caller: Office, paste_id: EntityId, command: TakeBackPlaces) -> Response:
    """Each building of a paste is again where it was before, but those changed since."""
    async with doing(request, caller, command.community, f"undo-buildings/{paste_id}") as asked:
        receipt = await buildings_handler(request).take_back(asked, paste_id)
    return answered({"facts": facts_of(receipt)}, 201)
