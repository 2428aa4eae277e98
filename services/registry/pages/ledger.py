"""The mobility ledger: who is away, with the clocks that run, and what a person should decide."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from services.registry.pages import words
from services.registry.pages.as_of import Travels
from services.registry.pages.away_together import together_in
from services.registry.pages.clocks import Clocks, card_soon, clocks_of, silent_since
from services.registry.pages.common import OFFICE, PAGE_SIZE, Office, Reader, Waited, reading, rules, within
from services.registry.pages.export import sheet_response
from services.registry.project import away_application
from services.registry.project import ledger as ledger_
from services.shell.i18n import gettext as _
from services.shell.i18n import speech
from services.shell.pages import page

router = APIRouter(include_in_schema=False)

EXPORT_MAX = 20_000
APPLICATIONS_SHOWN = 10
State = Annotated[str, Query(pattern="^(open|closed|all)$")]


@router.get("/ledger", dependencies=[Waited, Travels])
async def ledger(
    request: Request,
    caller: Reader,
    state: State = ledger_.OPEN,
    kind: Annotated[str, Query(pattern="^(card|temporary_transfer|intermittent|)$")] = "",
    community: Annotated[str, Query(max_length=200)] = "",
    page_token: str = "",
) -> Response:
    """The ledger."""
    today = speech().today
    place = within(caller, community)
    here = rules(request, place or caller.scope)
    async with reading(request, caller) as db:
        found = await ledger_.stays(db, state, community=place, kind=kind, size=PAGE_SIZE, token=page_token)
        applications, asked = await away_application.waiting(db, place, size=APPLICATIONS_SHOWN)
        together = await together_in(request, db, place)
        figures = await ledger_.figures(db, today, card_soon(here.away, today), silent_since(here.away, today), place)
    rows = [{**row, "clocks": _clocks(request, row) if row["state"] == ledger_.OPEN else None} for row in found.items]
    next_href = f"/registry/ledger?state={state}&kind={kind}&community={place}&page_token={found.next_token}"
    return await page(
        request, "ledger.html", rows=rows, applications=applications, asked=asked,
        together=together,
        figures=figures, state=state, kind=kind, community=place,
        next_href=next_href if found.next_token else "", soon_days=here.away.reminders.card_days,
        silent_days=here.away.reminders.contact_days[-1], clauses=here.clauses,
        may_write=caller.has(*OFFICE), words=words,
    )  # fmt: skip


def _clocks(request: Request, row: Mapping[str, Any]) -> Clocks:
    return clocks_of(row, rules(request, row["community"]).away, speech().today)


@router.get("/ledger.xlsx")
async def export(
    request: Request, caller: Office, state: State = ledger_.OPEN, community: Annotated[str, Query(max_length=200)] = ""
) -> Response:
    """The ledger as a worksheet."""
    async with reading(request, caller) as db:
        found = await ledger_.stays(db, state, community=within(caller, community), size=EXPORT_MAX)
    header = [
        _("姓名"), _("支部"), _("方式"), _("条款"), _("去向"), _("外出日期"), _("预计返回"), _("联系卡有效期"),
        _("返回日期"), _("返回情况"), _("最近联系"),
    ]  # fmt: skip
    rows = [
        [
            row["name"], row["branch"], words.word(words.AWAY, row["kind"]), row["clause"], row["destination"],
            row["since"], row["expected_return"], row["card_until"], row["ended_on"], row["report"],
            row["last_contact"],
        ]
        for row in found.items
    ]  # fmt: skip
    return sheet_response(_("流动台账"), header, rows)
