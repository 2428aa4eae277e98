"""The API of news from doors."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from events.facts.care_visit import News
from services.registry.decide.commands import PayDues
from services.registry.decide.doorstep import ConfirmPhone, SetNewsAside
from services.registry.pages.common import EntityId, Office, Waited, doing, reading, within
from services.registry.pages.doorstep import LATELY
from services.registry.pages.doorstep_rows import Row, desk, news_row
from services.registry.pages.plain import answered
from services.registry.project import doorstep
from services.shell.acting import facts_of
from services.shell.i18n import speech
from services.shell.identity import Caller, Role, requires

router = APIRouter(prefix="/api/doorstep", tags=["doorstep"])

Secretary = Annotated[Caller, Depends(requires(Role.SECRETARY))]


def news_json(row: Row) -> dict[str, Any]:
    """A piece of news as the API gives it: `news` is `phone` or `dues`, `state` open, confirmed or set_aside."""
    return {
        "news_id": row["news_id"],
        "member_id": row["person_id"],
        "name": row["name"],
        "community": row["community"],
        "news": row["news"],
        "phone": row["phone"],
        "amount_fen": row["amount_fen"],
        "told_by": row["told_by"],
        "told_on": row["told_on"],
        "state": row["state"],
        "why": row["why"],
        "settled_on": row["settled_on"],
        "settled_by": row["settled_by"],
    }


@router.get("", dependencies=[Waited])
async def listed(request: Request, caller: Office, community: str = "", decided: bool = False) -> Response:
    """What waits for the secretary, the oldest first; with `decided`, what was decided in the last thirty days."""
    place = within(caller, community)
    async with reading(request, caller) as db:
        rows = (
            await doorstep.decided(db, speech().today - LATELY, place) if decided else await doorstep.waiting(db, place)
        )
    return answered({"items": [news_json(row) for row in rows], "next_page_token": ""})


@router.post("/{news_id}/confirm-phone", status_code=201)
async def confirm_phone(request: Request, caller: Secretary, news_id: EntityId, command: ConfirmPhone) -> Response:
    """The number, as it was told or put right, goes on the member's card."""
    row = await news_row(request, caller, news_id, News.PHONE)
    async with doing(request, caller, row["community"], f"confirm-phone/{news_id}") as asked:
        receipt = await desk(request).confirm_phone(asked, news_id, row["person_id"], command)
    return answered({"facts": facts_of(receipt)}, 201)


@router.post("/{news_id}/confirm-dues", status_code=201)
async def confirm_dues(request: Request, caller: Secretary, news_id: EntityId, command: PayDues) -> Response:
    """The money is receipted for these months."""
    row = await news_row(request, caller, news_id, News.DUES)
    async with doing(request, caller, row["community"], f"confirm-dues/{news_id}") as asked:
        number, receipt = await desk(request).confirm_dues(asked, news_id, row["person_id"], command)
    return answered({"receipt_no": number, "facts": facts_of(receipt)}, 201)


@router.post("/{news_id}/set-aside", status_code=201)
async def set_aside(request: Request, caller: Secretary, news_id: EntityId, command: SetNewsAside) -> Response:
    """The register stays as it is."""
    row = await news_row(request, caller, news_id)
    async with doing(request, caller, row["community"], f"set-aside/{news_id}") as asked:
        receipt = await desk(request).set_aside(asked, news_id, row["person_id"], command)
    return answered({"facts": facts_of(receipt)}, 201)
