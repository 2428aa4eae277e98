"""Raising what was said: from a visit, or by hand from the member's page. A person decides; the page only suggests."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from events.facts.care_voice import VoiceSource
from services.care.decide.voice import RaiseVoice
from services.care.pages import reveal, voice_words, words
from services.care.pages.common import (
    OFFICE,
    Carer,
    EntityId,
    Office,
    doing,
    person_row,
    read_form,
    visit_row,
)
from services.care.pages.forms import Form, empty, or_again
from services.care.pages.reveal import Reveal
from services.care.pages.voice_common import Row, handler, may_raise_of, of_visit, raised, voice_rules
from services.care.project import voices
from services.shell.i18n import gettext as _
from services.shell.i18n import speech
from services.shell.identity import Caller
from services.shell.pages import done, page
from services.shell.reading import Waited, reading, show_own_write

router = APIRouter(include_in_schema=False)

FIELDS = ("topic", "said", "gist")


async def _form(
    request: Request, caller: Caller, row: Row, form: Form, *, visit: Row | None = None, heard: Any = None
) -> Response:
    rules = voice_rules(request, row["community"])
    before = []
    if visit is not None:
        async with reading(request, caller) as db:
            before = await voices.raised_at(db, visit["visit_id"])
    return await page(
        request,
        "voice_raise.html",
        status=form.status,
        row=row,
        visit=visit,
        form=form,
        heard=heard,
        may_hear=visit is not None and reveal.may_see_answers(caller, visit),
        before=before,
        topics=voice_words.topics(rules),
        sources=[one for one in words.options(voice_words.SOURCE) if one[0] != VoiceSource.VISIT],
        rules=rules,
        words=words,
        voice_words=voice_words,
    )


# ── by hand ──────────────────────────────────────────────────────────────────────────────────────────────────────


@router.get("/members/{member_id}/voice")
async def by_hand(request: Request, caller: Office, member_id: EntityId) -> Response:
    """The form for what was said at a meeting, by telephone, in the office."""
    row = await person_row(request, caller, member_id)
    form = empty(request, on=speech().today.isoformat(), source=VoiceSource.MEETING.value)
    return await _form(request, caller, row, form)


@router.post("/members/{member_id}/voice")
async def raise_by_hand(request: Request, caller: Office, member_id: EntityId) -> Response:
    """Raise it."""
    form = await request.form()

    async def work() -> Response:
        row = await person_row(request, caller, member_id)
        command = read_form(RaiseVoice, form, (*FIELDS, "on", "source", "where"))
        async with doing(request, caller, row["community"], f"voice/{member_id}", form) as asked:
            voice_id, receipt = await raised(request, caller, asked, member_id, command)
        await show_own_write(request, receipt)
        return done(request, f"/care/voices/{voice_id}", _("已提上来。请看一遍上报的一句话，不对的撤回再提。"))

    async def again(filled: Form) -> Response:
        return await _form(request, caller, await person_row(request, caller, member_id), filled)

    return await or_again(work(), form, again)


# ── from a visit ─────────────────────────────────────────────────────────────────────────────────────────────────


@router.get("/visits/{visit_id}/voice", dependencies=[Waited])
async def from_visit(request: Request, caller: Carer, visit_id: EntityId) -> Response:
    """The form for what was said at this visit."""
    visit = await visit_row(request, caller, visit_id)
    may_raise_of(caller, visit)
    return await _form(request, caller, visit, empty(request), visit=visit)


@router.post("/visits/{visit_id}/voice/hear")
async def hear(request: Request, caller: Carer, visit_id: EntityId) -> Response:
    """The form with what was said, written down first who reads it; the words stand in the field to be cut."""
    form = await request.form()

    async def work() -> Response:
        visit = await visit_row(request, caller, visit_id)
        seen = await reveal.answers_seen(request, caller, visit_id, read_form(Reveal, form, ("reason",)))
        said = "\n".join(seen.values[name] for name in ("difficulties", "suggestions") if seen.values[name])
        return await _form(request, caller, visit, empty(request, said=said), visit=visit, heard=seen.values)

    async def again(filled: Form) -> Response:
        visit = await visit_row(request, caller, visit_id)
        return await _form(request, caller, visit, filled, visit=visit)

    return await or_again(work(), form, again)


@router.post("/visits/{visit_id}/voice")
async def raise_from_visit(request: Request, caller: Carer, visit_id: EntityId) -> Response:
    """Raise it."""
    form = await request.form()

    async def work() -> Response:
        visit = await visit_row(request, caller, visit_id)
        may_raise_of(caller, visit)
        given = {"source": VoiceSource.VISIT, "on": visit["closed_on"] or speech().today}
        command = of_visit(read_form(RaiseVoice, form, FIELDS, **given), visit)
        async with doing(request, caller, visit["community"], f"voice-of/{visit_id}", form) as asked:
            voice_id, receipt = await raised(request, caller, asked, visit["member_id"], command, visit)
        await show_own_write(request, receipt)
        return done(request, f"/care/voices/{voice_id}", _("已提上来。请看一遍上报的一句话，不对的撤回再提。"))

    async def again(filled: Form) -> Response:
        visit = await visit_row(request, caller, visit_id)
        return await _form(request, caller, visit, filled, visit=visit)

    return await or_again(work(), form, again)


@router.post("/visits/{visit_id}/voice/nothing")
async def nothing(request: Request, caller: Carer, visit_id: EntityId) -> Response:
    """Somebody looked: nothing of it goes upward."""
    form = await request.form()
    visit = await visit_row(request, caller, visit_id)
    may_raise_of(caller, visit)
    async with doing(request, caller, visit["community"], f"voice-none/{visit_id}", form) as asked:
        receipt = await handler(request).nothing_to_raise(asked, visit["member_id"], visit_id)
    await show_own_write(request, receipt)
    return done(request, "/care/voices", _("已看过，不用提。"))


# ── parts of other pages ─────────────────────────────────────────────────────────────────────────────────────────


async def beside_visit(request: Request, caller: Caller, visit: Row) -> dict[str, Any]:
    """What the visit's page shows: answers to bring along, and whether something that was said is to be raised."""
    mine = caller.has(*OFFICE) or visit["made_by"] == caller.name
    async with reading(request, caller) as db:
        hint = await voices.hint_of(db, visit["visit_id"]) if mine else None
        return {
            "to_tell": await voices.to_tell(db, visit["member_id"]),
            "before": await voices.raised_at(db, visit["visit_id"]) if mine else [],
            "hint": hint if hint and not hint["looked_at"] else None,
            "may_raise": mine and visit["answers_seq"] is not None,
            "words": voice_words,
            "rules": voice_rules(request, visit["community"]),
        }


async def beside_member(request: Request, caller: Caller, row: Row) -> dict[str, Any]:
    """What the member's page shows: what they raised, and where it stands."""
    async with reading(request, caller) as db:
        found = await voices.of_member(db, row["member_id"])
    return {"items": found, "words": voice_words, "rules": voice_rules(request, row["community"])}
