"""What another pack of care's rules would change, shown before anybody takes it up (ADR 29); nothing is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any, Final, NamedTuple

from fastapi import APIRouter, Depends, Request
from pydantic import StringConstraints
from starlette.datastructures import UploadFile
from starlette.responses import JSONResponse, Response

from events.facts.decision import Command
from services.care.pages import words
from services.care.project import person
from services.shell.i18n import gettext as _
from services.shell.i18n import speech
from services.shell.identity import Caller, Role, requires
from services.shell.pages import page
from services.shell.policy import BadPacks, Pack, Problem
from services.shell.problems import FieldError, Invalid
from services.shell.reading import plain_json, reading

router = APIRouter(include_in_schema=False)
api = APIRouter(prefix="/api", tags=["care"])

DECIDING: Final = (Role.SECRETARY, Role.SUPERVISOR)
Deciding = Annotated[Caller, Depends(requires(*DECIDING))]
PACK_BYTES_MAX: Final = 200_000
NAME: Final = "pack.toml"


class TryPack(Command):
    """The text of a pack (TOML) as it would be put into the box."""

    pack: Annotated[str, StringConstraints(min_length=1, max_length=PACK_BYTES_MAX)]


class Tried(NamedTuple):
    """A pack, and what it would change among the caller's people."""

    pack: Pack
    scope: str
    compared: Any


async def tried(request: Request, caller: Caller, text: str) -> Tried:
    """Compare the plans of everybody whom the pack and the caller's post both concern. Errors: Invalid."""
    policies = request.app.state.policies
    try:
        pack, then = policies.tried(text, NAME)
    except BadPacks as bad:
        raise Invalid(
            [FieldError("pack", one.reason, _("请改好这一行。"), row=one.line) for one in bad.problems]
        ) from bad
    scope = _within(caller.scope, pack.head.scope)
    if scope is None:
        todo = _("这份规则是给%(scope)s的，不在您的范围内。", scope=pack.head.scope)
        raise Invalid([FieldError("pack", _("不在您的范围内"), todo)])
    day = max(speech().today, pack.head.effective_from)
    compared = await request.app.state.preview.compare(
        scope, lambda place: policies.at(place, day), lambda place: then.of_place(place).on(day).policy, day
    )
    return Tried(pack, scope, compared)


def _within(one: str, other: str) -> str | None:
    """The smaller of two scopes; None if neither lies in the other."""
    for outer, inner in ((one, other), (other, one)):
        if not outer or inner == outer or inner.startswith(f"{outer}."):
            return inner
    return None


@api.post("/policy/preview")
async def preview_api(request: Request, caller: Deciding, command: TryPack) -> Response:
    """What the pack would change in the twelve months from the day it holds on, by reason and by community."""
    found = await tried(request, caller, command.pack)
    return JSONResponse(plain_json(as_json(found)))


def as_json(found: Tried) -> dict[str, Any]:
    """The comparison as programs read it. Nobody is named: `sample` has the ids of members."""
    compared = found.compared
    return {
        "pack": found.pack.head.id,
        "scope": found.scope,
        "from": compared.day,
        "people": compared.people,
        "changed": compared.changed,
        "visits": {"before": compared.visits[0], "after": compared.visits[1]},
        "calls": {"before": compared.calls[0], "after": compared.calls[1]},
        "reasons": [
            {"reason": kind.reason, "way": kind.way, "more": compared.more[kind], "fewer": compared.fewer[kind]}
            for kind in kinds(compared)
        ],
        "communities": [{"community": place, **counts} for place, counts in sorted(compared.communities.items())],
        "sample": [
            {"member_id": one, "reasons": [{"reason": kind.reason, "way": kind.way, "more": by} for kind, by in it]}
            for one, it in ((one, sorted(changes.items())) for one, changes in compared.sample.items())
        ],
    }


def kinds(compared: Any) -> Sequence[Any]:
    """Everything of which there would be more or fewer, what changes most first."""
    found = compared.more.keys() | compared.fewer.keys()
    return sorted(found, key=lambda kind: (-compared.more[kind] - compared.fewer[kind], kind))


@router.get("/policy/preview")
async def form(request: Request, caller: Deciding) -> Response:
    """The form."""
    return await _page(request, caller)


@router.post("/policy/preview")
async def look(request: Request, caller: Deciding) -> Response:
    """The comparison below the form, or what is wrong with the pack."""
    text = await _text(request)
    if not text.strip():
        return await _page(request, caller, wrong=[Problem(NAME, 1, _("请选一个规则文件，或者把内容贴进来。"))])
    try:
        return await _page(request, caller, text, await tried(request, caller, text))
    except Invalid as invalid:
        wrong = [Problem(NAME, error.row or 1, error.message) for error in invalid.errors]
        return await _page(request, caller, text, wrong=wrong)


async def _text(request: Request) -> str:
    form = await request.form()
    file, text = form.get("file"), form.get("pack")
    if isinstance(file, UploadFile) and file.filename:
        return (await file.read(PACK_BYTES_MAX)).decode("utf-8", "replace")
    return text[:PACK_BYTES_MAX] if isinstance(text, str) else ""


async def _page(
    request: Request, caller: Caller, text: str = "", found: Tried | None = None, wrong: Sequence[Problem] = ()
) -> Response:
    names: Mapping[str, Mapping[str, Any]] = {}
    if found is not None and not caller.has(Role.SECRETARY):  # whoever oversees many communities learns nobody's name
        found.compared.sample.clear()
    if found is not None and found.compared.sample:
        async with reading(request, caller) as db:
            names = await person.called(db, list(found.compared.sample))
    today: date = speech().today
    return await page(
        request,
        "policy_preview.html",
        status=422 if wrong else 200,
        text=text,
        found=found,
        wrong=wrong,
        kinds=kinds(found.compared) if found else [],
        names=names,
        words=words,
        today=today,
    )
