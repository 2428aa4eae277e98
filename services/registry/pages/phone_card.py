"""The card a member keeps by the telephone: the branch's number and the committee's mobiles, in large type (R8)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from fastapi import APIRouter, Request
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.responses import Response

from services.registry.pages.branches import branch_row
from services.registry.pages.common import EntityId, Office, Waited, doing, member_card, reading, registry
from services.registry.pages.on_paper import PAPER, written
from services.registry.pages.organisation_words import POST
from services.registry.pages.places import name_of
from services.registry.project import belonging, committee, register
from services.registry.project.register import Wanted
from services.shell.i18n import gettext as _
from services.shell.i18n import speech
from services.shell.identity import Caller
from services.shell.pages import done
from services.shell.printing import pdf, printed
from services.shell.problems import NotFound

router = APIRouter(include_in_schema=False)

Row = Mapping[str, Any]
PEOPLE_MAX: Final = 6
"""Lines of a card: the branch, and the first of its committee."""
CARDS_MAX: Final = 300
WHY: Final = "印在支部联系卡上，发给党员"


@router.get("/members/{member_id}/phone-card.pdf", dependencies=[Waited])
async def of_member(request: Request, caller: Office, member_id: EntityId) -> Response:
    """One member's card."""
    card = await member_card(request, caller, member_id)
    if not card["branch_id"]:
        return done(request, f"/registry/members/{member_id}/assign", _("还没有编入支部，印不了联系卡。请先编入支部。"))
    row = await branch_row(request, caller, card["branch_id"])
    return await _sheet(request, caller, row, [card["name"] or ""], _("联系卡 %(name)s", name=card["name"] or ""))


@router.get("/branches/{branch_id}/phone-cards.pdf", dependencies=[Waited])
async def of_branch(request: Request, caller: Office, branch_id: EntityId) -> Response:
    """The cards of everybody in a branch, two on a sheet."""
    row = await branch_row(request, caller, branch_id)
    async with reading(request, caller) as db:
        people = await belonging.people(db, branch_id, speech().today)
    names = [one["name"] or "" for one in people if one["state"] in ("enrolled", "away")][:CARDS_MAX]
    if not names:
        raise NotFound(_("这个支部还没有党员，没有卡可印。"))
    return await _sheet(request, caller, row, names, _("联系卡 %(branch)s", branch=row["name"]))


async def _sheet(request: Request, caller: Caller, row: Row, names: Sequence[str], title: str) -> Response:
    async with reading(request, caller) as db:
        seats = await _committee(db, row)
    lines = _lines(row, seats)
    if not any(phone for _post, _name, phone in lines):
        return done(
            request, f"/registry/branches/{row['branch_id']}/contact",
            _("支部还没有登记电话，支委也没有电话，印出来是空的。请先登记支部的电话。"),
        )  # fmt: skip
    await _written_down(request, caller, row, seats)
    place = await name_of(request, caller, row["community"])
    shared = {
        "branch": row["name"][:30], "people": lines, "place": place, "printed": written(speech().today),
        "hint": "请放在电话机旁",
    }  # fmt: skip
    given = {"cards": [{**shared, "name": name} for name in names]}
    return pdf(await printed(PAPER / "phone_card.typ", given), title)


async def _committee(db: AsyncConnection, row: Row) -> list[tuple[str, dict[str, Any]]]:
    """Who sits on the committee, in the order of the posts: the words of all their posts, and their card."""
    rows = await committee.of_branch(db, row["branch_id"], speech().today)
    if not rows:
        return []
    order = list(POST)
    posts: dict[str, list[str]] = {}
    for seat in sorted(rows[0]["seats"], key=lambda one: order.index(one["post"])):
        posts.setdefault(seat["member_id"], []).append(POST[seat["post"]])
    found = await register.cards(db, Wanted(only=list(posts)), size=len(posts))
    cards = {card["member_id"]: card for card in found.items}
    return [("、".join(posts[one]), cards[one]) for one in posts if one in cards]


def _lines(row: Row, seats: Sequence[tuple[str, dict[str, Any]]]) -> list[tuple[str, str, str]]:
    """The branch's own number first; nobody stands there twice with the same one."""
    own = spaced(row["contact_phone"])
    lines = [("支部电话", row["contact_name"] or row["name"], own)] if own else []
    for post, card in seats:
        phone = spaced(card["phone"])
        if not (lines and phone == own and card["name"] == row["contact_name"]):
            lines.append((post, card["name"] or "", phone))
    return lines[:PEOPLE_MAX]


def spaced(phone: str | None) -> str:
    """`139 1234 8862`: a mobile is read aloud in three parts; any other number as it is written."""
    digits = phone or ""
    if len(digits) == len("13912348862") and digits.isdecimal() and digits.startswith("1"):
        return f"{digits[:3]} {digits[3:7]} {digits[7:]}"
    return digits


async def _written_down(
    request: Request, caller: Caller, row: Row, seats: Sequence[tuple[str, dict[str, Any]]]
) -> None:
    """In the list of who read what of each of the committee, before their mobile is printed."""
    people = [card["member_id"] for _post, card in seats if card["phone"]]
    if not people:
        return
    async with doing(request, caller, row["community"], "phone-card") as asked:
        await registry(request).record_reads(replace(asked, command="", expected=None), people, "phone:card", WHY)
