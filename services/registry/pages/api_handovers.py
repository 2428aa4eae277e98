"""The API of take-over: batches, their lines, and what a unit's liaison sees of its people."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Body, Request
from starlette.responses import Response

from services.registry.decide.handover_state import (
    ROWS_MAX,
    CloseHandover,
    ListPeople,
    RefusePerson,
    Take,
    WithdrawDecision,
)
from services.registry.pages.common import PAGE_SIZE, EntityId, Office, PageSize, Reader, Waited, doing, reading, within
from services.registry.pages.handed_over import Liaison, Sought, reading_people
from services.registry.pages.handover_common import accepted, batch_row, compared, handovers_of, opened
from services.registry.pages.handovers import OpenHere, community_of, plain
from services.registry.pages.plain import answered
from services.registry.project import handed_over, handover
from services.shell.acting import facts_of
from services.shell.i18n import gettext as _
from services.shell.identity import Caller
from services.shell.problems import NotFound

router = APIRouter(prefix="/api", tags=["take-over"])

Takes = Annotated[tuple[Take, ...], Body(embed=True, min_length=1, max_length=ROWS_MAX)]
OneRow = Annotated[int, Body(embed=True, ge=1, le=1_000_000)]


@router.get("/handovers", dependencies=[Waited])
async def listed(
    request: Request, caller: Reader, community: str = "", page_size: PageSize = PAGE_SIZE, page_token: str = ""
) -> Response:
    """Batches, the newest first, each with its counts."""
    async with reading(request, caller) as db:
        found = await handover.batches(db, community=within(caller, community), size=page_size, token=page_token)
    return answered({"items": found.items, "next_page_token": found.next_token})


@router.post("/handovers", status_code=201)
async def open_batch(request: Request, caller: Office, command: OpenHere) -> Response:
    """A unit hands people over. `employer` in the batch is the scope of the unit's liaisons."""
    batch_id, receipt = await opened(request, caller, community_of(caller, command), plain(command))
    return answered({"batch_id": batch_id, "facts": facts_of(receipt)}, 201)


@router.get("/handovers/{batch_id}", dependencies=[Waited])
async def show(request: Request, caller: Reader, batch_id: EntityId) -> Response:
    """A batch and its lines; of those not decided yet how they compare with the register (`fit`, `record_id`)."""
    row = await batch_row(request, caller, batch_id)
    async with reading(request, caller) as db:
        lines = await handover.lines_of(db, batch_id)
    found = await compared(request, caller, row) if row["state"] == handover.OPEN else {}

    def compared_with(number: int) -> dict[str, Any]:
        match = found.get(number)
        if match is None:
            return {"fit": None, "record_id": None}
        return {"fit": match.fit.value, "record_id": match.record["member_id"] if match.record else None}

    return answered({**row, "rows": [{**line, **compared_with(line["row"])} for line in lines]})


@router.post("/handovers/{batch_id}/list", status_code=201)
async def list_people(request: Request, caller: Office, batch_id: EntityId, command: ListPeople) -> Response:
    """People come onto the list; those who are on it already are passed over."""
    row = await batch_row(request, caller, batch_id)
    async with doing(request, caller, row["community"], f"list-people/{batch_id}") as asked:
        receipt = await handovers_of(request).list_people(asked, batch_id, command)
    return answered({"facts": facts_of(receipt)}, 201)


@router.post("/handovers/{batch_id}/accept", status_code=201)
async def accept(request: Request, caller: Office, batch_id: EntityId, takes: Takes) -> Response:
    """These lines are these members; `left_out` names by line who could not be taken over, and why."""
    row = await batch_row(request, caller, batch_id)
    receipt, left_out = await accepted(request, caller, row, takes)
    return answered({"facts": facts_of(receipt), "left_out": left_out}, 201)


@router.post("/handovers/{batch_id}/refuse", status_code=201)
async def refuse(request: Request, caller: Office, batch_id: EntityId, command: RefusePerson) -> Response:
    """The line's person is not taken over."""
    row = await batch_row(request, caller, batch_id)
    async with doing(request, caller, row["community"], f"refuse-handover/{command.row}/{batch_id}") as asked:
        receipt = await handovers_of(request).refuse(asked, batch_id, command)
    return answered({"facts": facts_of(receipt)}, 201)


@router.post("/handovers/{batch_id}/unlist", status_code=201)
async def unlist(request: Request, caller: Office, batch_id: EntityId, row: OneRow) -> Response:
    """The line was a slip."""
    found = await batch_row(request, caller, batch_id)
    async with doing(request, caller, found["community"], f"unlist-handover/{row}/{batch_id}") as asked:
        receipt = await handovers_of(request).unlist(asked, batch_id, row)
    return answered({"facts": facts_of(receipt)}, 201)


@router.post("/handovers/{batch_id}/withdraw", status_code=201)
async def withdraw(request: Request, caller: Office, batch_id: EntityId, command: WithdrawDecision) -> Response:
    """What was decided about a line was a mistake; once the batch is closed, with a reason."""
    row = await batch_row(request, caller, batch_id)
    async with doing(request, caller, row["community"], f"withdraw-handover/{command.row}/{batch_id}") as asked:
        receipt = await handovers_of(request).withdraw(asked, batch_id, command)
    return answered({"facts": facts_of(receipt)}, 201)


@router.post("/handovers/{batch_id}/close", status_code=201)
async def close(request: Request, caller: Office, batch_id: EntityId, command: CloseHandover) -> Response:
    """Every line is decided; `funds_fen` is what was received in all."""
    row = await batch_row(request, caller, batch_id)
    async with doing(request, caller, row["community"], f"close-handover/{batch_id}") as asked:
        receipt = await handovers_of(request).close(asked, batch_id, command)
    return answered({"facts": facts_of(receipt)}, 201)


@router.post("/handovers/{batch_id}/reopen", status_code=201)
async def reopen(request: Request, caller: Office, batch_id: EntityId) -> Response:
    """It was closed by a slip, today."""
    return await _plain(request, caller, batch_id, "reopen")


@router.post("/handovers/{batch_id}/cancel", status_code=201)
async def cancel(request: Request, caller: Office, batch_id: EntityId) -> Response:
    """The batch was a mistake, and nobody was taken over by it."""
    return await _plain(request, caller, batch_id, "cancel")


async def _plain(request: Request, caller: Caller, batch_id: str, name: str) -> Response:
    row = await batch_row(request, caller, batch_id)
    async with doing(request, caller, row["community"], f"{name}-handover/{batch_id}") as asked:
        receipt = await getattr(handovers_of(request), name)(asked, batch_id)
    return answered({"facts": facts_of(receipt)}, 201)


# ── the unit ─────────────────────────────────────────────────────────────────────────────────────────────────────


@router.get("/handed-over", dependencies=[Waited])
async def people(
    request: Request,
    caller: Liaison,
    q: Sought = "",
    state: Sought = "",
    page_size: PageSize = PAGE_SIZE,
    page_token: str = "",
) -> Response:
    """The people whom the caller's unit handed over: name, branch, state, since when away, when last seen."""
    async with reading_people(request, caller) as db:
        found = await handed_over.people(db, q=q, state=state, size=page_size, token=page_token)
    rows = [{name: value for name, value in row.items() if name != "pinyin"} for row in found.items]
    return answered({"items": rows, "next_page_token": found.next_token})


@router.get("/handed-over/batches", dependencies=[Waited])
async def batches(request: Request, caller: Liaison, page_size: PageSize = PAGE_SIZE, page_token: str = "") -> Response:
    """The batches of the caller's unit, the newest first."""
    async with reading(request, caller) as db:
        found = await handover.batches(db, of_unit=True, size=page_size, token=page_token)
    return answered({"items": found.items, "next_page_token": found.next_token})


@router.get("/handed-over/batches/{batch_id}", dependencies=[Waited])
async def batch(request: Request, caller: Liaison, batch_id: EntityId) -> Response:
    """One batch of the caller's unit: its receipt."""
    async with reading(request, caller) as db:
        row = await handover.batch(db, batch_id, of_unit=True)
        lines = await handover.lines_of(db, batch_id, of_unit=True)
    if row is None:
        raise NotFound(_("在您的范围内没有这一批移交。"))
    return answered({**row, "rows": lines})
