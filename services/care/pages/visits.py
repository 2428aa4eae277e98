"""The list of all visits and calls, seen by state, person and visitor."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from services.care.pages import visitors, words
from services.care.pages.api import VisitQuery
from services.care.pages.common import OFFICE, Carer, own_only, rules_by_row
from services.care.project import person
from services.care.project import visits as project
from services.care.project.visits import Wanted
from services.shell.i18n import gettext as _
from services.shell.i18n import speech
from services.shell.pages import page
from services.shell.reading import reading, within

router = APIRouter(include_in_schema=False)


class ListQuery(VisitQuery):
    """What the list may be narrowed to; `q` is a name, pinyin or the tail of a phone number."""

    state: str = project.READY
    q: str = ""


@router.get("/visits")
async def list_visits(request: Request, caller: Carer, asked: Annotated[ListQuery, Query()]) -> Response:
    """Visits by the day they are due."""
    today, own = speech().today, own_only(caller)
    state = asked.state if asked.state in project.STATES else ""
    async with reading(request, caller) as db:
        members = [one["member_id"] for one in await person.found(db, asked.q)] if asked.q.strip() else None
        wanted = Wanted(
            asked.member_id, state, asked.on, own or asked.visitor, within(caller, asked.community), members=members
        )
        found = await project.page(db, wanted, today, size=asked.page_size, token=asked.page_token)
        counts = await project.counts(db, wanted, today)
    known = await visitors.visitors(request, caller)
    names = visitors.called(known, [row["made_by"] or row["visitor"] for row in found.items])
    kept: dict[str, Any] = {"q": asked.q, "visitor": asked.visitor, "member_id": asked.member_id}
    return await page(
        request,
        "visits.html",
        rows=found.items,
        next_page=_link(kept | {"state": state or "all", "page_token": found.next_token}) if found.next_token else "",
        filters=_filters(kept, state, counts),
        q=asked.q,
        state=state,
        visitor=asked.visitor,
        visitors=visitors.choices(known, asked.visitor) if caller.has(*OFFICE) else [],
        kept=kept,
        names=names,
        words=words,
        policy=rules_by_row(request),
        may_organise=caller.has(*OFFICE),
    )


def _filters(kept: dict[str, Any], state: str, counts: Any) -> list[tuple[str, str, int | None, bool]]:
    links = [
        (words.word(words.STATE, one), _link(kept | {"state": one}), counts[one], state == one)
        for one in project.STATES
    ]
    return [*links, (_("全部"), _link(kept | {"state": "all"}), None, not state)]


def _link(values: dict[str, Any]) -> str:
    given = {name: value for name, value in values.items() if value}
    return f"/care/visits?{urlencode(given)}" if given else "/care/visits"
