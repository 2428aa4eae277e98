"""Who has not been reached for so many days, and whom to ring up: the list, its worksheet, the log of a branch (R8)."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.registry.pages import contact_words, words
from services.registry.pages.as_of import Travels
from services.registry.pages.branches import branch_row
from services.registry.pages.common import OFFICE, PAGE_SIZE, EntityId, Reader, Waited, reading, rules, within
from services.registry.pages.contact_common import (
    EXPORT_MAX,
    WRONG_NUMBER,
    Asked,
    Branch,
    Days,
    Place,
    Which,
    counted,
    looked_into_since,
    silent_days,
)
from services.registry.pages.export import csv_response
from services.registry.pages.places import communities
from services.registry.project import branch, silence
from services.registry.project.silence import Silent
from services.shell.formats import mask_phone
from services.shell.i18n import N_, speech
from services.shell.i18n import gettext as _
from services.shell.identity import Caller
from services.shell.pages import page
from services.shell.problems import FieldError, Invalid

router = APIRouter(include_in_schema=False)

_HEAD: Final = (
    N_("姓名"), N_("社区"), N_("支部"), N_("几天没有联系上"), N_("最近联系上"), N_("试过几次"), N_("最近一次试"),
    N_("现在"), N_("电话"), N_("家属"), N_("号码要核对"),
)  # fmt: skip


@router.get("/contacts", dependencies=[Waited])
async def listed(
    request: Request, caller: Reader, days: Days = 0, which: Which = "", community: Place = "", branch_id: Branch = "",
    page_token: str = "",
) -> Response:  # fmt: skip
    """Who was not reached for so many days, the longest first; the choice of days is the rules'."""
    place, today = within(caller, community), speech().today
    here = rules(request, place or caller.scope)
    steps = here.contact.silence.days
    asked = Asked(days or steps[0], which, place, branch_id)
    kinds = counted(here)
    untils = {each: today - timedelta(days=each) for each in sorted({*steps, asked.days})}
    all_of = Silent(today, kinds, place, branch_id)
    async with reading(request, caller) as db:
        places = await communities(db, caller)
        if not await silence.is_small(db, place):
            return await page(request, "contacts_where.html", places=places, rule=here.contact, clauses=here.clauses)
        found = await silence.silent(db, asked.wanted(here, today), size=PAGE_SIZE, token=page_token)
        counts, review = await silence.counts(db, all_of, untils, looked_into_since(here.away, today))
        wrong = await silence.silent_count(db, Asked(0, WRONG_NUMBER, place, branch_id).wanted(here, today))
        branches = await branch.branches(db, place)
    link = _Link(asked)
    return await page(
        request, "contacts.html", rows=_shown(found.items), asked=asked, counts=counts, wrong=wrong, review=review,
        steps=steps, link=link, next_href=link.to(page_token=found.next_token) if found.next_token else "",
        csv_href=link.to("/registry/contacts.csv"), branches=branches if len(branches) <= BRANCHES_MAX else [],
        may_write=caller.has(*OFFICE), words=words, rule=here.contact, clauses=here.clauses, lost=here.away.lost,
        places=places if len(places) > 1 else [],
    )  # fmt: skip


BRANCHES_MAX: Final = 200


class _Link:
    """Addresses of this list, with what it is narrowed to."""

    def __init__(self, asked: Asked) -> None:
        self._kept = {
            "days": str(asked.days), "which": asked.which, "community": asked.community, "branch_id": asked.branch
        }  # fmt: skip

    def to(self, path: str = "/registry/contacts", **other: Any) -> str:
        """The same list, but for what is said here."""
        chosen = {name: str(value) for name, value in (self._kept | other).items() if value}
        return f"{path}?{urlencode(chosen)}" if chosen else path


def _shown(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{**row, "days": silent_days(row), "phones": phones_of(row)} for row in rows]


def phones_of(row: Mapping[str, Any]) -> str:
    """Where somebody is rung up, the middle left out: where they are now, at home, and the family's."""
    own = [mask_phone(each) for each in dict.fromkeys((row["away_phone"], row["phone"])) if each]
    return _("、").join([*own, *families_of(row)])


def families_of(row: Mapping[str, Any]) -> list[str]:
    """The family's numbers, the middle left out."""
    having = [one for one in row["family"] or () if one.get("phone")]
    return [f"{one.get('relation') or one.get('name') or ''}{mask_phone(one['phone'])}" for one in having]


@router.get("/contacts.csv", dependencies=[Waited])
async def sheet(
    request: Request, caller: Reader, days: Days = 0, which: Which = "", community: Place = "", branch_id: Branch = ""
) -> Response:
    """The list to take along; phones stay masked."""
    place, today = within(caller, community), speech().today
    here = rules(request, place or caller.scope)
    asked = Asked(days or here.contact.silence.days[0], which, place, branch_id)
    async with reading(request, caller) as db:
        found = await silence.silent(db, asked.wanted(here, today), size=EXPORT_MAX)
    if found.next_token:
        too_many = _("超过 %(most)s 人，一张表放不下", most=EXPORT_MAX)
        raise Invalid([FieldError("days", too_many, _("请按支部分次导出。"))])
    rows = [
        [
            row["name"] or "", row["community"], row["branch"] or "", silent_days(row), row["reached_on"] or "",
            row["tries"], row["tried_on"] or "", _("在%(where)s", where=row["away_to"]) if row["away_to"] else "",
            phones_of({**row, "family": ()}), _("；").join(families_of(row)), _("是") if row["wrong_number"] else "",
        ]
        for row in found.items
    ]  # fmt: skip
    return await asyncio.to_thread(csv_response, _("久未联系名单"), [_(each) for each in _HEAD], rows)


@router.get("/branches/{branch_id}/contacts", dependencies=[Waited, Travels])
async def of_branch(request: Request, caller: Reader, branch_id: EntityId, page_token: str = "") -> Response:
    """When and how the people of a branch were last reached, by whom."""
    row = await branch_row(request, caller, branch_id)
    here, today = rules(request, row["community"]), speech().today
    async with reading(request, caller) as db:
        found = await silence.log_of_branch(db, branch_id, size=PAGE_SIZE, token=page_token)
        untils = {each: today - timedelta(days=each) for each in here.contact.silence.days}
        people = Silent(today, counted(here), row["community"], branch_id)
        counts, _review = await silence.counts(db, people, untils, looked_into_since(here.away, today))
    more = f"/registry/branches/{branch_id}/contacts?page_token={found.next_token}" if found.next_token else ""
    return await page(
        request, "branch_contacts.html", row=row, lines=await lines_of(request, caller, found.items, counted(here)),
        counts=counts, next_href=more, rule=here.contact, clauses=here.clauses,
    )  # fmt: skip


async def lines_of(
    request: Request, caller: Caller, rows: Sequence[Mapping[str, Any]], kinds: Sequence[str]
) -> list[dict[str, Any]]:
    """Rows of a log with their words; what somebody said only for those who keep the register."""
    called = await request.app.state.shell.identity.called.of({row["actor"] for row in rows})
    lines = []
    for row in rows:
        outcome, tone = contact_words.came_of_it(row, kinds)
        note = row["note"] if caller.has(*OFFICE) else None
        service = contact_words.SERVICE[row["service"]]
        lines.append(
            {**row, "what": contact_words.what(row), "came": outcome, "tone": tone, "note": note,
             "by": called.get(row["actor"], row["actor"]), "where": _(service)}
        )  # fmt: skip
    return lines
