"""The API about notices (CONTRACT.md, "HTTP"): what is to be told, what was tried, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Body, Query, Request
from starlette.responses import JSONResponse, Response

from events.facts.notice import Channel
from events.log.project.keyset import PAGE_DEFAULT, PAGE_MAX
from services.notify.decide.commands import Acknowledge, Fail, Send, Suppress
from services.notify.pages.common import EntityId, Office, Teller, doing, notice_row, notify, own_only, rules
from services.notify.project import notice, outbox
from services.notify.project.outbox import Wanted
from services.shell.acting import facts_of
from services.shell.formats import mask_phone
from services.shell.reading import Waited, plain_json, reading, within

router = APIRouter(prefix="/api/notices", tags=["notices"])

_PLAIN = (
    "notice_id", "recipient_id", "recipient", "recipient_name", "about_member", "about_name", "policy", "channel",
    "text", "state", "why", "attempts", "intended_on", "intended_at", "changed_at", "community",
)  # fmt: skip


def notice_json(row: Mapping[str, Any], clause: str) -> dict[str, Any]:
    """A notice as the API gives it. `to` is in clear while somebody must reach it, and masked afterwards."""
    because = {"fact_id": row["because"], "type": row["cause_type"], "effective": row["cause_on"]}
    return {
        **{name: row[name] for name in _PLAIN},
        "to": _to(row),
        "clause": clause,
        "because": because,
        "version": f"NOTIFY:{row['seq']}",
    }


def _to(row: Mapping[str, Any]) -> str | None:
    to: str | None = row["to"]
    if to is None or row["state"] in notice.OPEN:
        return to
    return mask_phone(to) if row["channel"] == Channel.PHONE.value else None


def _clause(request: Request, row: Mapping[str, Any]) -> str:
    message = rules(request, row["community"], row["intended_on"]).messages.get(row["policy"])
    return message.clause if message else ""


@router.get("", dependencies=[Waited])
async def notices(
    request: Request,
    caller: Teller,
    member_id: Annotated[str, Query(max_length=64)] = "",
    state: Annotated[str, Query(pattern="^(open|intended|failed|sent|acknowledged|suppressed|)$")] = "",
    channel: Channel | None = None,
    community: str = "",
    page_token: str = "",
    page_size: Annotated[int, Query(ge=1, le=PAGE_MAX)] = PAGE_DEFAULT,
) -> Response:
    """Notices, newest first. `member_id`: told to this member or about them; `state=open`: what waits to be told."""
    wanted = Wanted(
        member_id=member_id,
        state=state,
        channel=channel.value if channel else "",
        worker=own_only(caller),
        community=within(caller, community),
    )
    async with reading(request, caller) as db:
        page = await outbox.newest(db, wanted, size=page_size, token=page_token)
    items = [notice_json(row, _clause(request, row)) for row in page.items]
    return JSONResponse(plain_json({"items": items, "next_page_token": page.next_token}))


@router.get("/{notice_id}", dependencies=[Waited])
async def one(request: Request, caller: Teller, notice_id: EntityId) -> Response:
    """One notice."""
    row = await notice_row(request, caller, notice_id)
    return JSONResponse(plain_json(notice_json(row, _clause(request, row))), headers={"ETag": f'"NOTIFY:{row["seq"]}"'})


@router.post("/{notice_id}/send", status_code=201)
async def send(
    request: Request, caller: Teller, notice_id: EntityId, command: Annotated[Send | None, Body()] = None
) -> Response:
    """It is on its way, by the intended way or another."""
    row = await notice_row(request, caller, notice_id)
    async with doing(request, caller, row, "send") as asked:
        receipt = await notify(request).send(asked, row["recipient_id"], notice_id, command or Send())
    return JSONResponse({"facts": facts_of(receipt)}, 201)


@router.post("/{notice_id}/acknowledge", status_code=201)
async def acknowledge(
    request: Request, caller: Teller, notice_id: EntityId, command: Annotated[Acknowledge | None, Body()] = None
) -> Response:
    """The recipient has it."""
    row = await notice_row(request, caller, notice_id)
    async with doing(request, caller, row, "acknowledge") as asked:
        receipt = await notify(request).acknowledge(asked, row["recipient_id"], notice_id, command or Acknowledge())
    return JSONResponse({"facts": facts_of(receipt)}, 201)


@router.post("/{notice_id}/fail", status_code=201)
async def fail(request: Request, caller: Teller, notice_id: EntityId, command: Fail) -> Response:
    """An attempt did not reach the recipient; it stays in the outbox."""
    row = await notice_row(request, caller, notice_id)
    async with doing(request, caller, row, "fail") as asked:
        receipt = await notify(request).fail(asked, row["recipient_id"], notice_id, command)
    return JSONResponse({"facts": facts_of(receipt)}, 201)


@router.post("/{notice_id}/suppress", status_code=201)
async def suppress(
    request: Request, caller: Office, notice_id: EntityId, command: Annotated[Suppress | None, Body()] = None
) -> Response:
    """It is not to be told."""
    row = await notice_row(request, caller, notice_id)
    async with doing(request, caller, row, "suppress") as asked:
        receipt = await notify(request).suppress(asked, row["recipient_id"], notice_id, command or Suppress())
    return JSONResponse({"facts": facts_of(receipt)}, 201)
