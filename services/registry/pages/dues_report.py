"""The report of dues: branch by branch, down to the months of a person; on screen, as a worksheet, on paper."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from services.registry.decide.dues_report import Sums
from services.registry.pages.common import OFFICE, EntityId, Reader, Waited, member_card, reading
from services.registry.pages.dues_reckoned import Asked, Asking, Report, reported
from services.registry.pages.dues_words import months, span
from services.registry.pages.export import sheet_response
from services.registry.pages.places import communities, places_of
from services.registry.pages.plain import answered
from services.shell.formats import day, moment, yuan
from services.shell.i18n import N_, speech
from services.shell.i18n import gettext as _
from services.shell.pages import page
from services.shell.printing import pdf, printed

router = APIRouter(include_in_schema=False)
api = APIRouter(prefix="/api/dues", tags=["dues"])

PAPER: Final = Path(__file__).resolve().parents[1] / "paper" / "dues_report.typ"
HEAD: Final = (
    N_("支部"), N_("人数"), N_("人月"), N_("应缴"), N_("减免额"), N_("已缴"), N_("未缴"), N_("多缴"),
)  # fmt: skip
Branch = Annotated[str, Query(max_length=64)]


@router.get("/dues/report", dependencies=[Waited])
async def report(request: Request, caller: Reader, asking: Asked) -> Response:
    """Branch by branch, and the money."""
    async with reading(request, caller) as db:
        found = await reported(request, db, asking)
        places = await communities(db, caller)
    return await page(
        request, "dues_report.html", report=found, asking=asking, span=span, places=places, places_many=len(places) > 1,
        may_write=caller.has(*OFFICE) and not asking.then, today=speech().today,
    )  # fmt: skip


@router.get("/dues/report/branch", dependencies=[Waited])
async def of_branch(request: Request, caller: Reader, asking: Asked, branch: Branch = "") -> Response:
    """The people of one branch."""
    async with reading(request, caller) as db:
        found = await reported(request, db, asking)
    people = [one for one in found.people if one.branch_id == branch]
    return await page(
        request, "dues_report_branch.html", people=people, asking=asking, span=span, months=months, branch=branch,
        name=found.branches.get(branch) or _("没有编入支部的"),
    )  # fmt: skip


@router.get("/dues/report/members/{member_id}", dependencies=[Waited])
async def of_member(request: Request, caller: Reader, member_id: EntityId, asking: Asked) -> Response:
    """The months of one person, each with its receipts."""
    card = await member_card(request, caller, member_id)
    async with reading(request, caller) as db:
        found = await reported(request, db, asking, member_id=member_id)
    return await page(
        request, "dues_report_member.html", card=card, asking=asking, span=span, months=months,
        lines=found.people[0].lines if found.people else [], sums=found.total,
    )  # fmt: skip


@router.get("/dues/report.xlsx", dependencies=[Waited])
async def sheet(
    request: Request, caller: Reader, asking: Asked, detail: Annotated[str, Query(pattern="^(months)?$")] = ""
) -> Response:
    """The same as a worksheet in yuan: a row a branch, or with `detail=months` a row for every month of everybody."""
    async with reading(request, caller) as db:
        found = await reported(request, db, asking)
    title = _("党费报表 %(span)s", span=f"{asking.first}~{asking.last}")
    if not detail:
        rows = [[name or _("没有编入支部的"), *_figures(each)] for _id, name, each in found.by_branch]
        rows.append([_("合计"), *_figures(found.total)])
        return await asyncio.to_thread(sheet_response, title, [_(each) for each in HEAD], rows)
    head = [_("支部"), _("姓名"), _("月份"), _("应缴"), _("减免额"), _("已缴"), _("未缴"), _("依据"), _("收据")]
    lines = (
        [
            found.branches.get(one.branch_id, ""), one.name, line.month, line.assessed_fen / 100, line.waived_fen / 100,
            line.paid_fen / 100, line.open_fen / 100, line.clause if line.known else _("没有基数"),
            "、".join(line.receipts),
        ]
        for one in found.people
        for line in one.lines
    )  # fmt: skip
    return await asyncio.to_thread(sheet_response, title, head, lines)


def _figures(each: Sums) -> list[int | float]:
    fen = (each.assessed_fen, each.waived_fen, each.paid_fen, each.owing_fen, each.over_fen)
    return [each.people, each.months, *(one / 100 for one in fen)]


@router.get("/dues/report.pdf", dependencies=[Waited])
async def paper(request: Request, caller: Reader, asking: Asked) -> Response:
    """On paper, to be signed. Like any official paper it is written in Chinese."""
    async with reading(request, caller) as db:
        found = await reported(request, db, asking)
        place = (await places_of(db, caller, [asking.place or caller.scope])).called(asking.place or caller.scope)
    given = _printed(found, asking, place)
    return pdf(await printed(PAPER, given), _("党费报表 %(span)s", span=f"{asking.first}~{asking.last}"))


def _printed(found: Report, asking: Asking, place: str) -> dict[str, Any]:
    def row(name: str, each: Sums) -> list[str]:
        fen = (each.assessed_fen, each.waived_fen, each.paid_fen, each.owing_fen, each.over_fen)
        return [name, str(each.people), str(each.months), *(f"{one / 100:,.2f}" for one in fen)]

    cash, unknown = found.cash, found.total.unknown
    known = f"截至 {day(asking.until, year=True)}"
    if asking.known_at:
        known += f"，按 {moment(asking.known_at)} 所知"
    return {
        "title": "党费收缴情况报表",
        "place": place,
        "period": span(asking.first, asking.last),
        "known": known,
        "head": [str(each) for each in HEAD],
        "rows": [row(name or "没有编入支部的", each) for _id, name, each in found.by_branch],
        "total": row("合计", found.total),
        "note": "金额单位：元。应缴＝已缴＋减免额＋未缴－多缴。"
        + (f"另有 {unknown} 个人月没有养老金基数，算不出应缴。" if unknown else ""),
        "cash": [
            ["本期收到", f"{yuan(cash.period.received_fen)}，{cash.period.receipts} 张收据"],
            ["本期退款", f"{yuan(cash.period.refunded_fen)}，{cash.period.refunds} 笔"],
            ["本期净收", yuan(cash.period.fen)],
            ["已上交（这几个月的）", yuan(cash.handed_up_fen)],
            ["历来收到还没有上交的", yuan(cash.in_hand_fen)],
        ],
        "handed": [
            [
                day(one["handed_on"], year=True),
                span(one["first"], one["last"]),
                yuan(one["amount_fen"]),
                one["reference"],
            ]
            for one in cash.handed_up
        ],
    }


def _json(each: Sums) -> dict[str, int]:
    return {name: getattr(each, name) for name in Sums.__slots__}


def _cash_json(found: Report) -> dict[str, int]:
    cash = found.cash
    return {
        "received_fen": cash.period.received_fen,
        "refunded_fen": cash.period.refunded_fen,
        "net_fen": cash.period.fen,
        "handed_up_fen": cash.handed_up_fen,
        "not_handed_up_fen": cash.in_hand_fen,
    }


@api.get("/report", dependencies=[Waited])
async def report_json(request: Request, caller: Reader, asking: Asked) -> Response:
    """A period of months (`first`, `last`) branch by branch: assessed = paid + waived + owing - over. With `as_of` and
    `known_at` as it stood on a day, by what was known at a moment.
    """
    async with reading(request, caller) as db:
        found = await reported(request, db, asking)
    branches = [{"branch_id": each, "branch": name, **_json(one)} for each, name, one in found.by_branch]
    body = {"first": asking.first, "last": asking.last, "branches": branches, "total": _json(found.total)}
    return answered({**body, "cash": _cash_json(found)})


@api.get("/report/members", dependencies=[Waited])
async def members_json(request: Request, caller: Reader, asking: Asked, branch: Branch = "") -> Response:
    """The same person by person and month by month; of one branch, if it is named."""
    async with reading(request, caller) as db:
        found = await reported(request, db, asking)
    items = [
        {
            "member_id": one.member_id,
            "name": one.name,
            "branch_id": one.branch_id or None,
            **_json(one.sums),
            "lines": [{name: getattr(line, name) for name in (*line.__slots__, "open_fen")} for line in one.lines],
        }
        for one in found.people
        if not branch or one.branch_id == branch
    ]
    return answered({"items": items, "next_page_token": ""})
