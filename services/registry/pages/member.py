"""One member's page: the card, what is due next, everything that happened; as it is, or as it was and was known."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.responses import Response

from services.registry.pages import history, words
from services.registry.pages.as_of import Travels, moment_of
from services.registry.pages.clocks import clocks_of
from services.registry.pages.common import (
    OFFICE,
    EntityId,
    Office,
    Reader,
    Waited,
    in_the_past,
    member_card,
    of_member,
    read,
    reading,
    registry,
    rules,
    show_own_write,
)
from services.registry.pages.completeness import DEED, missing_of, percent_of
from services.registry.pages.due import dues_sheet
from services.registry.pages.dues_words import months
from services.registry.pages.forms import Form, again, fresh
from services.registry.pages.places import places_of
from services.registry.pages.reveal import Reveal, revealed
from services.registry.pages.timeline import Line, line_elsewhere, line_of, signed
from services.registry.pages.way_back import REGISTER, way_of
from services.registry.project import alias, elsewhere, ledger, post, register
from services.registry.project import member as member_view
from services.shell.i18n import N_, speech
from services.shell.i18n import gettext as _
from services.shell.identity import Caller
from services.shell.pages import done, page
from services.shell.problems import Invalid, Refusal

router = APIRouter(include_in_schema=False)

LINES = 20
"""Lines of the timeline on the member's page; the whole stands on a page of its own."""
WHAT = {"id_number": N_("身份证号"), "phone": N_("电话"), "family": N_("家属电话")}


@router.get("/members/{member_id}", dependencies=[Waited, Travels])
async def show(request: Request, caller: Reader, member_id: EntityId) -> Response:
    """The page of a member; in the past the card as it was."""
    return await _page(request, caller, member_id)


async def _page(
    request: Request,
    caller: Caller,
    member_id: str,
    *,
    shown: dict[str, str] | None = None,
    form: Form | None = None,
) -> Response:
    async with reading(request, caller) as db:
        card = await register.card(db, member_id)
        values = await _values(request, caller, db, card) if card else None
    if card is None or values is None:
        card = await member_card(request, caller, member_id)  # enrolled a moment ago, or not there
        async with reading(request, caller) as db:
            values = await _values(request, caller, db, card)
    way = way_of(request)
    return await page(
        request,
        "member.html",
        status=form.status if form else 200,
        card=card,
        then=in_the_past(request),
        on=speech().today,
        clauses=rules(request, card["community"]).clauses,
        months=months,
        shown=dict.fromkeys(WHAT) | (shown or {}),
        form=form or fresh(request, card["seq"]),
        may_write=caller.has(*OFFICE),
        words=words,
        way=way,
        elsewhere=_elsewhere(request, member_id),
        policy=rules(request, card["community"]).completeness,
        gaps=[
            (_(words.MISSING[each]), way.to(f"/registry/members/{member_id}/{DEED[each]}"), None, False)
            for each in values["missing"]
        ],
        **values,
    )


async def _values(request: Request, caller: Caller, db: AsyncConnection, card: dict[str, Any]) -> dict[str, Any]:
    """What the page shows beside the card, read in one transaction."""
    lines, count = await _lines(request, db, card, LINES)
    here = rules(request, card["community"])
    away = await ledger.stay(db, card["member_id"]) if card["state"] == member_view.AWAY else None
    return {
        "place": (await places_of(db, caller, [card["community"]])).called(card["community"]),
        "percent": percent_of(card, here.completeness),
        "missing": missing_of(card, here.completeness),
        "lines": lines,
        "count": count,
        "absorbed": await alias.absorbed(db, card["member_id"]) if card["absorbs"] else (),
        "away": away,
        "clocks": clocks_of(away, here.away, speech().today) if away else None,
        "serves": [one for one in await post.held_by(db, card["member_id"]) if not one["left_on"]],
        "sheet": await dues_sheet(request, db, card["member_id"], receipts=False),
    }


def _elsewhere(request: Request, member_id: str) -> list[tuple[str, str, None, bool]]:
    """Links to what the other services keep of the person, if they are in this navigation."""
    there = {entry.service for entry in request.app.state.shell.nav}
    links = {"care": _("走访与关怀"), "notify": _("消息")}
    return [(label, f"/{each}/members/{member_id}", None, False) for each, label in links.items() if each in there]


@router.get("/members/{member_id}/timeline", dependencies=[Waited, Travels])
async def timeline(
    request: Request, caller: Reader, member_id: EntityId, before: Annotated[str, Query(max_length=40)] = ""
) -> Response:
    """Everything that happened, a hundred lines a page."""
    card = await member_card(request, caller, member_id)
    async with reading(request, caller) as db:
        lines, count = await _lines(request, db, card, 100, until=moment_of(before))
    older = lines[-1].recorded - timedelta(microseconds=1) if len(lines) == 100 else None
    return await page(
        request, "timeline.html", card=card, lines=lines, count=count, older=older, words=words, way=way_of(request)
    )


async def _lines(
    request: Request,
    db: AsyncConnection,
    card: dict[str, Any],
    limit: int,
    *,
    until: datetime | None = None,
) -> tuple[list[Line], int]:
    """The newest lines, own and told elsewhere, in the order of life; how many there are in all."""
    member_id = card["member_id"]
    own = await history.own_facts(request, db, member_id, until=until, limit=limit)
    told, told_count = await elsewhere.lines(db, member_id, until=until, limit=limit)
    names = await history.names_of(db, own.facts, {card["branch_id"]: card["branch"]})
    lines = [_marked(line_of(one, names), one.about.entity, member_id) for one in own.facts]
    lines += [_marked(line_elsewhere(row), row["member_id"], member_id) for row in told]
    lines.sort(key=lambda line: (line.recorded, line.fact_id), reverse=True)
    newest = lines[:limit]
    newest.sort(key=lambda line: (line.on, line.recorded, line.fact_id), reverse=True)
    return await signed(request, newest), own.count + told_count


def _marked(line: Line, record: str, member_id: str) -> Line:
    """A line of another record of the person says so."""
    return replace(line, absorbed=record != member_id)


@router.get("/members/{member_id}/reveal/{what}")
async def ask_reveal(request: Request, caller: Office, member_id: EntityId, what: str) -> Response:
    """Why somebody wants to see a masked detail."""
    card = await member_card(request, caller, member_id)
    return await page(
        request, "reveal.html", card=card, what=what, what_word=_(WHAT.get(what, what)), form=fresh(request),
        way=way_of(request),
    )  # fmt: skip


@router.post("/members/{member_id}/reveal/{what}")
async def reveal(request: Request, caller: Office, member_id: EntityId, what: str) -> Response:
    """The detail in clear, once, on the member's page; before that it is written down who asked and why."""
    form = await request.form()
    try:
        reason = str(form.get("reason") or "").strip()
        command = read(Reveal, {"what": what, "reason": reason})
        secret = await revealed(request, caller, member_id, command)
    except Invalid as problem:
        card = await member_card(request, caller, member_id)
        return await page(
            request,
            "reveal.html",
            status=problem.status,
            card=card,
            what=what,
            what_word=_(WHAT.get(what, what)),
            form=again(request, form, problem),
            way=way_of(request),
        )
    return await _page(request, caller, member_id, shown={what: secret.value})


@router.post("/members/{member_id}/withdraw")
async def withdraw(request: Request, caller: Office, member_id: EntityId) -> Response:
    """Take an enrolment back, while nothing else has happened to the person."""
    card = await member_card(request, caller, member_id)
    async with reading(request, caller) as db:
        known_elsewhere = await elsewhere.told_of(db, member_id) > 0
    try:
        async with of_member(request, caller, member_id, "withdraw", await request.form()) as asked:
            receipt = await registry(request).withdraw(asked, member_id, known_elsewhere=known_elsewhere)
    except Refusal as problem:
        return await _page(request, caller, member_id, form=again(request, await request.form(), problem, card["seq"]))
    await show_own_write(request, receipt)
    return done(request, way_of(request).back or REGISTER, _("已撤销%(name)s的登记。", name=card["name"]))
