"""Helpers and trainings for work over the API (DOMAIN R15)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse

from events.log.command import Receipt
from services.care.decide.pairing_commands import (
    EndPairing,
    NoteAttendance,
    NoteHelp,
    NoteOutcome,
    PairHelper,
    ReferToTraining,
    ReviewPairing,
)
from services.care.pages import trainings
from services.care.pages.common import Carer, EntityId, Office, doing, own_only, person_row
from services.care.pages.pairings import known_helper, pairing_row, pairings, with_due
from services.care.pages.reveal import Reveal
from services.care.pages.support_reveal import help_seen
from services.care.pages.trainings import referral_row
from services.care.project import pairing, training
from services.shell.acting import facts_of
from services.shell.identity import Caller
from services.shell.reading import Waited, plain_json, reading, within

router = APIRouter(prefix="/api", tags=["pairing"])


def _pairing_json(row: Mapping[str, Any]) -> dict[str, Any]:
    plain = (
        "pairing_id",
        "member_id",
        "name",
        "community",
        "helper_kind",
        "helper",
        "why",
        "since",
        "ended_on",
        "ended_why",
    )
    entries = [{name: entry[name] for name in ("id", "on", "kind", "by")} for entry in row["entries"]]
    return {
        **{name: row[name] for name in plain},
        "reviewed_on": row["looked_on"] if row["looked_on"] != row["since"] else None,
        "review_due": row["due"],
        "overdue": row["late"],
        "entries": entries,
    }  # fmt: skip


def _training_json(row: Mapping[str, Any]) -> dict[str, Any]:
    plain = (
        "referral_id", "member_id", "name", "community", "course", "organiser", "stage", "referred_on", "begins_on",
        "attended_on", "outcome", "ended_on",
    )  # fmt: skip
    return {**{name: row[name] for name in plain}, "ask_by": row["due"], "overdue": row["late"]}


def _done(receipt: Receipt, **more: Any) -> JSONResponse:
    return JSONResponse(plain_json({**more, "facts": facts_of(receipt)}), 201)


@router.get("/pairings", dependencies=[Waited])
async def list_pairings(request: Request, caller: Carer, ended: bool = False, community: str = "") -> JSONResponse:
    """Those that stand, or have ended; a visitor sees their own."""
    async with reading(request, caller) as db:
        rows = await pairing.listed(db, within(caller, community), own_only(caller), ended=ended)
    return JSONResponse(plain_json({"items": [_pairing_json(with_due(request, row)) for row in rows]}))


@router.get("/pairings/{pairing_id}", dependencies=[Waited])
async def one_pairing(request: Request, caller: Carer, pairing_id: EntityId) -> JSONResponse:
    """One of them."""
    return JSONResponse(plain_json(_pairing_json(await pairing_row(request, caller, pairing_id))))


@router.post("/members/{member_id}/helpers", status_code=201)
async def pair(request: Request, caller: Office, member_id: EntityId, command: PairHelper) -> JSONResponse:
    """Somebody stands by the member, if they stand by fewer than the rules allow."""
    person = await person_row(request, caller, member_id)
    await known_helper(request, caller, command)
    async with doing(request, caller, person["community"], f"pair/{member_id}") as asked:
        pairing_id, receipt = await pairings(request).pair(asked, member_id, command)
    return _done(receipt, pairing_id=pairing_id)


@router.post("/pairings/{pairing_id}/help", status_code=201)
async def note(request: Request, caller: Carer, pairing_id: EntityId, command: NoteHelp) -> JSONResponse:
    """What the helper did."""
    return await _of_pairing(request, caller, pairing_id, "note-help", pairings(request).note, command)


@router.post("/pairings/{pairing_id}/help/{entry_id}/take-back", status_code=201)
async def take_back(request: Request, caller: Carer, pairing_id: EntityId, entry_id: EntityId) -> JSONResponse:
    """That was a slip."""
    name = f"take-back-help/{entry_id}"
    return await _of_pairing(request, caller, pairing_id, name, pairings(request).take_back, entry_id)


@router.post("/pairings/{pairing_id}/review", status_code=201)
async def review(request: Request, caller: Office, pairing_id: EntityId, command: ReviewPairing) -> JSONResponse:
    """Both were asked, and it goes on."""
    return await _of_pairing(request, caller, pairing_id, "review-pairing", pairings(request).review, command)


@router.post("/pairings/{pairing_id}/end", status_code=201)
async def end(request: Request, caller: Office, pairing_id: EntityId, command: EndPairing) -> JSONResponse:
    """It is over."""
    return await _of_pairing(request, caller, pairing_id, "end-pairing", pairings(request).end, command)


@router.post("/pairings/{pairing_id}/help/{entry_id}/reveal", status_code=201)
async def reveal(
    request: Request, caller: Carer, pairing_id: EntityId, entry_id: EntityId, command: Reveal
) -> JSONResponse:
    """What was said of it, after it was written down who reads it."""
    seen = await help_seen(request, caller, pairing_id, entry_id, command)
    return _done(seen.receipt, **seen.values)


async def _of_pairing(
    request: Request, caller: Caller, pairing_id: str, name: str, act: Any, command: Any
) -> JSONResponse:
    row = await pairing_row(request, caller, pairing_id)
    async with doing(request, caller, row["community"], f"{name}/{pairing_id}") as asked:
        return _done(await act(asked, row["member_id"], pairing_id, command))


@router.get("/trainings", dependencies=[Waited])
async def list_trainings(request: Request, caller: Office, community: str = "") -> JSONResponse:
    """All referrals but the slips."""
    async with reading(request, caller) as db:
        rows = await training.listed(db, within(caller, community))
    return JSONResponse(plain_json({"items": [_training_json(trainings.with_due(request, row)) for row in rows]}))


@router.post("/members/{member_id}/trainings", status_code=201)
async def refer(request: Request, caller: Office, member_id: EntityId, command: ReferToTraining) -> JSONResponse:
    """The member is told of a course."""
    person = await person_row(request, caller, member_id)
    async with doing(request, caller, person["community"], f"refer/{member_id}") as asked:
        referral_id, receipt = await pairings(request).refer(asked, member_id, command)
    return _done(receipt, referral_id=referral_id)


@router.post("/trainings/{referral_id}/attend", status_code=201)
async def attend(request: Request, caller: Office, referral_id: EntityId, command: NoteAttendance) -> JSONResponse:
    """They went."""
    return await _of_training(request, caller, referral_id, "attend-training", pairings(request).attend, command)


@router.post("/trainings/{referral_id}/outcome", status_code=201)
async def conclude(request: Request, caller: Office, referral_id: EntityId, command: NoteOutcome) -> JSONResponse:
    """What came of it."""
    return await _of_training(request, caller, referral_id, "conclude-training", pairings(request).conclude, command)


@router.post("/trainings/{referral_id}/withdraw", status_code=201)
async def withdraw(request: Request, caller: Office, referral_id: EntityId) -> JSONResponse:
    """It was a slip."""
    return await _of_training(request, caller, referral_id, "withdraw-training", pairings(request).withdraw)


async def _of_training(
    request: Request, caller: Caller, referral_id: str, name: str, act: Any, *command: Any
) -> JSONResponse:
    row = await referral_row(request, caller, referral_id)
    async with doing(request, caller, row["community"], f"{name}/{referral_id}") as asked:
        return _done(await act(asked, row["member_id"], referral_id, *command))
