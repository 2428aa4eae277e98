"""The API of household centres: hosts, who belongs where, wishes, and proposals."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Body, Request
from pydantic import Field
from starlette.responses import Response

from services.registry.decide.centre import (
    AcceptPlacings,
    CloseCentre,
    DeclineHost,
    DesignateHost,
    JoinCentre,
    LeaveCentre,
    WithdrawDecline,
)
from services.registry.pages.centre_proposal import TownWork, accepted, begun, community_of, proposals, still, undone
from services.registry.pages.centres import centre_row, centres_of, closed
from services.registry.pages.common import EntityId, Office, Reader, Waited, of_member, reading, within
from services.registry.pages.plain import answered
from services.registry.project import centre
from services.shell.acting import facts_of
from services.shell.i18n import gettext as _
from services.shell.identity import Caller
from services.shell.problems import FieldError, Invalid, NotFound

router = APIRouter(prefix="/api", tags=["centres"])

Community = Annotated[str, Body(embed=True, min_length=1, max_length=200)]


class Accept(AcceptPlacings):
    """Changes of a community's proposal to carry out."""

    community: Annotated[str, Field(min_length=1, max_length=200)]


@router.get("/centres", dependencies=[Waited])
async def listed(request: Request, caller: Reader, community: str = "") -> Response:
    """The centres that stand, each with its size."""
    async with reading(request, caller) as db:
        rows = await centre.centres(db, within(caller, community))
    return answered({"items": rows, "next_page_token": ""})


@router.post("/centres", status_code=201)
async def designate(request: Request, caller: Office, command: DesignateHost) -> Response:
    """A member opens the house. Whoever has a centre already keeps it."""
    async with of_member(request, caller, command.host, "designate-host") as asked:
        centre_id, receipt = await centres_of(request).designate(asked, command)
    return answered({"centre_id": centre_id, "facts": facts_of(receipt)}, 201)


@router.post("/centres/proposals", status_code=202)
async def propose(request: Request, caller: Office, community: Community) -> Response:
    """Make a proposal for a community, or find the one that still holds."""
    return await _told(request, caller, await _one(request, caller, community), made=True)


@router.get("/centres/proposals", dependencies=[Waited])
async def proposal(request: Request, caller: Office, community: str) -> Response:
    """The community's proposal: `running`, `ready`, `outdated` or `failed`. 404 before one was asked for."""
    return await _told(request, caller, await _one(request, caller, community))


async def _one(request: Request, caller: Caller, community: str) -> str:
    found, _places = await community_of(request, caller, community)
    if found != community:
        raise Invalid([FieldError("community", _("没有这个社区"), _("请写社区的代码。"))])
    return found


async def _told(request: Request, caller: Caller, community: str, *, made: bool = False) -> Response:
    work = await begun(request, caller, community) if made else proposals(request).of(community)
    if work is None:
        raise NotFound(_("还没有算过。"))
    await work.waited()
    return answered(await _proposal_json(request, caller, community, work), 202 if made else 200)


async def _proposal_json(request: Request, caller: Caller, community: str, work: TownWork) -> dict[str, Any]:
    found = work.proposal
    if found is None:
        return {"proposal_id": work.work_id, "state": "running" if work.running else "failed"}
    fresh = await still(request, caller, community, work)
    return {"proposal_id": work.work_id, "state": "ready" if fresh else "outdated"} | asdict(found)


@router.post("/centres/proposals/accept", status_code=201)
async def accept(request: Request, caller: Office, command: Accept) -> Response:
    """Carry out these changes together; `left_out` names who could not be moved, and why."""
    wanted = AcceptPlacings(proposal_id=command.proposal_id, changes=command.changes)
    receipt, left_out = await accepted(request, caller, command.community, wanted)
    return answered({"facts": facts_of(receipt), "left_out": left_out}, 201)


@router.post("/centres/proposals/{proposal_id}/undo", status_code=201)
async def undo(request: Request, caller: Office, proposal_id: EntityId) -> Response:
    """Everybody whom this proposal moved, and nobody else moved since, goes back."""
    receipt, left_out = await undone(request, caller, proposal_id)
    return answered({"facts": facts_of(receipt), "left_out": left_out}, 201)


@router.get("/centres/{centre_id}", dependencies=[Waited])
async def show(request: Request, caller: Reader, centre_id: EntityId) -> Response:
    """A centre and who belongs to it."""
    row = await centre_row(request, caller, centre_id)
    async with reading(request, caller) as db:
        people = await centre.people(db, centre_id)
    names = ("member_id", "name", "state", "since")
    return answered({**row, "members": [{name: one[name] for name in names} for one in people]})


@router.post("/centres/{centre_id}/close", status_code=201)
async def close(request: Request, caller: Office, centre_id: EntityId, command: CloseCentre) -> Response:
    """It is a centre no more; its people are free."""
    row = await centre_row(request, caller, centre_id)
    return answered({"facts": facts_of(await closed(request, caller, row, command))}, 201)


@router.post("/members/{member_id}/join-centre", status_code=201)
async def join(request: Request, caller: Office, member_id: EntityId, command: JoinCentre) -> Response:
    """The member belongs to this centre from today on."""
    await centre_row(request, caller, command.centre)
    async with of_member(request, caller, member_id, "join-centre") as asked:
        receipt = await centres_of(request).join(asked, member_id, command)
    return answered({"facts": facts_of(receipt)}, 201)


@router.post("/members/{member_id}/leave-centre", status_code=201)
async def leave(request: Request, caller: Office, member_id: EntityId, command: LeaveCentre) -> Response:
    """The member belongs to no centre from today on."""
    async with of_member(request, caller, member_id, "leave-centre") as asked:
        receipt = await centres_of(request).leave(asked, member_id, command)
    return answered({"facts": facts_of(receipt)}, 201)


@router.post("/members/{member_id}/decline-host", status_code=201)
async def decline(request: Request, caller: Office, member_id: EntityId, command: DeclineHost) -> Response:
    """The member does not wish to go to this host's house."""
    async with of_member(request, caller, member_id, "decline-host") as asked:
        receipt = await centres_of(request).decline(asked, member_id, command)
    return answered({"facts": facts_of(receipt)}, 201)


@router.post("/members/{member_id}/withdraw-decline", status_code=201)
async def withdraw_decline(request: Request, caller: Office, member_id: EntityId, command: WithdrawDecline) -> Response:
    """The wish against this host is no more."""
    async with of_member(request, caller, member_id, "withdraw-decline") as asked:
        receipt = await centres_of(request).withdraw_decline(asked, member_id, command)
    return answered({"facts": facts_of(receipt)}, 201)
