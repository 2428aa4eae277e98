"""The API of a census: campaigns and their progress, answers, and what a person decides about them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Body, Query, Request
from starlette.responses import Response

from events.log.command import Receipt
from services.registry.decide.asking import RecordAnswers, RecordMissed
from services.registry.decide.census import AssignPart
from services.registry.decide.findings import SettleFindings
from services.registry.pages.census import BeginHere, community_of, plain
from services.registry.pages.census_common import (
    Asker,
    Seer,
    campaign_row,
    carrying_out,
    own_only,
    parts_of,
    person_row,
)
from services.registry.pages.census_findings import found_in
from services.registry.pages.census_sets import asking_with
from services.registry.pages.common import PAGE_SIZE, EntityId, Office, PageSize, Waited, doing, reading, within
from services.registry.pages.plain import answered, fields_of
from services.registry.project import census
from services.shell.acting import facts_of
from services.shell.formats import mask_phone

router = APIRouter(prefix="/api/census", tags=["census"])

Outcome = Annotated[str, Query(pattern=f"^({'|'.join(census.OUTCOMES)}|)$")]


def _written(receipt: Receipt, **more: Any) -> Response:
    return answered({**more, "facts": facts_of(receipt)}, 201)


@router.post("", status_code=201)
async def begin(request: Request, caller: Office, command: Annotated[BeginHere, Body()]) -> Response:
    """A campaign begins. Without `questions` everything is asked, without `branches` everybody. With
    `set`, what that question set asks.
    """
    community = community_of(caller, command)
    async with doing(request, caller, community, "begin-census") as asked:
        what, chosen = await asking_with(request, community, plain(command), command.set)
        campaign_id, receipt = await carrying_out(request).begin(asked, what, chosen.ref if chosen else None)
    return _written(receipt, campaign_id=campaign_id)


@router.get("", dependencies=[Waited])
async def campaigns(
    request: Request, caller: Seer, community: str = "", page_token: str = "", page_size: PageSize = PAGE_SIZE
) -> Response:
    """Campaigns, newest first, with how many of their people are in each outcome."""
    async with reading(request, caller) as db:
        page = await census.campaigns(
            db, community=within(caller, community), visitor=own_only(caller), size=page_size, token=page_token
        )
        counts = await census.totals(db, {one["campaign_id"]: (one, one["mine"] or None) for one in page.items})
    items = [_campaign_json(row) | {"progress": counts[row["campaign_id"]]} for row in page.items]
    return answered({"items": items, "next_page_token": page.next_token})


def _campaign_json(row: Any) -> dict[str, Any]:
    left_out = ("seq", "mine")
    return {name: value for name, value in row.items() if name not in left_out} | {"version": f"REGISTRY:{row['seq']}"}


@router.get("/{campaign_id}", dependencies=[Waited])
async def show(request: Request, caller: Seer, campaign_id: EntityId) -> Response:
    """One campaign with the progress of each branch."""
    row = await campaign_row(request, caller, campaign_id)
    async with reading(request, caller) as db:
        branches = await census.progress(db, row, parts_of(caller, row))
    return answered(_campaign_json(row) | {"branches": branches}, headers={"ETag": f'"REGISTRY:{row["seq"]}"'})


@router.post("/{campaign_id}/assign", status_code=201)
async def assign(request: Request, caller: Office, campaign_id: EntityId, command: AssignPart) -> Response:
    """Hand a part to accounts; to nobody, if none are named."""
    row = await campaign_row(request, caller, campaign_id)
    async with doing(request, caller, row["community"], f"assign-census/{campaign_id}/{command.part}") as asked:
        return _written(await carrying_out(request).assign(asked, campaign_id, command))


@router.post("/{campaign_id}/close", status_code=201)
async def close(request: Request, caller: Office, campaign_id: EntityId) -> Response:
    """Nobody is asked any more."""
    row = await campaign_row(request, caller, campaign_id)
    async with doing(request, caller, row["community"], f"close-census/{campaign_id}") as asked:
        return _written(await carrying_out(request).close(asked, campaign_id))


@router.get("/{campaign_id}/people", dependencies=[Waited])
async def people(
    request: Request,
    caller: Seer,
    campaign_id: EntityId,
    part: str | None = None,
    outcome: Outcome = "",
    q: Annotated[str, Query(max_length=100)] = "",
    page_token: str = "",
    page_size: PageSize = PAGE_SIZE,
) -> Response:
    """Whom the campaign asks, house by house; a visitor sees the parts handed to them. Numbers are masked."""
    row = await campaign_row(request, caller, campaign_id)
    async with reading(request, caller) as db:
        page = await census.people(
            db, row, parts=parts_of(caller, row, part), outcomes=(outcome,) if outcome else census.OUTCOMES,
            q=q.replace("\x00", ""),
            size=page_size, token=page_token,
        )  # fmt: skip
    plain_names = (
        "member_id",
        "name",
        "state",
        "branch_id",
        "branch",
        "address",
        "outcome",
        "attempts",
        "asked_on",
        "way",
    )
    items = [{name: one[name] for name in plain_names} | {"phone": mask_phone(one["phone"])} for one in page.items]
    return answered({"items": items, "next_page_token": page.next_token})


@router.post("/{campaign_id}/people/{member_id}/answer", status_code=201)
async def answer(
    request: Request, caller: Asker, campaign_id: EntityId, member_id: EntityId, command: RecordAnswers
) -> Response:
    """What somebody said. The same once more writes nothing."""
    row = await campaign_row(request, caller, campaign_id)
    one = await person_row(request, caller, row, member_id)
    async with doing(request, caller, one["community"], f"answer-census/{campaign_id}/{member_id}") as asked:
        return _written(await carrying_out(request).answer(asked, campaign_id, member_id, command))


@router.post("/{campaign_id}/people/{member_id}/missed", status_code=201)
async def missed(
    request: Request, caller: Asker, campaign_id: EntityId, member_id: EntityId, command: RecordMissed
) -> Response:
    """There is no answer this time."""
    row = await campaign_row(request, caller, campaign_id)
    one = await person_row(request, caller, row, member_id)
    async with doing(request, caller, one["community"], f"miss-census/{campaign_id}/{member_id}") as asked:
        return _written(await carrying_out(request).miss(asked, campaign_id, member_id, command))


@router.get("/{campaign_id}/findings", dependencies=[Waited])
async def findings(
    request: Request, caller: Office, campaign_id: EntityId, page_token: str = "", page_size: PageSize = PAGE_SIZE
) -> Response:
    """What the answers of so many members would change and nobody has decided about; `settled` is what somebody has."""
    row = await campaign_row(request, caller, campaign_id)
    sheet = await found_in(request, caller, row, size=page_size, token=page_token)
    items = [fields_of(one) | {"version": f"REGISTRY:{one.version}"} for one in sheet.found]
    settled = [fields_of(one) for one in sheet.settled]
    return answered({"items": items, "next_page_token": sheet.next_token, "settled": settled})


@router.post("/{campaign_id}/findings/{member_id}", status_code=201)
async def settle(
    request: Request, caller: Office, campaign_id: EntityId, member_id: EntityId, command: SettleFindings
) -> Response:
    """Take findings of one member into the register, or leave it as it is."""
    row = await campaign_row(request, caller, campaign_id)
    async with doing(request, caller, row["community"], f"settle-census/{campaign_id}/{member_id}") as asked:
        return _written(await carrying_out(request).settle(asked, campaign_id, member_id, command))
