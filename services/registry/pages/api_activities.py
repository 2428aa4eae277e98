"""The API of activities: the menu, sign-up with its waiting list, who came, material at the door, money."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import Field
from starlette.responses import Response

from events.facts.decision import Command
from services.registry.decide.activity import (
    Allocate,
    CallOff,
    ChangeActivity,
    Deliver,
    NoteCame,
    OfferActivity,
    Spend,
    TakeSpendingBack,
)
from services.registry.decide.centre import EntityKey
from services.registry.pages.activity_common import (
    activities_of,
    activity_row,
    at,
    moved_up,
    noted,
    with_member,
)
from services.registry.pages.common import PAGE_SIZE as PAGE_DEFAULT
from services.registry.pages.common import EntityId, Office, PageSize, Reader, Waited, doing, reading, within
from services.registry.pages.plain import answered
from services.registry.project import activity, funds
from services.shell.acting import facts_of
from services.shell.i18n import gettext as _
from services.shell.problems import FieldError, Invalid

router = APIRouter(prefix="/api", tags=["activities"])

Community = Annotated[str, Query(max_length=200)]


class OfferHere(OfferActivity):
    """An activity; `community` may be left out where the caller has only one."""

    community: Annotated[str, Field(min_length=1, max_length=200)] | None = None


class OfOne(Command):
    """Whom it is about."""

    member_id: EntityKey


class Delivering(Deliver):
    """To whose door."""

    member_id: EntityKey


@router.get("/activities", dependencies=[Waited])
async def listed(
    request: Request, caller: Reader, community: Community = "", past: bool = False, page_size: PageSize = PAGE_DEFAULT,
    page_token: str = "",
) -> Response:  # fmt: skip
    """What is to come by time, or (`past`) what was, with its counts and money."""
    since = request.app.state.shell.clock() - timedelta(hours=12)
    place = within(caller, community)
    async with reading(request, caller) as db:
        found = await activity.activities(db, since, past=past, community=place, size=page_size, token=page_token)
    return answered({"items": found.items, "next_page_token": found.next_token})


@router.post("/activities", status_code=201)
async def offer(request: Request, caller: Office, command: OfferHere) -> Response:
    """Put an activity on the menu."""
    community = command.community or caller.scope
    if not community:
        raise Invalid([FieldError("community", _("没有填写"), _("您的范围里不止一个社区，请写明是哪一个。"))])
    wanted = OfferActivity.model_validate(command.model_dump(exclude={"community"}))
    async with doing(request, caller, community, "offer-activity") as asked:
        activity_id, receipt = await activities_of(request).offer(asked, wanted)
    return answered({"activity_id": activity_id, "facts": facts_of(receipt)}, 201)


@router.get("/activities/{activity_id}", dependencies=[Waited])
async def show(request: Request, caller: Reader, activity_id: EntityId) -> Response:
    """An activity, its people in the order of signing up, and what was paid: out of branches' money, and otherwise."""
    row = await activity_row(request, caller, activity_id)
    async with reading(request, caller) as db:
        people = await activity.people_of(db, activity_id)
        payments = await activity.payments_of(db, activity_id)
        branches = await funds.paid_for(db, activity_id=activity_id)
    names = ("member_id", "name", "standing", "moved_up", "came_on", "delivered_on", "delivered_by")
    members = [{name: one[name] for name in names} for one in people]
    return answered({**row, "members": members, "spending": payments, "branch_spending": branches})


@router.post("/activities/{activity_id}/change", status_code=201)
async def change(request: Request, caller: Office, activity_id: EntityId, command: ChangeActivity) -> Response:
    """The activity as a whole is this now; `moved_up` has a place by it."""
    row = await activity_row(request, caller, activity_id)
    async with at(request, caller, row, "change-activity") as asked:
        receipt = await activities_of(request).change(asked, activity_id, command)
    return answered({"moved_up": moved_up(receipt), "facts": facts_of(receipt)}, 201)


@router.post("/activities/{activity_id}/call-off", status_code=201)
async def call_off(request: Request, caller: Office, activity_id: EntityId, command: CallOff) -> Response:
    """It does not take place."""
    row = await activity_row(request, caller, activity_id)
    async with at(request, caller, row, "call-off") as asked:
        receipt = await activities_of(request).call_off(asked, activity_id, command)
    return answered({"facts": facts_of(receipt)}, 201)


@router.post("/activities/{activity_id}/sign-up", status_code=201)
async def sign_up(request: Request, caller: Office, activity_id: EntityId, command: OfOne) -> Response:
    """A member has a place, or stands at the end of the waiting list."""
    row = await activity_row(request, caller, activity_id)
    async with with_member(request, caller, row, command.member_id, "sign-up") as asked:
        receipt = await activities_of(request).sign_up(asked, activity_id, command.member_id)
    return answered({"facts": facts_of(receipt)}, 201)


@router.post("/activities/{activity_id}/cancel", status_code=201)
async def cancel(request: Request, caller: Office, activity_id: EntityId, command: OfOne) -> Response:
    """A member does not come after all; `moved_up` has the place."""
    row = await activity_row(request, caller, activity_id)
    async with with_member(request, caller, row, command.member_id, "cancel-sign-up") as asked:
        receipt = await activities_of(request).cancel(asked, activity_id, command.member_id)
    return answered({"moved_up": moved_up(receipt), "facts": facts_of(receipt)}, 201)


@router.post("/activities/{activity_id}/came", status_code=201)
async def came(request: Request, caller: Office, activity_id: EntityId, command: NoteCame) -> Response:
    """These members were there; all of them or none."""
    row = await activity_row(request, caller, activity_id)
    return answered({"facts": facts_of(await noted(request, caller, row, command.member_ids))}, 201)


@router.post("/activities/{activity_id}/came-not", status_code=201)
async def came_not(request: Request, caller: Office, activity_id: EntityId, command: OfOne) -> Response:
    """It was a slip that this member was there."""
    row = await activity_row(request, caller, activity_id)
    async with with_member(request, caller, row, command.member_id, "came-not") as asked:
        receipt = await activities_of(request).came_taken_back(asked, activity_id, command.member_id)
    return answered({"facts": facts_of(receipt)}, 201)


@router.post("/activities/{activity_id}/deliver", status_code=201)
async def deliver(request: Request, caller: Office, activity_id: EntityId, command: Delivering) -> Response:
    """The study material was brought to a member's door."""
    row = await activity_row(request, caller, activity_id)
    wanted = Deliver(on=command.on, delivered_by=command.delivered_by)
    async with with_member(request, caller, row, command.member_id, "deliver") as asked:
        receipt = await activities_of(request).deliver(asked, activity_id, command.member_id, wanted)
    return answered({"facts": facts_of(receipt)}, 201)


@router.post("/activities/{activity_id}/allocate", status_code=201)
async def allocate(request: Request, caller: Office, activity_id: EntityId, command: Allocate) -> Response:
    """So much money in all is set apart."""
    row = await activity_row(request, caller, activity_id)
    async with at(request, caller, row, "allocate") as asked:
        receipt = await activities_of(request).allocate(asked, activity_id, command)
    return answered({"facts": facts_of(receipt)}, 201)


@router.post("/activities/{activity_id}/spend", status_code=201)
async def spend(request: Request, caller: Office, activity_id: EntityId, command: Spend) -> Response:
    """So much was paid."""
    row = await activity_row(request, caller, activity_id)
    async with at(request, caller, row, "spend") as asked:
        spending_id, receipt = await activities_of(request).spend(asked, activity_id, command)
    return answered({"spending_id": spending_id, "facts": facts_of(receipt)}, 201)


@router.post("/activities/{activity_id}/spending/{spending_id}/take-back", status_code=201)
async def take_spending_back(
    request: Request, caller: Office, activity_id: EntityId, spending_id: EntityId, command: TakeSpendingBack
) -> Response:
    """A payment was written down by mistake."""
    row = await activity_row(request, caller, activity_id)
    async with at(request, caller, row, f"take-spending-back/{spending_id}") as asked:
        receipt = await activities_of(request).take_spending_back(asked, activity_id, spending_id, command)
    return answered({"facts": facts_of(receipt)}, 201)
