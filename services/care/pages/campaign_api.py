"""The API of campaigns (DOMAIN R14): preview, open, outcomes, what has to be put right, close."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import Field
from starlette.responses import JSONResponse, Response

from events.log.command import Receipt
from services.care.decide.campaign import ChangeCampaign, CloseCampaign, OpenCampaign
from services.care.decide.campaign_outcome import FinishFollowUp, NoteOutcome
from services.care.pages.campaign_common import (
    at,
    campaign_row,
    found_at,
    handler,
    invited,
    listed_row,
    opened,
    place_of,
    would_list,
)
from services.care.pages.campaign_people import task_row
from services.care.pages.common import EntityId, Office, doing, person_row
from services.care.pages.reveal import Reveal
from services.care.project import campaigns
from services.shell.acting import facts_of
from services.shell.i18n import speech
from services.shell.reading import Waited, plain_json, reading, within

router = APIRouter(prefix="/api", tags=["campaigns"])


class OpenHere(OpenCampaign):
    """A campaign; `community` may be left out where the caller has only one."""

    community: Annotated[str, Field(max_length=200)] = ""

    def plain(self) -> OpenCampaign:
        """The command itself."""
        return OpenCampaign.model_validate(self.model_dump(exclude={"community"}))


def _answer(body: Mapping[str, Any], status: int = 200) -> JSONResponse:
    return JSONResponse(plain_json(dict(body)), status)


def _done(receipt: Receipt, **more: Any) -> JSONResponse:
    return _answer({**more, "facts": facts_of(receipt)}, 201)


@router.get("/campaigns", dependencies=[Waited])
async def listed(request: Request, caller: Office, closed: bool = False, community: str = "") -> Response:
    """Campaigns that run, by their last day (or `closed` ones), with `people`, `settled`, `unseen`, `tasks`."""
    async with reading(request, caller) as db:
        found = await campaigns.campaigns(db, closed=closed, community=within(caller, community))
    return _answer({"items": found})


@router.post("/campaigns/preview")
async def preview(request: Request, caller: Office, command: OpenHere) -> Response:
    """Whom it would list now; nothing is written."""
    found = await would_list(request, caller, place_of(caller, command.community), command.plain())
    names = ("member_id", "name", "birth", "building", "is_away", "is_ill")
    items = [{name: row[name] for name in names} for row in found]
    return _answer(
        {"people": len(items), "away_or_ill": sum(row["is_away"] or row["is_ill"] for row in found), "items": items}
    )


@router.post("/campaigns", status_code=201)
async def begin(request: Request, caller: Office, command: OpenHere) -> Response:
    """Open it with the list as it is now."""
    place = place_of(caller, command.community)
    campaign_id, receipt = await opened(request, caller, place, command.plain())
    return _done(receipt, campaign_id=campaign_id)


@router.get("/campaigns/{campaign_id}", dependencies=[Waited])
async def show(request: Request, caller: Office, campaign_id: EntityId) -> Response:
    """A campaign with its people, its figures, and what has to be put right."""
    row = await campaign_row(request, caller, campaign_id)
    async with reading(request, caller) as db:
        people = await campaigns.people_of(db, campaign_id)
        tasks = await campaigns.tasks_of(db, campaign_id=campaign_id)
    names = (
        "member_id", "name", "outcome", "noted_on", "noted_by", "transport", "later_on", "faults", "by_hand", "is_away",
        "is_ill",
    )  # fmt: skip
    of_task = ("follow_up_id", "member_id", "item", "due_on", "clause", "opened_on", "done_on", "done_by")
    figures = campaigns.figures(people)
    figures["people"] = figures.pop("")
    return _answer(
        {
            **row,
            "figures": figures,
            "members": [{name: one[name] for name in names} for one in people],
            "follow_ups": [
                {
                    **{name: one[name] for name in of_task},
                    "overdue": not one["done_on"] and one["due_on"] < speech().today,
                }
                for one in tasks
            ],
        }
    )


@router.post("/campaigns/{campaign_id}/change", status_code=201)
async def change(request: Request, caller: Office, campaign_id: EntityId, command: ChangeCampaign) -> Response:
    """It is otherwise now."""
    row = await campaign_row(request, caller, campaign_id)
    async with at(request, caller, row, "change-campaign") as asked:
        return _done(await handler(request).change(asked, campaign_id, command))


@router.post("/campaigns/{campaign_id}/close", status_code=201)
async def close(request: Request, caller: Office, campaign_id: EntityId, command: CloseCampaign) -> Response:
    """It ends; what has to be put right stays open."""
    row = await campaign_row(request, caller, campaign_id)
    async with at(request, caller, row, "close-campaign") as asked:
        return _done(await handler(request).close(asked, campaign_id, command))


@router.post("/campaigns/{campaign_id}/reopen", status_code=201)
async def reopen(request: Request, caller: Office, campaign_id: EntityId) -> Response:
    """It was closed too soon."""
    row = await campaign_row(request, caller, campaign_id)
    async with at(request, caller, row, "reopen-campaign") as asked:
        return _done(await handler(request).reopen(asked, campaign_id))


@router.post("/campaigns/{campaign_id}/invite-all", status_code=201)
async def invite_all(request: Request, caller: Office, campaign_id: EntityId) -> Response:
    """Everybody who was not contacted has been told of it."""
    row = await campaign_row(request, caller, campaign_id)
    receipts = await invited(request, caller, row)
    return _answer({"facts": [fact for one in receipts for fact in facts_of(one)]}, 201)


@router.post("/campaigns/{campaign_id}/invite-all/take-back", status_code=201)
async def uninvite_all(request: Request, caller: Office, campaign_id: EntityId) -> Response:
    """It was a slip; who has answered since keeps the answer."""
    row = await campaign_row(request, caller, campaign_id)
    receipts = await invited(request, caller, row, back=True)
    return _answer({"facts": [fact for one in receipts for fact in facts_of(one)]}, 201)


@router.post("/campaigns/{campaign_id}/people/{member_id}/add", status_code=201)
async def add(request: Request, caller: Office, campaign_id: EntityId, member_id: EntityId) -> Response:
    """Somebody is to be seen as well."""
    row = await campaign_row(request, caller, campaign_id)
    await person_row(request, caller, member_id)
    async with at(request, caller, row, f"add/{member_id}") as asked:
        return _done(await handler(request).add(asked, campaign_id, member_id))


@router.post("/campaigns/{campaign_id}/people/{member_id}/take-off", status_code=201)
async def take_off(request: Request, caller: Office, campaign_id: EntityId, member_id: EntityId) -> Response:
    """It was a slip that they were added."""
    row = await campaign_row(request, caller, campaign_id)
    async with at(request, caller, row, f"take-off/{member_id}") as asked:
        return _done(await handler(request).take_off(asked, campaign_id, member_id))


@router.post("/campaigns/{campaign_id}/people/{member_id}/note", status_code=201)
async def note(
    request: Request, caller: Office, campaign_id: EntityId, member_id: EntityId, command: NoteOutcome
) -> Response:
    """This came of it for one member; `faults` and `follow_up` become things to put right."""
    row = await campaign_row(request, caller, campaign_id)
    await listed_row(request, caller, campaign_id, member_id)
    async with at(request, caller, row, f"campaign-note/{member_id}") as asked:
        return _done(await handler(request).note(asked, campaign_id, member_id, command))


@router.post("/campaigns/{campaign_id}/people/{member_id}/take-back", status_code=201)
async def take_back(request: Request, caller: Office, campaign_id: EntityId, member_id: EntityId) -> Response:
    """What was noted last was a slip."""
    row = await campaign_row(request, caller, campaign_id)
    async with at(request, caller, row, f"campaign-back/{member_id}") as asked:
        return _done(await handler(request).take_back(asked, campaign_id, member_id))


@router.post("/campaigns/{campaign_id}/people/{member_id}/reveal", status_code=201)
async def reveal(
    request: Request, caller: Office, campaign_id: EntityId, member_id: EntityId, command: Reveal
) -> Response:
    """What was found, after it was written down who asked and why."""
    row = await campaign_row(request, caller, campaign_id)
    one = await listed_row(request, caller, campaign_id, member_id)
    told, receipt = await found_at(request, caller, row, one, command.reason)
    return _done(receipt, **told)


@router.post("/follow-ups/{follow_up_id}/done", status_code=201)
async def finish(request: Request, caller: Office, follow_up_id: EntityId, command: FinishFollowUp) -> Response:
    """It was put right."""
    row = await task_row(request, caller, follow_up_id)
    async with doing(request, caller, row["community"], f"follow-up/{follow_up_id}") as asked:
        return _done(await handler(request).finish(asked, row["campaign_id"], row["member_id"], follow_up_id, command))


@router.post("/follow-ups/{follow_up_id}/undone", status_code=201)
async def undo_finish(request: Request, caller: Office, follow_up_id: EntityId) -> Response:
    """It was not put right after all."""
    row = await task_row(request, caller, follow_up_id)
    async with doing(request, caller, row["community"], f"follow-up-undone/{follow_up_id}") as asked:
        return _done(await handler(request).undo_finish(asked, row["campaign_id"], row["member_id"], follow_up_id))
