"""Taking a list out of the register as a worksheet: exactly who is on it as it is narrowed, with the columns chosen."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any, Final

from fastapi import APIRouter, Request
from pydantic import Field, StringConstraints
from starlette.responses import Response

from events.facts.decision import Command
from services.registry.decide.desk import ChooseColumns
from services.registry.pages.common import Office, doing, read, reading, registry, rules
from services.registry.pages.export import sheet_response
from services.registry.pages.forms import Form, again, fresh
from services.registry.pages.list_columns import COLUMNS, USUAL, Listed, in_order, labels, line, secrets_in
from services.registry.pages.narrowed import Narrowed, Narrowing
from services.registry.project import desk, register
from services.shell.i18n import gettext as _
from services.shell.identity import Caller
from services.shell.pages import page
from services.shell.problems import FieldError, Invalid

router = APIRouter(include_in_schema=False)

PEOPLE_MAX: Final = 20_000
"""People in one sheet; a list that is longer has to be narrowed, so that none is cut off in silence."""
PEOPLE_AT_ONCE: Final = 1000


class TakeOut(Command):
    """With which columns, and why, where some of them show in clear what pages mask."""

    columns: Annotated[tuple[str, ...], Field(min_length=1, max_length=len(COLUMNS))]
    reason: Annotated[str, StringConstraints(max_length=200)] = ""


@router.get("/members/export")
async def choose(request: Request, caller: Office, narrowed: Narrowing) -> Response:
    """Choose the columns; those chosen the last time are chosen already."""
    return await _form(request, caller, narrowed, fresh(request))


@router.post("/members/export")
async def take_out(request: Request, caller: Office, narrowed: Narrowing) -> Response:
    """The sheet. What was chosen is remembered, but for numbers in clear: who sees those is written down first."""
    sent = await request.form()
    try:
        chosen = in_order([str(name) for name in sent.getlist("column")])
        wish = read(TakeOut, {"columns": chosen, "reason": str(sent.get("reason") or "").strip()})
        if secrets_in(chosen) and len(wish.reason) < 2:
            raise Invalid([FieldError("reason", _("要写原因"), _("选了完整号码的列，请写为什么要导出。"))])
        people = await _people(request, caller, narrowed)
    except Invalid as problem:
        return await _form(request, caller, narrowed, again(request, sent, problem))
    async with doing(request, caller, caller.scope, "choose-columns") as asked:
        remembered = tuple(name for name in chosen if not COLUMNS[name].secret)
        await registry(request).choose_columns(asked, ChooseColumns(columns=remembered or USUAL))
    await _written_down(request, caller, people, wish)
    return await sheet_of(request, narrowed.community or caller.scope, people, chosen)


@router.get("/members.xlsx")
async def usual_sheet(request: Request, caller: Office, narrowed: Narrowing) -> Response:
    """The list with the usual columns, for a link or a program. Personal numbers are masked as they are on the page."""
    return await sheet_of(request, narrowed.community or caller.scope, await _people(request, caller, narrowed), USUAL)


async def _people(request: Request, caller: Caller, narrowed: Narrowed) -> Sequence[dict[str, Any]]:
    """Everybody on the list. Errors: Invalid, if they are more than fit into one sheet."""
    wanted = narrowed.wanted(caller, rules(request, narrowed.community or caller.scope).completeness)
    async with reading(request, caller) as db:
        found = await register.cards(db, wanted, size=PEOPLE_MAX)
    if found.next_token:
        message = _("超过 %(most)s 人，一张表放不下", most=PEOPLE_MAX)
        raise Invalid([FieldError("column", message, _("请先按支部或状态筛选，再分几次导出。"))])
    return found.items


async def _written_down(request: Request, caller: Caller, people: Sequence[dict[str, Any]], wish: TakeOut) -> None:
    """In each person's list of who read what, before it is read. Nothing is shown if that cannot be done."""
    secret = secrets_in(wish.columns)
    if not secret:
        return
    by_community: dict[str, list[str]] = {}
    for card in people:
        by_community.setdefault(card["community"], []).append(card["member_id"])
    for community, member_ids in by_community.items():
        async with doing(request, caller, community, "export") as asked:
            every_time = replace(asked, command="", expected=None)
            await registry(request).record_reads(every_time, member_ids, f"export:{','.join(secret)}", wish.reason)


async def sheet_of(request: Request, place: str, people: Sequence[dict[str, Any]], chosen: Sequence[str]) -> Response:
    """The worksheet of these people with these columns, by the rules of the place that asks."""
    policy = rules(request, place).completeness
    numbers: dict[str, str] = {}
    if "id_number" in chosen:
        ids = [card["member_id"] for card in people]
        for start in range(0, len(ids), PEOPLE_AT_ONCE):
            states = await registry(request).states(ids[start : start + PEOPLE_AT_ONCE])
            numbers |= {one: state.person.id_number for one, state in states.items() if state.person}
    rows = (line(Listed(card, numbers.get(card["member_id"], ""), policy), chosen) for card in people)
    head = labels(chosen)
    # A thread writes it in the reader's language: the context goes along.
    return await asyncio.to_thread(sheet_response, _("名册"), head, rows)


async def _form(request: Request, caller: Caller, narrowed: Narrowed, form: Form) -> Response:
    wanted = narrowed.wanted(caller, rules(request, narrowed.community or caller.scope).completeness)
    desk_id = registry(request).desk_of(caller.name, caller.scope)
    async with reading(request, caller) as db:
        people = await register.count(db, wanted)
        laid = await desk.laid_out(db, desk_id)
    sent = form["column"]
    chosen = ([sent] if isinstance(sent, str) else list(sent)) if sent else in_order(laid.columns) or USUAL
    return await page(
        request,
        "list_export.html",
        status=form.status,
        form=form,
        people=people,
        columns=COLUMNS,
        chosen=chosen,
        back=narrowed.href(),
        action=narrowed.href("/registry/members/export"),
    )
