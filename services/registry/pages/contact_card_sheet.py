"""What is printed for somebody who leaves: the contact card with its code, the letter of transfer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final

from fastapi import Request
from starlette.responses import Response

from services.registry.pages.card_code import CardSeal, Claim
from services.shell.printing import pdf, printed, qr_code

PAPER: Final = Path(__file__).parents[1] / "paper"


def address_of(request: Request, row: Mapping[str, Any]) -> str:
    """The address in the code of a card: where anybody may check it."""
    seal: CardSeal = request.app.state.card_seal
    claim = Claim(row["card_id"], row["number"], row["valid_from"], row["valid_until"])
    base = seal.address or f"{request.url.scheme}://{request.url.netloc}"
    return f"{base}/registry/card/{seal.code(claim)}"


def reached_from_outside(request: Request) -> bool:
    """Whether a phone elsewhere can open that address: somebody said what it is, or it is not this very computer."""
    seal: CardSeal = request.app.state.card_seal
    return bool(seal.address) or request.url.hostname not in ("127.0.0.1", "localhost", "::1")


async def card_sheet(request: Request, row: Mapping[str, Any]) -> Response:
    """The card to print."""
    given = {
        "number": row["number"],
        "name": row["name"] or "",
        "branch": (row["branch"] or "")[:40],
        "destination": row["destination"][:40],
        "valid_from": in_full(row["valid_from"]),
        "valid_until": in_full(row["valid_until"]),
        "phone": _phone(row),
        "issued_on": in_full(row["valid_from"]),
        "clause": row["clause"],
        "code": qr_code(address_of(request, row)),
    }
    return pdf(await printed(PAPER / "contact_card.typ", given), f"联系卡 {row['number']} {row['name'] or ''}".strip())


async def letter_sheet(row: Mapping[str, Any]) -> Response:
    """The letter to print, with the receipt that comes back."""
    given = {
        "number": row["letter_no"],
        "to": row["letter_to"],
        "name": row["name"] or "",
        "branch": row["branch"] or "",
        "destination": row["destination"][:60],
        "since": in_full(row["since"]),
        "sent_on": in_full(row["letter_sent_on"]),
        "valid_until": in_full(row["letter_until"]),
        "clause": row["letter_clause"],
        "phone": _phone(row),
    }
    name = f"介绍信 {row['letter_no']} {row['name'] or ''}".strip()
    return pdf(await printed(PAPER / "transfer_letter.typ", given), name)


def _phone(row: Mapping[str, Any]) -> str:
    return "　".join(filter(None, (row["contact_phone"], row["contact_name"]))) or "（请支部填写）"


def in_full(day: date) -> str:
    """A day as it stands on Chinese paper."""
    return f"{day.year}年{day.month}月{day.day}日"
