"""The API of points: a branch's totals, one member's ledger, points by hand."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from services.registry.decide.points import AwardPoints, TakePointsBack
from services.registry.decide.points_policy import PointsFor
from services.registry.pages.as_of import Travels
from services.registry.pages.branches import branch_row
from services.registry.pages.common import EntityId, Office, Waited, member_card, of_member, reading
from services.registry.pages.plain import answered
from services.registry.pages.point_common import lines_of, pointing, reckoned, year_of
from services.registry.project import points
from services.shell.acting import facts_of

router = APIRouter(prefix="/api", tags=["points"])

Asked = Annotated[str, Query(max_length=200)]


@router.get("/points", dependencies=[Waited, Travels])
async def of_branch(request: Request, caller: Office, branch_id: str, year: Asked = "") -> Response:
    """The members of a branch by name with their points of a year, by what they are for."""
    number = year_of(year)
    row = await branch_row(request, caller, branch_id)
    async with reading(request, caller) as db:
        people = await points.people_of(db, branch_id)
        found = await reckoned(request, db, row["community"], [one["member_id"] for one in people], number)
    items = [
        {
            "member_id": one["member_id"],
            "name": one["name"],
            "points": found[one["member_id"]].ledger.total,
            "by": {what: found[one["member_id"]].ledger.of(what) for what in PointsFor},
        }
        for one in people
    ]
    return answered({"year": number, "items": items, "next_page_token": ""})


@router.get("/members/{member_id}/points", dependencies=[Waited, Travels])
async def of_one(request: Request, caller: Office, member_id: EntityId, year: Asked = "") -> Response:
    """Where one member's points of a year come from, the latest line first, each with its clause."""
    card = await member_card(request, caller, member_id)
    number = year_of(year)
    async with reading(request, caller) as db:
        found = (await reckoned(request, db, card["community"], [member_id], number))[member_id]
    body = {"year": number, "points": found.ledger.total, "items": lines_of(found), "next_page_token": ""}
    return answered(body)


@router.post("/members/{member_id}/points", status_code=201)
async def award(request: Request, caller: Office, member_id: EntityId, command: AwardPoints) -> Response:
    """A person adds points, and says for what."""
    async with of_member(request, caller, member_id, "award-points") as asked:
        award_id, receipt = await pointing(request).award(asked, member_id, command)
    return answered({"award_id": award_id, "facts": facts_of(receipt)}, 201)


@router.post("/members/{member_id}/points/{award_id}/take-back", status_code=201)
async def take_back(
    request: Request, caller: Office, member_id: EntityId, award_id: EntityId, command: TakePointsBack
) -> Response:
    """An entry by hand was a slip."""
    async with of_member(request, caller, member_id, f"take-points-back/{award_id}") as asked:
        receipt = await pointing(request).take_back(asked, member_id, award_id, command)
    return answered({"facts": facts_of(receipt)}, 201)
