"""The member handbook (党员手册) as a PDF: one member, one year, on paper for the member to keep."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.responses import Response

from services.registry.decide.points_policy import PointsFor
from services.registry.pages import activity_words, honour_words, point_words, words
from services.registry.pages.as_of import Travels
from services.registry.pages.common import EntityId, Office, Waited, member_card, reading, rules
from services.registry.pages.on_paper import PAPER, amount, hours, short, written
from services.registry.pages.places import name_of
from services.registry.pages.point_common import reckoned, year_of
from services.registry.project import activity, dues, honour, meeting, review, service_hours
from services.shell.formats import mask_phone
from services.shell.i18n import gettext as _
from services.shell.i18n import speech
from services.shell.printing import pdf, printed

router = APIRouter(include_in_schema=False)

MANY = 1000
"""More meetings or entries than anybody has in a year."""
Card = Mapping[str, Any]
Rows = Sequence[Sequence[str]]


@router.get("/members/{member_id}/handbook.pdf", dependencies=[Waited, Travels])
async def handbook(
    request: Request, caller: Office, member_id: EntityId, year: Annotated[str, Query(max_length=4)] = ""
) -> Response:
    """What a year was for one member: meetings, dues, service, points, honours, reports, appraisal."""
    card = await member_card(request, caller, member_id)
    number = year_of(year)
    place = await name_of(request, caller, card["community"])
    async with reading(request, caller) as db:
        given = {
            "name": card["name"] or "—", "branch": card["branch"] or "—", "place": place, "year": str(number),
            "printed": written(speech().today), "card": _card(card),
            "meetings": await _meetings(db, member_id, number), "dues": await _dues(db, member_id, number),
            "service": await _service(db, member_id, number), "activities": await _activities(db, member_id, number),
            **await _honours(db, member_id, number),
            **await _points(request, db, card, number),
        }  # fmt: skip
    sheet = await printed(PAPER / "handbook.typ", given)
    return pdf(sheet, _("党员手册 %(name)s %(year)s", name=card["name"] or "", year=number))


def _card(card: Card) -> Rows:
    """The card in short: numbers stay masked, this paper lies about."""
    former = " ".join(part for part in (card["former_unit"], card["former_post"]) if part)
    phone = mask_phone(card["phone"]) if card["phone"] else "—"
    return [
        ("姓名", card["name"] or "—"), ("性别", words.SEX.get(card["sex"], "—")), ("出生", written(card["birth"])),
        ("民族", card["ethnicity"] or "—"), ("身份证号", card["id_masked"] or "—"),
        ("入党", written(card["joined_on"])), ("转正", written(card["full_member_on"])),
        ("人员类别", words.KIND.get(card["kind"], "—")), ("学历", card["education"] or "—"), ("原单位", former or "—"),
        ("电话", phone), ("住址", card["address"] or "—"), ("特长", "、".join(card["skills"] or ()) or "—"),
    ]  # fmt: skip


async def _meetings(db: AsyncConnection, member_id: str, year: int) -> Rows:
    found = await meeting.attended_by(db, member_id, date(year, 1, 1), MANY)
    return [
        (short(one["attended_on"]), words.MEETING.get(one["kind"], "—"), one["title"] or "—",
         words.WAY.get(one["way"], "—"))
        for one in reversed(found) if one["attended_on"].year == year
    ]  # fmt: skip


async def _dues(db: AsyncConnection, member_id: str, year: int) -> Mapping[str, Any]:
    found = await dues.lines(db, member_id, first=f"{year}-01", last=f"{year}-12")
    kept = [one for one in found if one["refunded_on"] is None]
    rows = [
        (f"{int(one['month'][5:])}月", amount(one["paid_fen"]), written(one["paid_on"]), one["receipt_no"])
        for one in kept
    ]
    return {"rows": rows, "total": amount(sum(one["paid_fen"] or 0 for one in kept))}


async def _service(db: AsyncConnection, member_id: str, year: int) -> Mapping[str, Any]:
    found = await service_hours.entries(db, member_id=member_id, size=MANY, withdrawn=False)
    own = [one for one in reversed(found) if one["day"].year == year]
    rows = [(short(one["day"]), one["post"] or "—", one["what"] or "—", hours(one["minutes"])) for one in own]
    return {"rows": rows, "total": hours(sum(one["minutes"] for one in own))}


async def _activities(db: AsyncConnection, member_id: str, year: int) -> Rows:
    found = await activity.of_member(db, member_id, MANY)
    rows = []
    for one in reversed(found):
        for day, how in ((one["came_on"], "到场"), (one["delivered_on"], "送学上门")):
            if day and day.year == year:
                rows.append((short(day), activity_words.KIND[one["kind"]], one["title"], how))
    return rows


async def _honours(db: AsyncConnection, member_id: str, year: int) -> Mapping[str, Any]:
    held = await honour.held_by(db, member_id)
    reports = await review.reports_of(db, member_id, year=year)
    appraised = [one for one in await review.appraisals_of(db, member_id) if one["year"] == year]
    return {
        "honours": [
            (written(one["day"]), one["title"] or honour_words.KIND[one["kind"]], one["number"] or "—")
            for one in reversed(held)
            if not one["taken_back_on"]
        ],
        "reports": [
            (short(one["day"]), one["title"] or "—", one["kept_at"] or "—")
            for one in reversed(reports)
            if not one["withdrawn_on"]
        ],
        "appraisal": [(one["grade"], written(one["day"]), one["branch"] or "—") for one in appraised],
    }


async def _points(request: Request, db: AsyncConnection, card: Card, year: int) -> Mapping[str, Any]:
    member_id = card["member_id"]
    ledger = (await reckoned(request, db, card["community"], [member_id], year))[member_id].ledger
    here = rules(request, card["community"])
    rows = [
        (point_words.FOR[what], here.clauses.get(here.points.rule(what).clause, ""), str(ledger.of(what)))
        for what in PointsFor
    ]
    return {"points": {"rows": rows, "total": str(ledger.total)}}
