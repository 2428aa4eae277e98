"""The API of the mobility ledger and of meetings (CONTRACT.md, "HTTP")."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import Field
from starlette.responses import Response

from services.registry.decide.meeting import CancelMeeting, ScheduleMeeting, SignIn
from services.registry.pages.as_of import Travels
from services.registry.pages.clocks import clocks_of
from services.registry.pages.common import (
    PAGE_SIZE,
    EntityId,
    Office,
    PageSize,
    Reader,
    Waited,
    doing,
    meeting_row,
    reading,
    registry,
    rules,
    show_own_write,
    within,
)
from services.registry.pages.partner_rows import fitting_partners
from services.registry.pages.plain import answered
from services.registry.pages.quorum import call_roll, counted, quorum_json
from services.registry.project import branch as branches_
from services.registry.project import ledger as ledger_
from services.registry.project import meeting as meetings_
from services.registry.project import study as study_
from services.shell.acting import facts_of
from services.shell.i18n import gettext as _
from services.shell.i18n import speech
from services.shell.problems import FieldError, Invalid

router = APIRouter(prefix="/api")

CommunityPath = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$")]


class CallMeeting(ScheduleMeeting):
    """A meeting of a branch; `community` may be left out where the caller has only one."""

    community: CommunityPath | None = None


def stay_json(row: dict[str, Any], request: Request) -> dict[str, Any]:
    """A stay with its clocks; a closed one has none."""
    plain = (
        "member_id", "name", "community", "branch", "state", "kind", "clause", "since", "expected_return",
        "destination", "address", "fixed_place", "reason", "card_until", "card_no", "letter_no", "letter_to",
        "letter_sent_on", "letter_until", "received_on", "reported_on", "lost_since", "ended_on", "ended_by", "report",
        "earlier", "last_contact",
    )  # fmt: skip
    found = {name: row[name] for name in plain}
    if row["state"] == ledger_.CLOSED:
        return found | {"clocks": None}
    today = speech().today
    clocks = clocks_of(row, rules(request, row["community"]).away, today)
    return found | {
        "clocks": {
            "days_away": (today - row["since"]).days,
            "days_since_contact": clocks.silent_days,
            "card_days_left": (row["card_until"] - today).days if row["card_until"] else None,
            "text": clocks.main.text,
            "decide": clocks.decide or None,
            "clause": clocks.clause or clocks.main.clause,
        }
    }


@router.get("/ledger", dependencies=[Waited, Travels], tags=["ledger"])
async def ledger(
    request: Request,
    caller: Reader,
    state: Annotated[str, Query(pattern="^(open|closed|all)$")] = ledger_.OPEN,
    community: str = "",
    page_token: str = "",
    page_size: PageSize = PAGE_SIZE,
) -> Response:
    """Who lives elsewhere, longest first, with the clocks of each; `closed`: who came back."""
    async with reading(request, caller) as db:
        page = await ledger_.stays(db, state, community=within(caller, community), size=page_size, token=page_token)
    items = [stay_json(row, request) for row in page.items]
    return answered({"items": items, "next_page_token": page.next_token})


@router.get("/branches", dependencies=[Waited, Travels], tags=["branches"])
async def branches(request: Request, caller: Reader, community: str = "") -> Response:
    """The branches, whom their members call, and how complete the cards are on average (percent)."""
    place = within(caller, community)
    policy = rules(request, place or caller.scope).completeness
    async with reading(request, caller) as db:
        rows = await branches_.branches(db, place, policy.weights)
    items = [
        {**row, "completeness": None if (lost := row["lost"]) is None else policy.percent_without(lost)} for row in rows
    ]
    for item in items:
        del item["lost"]
    return answered({"items": items, "next_page_token": ""})


@router.post("/meetings", status_code=201, tags=["meetings"])
async def call_meeting(request: Request, caller: Office, command: CallMeeting) -> Response:
    """Call a meeting, or put one on record that was held."""
    command = await in_its_branch(request, caller, command)
    community = await community_of(request, caller, command)
    schedule = ScheduleMeeting.model_validate(command.model_dump(exclude={"community"}))
    await fitting_partners(request, caller, community, schedule.partners)
    async with doing(request, caller, community, "schedule-meeting") as asked:
        meeting_id, receipt = await registry(request).schedule(asked, schedule)
    return answered({"meeting_id": meeting_id, "facts": facts_of(receipt)}, 201)


async def in_its_branch(request: Request, caller: Office, command: CallMeeting) -> CallMeeting:
    """A group is one of a branch: whoever names the group need not name the branch."""
    if command.branch or not command.group:
        return command
    async with reading(request, caller) as db:
        rows = await branches_.branches(db, within(caller, command.community or ""))
    branch_id = next((row["branch_id"] for row in rows if command.group in row["groups"]), None)
    return command.model_copy(update={"branch": branch_id})


async def community_of(request: Request, caller: Office, command: CallMeeting) -> str:
    """The community a meeting belongs to: the one named, the branch's, or the caller's own."""
    if command.community:
        return command.community
    if command.branch:
        async with reading(request, caller) as db:
            row = await branches_.branch(db, command.branch)
        if row is not None:
            community: str = row["community"]
            return community
    if not caller.scope:
        raise Invalid([FieldError("community", _("没有填写"), _("您的范围里不止一个社区，请写明是哪一个。"))])
    return caller.scope


@router.get("/meetings", dependencies=[Waited, Travels], tags=["meetings"])
async def meetings(
    request: Request,
    caller: Reader,
    community: str = "",
    partner: str = "",
    page_token: str = "",
    page_size: PageSize = PAGE_SIZE,
) -> Response:
    """Meetings, newest first; with `partner` those held with a unit, or with any of them (`any`)."""
    async with reading(request, caller) as db:
        page = await meetings_.meetings(
            db, community=within(caller, community), held_with=partner, newest_first=True, size=page_size,
            token=page_token,
        )  # fmt: skip
    return answered({"items": [meeting_json(row) for row in page.items], "next_page_token": page.next_token})


@router.get("/meetings/{meeting_id}", dependencies=[Waited], tags=["meetings"])
async def meeting(request: Request, caller: Reader, meeting_id: EntityId) -> Response:
    """One meeting and who came."""
    row = await meeting_row(request, caller, meeting_id)
    async with reading(request, caller) as db:
        people = await meetings_.sign_in_list(db, row)
        found = await counted(request, db, row)
        studied = await study_.of_meeting(db, meeting_id)
    came = [{"member_id": one["member_id"], "way": one["way"]} for one in people if one["way"]]
    excused = [one["member_id"] for one in people if one["excused"]]
    told = {"expected": len(people), "attendance": came, "excused": excused}
    told["study_delivered"] = [
        {name: one[name] for name in ("member_id", "delivered_on", "material")} for one in studied
    ]
    body = {**meeting_json(row), **told, "quorum": quorum_json(found)}
    return answered(body, headers={"ETag": f'"REGISTRY:{row["seq"]}"'})


def meeting_json(row: Any) -> dict[str, Any]:
    """A meeting as the API gives it."""
    return {name: value for name, value in row.items() if name != "seq"} | {"version": f"REGISTRY:{row['seq']}"}


@router.post("/meetings/{meeting_id}/sign-in", status_code=201, tags=["meetings"])
async def sign_in(request: Request, caller: Office, meeting_id: EntityId, command: SignIn) -> Response:
    """These members took part. Those who signed in before are passed over."""
    row = await meeting_row(request, caller, meeting_id)
    async with doing(request, caller, row["community"], f"sign-in/{meeting_id}") as asked:
        receipt = await registry(request).sign_in(asked, meeting_id, command)
    await show_own_write(request, receipt)
    await call_roll(request, caller, row)
    async with reading(request, caller) as db:
        found = await counted(request, db, row)
    return answered({"facts": facts_of(receipt), "quorum": quorum_json(found)}, 201)


@router.post("/meetings/{meeting_id}/cancel", status_code=201, tags=["meetings"])
async def cancel(request: Request, caller: Office, meeting_id: EntityId, command: CancelMeeting) -> Response:
    """The meeting does not take place."""
    row = await meeting_row(request, caller, meeting_id)
    async with doing(request, caller, row["community"], f"cancel-meeting/{meeting_id}") as asked:
        receipt = await registry(request).cancel_meeting(asked, meeting_id, command)
    return answered({"facts": facts_of(receipt)}, 201)
