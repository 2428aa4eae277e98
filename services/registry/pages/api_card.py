"""The API of what else a card says: details from a day on, and as what a member is counted."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.registry.decide.classify import Classify
from services.registry.decide.details import ChangeDetails
from services.registry.pages.common import EntityId, Office, of_member, registry
from services.registry.pages.plain import answered
from services.shell.acting import facts_of

router = APIRouter(prefix="/api/members", tags=["members"])


@router.post("/{member_id}/details", status_code=201)
async def details(request: Request, caller: Office, member_id: EntityId, command: ChangeDetails) -> Response:
    """Education, former unit and post, registered address, grid, skills, interests: so from `on` on, if named."""
    async with of_member(request, caller, member_id, "details") as asked:
        receipt = await registry(request).change_details(asked, member_id, command)
    return answered({"facts": facts_of(receipt)}, 201)


@router.post("/{member_id}/classify", status_code=201)
async def classify(request: Request, caller: Office, member_id: EntityId, command: Classify) -> Response:
    """The kind, living alone, the minimum-living guarantee: what is named is so from `on` on."""
    async with of_member(request, caller, member_id, "classify") as asked:
        receipt = await registry(request).classify(asked, member_id, command)
    return answered({"facts": facts_of(receipt)}, 201)
