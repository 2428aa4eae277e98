"""Showing what is sealed: first it is written down who sees it and why, then it is opened (DOMAIN R23).

An illness and the grade of health are shown to the secretary and to the visitor who was told to go; what was said at a
visit, to the secretary and to whoever was there. Nobody else, and nothing of it stands in a table.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import StringConstraints
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.responses import JSONResponse, Response

from events.facts.base import is_hidden
from events.facts.care import Answers, ThreeQuestionsAnswered
from events.facts.decision import Command
from events.log.command import Receipt
from services.care.pages.common import Carer, EntityId, care, doing, person_row, visit_row
from services.care.project import health, illness, occasion, record, usual_visitor, visits
from services.shell.acting import facts_of
from services.shell.i18n import gettext as _
from services.shell.identity import Caller, Role
from services.shell.problems import Forbidden, NotFound
from services.shell.reading import plain_json, reading

router = APIRouter(prefix="/api", tags=["care"])


class Reveal(Command):
    """Why somebody must see it, in their own words."""

    reason: Annotated[str, StringConstraints(min_length=2, max_length=200)]


@dataclass(frozen=True, slots=True)
class Seen:
    """What was opened, and the receipt of its being written down."""

    values: Mapping[str, Any]
    receipt: Receipt


async def may_see_illness(request: Request, caller: Caller, member_id: str) -> bool:
    """Whether the caller gives this person care: organises all of it, or was told to go."""
    if caller.has(Role.SECRETARY):
        return True
    if not caller.has(Role.VISITOR):
        return False
    async with reading(request, caller) as db:
        return await visits.assigned_to(db, member_id, caller.name)


def may_see_answers(caller: Caller, visit: Mapping[str, Any]) -> bool:
    """Whether the caller was told this: the secretary, or whoever was there."""
    return visit["answers_seq"] is not None and (caller.has(Role.SECRETARY) or visit["made_by"] == caller.name)


Find = Callable[[AsyncConnection], Awaitable[Mapping[str, Any] | None]]
"""What is on record: on which of the person's records (`member_id`), and which fact tells it (`fact_seq`)."""


async def illness_seen(request: Request, caller: Caller, member_id: str, command: Reveal) -> Seen:
    """How ill the person is, in which hospital, and the note. Errors: Forbidden, NotFound."""
    found, seen = await _told_of(
        request, caller, member_id, "illness", command, lambda db: illness.illness(db, member_id)
    )
    return Seen({"since": found["ill_since"], **seen.values}, seen.receipt)


async def health_seen(request: Request, caller: Caller, member_id: str, command: Reveal) -> Seen:
    """How far the person manages by themselves, and the note. Errors: Forbidden, NotFound."""
    found, seen = await _told_of(request, caller, member_id, "health", command, lambda db: health.health(db, member_id))
    return Seen({"on": found["graded_on"], **seen.values}, seen.receipt)


async def befell_seen(request: Request, caller: Caller, member_id: str, kind: str, on: date, command: Reveal) -> Seen:
    """What was told of something that befell the person. Errors: Forbidden, NotFound."""
    _found, seen = await _told_of(
        request, caller, member_id, kind, command, lambda db: occasion.one(db, member_id, kind, on)
    )
    return Seen({"kind": kind, "on": on, **seen.values}, seen.receipt)


async def refusal_seen(request: Request, caller: Caller, member_id: str, visitor: str, command: Reveal) -> Seen:
    """Why the person does not wish to see this visitor. Errors: Forbidden, NotFound."""
    _found, seen = await _told_of(
        request, caller, member_id, "refusal", command, lambda db: usual_visitor.refusal(db, member_id, visitor)
    )
    return seen


async def _told_of(
    request: Request, caller: Caller, member_id: str, what: str, command: Reveal, find: Find
) -> tuple[Mapping[str, Any], Seen]:
    """Where it is on record, and every sealed field of the fact that tells it, for those who give the person care."""
    if not await may_see_illness(request, caller, member_id):
        raise Forbidden(_("这些只给书记和派去看望的人看。"))
    await person_row(request, caller, member_id)
    async with reading(request, caller) as db:
        found = await find(db)
    if found is None:
        raise NotFound(_("没有登记过这件事。"))
    noted_of = await person_row(request, caller, found["member_id"])
    receipt, fact = await opened(
        request, caller, noted_of["community"], noted_of["member_id"], found["fact_seq"], what, command
    )
    told = {} if fact is None else {name: getattr(fact, name) for name in sorted(fact.SEALED)}
    if fact is None or any(is_hidden(value) for value in told.values()):
        raise NotFound(_("这份记录已经不能打开。"))
    return found, Seen(told, receipt)


async def answers_seen(request: Request, caller: Caller, visit_id: str, command: Reveal) -> Seen:
    """What the person answered to the three questions. Errors: Forbidden, NotFound."""
    visit = await visit_row(request, caller, visit_id)
    if visit["answers_seq"] is None:
        raise NotFound(_("这次走访没有记下谈话。"))
    if not may_see_answers(caller, visit):
        raise Forbidden(_("谈话内容只给书记和去的人看。"))
    receipt, fact = await opened(
        request, caller, visit["community"], visit["member_id"], visit["answers_seq"], "answers", command
    )
    if not isinstance(fact, ThreeQuestionsAnswered) or is_hidden(fact.answers):
        raise NotFound(_("这份记录已经不能打开。"))
    answers: Answers = fact.answers
    return Seen(answers.model_dump(), receipt)


async def opened(
    request: Request, caller: Caller, community: str, member_id: str, seq: int, what: str, command: Reveal
) -> tuple[Receipt, Any]:
    """Write it down, then open the envelope. Nothing is opened if it cannot be written down."""
    async with doing(request, caller, community, f"reveal-{what}/{member_id}") as asked:
        receipt = await care(request).record_read(asked, member_id, what, command.reason)
    async with reading(request, caller) as db:
        message = await record.envelope(db, member_id, seq)
    found = await care(request).opened([message] if message else [])
    return receipt, found[0].fact if found else None


@router.post("/members/{member_id}/illness/reveal", status_code=201)
async def reveal_illness(request: Request, caller: Carer, member_id: EntityId, command: Reveal) -> Response:
    """How ill the person is, after it was written down who asked and why."""
    seen = await illness_seen(request, caller, member_id, command)
    return JSONResponse(plain_json({**seen.values, "facts": facts_of(seen.receipt)}), 201)


@router.post("/members/{member_id}/health/reveal", status_code=201)
async def reveal_health(request: Request, caller: Carer, member_id: EntityId, command: Reveal) -> Response:
    """How far the person manages by themselves, after it was written down who asked and why."""
    seen = await health_seen(request, caller, member_id, command)
    return JSONResponse(plain_json({**seen.values, "facts": facts_of(seen.receipt)}), 201)


@router.post("/members/{member_id}/occasions/{kind}/{on}/reveal", status_code=201)
async def reveal_occasion(
    request: Request, caller: Carer, member_id: EntityId, kind: str, on: date, command: Reveal
) -> Response:
    """What was told of it, after it was written down who asked and why."""
    seen = await befell_seen(request, caller, member_id, kind, on, command)
    return JSONResponse(plain_json({**seen.values, "facts": facts_of(seen.receipt)}), 201)


@router.post("/visits/{visit_id}/answers/reveal", status_code=201)
async def reveal_answers(request: Request, caller: Carer, visit_id: EntityId, command: Reveal) -> Response:
    """What was said at a visit, after it was written down who asked and why."""
    seen = await answers_seen(request, caller, visit_id, command)
    return JSONResponse(plain_json({**seen.values, "facts": facts_of(seen.receipt)}), 201)
