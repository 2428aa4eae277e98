"""Assistance on paper: the form of application, to be filled in and signed, and the slip of whoever took it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.care.pages import support_words as sw
from services.care.pages.assistance import called_in
from services.care.pages.assistance_common import assistance_row, rule_of
from services.care.pages.common import EntityId, Office, rules
from services.shell.formats import years_since, yuan
from services.shell.i18n import gettext as _
from services.shell.identity import Caller
from services.shell.money import in_capitals
from services.shell.printing import pdf, printed
from services.shell.problems import NotFound

router = APIRouter(include_in_schema=False)

PAPER: Final = Path(__file__).parent.parent / "paper"


@router.get("/assistance/{assistance_id}/application.pdf")
async def application(request: Request, caller: Office, assistance_id: EntityId) -> Response:
    """The form: what is known is printed, the reason is left to whoever applies; it is sealed and stays so."""
    row = await assistance_row(request, caller, assistance_id)
    if row["requested_on"] is None:
        raise NotFound(_("还没有提出申请，没有可以打印的申请表。"))
    return pdf(
        await printed(PAPER / "assistance_application.typ", await _given(request, caller, row)),
        _name(row, _("帮扶申请表")),
    )


@router.get("/assistance/{assistance_id}/slip.pdf")
async def slip(request: Request, caller: Office, assistance_id: EntityId) -> Response:
    """What was paid, for the signature of whoever took it."""
    row = await assistance_row(request, caller, assistance_id)
    if not row["payments"]:
        raise NotFound(_("还没有发放，没有可以打印的签收单。"))
    return pdf(
        await printed(PAPER / "assistance_slip.typ", await _given(request, caller, row)), _name(row, _("帮扶签收单"))
    )


def _name(row: Any, what: str) -> str:
    return f"{what} {row['name'] or ''}".strip()


async def _given(request: Request, caller: Caller, row: Any) -> dict[str, Any]:
    """Plain words for a sheet. Like any official paper it is written in Chinese."""
    rule, called = rule_of(request, row["community"]), await called_in(request, [row])
    amount = row["approved_fen"] if row["approved_on"] else row["asked_fen"]
    return {
        "community": caller.called(row["community"]),
        "number": row["assistance_id"][-12:].upper(),
        "name": row["name"] or "",
        "age": f"{years_since(row['birth'])} 岁" if row["birth"] else "",
        "address": row["address"] or "",
        "kind": sw.KIND[row["kind"]],
        "asked_on": _day(row["requested_on"]),
        "asked": yuan(row["asked_fen"]),
        "amount": yuan(amount),
        "capitals": in_capitals(amount or 0),
        "paid": yuan(row["paid_fen"]),
        "paid_capitals": in_capitals(row["paid_fen"]),
        "payments": [
            f"{_day(one['on'])}　{yuan(one['amount_fen'])}　{sw.PAID_HOW[one['how']]}" for one in row["payments"]
        ],
        "evidence": [{"said": text, "ticked": code in (row["evidence"] or [])} for code, text in sw.EVIDENCE.items()],
        "requested_by": called.get(row["requested_by"], ""),
        "first": called.get(row["endorsed_by"], "") if row["endorsed_by"] else "",
        "first_on": _day(row["endorsed_on"]),
        "second": called.get(row["approved_by"], "") if row["approved_by"] else "",
        "second_on": _day(row["approved_on"]),
        "needs_two": (amount or 0) > rule.second.above_fen,
        "clause": f"{row['clause']} {rules(request, row['community']).clauses.get(row['clause'], '')}",
        "taken_by": sw.TAKEN_BY[row["acknowledged_by"]] if row["acknowledged_by"] else "",
        "taken_on": _day(row["acknowledged_on"]),
    }


def _day(on: date | None) -> str:
    return "" if on is None else f"{on:%Y}年{on.month}月{on.day}日"
