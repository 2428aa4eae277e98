"""One member's page: the card, what is due next, everything that happened; as it is, or as it was and was known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.responses import Response

from events.facts.member import Assigned, Attended, Enrolled
from events.facts.member_meeting import MeetingPart
from events.log.envelope import Recorded
from services.registry.pages import history, words
from services.registry.pages.as_of import card_then, moment_of
from services.registry.pages.clocks import clocks_of
from services.registry.pages.common import (
    OFFICE,
    EntityId,
    Office,
    Reader,
    Waited,
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
from services.registry.pages.timeline import Line, Names, line_elsewhere, line_of, signed
from services.registry.pages.way_back import REGISTER, way_of
from services.registry.project import alias, branch, elsewhere, ledger, meeting, post, register
from services.registry.project import member as member_view
from services.shell.i18n import N_, speech
from services.shell.i18n import gettext as _
from services.shell.identity import Caller
from services.shell.pages import done, page
from services.shell.problems import FieldError, Invalid, Refusal

router = APIRouter(include_in_schema=False)

LINES = 20
"""Lines of the timeline on the member's page; the whole stands on a page of its own."""
WHAT = {"id_number": N_("身份证号"), "phone": N_("电话"), "family": N_("家属电话")}
Day = Annotated[str, Query(max_length=40)]


@router.get("/members/{member_id}", dependencies=[Waited])
async def show(request: Request, caller: Reader, member_id: EntityId, as_of: Day = "", known_at: Day = "") -> Response:
    """The page of a member. With a date in the bar: the card as it was on that day, as it was known."""
    return await _page(request, caller, member_id, as_of=as_of, known_at=known_at)


async def _page(
    request: Request,
    caller: Caller,
    member_id: str,
    *,
    as_of: str = "",
    known_at: str = "",
    shown: dict[str, str] | None = None,
    form: Form | None = None,
) -> Response:
    async with reading(request, caller) as db:
        now = await register.card(db, member_id)
        values = await _values(request, caller, db, now, as_of, known_at) if now else None
    if now is None or values is None:
        now = await member_card(request, caller, member_id)  # enrolled a moment ago, or not there
        async with reading(request, caller) as db:
            values = await _values(request, caller, db, now, as_of, known_at)
    way = way_of(request)
    return await page(
        request,
        "member.html",
        status=form.status if form else 200,
        now=now,
        as_of=as_of,
        known_at=known_at,
        clauses=rules(request, now["community"]).clauses,
        months=months,
        shown=dict.fromkeys(WHAT) | (shown or {}),
        form=form or fresh(request, now["seq"]),
        may_write=caller.has(*OFFICE) and not values["then"],
        words=words,
        way=way,
        elsewhere=_elsewhere(request, member_id),
        policy=rules(request, now["community"]).completeness,
        gaps=[
            (_(words.MISSING[each]), way.to(f"/registry/members/{member_id}/{DEED[each]}"), None, False)
            for each in values["missing"]
        ],
        **values,
    )


async def _values(
    request: Request, caller: Caller, db: AsyncConnection, now: dict[str, Any], as_of: str, known_at: str
) -> dict[str, Any]:
    """What the page shows, read in one transaction."""
    day, moment = _day_of(as_of), moment_of(known_at)
    # the bar is sent with both dates filled in: today in both is simply now
    then = (day is not None and day != speech().today) or (moment is not None and moment < _now(request))
    card = await card_then(request, db, now, day, moment) if then else now
    lines, count = await _lines(request, db, now, LINES, until=moment if then else None, day=day)
    here = rules(request, now["community"])
    away = await ledger.stay(db, now["member_id"]) if now["state"] == member_view.AWAY else None
    return {
        "then": then,
        "card": card,
        "place": (await places_of(db, caller, [card["community"]])).called(card["community"]),
        "percent": percent_of(card, here.completeness),
        "missing": missing_of(card, here.completeness),
        "on": day if then and day else speech().today,
        "lines": lines,
        "count": count,
        "absorbed": await alias.absorbed(db, now["member_id"]) if now["absorbs"] else (),
        "away": away,
        "clocks": clocks_of(away, here.away, speech().today) if away else None,
        "serves": [] if then else [one for one in await post.held_by(db, now["member_id"]) if not one["left_on"]],
        "sheet": None if then else await dues_sheet(request, db, now["member_id"], receipts=False),
    }


def _elsewhere(request: Request, member_id: str) -> list[tuple[str, str, None, bool]]:
    """Links to what the other services keep of the person, if they are in this navigation."""
    there = {entry.service for entry in request.app.state.shell.nav}
    links = {"care": _("走访与关怀"), "notify": _("消息")}
    return [(label, f"/{each}/members/{member_id}", None, False) for each, label in links.items() if each in there]


def _now(request: Request) -> datetime:
    moment: datetime = request.app.state.shell.clock()
    return moment


def _day_of(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise Invalid([FieldError("as_of", _("不是有效的日期"), _("请写成 年-月-日，例如 2026-11-21。"))]) from error


@router.get("/members/{member_id}/timeline", dependencies=[Waited])
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
    day: date | None = None,
) -> tuple[list[Line], int]:
    """The newest lines, own and told elsewhere, in the order of life; how many there are in all."""
    member_id = card["member_id"]
    own = await history.own_facts(request, db, member_id, until=until, limit=limit)
    told, told_count = await elsewhere.lines(db, member_id, until=until, limit=limit)
    names = await _names(db, own.facts, {card["branch_id"]: card["branch"]})
    lines = [_marked(line_of(one, names), one.about.entity, member_id) for one in own.facts]
    lines += [_marked(line_elsewhere(row), row["member_id"], member_id) for row in told]
    lines = [line for line in lines if day is None or line.on <= day]
    lines.sort(key=lambda line: (line.recorded, line.fact_id), reverse=True)
    newest = lines[:limit]
    newest.sort(key=lambda line: (line.on, line.recorded, line.fact_id), reverse=True)
    return await signed(request, newest), own.count + told_count


def _marked(line: Line, record: str, member_id: str) -> Line:
    """A line of another record of the person says so."""
    return replace(line, absorbed=record != member_id)


async def _names(db: AsyncConnection, facts: Sequence[Recorded], known: Mapping[str | None, str | None]) -> Names:
    """What the branches and meetings of these facts are called; those known already are not asked for."""
    meetings = {one.fact.meeting_id for one in facts if isinstance(one.fact, Attended | MeetingPart)}
    branches = {one.fact.branch_id for one in facts if isinstance(one.fact, (Assigned, Enrolled))}
    found = {branch_id: name for branch_id, name in known.items() if branch_id and name}
    found |= await branch.names(db, sorted({each for each in branches if each and each not in found}))
    if any(isinstance(one.fact, Assigned) and one.fact.group_id for one in facts):
        found |= await branch.group_names(db, sorted(each for each in branches if each))
    posts = {post_id for one in facts if (post_id := getattr(one.fact, "post_id", None))}
    return Names(found, await meeting.titles(db, sorted(meetings)), await post.names(db, sorted(posts)))


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
