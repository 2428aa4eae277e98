"""Activity money of every branch in a year: on a page, as a text file, on paper, by the API; and one branch's sheet."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.responses import Response

from events.facts.branch_funds import FundsSource
from services.registry.decide.funds_ledger import Sums, YearOfFunds, of_year
from services.registry.pages import funds_words
from services.registry.pages.api_funds import year_json
from services.registry.pages.branches import branch_row
from services.registry.pages.common import OFFICE, Day, EntityId, Reader, Waited, reading, rules, within
from services.registry.pages.export import csv_response
from services.registry.pages.funds_common import Standing, YearAsked, spending, standing
from services.registry.pages.on_paper import PAPER, amount, written
from services.registry.pages.places import communities, places_of
from services.registry.pages.plain import answered
from services.registry.project import branch, funds
from services.shell.i18n import N_, speech
from services.shell.i18n import gettext as _
from services.shell.identity import Role
from services.shell.pages import page
from services.shell.printing import pdf, printed

router = APIRouter(include_in_schema=False)
api = APIRouter(prefix="/api", tags=["funds"])

TEMPLATE: Final = PAPER / "funds.typ"
HEAD: Final = (
    N_("支部"), N_("人数"), N_("上年结转"), N_("本年下达"), N_("已支出"), N_("等审批"), N_("结余"), N_("人均已用"),
)  # fmt: skip
Place = Annotated[str, Query(max_length=200)]


@dataclass(frozen=True, slots=True)
class Line:
    """One branch."""

    branch_id: str
    name: str
    community: str
    members: int
    year: YearOfFunds

    @property
    def each_fen(self) -> int:
        """What was spent for each member, to the nearest fen below."""
        return self.year.spent_fen // self.members if self.members else 0


async def lines_of(
    request: Request, db: AsyncConnection, place: str, year: int, until: date | None = None
) -> list[Line]:
    """Every branch that members may belong to, and those closed that have, or had, money in that year."""
    sums = await funds.sums(db, community=place, until=until)
    handler, found = spending(request), []
    for row in await branch.branches(db, place, every=True):
        by_year = {each: Sums(*fen) for each, fen in sums.get(row["branch_id"], {}).items()}
        if not by_year and (row["closed_on"] is not None or row["kind"] == "general"):
            continue
        stands = of_year(by_year, handler.rules(row["community"]), year)
        found.append(Line(row["branch_id"], row["name"], row["community"], row["members"], stands))
    return found


def total_of(lines: Sequence[Line], year: int) -> Line:
    """All of them together."""
    names = ("carried_fen", "allocated_fen", "spent_fen", "waiting_fen", "lapsed_before_fen")
    sums = {name: sum(getattr(one.year, name) for one in lines) for name in names}
    return Line("", "", "", sum(one.members for one in lines), YearOfFunds(year=year, **sums))


def _figures(one: Line) -> list[int | float]:
    year = one.year
    fen = (year.carried_fen, year.allocated_fen, year.spent_fen, year.waiting_fen, year.left_fen, one.each_fen)
    return [one.members, *(each / 100 for each in fen)]


@router.get("/funds", dependencies=[Waited])
async def report(
    request: Request, caller: Reader, community: Place = "", year: YearAsked = None, as_of: Day = None
) -> Response:
    """Branch by branch, as it stands or stood on a day, and what waits for somebody's approval."""
    today = speech().today
    as_of = as_of if as_of != today else None  # the bar is sent with the date filled in
    place, wanted = within(caller, community), year or (as_of or today).year
    async with reading(request, caller) as db:
        lines = await lines_of(request, db, place, wanted, as_of)
        waits = await funds.waiting(db, place)
        places = await communities(db, caller)
        called = await places_of(db, caller, {one.community for one in lines})
    by = await request.app.state.shell.identity.called.of({one["asked_by"] for one in waits})
    here = rules(request, place or caller.scope)
    return await page(
        request, "funds_report.html", lines=lines, total=total_of(lines, wanted), waits=waits, year=wanted,
        today=today, as_of=as_of, place=place, places=places if len(places) > 1 else [], called=called, by=by,
        rule=here.funds, clauses=here.clauses, may_approve=caller.has(*OFFICE, Role.SUPERVISOR), me=caller.name,
        query=f"year={wanted}&community={place}",
    )  # fmt: skip


@router.get("/funds.csv", dependencies=[Waited])
async def text(request: Request, caller: Reader, community: Place = "", year: YearAsked = None) -> Response:
    """The same as a text file, in yuan."""
    place, wanted = within(caller, community), year or speech().today.year
    async with reading(request, caller) as db:
        lines = await lines_of(request, db, place, wanted)
        called = await places_of(db, caller, {one.community for one in lines})
    rows = [[called.called(one.community), one.name, *_figures(one)] for one in lines]
    rows.append([_("合计"), "", *_figures(total_of(lines, wanted))])
    head = [_("社区"), *(_(each) for each in HEAD)]
    return await asyncio.to_thread(csv_response, _("活动经费 %(year)s", year=wanted), head, rows)


@router.get("/funds.pdf", dependencies=[Waited])
async def paper(request: Request, caller: Reader, community: Place = "", year: YearAsked = None) -> Response:
    """On paper, to be signed. Like any official paper it is written in Chinese."""
    place, wanted = within(caller, community), year or speech().today.year
    async with reading(request, caller) as db:
        lines = await lines_of(request, db, place, wanted)
        name = (await places_of(db, caller, [place or caller.scope])).called(place or caller.scope)
    rows = [[one.name, str(one.members), *map(_yuan, _figures(one)[1:])] for one in lines]
    total = total_of(lines, wanted)
    rows.append(["合计", str(total.members), *map(_yuan, _figures(total)[1:])])
    table = {"title": "", "heads": [str(each) for each in HEAD], "right": len(HEAD) - 1, "wide": 0, "rows": rows}
    given = _sheet("党员活动经费情况表", name, wanted, [table], request, place or caller.scope)
    return pdf(await printed(TEMPLATE, given), _("活动经费 %(year)s", year=wanted))


def _yuan(value: float) -> str:
    return f"{value:,.2f}"


def _sheet(
    title: str, place: str, year: int, tables: Sequence[Mapping[str, Any]], request: Request, scope: str
) -> dict[str, Any]:
    here = rules(request, scope)
    clauses = (here.funds.per_head.clause, here.funds.approval.clause, here.funds.carry_over.clause)
    return {
        "title": title,
        "place": place,
        "period": f"{year}年，截至{written(speech().today)}",
        "tables": list(tables),
        "note": "金额单位：元。上年结转＋本年下达＝已支出＋结余。",
        "clauses": [f"{each}　{here.clauses.get(each, '')}" for each in clauses],
    }


@router.get("/branches/{branch_id}/funds/sheet.pdf", dependencies=[Waited])
async def branch_sheet(request: Request, caller: Reader, branch_id: EntityId, year: YearAsked = None) -> Response:
    """One branch's year on paper: what it was given, and every payment that counts."""
    row, wanted = await branch_row(request, caller, branch_id), year or speech().today.year
    async with reading(request, caller) as db:
        stands = await standing(request, db, row, wanted)
    called = await request.app.state.shell.identity.called.of(
        {one[name] for one in stands.payments for name in ("asked_by", "approved_by") if one[name]}
    )
    tables = [_sums_table(stands.year), _given_table(stands), _paid_table(stands, called)]
    given = _sheet("党员活动经费明细", row["name"], wanted, tables, request, row["community"])
    return pdf(await printed(TEMPLATE, given), _("%(branch)s活动经费 %(year)s", branch=row["name"], year=wanted))


def _sums_table(year: YearOfFunds) -> dict[str, Any]:
    figures = (year.carried_fen, year.allocated_fen, year.spent_fen, year.waiting_fen, year.left_fen)
    heads = ["上年结转", "本年下达", "已支出", "等审批", "结余"]
    return {
        "title": "",
        "heads": heads,
        "right": len(heads),
        "wide": None,
        "rows": [[amount(each) for each in figures]],
    }


def _given_table(stands: Standing) -> dict[str, Any]:
    rows = [
        [
            written(one["on"]),
            funds_words.SOURCE[FundsSource(one["source"])],
            f"{one['members']} 人 × {amount(one['per_head_fen'])}" if one["members"] is not None else "",
            one["note"] or "",
            amount(one["amount_fen"]),
        ]
        for one in stands.allocations
        if one["taken_back_on"] is None
    ]
    return {"title": "经费下达", "heads": ["日期", "来源", "核定", "说明", "金额"], "right": 1, "wide": 3, "rows": rows}


def _paid_table(stands: Standing, called: Mapping[str, str]) -> dict[str, Any]:
    rows = [
        [
            written(one["on"]),
            one["called"],
            one["what"] + (f"（{one['activity'] or one['meeting']}）" if one["activity"] or one["meeting"] else ""),
            one["voucher"],
            called[one["asked_by"]] + (f" / {called[one['approved_by']]}" if one["approved_by"] else ""),
            amount(one["amount_fen"]),
        ]
        for one in reversed(stands.payments)
        if one["state"] == funds.SPENT
    ]
    heads = ["日期", "用途", "内容", "凭证", "登记 / 审批", "金额"]
    return {"title": "支出明细", "heads": heads, "right": 1, "wide": 2, "rows": rows}


@api.get("/funds", dependencies=[Waited])
async def report_json(
    request: Request, caller: Reader, community: Place = "", year: YearAsked = None, as_of: Day = None
) -> Response:
    """Every branch's money in a year (this one), as it stands or stood on a day, and all of it together."""
    place, wanted = within(caller, community), year or (as_of or speech().today).year
    async with reading(request, caller) as db:
        lines = await lines_of(request, db, place, wanted, as_of)
    items = [_line_json(one) for one in lines]
    total = {name: value for name, value in _line_json(total_of(lines, wanted)).items() if name in _SUMMED}
    return answered({"year": wanted, "items": items, "total": total, "next_page_token": ""})


_SUMMED: Final = (
    "members", "carried_fen", "allocated_fen", "spent_fen", "waiting_fen", "left_fen", "free_fen", "spent_each_fen",
)  # fmt: skip


def _line_json(one: Line) -> dict[str, Any]:
    plain = {"branch_id": one.branch_id, "branch": one.name, "community": one.community, "members": one.members}
    return {**plain, **year_json(one.year), "spent_each_fen": one.each_fen}


@api.get("/funds/waiting", dependencies=[Waited])
async def waiting_json(request: Request, caller: Reader, community: Place = "") -> Response:
    """Payments that somebody else than who asked has to approve, the oldest first."""
    async with reading(request, caller) as db:
        found = await funds.waiting(db, within(caller, community))
    return answered({"items": found, "next_page_token": ""})
