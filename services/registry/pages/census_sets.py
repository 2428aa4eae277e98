"""The question sets of a census: which there are, a file to hand in, one taken away and put back."""

from __future__ import annotations

import asyncio
import re
from typing import Annotated, Any, Final

from fastapi import APIRouter, Body, Request
from starlette.responses import PlainTextResponse, Response

from services.registry.decide.census import BeginCensus
from services.registry.pages import census_words, words
from services.registry.pages.common import OFFICE, EntityId, Office, Reader
from services.registry.pages.forms import Form, fresh
from services.registry.pages.import_files import sent_in
from services.registry.pages.plain import answered
from services.registry.pages.question_sets import EXAMPLE, TEXT_MAX, QuestionSet, Shelf, read_set
from services.shell.i18n import N_
from services.shell.i18n import gettext as _
from services.shell.identity import Caller
from services.shell.pages import Undo, done, page
from services.shell.policy.pack import BadPacks, Problem
from services.shell.problems import FieldError, Forbidden, Invalid, NotFound, TooLarge

router = APIRouter(prefix="/census-sets", include_in_schema=False)
api = APIRouter(prefix="/api/census-sets", tags=["census"])

HREF: Final = "/registry/census-sets"


def shelf(request: Request) -> Shelf:
    """The sets of this installation."""
    found: Shelf = request.app.state.question_sets
    return found


async def sets_for(request: Request, place: str) -> tuple[list[QuestionSet], list[Problem]]:
    """The sets that a place may use, and what is wrong with the folder."""
    found, problems = await asyncio.to_thread(shelf(request).look)
    return [one for one in found if one.is_for(place)], problems


async def set_of(request: Request, caller: Caller, key: str) -> QuestionSet:
    """A set the caller may use. Errors: NotFound."""
    found, _problems = await sets_for(request, caller.scope)
    one = next((each for each in found if each.key == key), None)
    if one is None:
        raise NotFound(_("没有这份问卷，或者已经停用。请另选一份。"))
    return one


async def asking_with(
    request: Request, community: str, command: BeginCensus, key: str | None
) -> tuple[BeginCensus, QuestionSet | None]:
    """The command with the questions of the set that was chosen, if one was. Errors: Invalid."""
    if not key:
        return command, None
    found, _problems = await sets_for(request, community)
    one = next((each for each in found if each.key == key), None)
    if one is None:
        raise Invalid([FieldError("set", _("没有这份问卷，或者已经停用。请另选一份。"))])
    asked = {"questions": one.questions, "free": one.free, "choices": one.choices}
    return command.model_copy(update=asked), one


async def kept(request: Request, caller: Caller, text: str, file: str) -> tuple[QuestionSet, bool]:
    """Put a set on the shelf: it, and whether it is new. Raises `BadPacks`. Errors: Forbidden, if not theirs."""
    one = read_set(text, file)
    scope = one.head.scope
    if caller.scope and scope != caller.scope and not scope.startswith(f"{caller.scope}."):
        raise Forbidden(_("问卷的 scope 是“%(scope)s”，不在您的范围里。请写您自己的单位。", scope=scope or "全国"))
    return one, await asyncio.to_thread(shelf(request).add, one)


def may_change(caller: Caller, one: QuestionSet) -> bool:
    """Whether somebody of the office may take it away: their own and those below, not what came from above."""
    scope = one.head.scope
    return caller.has(*OFFICE) and (not caller.scope or scope == caller.scope or scope.startswith(f"{caller.scope}."))


@router.get("")
async def listed(request: Request, caller: Reader) -> Response:
    """Every set, version by version."""
    return await _page(request, caller, fresh(request), [])


async def _page(request: Request, caller: Caller, form: Form, wrong: list[Problem], status: int = 200) -> Response:
    found, problems = await sets_for(request, caller.scope)
    return await page(
        request, "census_sets.html", status=status, sets=[(one, may_change(caller, one)) for one in found], form=form,
        wrong=wrong, problems=problems if caller.has(*OFFICE) else [], words=words, census_words=census_words,
        may_write=caller.has(*OFFICE), reason=in_words,
    )  # fmt: skip


_IN_WORDS: Final = (
    (re.compile(r"^(?P<where>[^:]+): is missing$"), N_("缺 %(where)s 这一项")),
    (re.compile(r"^kind is missing$|: kind is missing$"), N_("这一问没有写 kind")),
    (
        re.compile(r"there is no kind (?P<given>'[^']*'); there are (?P<kinds>.+)$"),
        N_("没有 %(given)s 这种问题，只有 %(kinds)s"),
    ),
    (re.compile(r"^(?P<where>[^:]+): nothing is called so$"), N_("不认识 %(where)s 这一项")),
    (re.compile(r"(?P<given>'[^']*') is asked twice$"), N_("%(given)s 问了两遍")),
    (re.compile(r"(?P<given>'[^']*') stands here twice$"), N_("答案 %(given)s 写了两遍")),
    (re.compile(r"at most (?P<most>\d+) questions of its own$"), N_("自己的问题最多 %(most)s 个")),
    (
        re.compile(r"version (?P<given>'[^']*') of .* is kept with other questions"),
        N_("版本 %(given)s 已经收过别的内容，请写新的版本号"),
    ),
    (re.compile(r"is no path"), N_("scope 要写单位的代码，例如 demo.jinqiao")),
)
"""What is most often wrong, for somebody who reads Chinese; the rest is said as the command line says it."""


def in_words(reason: str) -> str:
    """The reason of a problem in the reader's language, where there are words for it."""
    for form, words_ in _IN_WORDS:
        if found := form.search(reason):
            return _(words_, **found.groupdict()) if found.groupdict() else _(words_)
    return reason


@router.get("/example.toml")
async def example(request: Request, caller: Office) -> Response:
    """A set to begin with."""
    return PlainTextResponse(
        EXAMPLE.replace("@SCOPE@", caller.scope),
        headers={"content-disposition": 'attachment; filename="census.toml"'},
    )


@router.post("")
async def hand_in(request: Request, caller: Office) -> Response:
    """Read a file; a bad one is kept nowhere and every line that is wrong is named."""
    try:
        sent = await sent_in(request, TEXT_MAX)
        one, new = await kept(request, caller, sent.content.decode("utf-8"), sent.filename)
    except BadPacks as bad:
        return await _page(request, caller, fresh(request), list(bad.problems), 422)
    except UnicodeDecodeError:
        problem = Problem(sent.filename, 1, _("不是 UTF-8 的文本"))
        return await _page(request, caller, fresh(request), [problem], 422)
    except (Invalid, TooLarge) as error:
        errors = error.errors if isinstance(error, Invalid) else (FieldError("file", error.detail, error.todo),)
        return await _page(request, caller, Form(fresh(request).key, None, {}, errors, None), [], error.status)
    told = _("问卷“%(name)s”（%(version)s）收好了。", name=one.head.name, version=one.head.version)
    if not new:
        return done(request, HREF, _("这份问卷已经有了，没有改动。"))
    return done(request, HREF, told, undo=Undo(f"{HREF}/{one.key}/remove"))


@router.post("/{key}/remove")
async def remove(request: Request, caller: Office, key: EntityId) -> Response:
    """It is offered no more; campaigns begun with it go on."""
    one = await _own(request, caller, key)
    await asyncio.to_thread(shelf(request).take_away, one.key)
    told = _(
        "问卷“%(name)s”（%(version)s）停用了；已经开始的摸底不受影响。", name=one.head.name, version=one.head.version
    )
    return done(request, HREF, told, undo=Undo(f"{HREF}/{one.key}/restore"))


@router.post("/{key}/restore")
async def restore(request: Request, caller: Office, key: EntityId) -> Response:
    """It is offered again."""
    one = await asyncio.to_thread(shelf(request).gone, key)
    if one is None or not may_change(caller, one):
        raise NotFound(_("没有这份停用了的问卷。"))
    await asyncio.to_thread(shelf(request).put_back, key)
    return done(request, HREF, _("问卷“%(name)s”又可以用了。", name=one.head.name))


async def _own(request: Request, caller: Caller, key: str) -> QuestionSet:
    one = await set_of(request, caller, key)
    if not may_change(caller, one):
        raise Forbidden(_("这份问卷是上级发下来的，这里不能停用。"))
    return one


# ── the API ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _json(one: QuestionSet) -> dict[str, Any]:
    return {
        "set": one.key,
        **one.head.model_dump(),
        "digest": one.digest,
        "questions": [each.model_dump(mode="json", exclude_none=True) for each in one.asked],
    }


@api.get("")
async def sets(request: Request, caller: Reader) -> Response:
    """The sets that may be used here, newest version of each first."""
    found, _problems = await sets_for(request, caller.scope)
    return answered({"items": [_json(one) for one in found], "next_page_token": ""})


Toml = Annotated[str, Body(embed=True, min_length=1, max_length=TEXT_MAX)]


@api.post("", status_code=201)
async def put(request: Request, caller: Office, toml: Toml) -> Response:
    """Keep a set (its TOML text). 422 names every line that is wrong; the same text again is no error."""
    try:
        one, _new = await kept(request, caller, toml, "toml")
    except BadPacks as bad:
        raise Invalid([FieldError("toml", f"{problem.line}: {problem.reason}") for problem in bad.problems]) from bad
    return answered(_json(one), 201)


@api.post("/{key}/remove", status_code=201)
async def take_away(request: Request, caller: Office, key: EntityId) -> Response:
    """It is offered no more; campaigns begun with it go on."""
    one = await _own(request, caller, key)
    await asyncio.to_thread(shelf(request).take_away, one.key)
    return answered({"facts": []}, 201)
