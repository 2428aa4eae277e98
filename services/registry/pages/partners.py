"""Partner units: finding one by what it offers, one with everything about it, a new one, the list as a sheet."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import Response

from events.facts.partner import OfferKind
from services.registry.decide.partner import RegisterPartner
from services.registry.pages import neighbour_words, words
from services.registry.pages.common import (
    OFFICE,
    PAGE_SIZE,
    EntityId,
    Office,
    Reader,
    Waited,
    doing,
    read_form,
    reading,
    show_own_write,
)
from services.registry.pages.export import sheet_response
from services.registry.pages.forms import Form, again, fresh
from services.registry.pages.partner_rows import Wanted, partner_row, partners_of, stage_of
from services.registry.pages.places import communities_to_fill, places_of
from services.registry.project import branch, meeting, partner
from services.shell.formats import day
from services.shell.i18n import gettext as _
from services.shell.i18n import speech
from services.shell.identity import Caller
from services.shell.pages import done, page
from services.shell.problems import Invalid, Refusal

router = APIRouter(prefix="/partners", include_in_schema=False)

HREF: Final = "/registry/partners"
SHEET_MAX: Final = 5000
MEETINGS_SHOWN: Final = 10


@router.get("", dependencies=[Waited])
async def listed(request: Request, caller: Reader, wanted: Wanted, page_token: str = "") -> Response:
    """The units, narrowed by a word, by what they are, and by what they offer."""
    async with reading(request, caller) as db:
        found = await partner.partners(db, wanted, size=PAGE_SIZE, token=page_token)
        ids = [row["partner_id"] for row in found.items]
        offers = await partner.offers_of(db, ids, speech().today)
        paired = await partner.pairings_of(db, partner_ids=ids) if ids else []
        all_there = await partner.count(db, wanted.community)
        offering = await partner.offering(db, wanted.on, wanted.community)
        places = await places_of(db, caller, {row["community"] for row in found.items})
        joint = await meeting.meetings(db, held_with=meeting.ANY, newest_first=True, size=MEETINGS_SHOWN)
        called = await partner.names(db, sorted({one for row in joint.items for one in row["partner_ids"]}))
    kept = {"q": wanted.q, "kind": wanted.kind, "offer": wanted.offer, "left": "1" if wanted.left else ""}
    options = [
        (words.word(neighbour_words.OFFER, code), _href(kept, offer=code), offering[code], code == wanted.offer)
        for code in map(str, OfferKind)
        if offering.get(code)
    ]
    return await page(
        request, "partners.html", offering=offering, options=options, rows=found.items, offers=offers, q=wanted.q,
        kept=kept,        wanted=wanted, all=all_there,
        paired={one: [each for each in paired if each["partner_id"] == one and not each["branch_closed_on"]]
                for one in ids},
        href=partial(_href, kept), words=words, theirs=neighbour_words, places=places, called=called,
        many=len({row["community"] for row in found.items}) > 1, joint=joint.items, left=wanted.left,
        next_href=_href(kept, page_token=found.next_token) if found.next_token else "",
        first_href=_href(kept) if page_token else "", may_write=caller.has(*OFFICE),
    )  # fmt: skip


def _href(kept: Mapping[str, str], **differently: str) -> str:
    asked = {name: value for name, value in {**kept, **differently}.items() if value}
    return f"{HREF}?{urlencode(asked)}" if asked else HREF


@router.get(".xlsx")
async def sheet(request: Request, caller: Office, wanted: Wanted) -> Response:
    """The same list to save: one line a unit."""
    async with reading(request, caller) as db:
        rows = (await partner.partners(db, wanted, size=SHEET_MAX)).items
        ids = [row["partner_id"] for row in rows]
        offers = await partner.offers_of(db, ids, speech().today)
        paired = await partner.pairings_of(db, partner_ids=ids) if ids else []
    with_branches = {one: [each["branch"] or "" for each in paired if each["partner_id"] == one] for one in ids}
    head = [_("单位"), _("类别"), _("地址"), _("单位电话"), _("联系人"), _("联系人电话"), _("能提供什么"),
            _("结对支部"), _("从哪天起")]  # fmt: skip
    lines = (
        (
            row["name"], words.word(neighbour_words.PARTNER, row["kind"]), row["office_address"] or "",
            row["office_phone"] or "", row["contact_name"] or "", row["contact_phone"] or "",
            "、".join(each["what"] for each in offers[row["partner_id"]]),
            "、".join(with_branches[row["partner_id"]]), day(row["since"], year=True),
        )
        for row in rows
    )  # fmt: skip
    return sheet_response(_("共建单位"), head, lines)


@router.get("/new")
async def new(request: Request, caller: Office) -> Response:
    """A form for a new unit."""
    return await _new(request, caller, fresh(request, kind="firm"))


async def _new(request: Request, caller: Caller, form: Form) -> Response:
    async with reading(request, caller) as db:
        places = await communities_to_fill(db, caller)
    return await page(
        request, "partner_form.html", status=form.status, form=form, row=None, places=places, words=words,
        theirs=neighbour_words,
    )  # fmt: skip


@router.post("/new")
async def register(request: Request, caller: Office) -> Response:
    """It works together with the community from today on."""
    sent = await request.form()
    try:
        command = read_form(RegisterPartner, sent)
        async with doing(request, caller, command.community, "register-partner", sent) as asked:
            partner_id, receipt = await partners_of(request).register(asked, command)
    except (Invalid, Refusal) as problem:
        return await _new(request, caller, again(request, sent, problem))
    await show_own_write(request, receipt)
    told = _("%(name)s已记下。", name=command.name) if receipt.facts else _("已经有这个单位了。")
    return done(request, f"{HREF}/{partner_id}", told)


@router.get("/{partner_id}", dependencies=[Waited])
async def show(request: Request, caller: Reader, partner_id: EntityId) -> Response:
    """One unit: whom to call, what it offers, which branches it is paired with, what was done together."""
    return await shown(request, caller, partner_id)


async def shown(
    request: Request, caller: Caller, partner_id: str, form: Form | None = None, wrong: str = ""
) -> Response:
    """The page of a unit; `wrong` says which of its forms was not taken: `offer` or `pair`."""
    row = await partner_row(request, caller, partner_id)
    today = speech().today
    async with reading(request, caller) as db:
        offers = (await partner.offers_of(db, [partner_id]))[partner_id]
        paired = await partner.pairings_of(db, partner_ids=[partner_id], ended=True)
        joint = await meeting.meetings(db, held_with=partner_id, newest_first=True, size=MEETINGS_SHOWN)
        branches = await branch.branches(db, row["community"])
        places = await places_of(db, caller, [row["community"]])
    now = {each["branch_id"] for each in paired if not each["ended_on"]}
    blank = fresh(request, since=today)
    form = form or blank
    return await page(
        request, "partner.html", status=form.status, row=row, words=words, theirs=neighbour_words, joint=joint.items,
        offers=sorted(((stage_of(each, today), each) for each in offers), key=_by_stage), paired=paired,
        free=[(each["branch_id"], each["name"]) for each in branches if each["branch_id"] not in now
              and each["community"] == row["community"]],
        place=places.called(row["community"]), form=form, wrong=wrong, blank=blank,
        may_write=caller.has(*OFFICE) and row["left_on"] is None, may_resume=caller.has(*OFFICE),
        may_see_phone=caller.has(*OFFICE),
    )  # fmt: skip


def _by_stage(each: tuple[str, Any]) -> int:
    return ("now", "soon", "over").index(each[0])
