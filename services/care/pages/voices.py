"""What members raised: the list, one item with its course, and every deed on it as a form (DOMAIN R18)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import date, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field
from starlette.datastructures import FormData
from starlette.responses import Response

from events.facts.care_voice import TheirWord, VoiceLevel
from events.log.command import Asked, Receipt
from services.care.decide.voice import AnswerVoice, PassOn, TakeUp, TakeVoiceBack, TellBack
from services.care.decide.voice_policy import LEVELS
from services.care.pages import visitors, voice_words, words
from services.care.pages.common import OFFICE, EntityId, Office, care, doing, own_only, read_form
from services.care.pages.forms import Form, empty, or_again
from services.care.pages.reveal import Reveal
from services.care.pages.voice_common import (
    Handler,
    Hearer,
    Row,
    above_of,
    facts_at,
    handler,
    late_by,
    may_see,
    seen_level,
    shown_name,
    voice_row,
    voice_rules,
    words_of,
)
from services.care.project import voice, voices
from services.care.project.voices import Wanted
from services.shell.i18n import N_, speech
from services.shell.i18n import gettext as _
from services.shell.identity import Caller, Role
from services.shell.pages import Undo, done, page
from services.shell.problems import Forbidden
from services.shell.reading import Waited, reading, show_own_write, within

router = APIRouter(include_in_schema=False)
Act = Callable[[Asked, Row, FormData], Awaitable[Receipt]]


class ListQuery(BaseModel):
    """What the list may be narrowed to; without `show` all that is open."""

    show: str = Field(default="", max_length=20)
    topic: str = Field(default="", max_length=40)
    level: str = Field(default="", max_length=40)
    community: str = ""
    since: date | None = None
    until: date | None = None
    page_token: str = ""


@router.get("/voices", dependencies=[Waited])
async def listed(request: Request, caller: Hearer, q: Annotated[ListQuery, Query()]) -> Response:
    """Everything that is open, the most urgent first; of a visitor's, what they raised."""
    today, place = speech().today, within(caller, q.community)
    own = own_only(caller) if caller.has(Role.VISITOR) else ""
    above = None if own else late_by(request, caller)
    wanted = Wanted(q.show, q.topic, q.level, place, "", q.since, q.until, above, raised_by=own)
    rules = voice_rules(request, place or caller.scope)
    async with reading(request, caller) as db:
        found = await voices.page(db, wanted, today, token=q.page_token)
        counts = await voices.counts(db, wanted, today)
        since = today - timedelta(days=rules.suggest_days)
        hints = [] if caller.has(Role.SUPERVISOR) else await voices.suggested(db, since, visitor=own, community=place)
    kept = q.model_dump(exclude={"page_token"})
    told = await words_of(request, caller, found.items)
    return await page(
        request,
        "voices.html",
        rows=[_listed(request, caller, row) for row in found.items],
        told=told,
        hints=hints,
        filters=[
            (_("没办结的"), _link(kept | {"show": ""}), counts[""], not q.show),
            *(
                (_(text), _link(kept | {"show": one}), counts[one], q.show == one)
                for one, text in voice_words.SHOWN.items()
                if one in voices.SHOWN or one == q.show
            ),
        ],
        topics=[("", _("全部类别")), *voice_words.topics(rules)],
        levels=[("", _("全部层级")), *words.options(voice_words.LEVEL)],
        kept=kept,
        next_page=_link(kept | {"page_token": found.next_token}) if found.next_token else "",
        words=words,
        voice_words=voice_words,
        called=caller.called,
        many_places=not caller.place or caller.has(Role.SUPERVISOR),
        may_report=caller.has(*OFFICE, Role.SUPERVISOR),
        open_stages=voice.OPEN,
    )


def _listed(request: Request, caller: Caller, row: Row) -> dict[str, Any]:
    """A row as this caller reads it."""
    seen = seen_level(request, row)
    return {
        **row,
        "shown": shown_name(caller, row),
        "topic_title": voice_words.topic(voice_rules(request, row["community"]), row["topic"]),
        "climbed": seen if LEVELS.index(seen) > LEVELS.index(VoiceLevel(row["level"])) else None,
    }


def _link(values: Mapping[str, Any]) -> str:
    given = {name: value for name, value in values.items() if value}
    return f"/care/voices?{urlencode(given)}" if given else "/care/voices"


@router.get("/voices/{voice_id}", dependencies=[Waited])
async def item(request: Request, caller: Hearer, voice_id: EntityId) -> Response:
    """One item: what it is about, where it stands, its course, and what may be done now."""
    return await shown(request, caller, voice_id)


async def shown(
    request: Request, caller: Caller, voice_id: str, form: Form | None = None, told: Mapping[str, Any] | None = None
) -> Response:
    """The page of one item, with a form as it was sent and the words that were opened."""
    row = await voice_row(request, caller, voice_id)
    rules = voice_rules(request, row["community"])
    async with reading(request, caller) as db:
        course = await voices.course_of(db, voice_id)
    known = await visitors.visitors(request, caller)
    handles = may_see(request, caller, row)
    form = form or empty(request, on=speech().today.isoformat())
    return await page(
        request,
        "voice.html",
        status=form.status,
        row=_listed(request, caller, row),
        text=(await words_of(request, caller, [row]))[voice_id],
        course=course,
        told=told,
        form=form,
        rules=rules,
        clause_words=_(words_of_clause(request, row)),
        above=above_of(rules, row),
        may_answer=may_answer(caller, row) and handles and row["stage"] in voice.WITH_AN_OFFICE,
        may_tell=not caller.has(Role.SUPERVISOR) and row["stage"] in voice.TO_TELL,
        may_take_back=caller.has(*OFFICE) and row["stage"] in voice.WITH_AN_OFFICE,
        may_unsay=may_answer(caller, row) and row["stage"] == voice.ANSWERED,
        may_open=may_open(caller, row),
        is_street=caller.has(Role.SUPERVISOR),
        office_name=_own_office(caller, row),
        words=words,
        voice_words=voice_words,
        called=caller.called,
        names=visitors.called(known, [one["actor"] for one in course]),
    )


def _own_office(caller: Caller, row: Row) -> str:
    """What stands in the form as who answers: the caller's own office, where it is its matter."""
    own = VoiceLevel.STREET if caller.has(Role.SUPERVISOR) else VoiceLevel.COMMUNITY
    return caller.place if row["level"] == own else ""


def words_of_clause(request: Request, row: Row) -> str:
    """What the clause of the item's deadline says."""
    return care(request).policy_at(row["community"], speech().today).clauses.get(row["clause"], "")


def may_answer(caller: Caller, row: Row) -> bool:
    """The office answers, and writes down what those above answered; those above answer what has come up to them."""
    return caller.has(*OFFICE) or (caller.has(Role.SUPERVISOR) and row["level"] != "community")


def may_open(caller: Caller, row: Row) -> bool:
    """The words themselves, and above the community the name: after it is written down who reads them, and why."""
    return caller.has(Role.SECRETARY, Role.SUPERVISOR) or row["raised_by"] == caller.name


async def opened(request: Request, caller: Caller, row: Row, command: Reveal) -> tuple[dict[str, Any], Receipt]:
    """The words and the notes of an item, after it is on record who asked. Errors: Forbidden."""
    if not may_open(caller, row):
        raise Forbidden(_("原话只给书记、上级督导和听到的人看。"))
    async with doing(request, caller, row["community"], f"reveal-voice/{row['voice_id']}") as asked:
        receipt = await care(request).record_read(asked, row["member_id"], "voice", command.reason)
    async with reading(request, caller) as db:
        course = await voices.course_of(db, row["voice_id"])
    noted = [one["seq"] for one in course if one["noted"]]
    facts = await facts_at(request, caller, [row["said_seq"], *noted])
    raised = facts.get(row["said_seq"])
    return {
        "name": row["name"],
        "said": (raised.said or None) if raised else None,
        "where": (raised.where or None) if raised else None,
        "notes": {seq: facts[seq].note or None for seq in noted if seq in facts},
    }, receipt


@router.post("/voices/{voice_id}/reveal")
async def reveal(request: Request, caller: Hearer, voice_id: EntityId) -> Response:
    """What was said in the member's own words; written down first who reads it."""
    form = await request.form()

    async def work() -> Response:
        row = await voice_row(request, caller, voice_id)
        told, _receipt = await opened(request, caller, row, read_form(Reveal, form, ("reason",)))
        return await shown(request, caller, voice_id, told=told)

    return await or_again(work(), form, lambda again: shown(request, caller, voice_id, again))


async def _deed(
    request: Request, caller: Caller, voice_id: str, name: str, act: Act, told: str, undo: Undo | None = None
) -> Response:
    """One deed of the item's page."""
    form = await request.form()

    async def work() -> Response:
        row = await voice_row(request, caller, voice_id)
        async with doing(request, caller, row["community"], f"{name}/{voice_id}", form) as asked:
            receipt = await act(asked, row, form)
        await show_own_write(request, receipt)
        said = _(told) if receipt.facts else _("已经是这样了，没有改动。")
        return done(request, f"/care/voices/{voice_id}", said, undo=undo if receipt.facts else None)

    return await or_again(work(), form, lambda again: shown(request, caller, voice_id, again))


def answering(caller: Caller, row: Row) -> None:
    """Errors: Forbidden, if the item has not come up to the caller's level."""
    if not may_answer(caller, row):
        raise Forbidden(_("这件事还在社区，没有报到您这一级。"))


@router.post("/voices/{voice_id}/take-up")
async def take_up(request: Request, caller: Handler, voice_id: EntityId) -> Response:
    """Somebody looks after it."""

    async def act(asked: Asked, row: Row, form: FormData) -> Receipt:
        answering(caller, row)
        return await handler(request).take_up(asked, row["member_id"], voice_id, read_form(TakeUp, form, ("by",)))

    return await _deed(request, caller, voice_id, "voice-take-up", act, N_("已记下谁在办。"))


@router.post("/voices/{voice_id}/pass-on")
async def pass_on(request: Request, caller: Handler, voice_id: EntityId) -> Response:
    """The next level is asked."""

    async def act(asked: Asked, row: Row, form: FormData) -> Receipt:
        answering(caller, row)
        command = read_form(PassOn, form, ("to", "note"))
        return await handler(request).pass_on(asked, row["member_id"], voice_id, command)

    return await _deed(request, caller, voice_id, "voice-pass-on", act, N_("已报到上一级，期限重新算。"))


@router.post("/voices/{voice_id}/answer")
async def answer(request: Request, caller: Handler, voice_id: EntityId) -> Response:
    """There is an answer."""

    async def act(asked: Asked, row: Row, form: FormData) -> Receipt:
        answering(caller, row)
        command = read_form(AnswerVoice, form, ("on", "by", "answer"))
        return await handler(request).answer(asked, row["member_id"], voice_id, command)

    undo = Undo(f"/care/voices/{voice_id}/answer/take-back")
    return await _deed(request, caller, voice_id, "voice-answer", act, N_("答复已记下，请告诉本人。"), undo)


@router.post("/voices/{voice_id}/answer/take-back")
async def take_answer_back(request: Request, caller: Handler, voice_id: EntityId) -> Response:
    """The answer was a slip."""

    async def act(asked: Asked, row: Row, _form: FormData) -> Receipt:
        answering(caller, row)
        return await handler(request).take_answer_back(asked, row["member_id"], voice_id)

    return await _deed(request, caller, voice_id, "voice-unsay", act, N_("答复已撤回。"))


@router.post("/voices/{voice_id}/tell")
async def tell(request: Request, caller: Hearer, voice_id: EntityId) -> Response:
    """The member was told, and perhaps said whether that will do."""

    async def act(asked: Asked, row: Row, form: FormData) -> Receipt:
        telling(caller)
        command = read_form(TellBack, form, ("on", "way", "word", "note"))
        return await handler(request).tell_back(asked, row["member_id"], voice_id, command)

    sent = (await request.form()).get("word")
    said = {
        TheirWord.SATISFIED.value: N_("已记下：本人满意。这件事办结了。"),
        TheirWord.NOT_SATISFIED.value: N_("已记下：本人不满意。"),
        TheirWord.CANNOT_BE_ASKED.value: N_("已记下。这件事办结了。"),
    }.get(str(sent or ""), N_("已记下告诉了本人，等本人说满不满意。"))
    return await _deed(request, caller, voice_id, "voice-tell", act, said)


def telling(caller: Caller) -> None:
    """Errors: Forbidden, for those who do not meet the member."""
    if caller.has(Role.SUPERVISOR):
        raise Forbidden(_("答复由社区告诉本人。"))


@router.post("/voices/{voice_id}/take-back")
async def take_back(request: Request, caller: Office, voice_id: EntityId) -> Response:
    """It does not go upward after all."""

    async def act(asked: Asked, row: Row, form: FormData) -> Receipt:
        command = read_form(TakeVoiceBack, form, ("reason",))
        return await handler(request).take_back(asked, row["member_id"], voice_id, command)

    return await _deed(request, caller, voice_id, "voice-take-back", act, N_("已撤回。"))
