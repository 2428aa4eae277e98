"""The API of what members raised (DOMAIN R18): raised, taken up, passed on, answered, told back; the report upward."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse, Response

from events.log.command import Receipt
from services.care.decide.voice import AnswerVoice, PassOn, RaiseVoice, TakeUp, TakeVoiceBack, TellBack
from services.care.pages.common import Carer, EntityId, Office, doing, own_only, person_row, visit_row
from services.care.pages.reveal import Reveal
from services.care.pages.voice_common import (
    Handler,
    Hearer,
    Row,
    handler,
    late_by,
    may_raise_of,
    of_visit,
    raised,
    seen_level,
    shown_name,
    voice_row,
    words_of,
)
from services.care.pages.voices import answering, opened, telling
from services.care.project import voice, voices
from services.care.project.voices import Wanted
from services.shell.acting import facts_of
from services.shell.i18n import speech
from services.shell.identity import Caller, Role
from services.shell.reading import Waited, plain_json, reading, within

router = APIRouter(prefix="/api", tags=["voice"])

SHOWN = f"^({'|'.join((*voices.SHOWN, *voices.REPORTED))}|)$"
SIZE_MAX = 100


class VoiceQuery(BaseModel):
    """Which items are asked for; without `show` all that are open."""

    show: str = Field(default="", pattern=SHOWN)
    topic: str = Field(default="", max_length=40)
    level: str = Field(default="", max_length=40)
    member_id: str = Field(default="", max_length=64)
    community: str = ""
    since: date | None = None
    until: date | None = None
    page_token: str = ""
    page_size: int = Field(default=voices.PAGE_ROWS, ge=1, le=SIZE_MAX)


def _answer(body: Mapping[str, Any], status: int = 200) -> JSONResponse:
    return JSONResponse(plain_json(dict(body)), status)


def _done(receipt: Receipt, **more: Any) -> JSONResponse:
    return _answer({**more, "facts": facts_of(receipt)}, 201)


def _json(request: Request, caller: Caller, row: Row, gist: str, answer: str) -> dict[str, Any]:
    """An item as the API gives it; for a supervisor without the member's id and name."""
    names = ("voice_id", "community", "topic", "stage", "level", "clause", "raised_on", "source", "by", "answered_on")
    overdue = row["stage"] in voice.OPEN and row["due_on"] < speech().today
    return {
        **{name: row[name] for name in names},
        "member_id": None if caller.has(Role.SUPERVISOR) else row["member_id"],
        "name": shown_name(caller, row),
        "gist": gist,
        "answer": answer or None,
        "due": row["due_on"],
        "overdue": overdue,
        "seen_by": seen_level(request, row),
        "told_on": row["told_on"],
        "word": row["word"],
        "again": row["rounds"],
    }


@router.get("/voices", dependencies=[Waited])
async def listed(request: Request, caller: Hearer, q: Annotated[VoiceQuery, Query()]) -> Response:
    """Items by the day they are due. A supervisor sees those above the community, a visitor those they raised."""
    own = own_only(caller) if caller.has(Role.VISITOR) else ""
    above = None if own else late_by(request, caller)
    wanted = Wanted(
        q.show, q.topic, q.level, within(caller, q.community), q.member_id, q.since, q.until, above, raised_by=own
    )
    async with reading(request, caller) as db:
        page = await voices.page(db, wanted, speech().today, size=q.page_size, token=q.page_token)
    told = await words_of(request, caller, page.items)
    items = [
        _json(request, caller, row, told[row["voice_id"]].gist, told[row["voice_id"]].answer) for row in page.items
    ]
    return _answer({"items": items, "next_page_token": page.next_token})


@router.get("/voices/{voice_id}", dependencies=[Waited])
async def one(request: Request, caller: Hearer, voice_id: EntityId) -> Response:
    """One item with its course, the latest step first."""
    row = await voice_row(request, caller, voice_id)
    async with reading(request, caller) as db:
        course = await voices.course_of(db, voice_id)
    text = (await words_of(request, caller, [row]))[voice_id]
    names = ("kind", "happened_on", "actor", "level", "by", "why")
    steps = [{name: step[name] for name in names} for step in course]
    return _answer({**_json(request, caller, row, text.gist, text.answer), "course": steps})


@router.post("/members/{member_id}/voices", status_code=201)
async def raise_by_hand(request: Request, caller: Office, member_id: EntityId, command: RaiseVoice) -> Response:
    """Raise what a member said; without `gist`, `said` goes upward with names and numbers left out."""
    row = await person_row(request, caller, member_id)
    async with doing(request, caller, row["community"], f"voice/{member_id}") as asked:
        voice_id, receipt = await raised(request, caller, asked, member_id, command)
    return _done(receipt, voice_id=voice_id)


@router.post("/visits/{visit_id}/voices", status_code=201)
async def raise_from_visit(request: Request, caller: Carer, visit_id: EntityId, command: RaiseVoice) -> Response:
    """Raise what was said at a visit; the day and the place are the visit's. A visitor's own visits only."""
    visit = await visit_row(request, caller, visit_id)
    may_raise_of(caller, visit)
    async with doing(request, caller, visit["community"], f"voice-of/{visit_id}") as asked:
        voice_id, receipt = await raised(request, caller, asked, visit["member_id"], of_visit(command, visit), visit)
    return _done(receipt, voice_id=voice_id)


@router.post("/visits/{visit_id}/nothing-to-raise", status_code=201)
async def nothing(request: Request, caller: Carer, visit_id: EntityId) -> Response:
    """Somebody looked at what was said: it is not suggested any more."""
    visit = await visit_row(request, caller, visit_id)
    may_raise_of(caller, visit)
    async with doing(request, caller, visit["community"], f"voice-none/{visit_id}") as asked:
        return _done(await handler(request).nothing_to_raise(asked, visit["member_id"], visit_id))


@router.post("/voices/{voice_id}/take-up", status_code=201)
async def take_up(request: Request, caller: Handler, voice_id: EntityId, command: TakeUp) -> Response:
    """An office or a post looks after it."""
    row = await voice_row(request, caller, voice_id)
    answering(caller, row)
    async with doing(request, caller, row["community"], f"voice-take-up/{voice_id}") as asked:
        return _done(await handler(request).take_up(asked, row["member_id"], voice_id, command))


@router.post("/voices/{voice_id}/pass-on", status_code=201)
async def pass_on(request: Request, caller: Handler, voice_id: EntityId, command: PassOn) -> Response:
    """The next level is asked, and has its own days from today."""
    row = await voice_row(request, caller, voice_id)
    answering(caller, row)
    async with doing(request, caller, row["community"], f"voice-pass-on/{voice_id}") as asked:
        return _done(await handler(request).pass_on(asked, row["member_id"], voice_id, command))


@router.post("/voices/{voice_id}/answer", status_code=201)
async def answer(request: Request, caller: Handler, voice_id: EntityId, command: AnswerVoice) -> Response:
    """There is an answer; the member is to be told."""
    row = await voice_row(request, caller, voice_id)
    answering(caller, row)
    async with doing(request, caller, row["community"], f"voice-answer/{voice_id}") as asked:
        return _done(await handler(request).answer(asked, row["member_id"], voice_id, command))


@router.post("/voices/{voice_id}/answer/take-back", status_code=201)
async def take_answer_back(request: Request, caller: Handler, voice_id: EntityId) -> Response:
    """The answer was a slip; possible until the member was told."""
    row = await voice_row(request, caller, voice_id)
    answering(caller, row)
    async with doing(request, caller, row["community"], f"voice-unsay/{voice_id}") as asked:
        return _done(await handler(request).take_answer_back(asked, row["member_id"], voice_id))


@router.post("/voices/{voice_id}/tell", status_code=201)
async def tell(request: Request, caller: Hearer, voice_id: EntityId, command: TellBack) -> Response:
    """The member was told; `word` closes it, or sends it up once more."""
    telling(caller)
    row = await voice_row(request, caller, voice_id)
    async with doing(request, caller, row["community"], f"voice-tell/{voice_id}") as asked:
        return _done(await handler(request).tell_back(asked, row["member_id"], voice_id, command))


@router.post("/voices/{voice_id}/take-back", status_code=201)
async def take_back(request: Request, caller: Office, voice_id: EntityId, command: TakeVoiceBack) -> Response:
    """It does not go upward after all; possible until there is an answer."""
    row = await voice_row(request, caller, voice_id)
    async with doing(request, caller, row["community"], f"voice-take-back/{voice_id}") as asked:
        return _done(await handler(request).take_back(asked, row["member_id"], voice_id, command))


@router.post("/voices/{voice_id}/reveal", status_code=201)
async def reveal(request: Request, caller: Hearer, voice_id: EntityId, command: Reveal) -> Response:
    """The member's name and own words, after it was written down who asked and why."""
    row = await voice_row(request, caller, voice_id)
    told, receipt = await opened(request, caller, row, command)
    return _done(receipt, **{name: told[name] for name in ("name", "said", "where")})
