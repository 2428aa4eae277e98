"""What the home page shows of the registry: whom to decide about, whom to call about dues, the meetings of the week."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import JSONResponse, Response

from services.registry.pages import handed_over, words
from services.registry.pages.arrears import last_over
from services.registry.pages.changes import news, told_of_number
from services.registry.pages.clocks import Clocks, card_soon, clocks_of, silent_since
from services.registry.pages.common import OFFICE, READERS, reading, rules
from services.registry.pages.contact_common import REVIEW, Asked
from services.registry.pages.terms import terms_ending
from services.registry.project import arrears, doorstep, funds, ledger, meeting, post, register, silence
from services.registry.project.arrears import Owing
from services.registry.project.register import Wanted
from services.shell.i18n import speech
from services.shell.identity import Caller, Role, requires
from services.shell.pages import fragment

router = APIRouter(include_in_schema=False)

Anybody = Annotated[Caller, Depends(requires())]
SHOWN = 5
LOOKED_AT = 200
"""Stays looked at for something to decide; those longest away come first."""


@router.get("/panels/today")
async def today(request: Request, caller: Anybody) -> Response:
    """The registry's part of the home page; nothing for those who do not keep or read the register."""
    if caller.has(Role.LIAISON):
        return await handed_over.panel(request, caller)
    if not caller.has(*OFFICE):
        return Response("", media_type="text/html")
    now = speech().today
    start = datetime.combine(now, time(), speech().zone)
    call_months = rules(request, caller.scope).dues.arrears.call_months
    async with reading(request, caller) as db:
        away = await ledger.stays(db, size=LOOKED_AT)
        owing = await arrears.owing(db, Owing(last_over(), months_min=call_months), size=SHOWN)
        to_call = await arrears.owing_count(db, Owing(last_over(), months_min=call_months))
        week = await meeting.meetings(db, since=start, until=start + timedelta(days=7), size=SHOWN)
        terms = await terms_ending(request, db, caller.scope)
        serving = await post.to_decide(db)
        here = rules(request, caller.scope)
        small = await silence.is_small(db)
        review = await silence.silent_count(db, Asked(0, REVIEW).wanted(here, now)) if small else 0
        money = [one for one in await funds.waiting(db) if one["asked_by"] != caller.name]
        brought = await doorstep.waiting(db)
        changed = await news(request, caller, db)
    decide = _to_decide(request, away.items)
    coming = [row for row in week.items if row["state"] == meeting.SCHEDULED]
    return fragment(
        request, "today.html", decide=decide[:SHOWN], decide_count=len(decide), owing=owing.items, to_call=to_call,
        meetings=coming, words=words, terms=terms[:SHOWN], terms_count=len(terms),
        review=review, lost=here.away.lost,
        serving=serving[:SHOWN], serving_count=len(serving), brought=brought[:SHOWN], brought_count=len(brought),
        money=money[:SHOWN], money_count=len(money),
        changed=changed, number=told_of_number,
    )  # fmt: skip


def _to_decide(request: Request, stays: Any) -> list[tuple[dict[str, Any], Clocks]]:
    found = [(row, clocks_of(row, rules(request, row["community"]).away, speech().today)) for row in stays]
    return [(row, clocks) for row, clocks in found if clocks.decide]


@router.get("/panels/counts")
async def counts(request: Request, caller: Anybody) -> Response:
    """Figures for the navigation; `late` and `soon` are counted into the head of the home page."""
    if not caller.has(*READERS):
        return JSONResponse({})
    now = speech().today
    start = datetime.combine(now, time(), speech().zone)
    away = rules(request, caller.scope).away
    async with reading(request, caller) as db:
        members = await register.counts(db, Wanted())
        figures = await ledger.figures(db, now, card_soon(away, now), silent_since(away, now))
        week = await meeting.meetings(db, since=start, until=start + timedelta(days=7), size=50)
        owing = await arrears.owing_count(db, Owing(last_over()))
        brought = await doorstep.count(db) if caller.has(*OFFICE) else 0
    coming = sum(row["state"] == meeting.SCHEDULED for row in week.items)
    return JSONResponse(
        {
            "members": members["enrolled"] + members["away"],
            "away": figures["away"],
            "meetings": coming,
            "owing": owing,
            "doorstep": brought,
            "late": figures["card_late"] if caller.has(*OFFICE) else 0,
            "soon": 0,
        }
    )
