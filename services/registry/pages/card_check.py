"""Whoever is shown a contact card scans its code and sees whether it holds: no sign-in, and no word more than that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from services.registry.pages.card_code import CODE_MAX, CardSeal, Claim
from services.registry.project import contact_card, member
from services.shell.i18n import N_, speech
from services.shell.identity import public
from services.shell.identity.limits import Limit
from services.shell.pages import page

router = APIRouter(
    include_in_schema=False,
    dependencies=[Depends(public("whoever is shown a card must be able to tell whether it holds; it says no more"))],
)

VALID, EARLY, EXPIRED, REPLACED, REVOKED, OVER = "valid", "early", "expired", "replaced", "revoked", "over"
FORGED, UNKNOWN = "forged", "unknown"
SAID: Final = {
    VALID: (N_("有效"), N_("这张联系卡有效。"), "done"),
    EARLY: (N_("尚未生效"), N_("这张联系卡是真的，还没有到开始的日期。"), "soon"),
    EXPIRED: (N_("已过期"), N_("这张联系卡是真的，已经过了有效期。请持卡人与原支部联系续期。"), "late"),
    REPLACED: (N_("已换新卡"), N_("这张联系卡已经被新的一张代替。请看持卡人的新卡。"), "late"),
    REVOKED: (N_("已作废"), N_("这张联系卡已被发卡支部作废。"), "late"),
    OVER: (N_("已用完"), N_("持卡人的外出已经结束，这张联系卡不再使用。"), "late"),
    FORGED: (N_("不是真卡"), N_("这个码不是本系统签发的，或者被改动过。请不要接受，并与卡上写的支部核实。"), "late"),
    UNKNOWN: (N_("查不到"), N_("这个码的签名是真的，但登记簿里没有这张卡。请与卡上写的支部核实。"), "late"),
}
"""Outcome -> a word, a sentence, a tone."""
_ENDED: Final = {
    contact_card.REPLACED: REPLACED,
    contact_card.REVOKED: REVOKED,
    contact_card.HANDED_IN: OVER,
    contact_card.LOST: OVER,
}
ATTEMPTS, SECONDS = 30, 60
"""So often one address may ask: nobody is shown more cards than that."""


@dataclass(frozen=True, slots=True)
class Shown:
    """All that a stranger learns. Of what is forged or unknown, the outcome alone."""

    outcome: str
    name: str = ""
    branch: str = ""
    valid_from: date | None = None
    valid_until: date | None = None


def checks() -> Limit:
    """How often may be asked; kept for the life of the process."""
    return Limit(ATTEMPTS, SECONDS)


@router.get("/card/{code}")
async def check(request: Request, code: str) -> Response:
    """Whether a card holds. Every answer is a 200 of the same shape."""
    request.app.state.card_checks.attempt(request.client.host if request.client else "unknown")
    seal: CardSeal = request.app.state.card_seal
    claim = seal.read(code) if len(code) <= CODE_MAX else None
    shown = Shown(FORGED) if claim is None else await _looked_up(request, claim)
    word, sentence, tone = SAID[shown.outcome]
    return await page(request, "card_check.html", shown=shown, word=word, sentence=sentence, tone=tone)


async def _looked_up(request: Request, claim: Claim) -> Shown:
    # The signature is the permission to ask for this one card, in whichever community it was given.
    async with request.app.state.database.reading("") as db:
        row = await contact_card.card(db, claim.card_id)
    if row is None:
        return Shown(UNKNOWN)
    branch = row["branch"] or ""
    return Shown(outcome_of(row, speech().today), part_of(row["name"]), branch, claim.valid_from, claim.valid_until)


def outcome_of(row: Mapping[str, Any], today: date) -> str:
    """What is said of a card that is on record, on a day."""
    if ended := _ENDED.get(row["state"]):
        return ended
    if row["member_state"] not in (member.AWAY, member.MERGED):
        return OVER
    if today > row["valid_until"]:
        return EXPIRED
    return EARLY if today < row["valid_from"] else VALID


def part_of(name: str | None) -> str:
    """`王秀英` -> `王**`; however long the name is."""
    return f"{name[0]}**" if name else "—"
