"""The API of honours: the forecast of a year, confirming and setting aside, awards and certificates."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from pydantic import Field
from starlette.responses import Response

from services.registry.decide.centre import EntityKey
from services.registry.decide.honours import (
    AwardMedal,
    ConfirmRecord,
    Honour,
    ReconsiderHonour,
    SetHonourAside,
    TakeHonourBack,
)
from services.registry.decide.outlook import outlook
from services.registry.pages.as_of import Travels
from services.registry.pages.common import EntityId, Office, Reader, Waited, member_card, of_member, reading, rules
from services.registry.pages.honour_common import (
    AWARDED_MAX,
    Listed,
    awarded,
    candidate_of,
    forecast,
    honouring,
    line_of,
    year_asked,
)
from services.registry.pages.plain import answered
from services.registry.project import honour
from services.shell.acting import facts_of
from services.shell.i18n import gettext as _
from services.shell.problems import FieldError, Invalid, NotFound

router = APIRouter(prefix="/api", tags=["honours"])

Asked = Annotated[str, Query(max_length=200)]
Standings = Literal["due", "confirmed", "honoured", "doubtful", "set_aside", "others", ""]


class Awarding(AwardMedal):
    """Who is awarded the medal; `community` may be left out where the caller has only one."""

    community: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    member_ids: Annotated[tuple[EntityKey, ...], Field(min_length=1, max_length=AWARDED_MAX)]


@router.get("/honours/forecast", dependencies=[Waited])
async def listed(
    request: Request, caller: Reader, year: Asked = "", community: Asked = "", branch_id: Asked = "",
    standing: Standings = "",
) -> Response:  # fmt: skip
    """Whom the medal of a year (the next) concerns, how each stands with it and by which clause, and how many."""
    found = await forecast(request, caller, year, community, branch_id)
    people = found.standing(standing) if standing else found.people
    by_branch: dict[str, int] = {}
    for one in people:
        by_branch[one.row["branch"] or ""] = by_branch.get(one.row["branch"] or "", 0) + 1
    return answered(
        {"year": found.year, "on": found.day, "counts": found.counts, "branches": by_branch,
         "items": [line_of(one) for one in people], "next_page_token": ""}
    )  # fmt: skip


@router.post("/honours/award", status_code=201)
async def award(request: Request, caller: Office, command: Awarding) -> Response:
    """Each of these members is awarded the medal under a number of the community's book; all of them or none."""
    community = command.community or caller.scope
    if not community:
        raise Invalid([FieldError("community", _("没有填写"), _("您的范围里不止一个社区，请写明是哪一个。"))])
    wanted = AwardMedal(year=command.year, on=command.on)
    honour_id, receipt = await awarded(request, caller, community, command.member_ids, wanted)
    return answered({"honour_id": honour_id, "facts": facts_of(receipt)}, 201)


@router.get("/members/{member_id}/honours", dependencies=[Waited, Travels])
async def of_one(request: Request, caller: Reader, member_id: EntityId, year: Asked = "") -> Response:
    """A member's honours, and how they stand with the medal of a year."""
    card = await member_card(request, caller, member_id)
    policy = rules(request, card["community"]).honours
    number = year_asked(year, policy)
    async with reading(request, caller) as db:
        row = await honour.candidate(db, member_id)
        held = await honour.held_by(db, member_id)
    if row is None:
        raise NotFound(_("在您的范围内没有这位党员。"))
    medal: dict[str, Any] = {"year": number, **line_of(Listed(row, outlook(candidate_of(row), number, policy)))}
    return answered({"medal": medal, "items": held, "next_page_token": ""})


@router.post("/members/{member_id}/honours", status_code=201)
async def add(request: Request, caller: Office, member_id: EntityId, command: Honour) -> Response:
    """Another honour than the medal is put on record."""
    async with of_member(request, caller, member_id, "honour") as asked:
        honour_id, receipt = await honouring(request).honour(asked, member_id, command)
    return answered({"honour_id": honour_id, "facts": facts_of(receipt)}, 201)


@router.post("/members/{member_id}/honours/confirm", status_code=201)
async def confirm(request: Request, caller: Office, member_id: EntityId, command: ConfirmRecord) -> Response:
    """A person found the record good."""
    async with of_member(request, caller, member_id, "confirm-record") as asked:
        receipt = await honouring(request).confirm(asked, member_id, command)
    return answered({"facts": facts_of(receipt)}, 201)


@router.post("/members/{member_id}/honours/set-aside", status_code=201)
async def set_aside(request: Request, caller: Office, member_id: EntityId, command: SetHonourAside) -> Response:
    """A person decided that the medal is not awarded for now."""
    async with of_member(request, caller, member_id, "set-honour-aside") as asked:
        receipt = await honouring(request).set_aside(asked, member_id, command)
    return answered({"facts": facts_of(receipt)}, 201)


@router.post("/members/{member_id}/honours/reconsider", status_code=201)
async def reconsider(request: Request, caller: Office, member_id: EntityId, command: ReconsiderHonour) -> Response:
    """It is open again what is found of the record."""
    async with of_member(request, caller, member_id, "reconsider-honour") as asked:
        receipt = await honouring(request).reconsider(asked, member_id, command)
    return answered({"facts": facts_of(receipt)}, 201)


@router.post("/members/{member_id}/honours/{honour_id}/take-back", status_code=201)
async def take_back(
    request: Request, caller: Office, member_id: EntityId, honour_id: EntityId, command: TakeHonourBack
) -> Response:
    """The award was a slip; its number is not used again."""
    async with of_member(request, caller, member_id, f"take-honour-back/{honour_id}") as asked:
        receipt = await honouring(request).take_back(asked, member_id, honour_id, command)
    return answered({"facts": facts_of(receipt)}, 201)
