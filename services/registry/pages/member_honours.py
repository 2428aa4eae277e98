"""One member's honours: how they stand with the medal, what a person found of the record, what was awarded."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fastapi import APIRouter, Request
from starlette.datastructures import FormData
from starlette.responses import Response

from events.facts.member_honours import HonourKind
from events.log.command import Asked, Receipt
from services.registry.decide.honours import ConfirmRecord, Honour, ReconsiderHonour, SetHonourAside, TakeHonourBack
from services.registry.decide.outlook import Standing, outlook
from services.registry.pages import honour_words, words
from services.registry.pages.as_of import Travels
from services.registry.pages.common import (
    OFFICE,
    EntityId,
    Office,
    Reader,
    Waited,
    member_card,
    of_member,
    read_form,
    reading,
    rules,
    show_own_write,
)
from services.registry.pages.forms import Form, again, fresh
from services.registry.pages.honour_common import candidate_of, honouring, year_asked
from services.registry.project import honour
from services.shell.i18n import N_, speech
from services.shell.i18n import gettext as _
from services.shell.identity import Caller
from services.shell.pages import Undo, done, page
from services.shell.problems import Invalid, NotFound, Refusal

router = APIRouter(include_in_schema=False)

Act = Callable[[Asked, FormData], Awaitable[Receipt]]


@router.get("/members/{member_id}/honours", dependencies=[Waited, Travels])
async def of_one(request: Request, caller: Reader, member_id: EntityId, year: str = "") -> Response:
    """Everything about a member's honours on one page."""
    return await _page(request, caller, member_id, year)


async def _page(request: Request, caller: Caller, member_id: str, year: str = "", form: Form | None = None) -> Response:
    card = await member_card(request, caller, member_id)
    here = rules(request, card["community"])
    number = year_asked(year, here.honours)
    async with reading(request, caller) as db:
        row = await honour.candidate(db, member_id)
        held = await honour.held_by(db, member_id)
    if row is None:
        raise NotFound(_("在您的范围内没有这位党员。"))
    found = outlook(candidate_of(row), number, here.honours)
    kinds = [
        (code, _("%(kind)s（以前领的）", kind=text) if code == HonourKind.MEDAL else text)
        for code, text in words.options(honour_words.KIND)
    ]
    today = speech().today
    return await page(
        request, "member_honours.html", status=form.status if form else 200, card=card, row=row, held=held, found=found,
        year=number, day=here.honours.medal.day_of(number), words=honour_words, Standing=Standing, kinds=kinds,
        form=form or fresh(request, on=today, kind=HonourKind.EXCELLENT_MEMBER), clauses=here.clauses,
        may_write=caller.has(*OFFICE), today=today,
    )  # fmt: skip


async def _deed(
    request: Request, caller: Caller, member_id: str, name: str, act: Act, told: str, undo: Undo | None = None
) -> Response:
    card = await member_card(request, caller, member_id)
    sent = await request.form()
    year = str(sent.get("year") or "")
    try:
        async with of_member(request, caller, member_id, name, sent) as asked:
            receipt = await act(asked, sent)
    except (Invalid, Refusal) as problem:
        return await _page(request, caller, member_id, year if year.isdigit() else "", again(request, sent, problem))
    await show_own_write(request, receipt)
    said = _(told, name=card["name"]) if receipt.facts else _("已经是这样了，没有改动。")
    back = f"/registry/members/{member_id}/honours" + (f"?year={year}" if year else "")
    return done(request, back, said, undo=undo if receipt.facts else None)


def _back(member_id: str, sent_year: str = "") -> Undo:
    return Undo(f"/registry/members/{member_id}/honours/reconsider", {"year": sent_year} if sent_year else {})


@router.post("/members/{member_id}/honours/confirm")
async def confirm(request: Request, caller: Office, member_id: EntityId) -> Response:
    """A person found the record good."""

    async def act(asked: Asked, sent: FormData) -> Receipt:
        return await honouring(request).confirm(asked, member_id, read_form(ConfirmRecord, sent))

    told = N_("已核实%(name)s。颁发在荣誉一页，按名单一起办。")
    return await _deed(request, caller, member_id, "confirm-record", act, told, _back(member_id))


@router.post("/members/{member_id}/honours/set-aside")
async def set_aside(request: Request, caller: Office, member_id: EntityId) -> Response:
    """The medal is not awarded for now."""

    async def act(asked: Asked, sent: FormData) -> Receipt:
        return await honouring(request).set_aside(asked, member_id, read_form(SetHonourAside, sent))

    told = N_("%(name)s暂不列入，原因已记下。")
    return await _deed(request, caller, member_id, "set-honour-aside", act, told, _back(member_id))


@router.post("/members/{member_id}/honours/reconsider")
async def reconsider(request: Request, caller: Office, member_id: EntityId) -> Response:
    """It is open again."""

    async def act(asked: Asked, sent: FormData) -> Receipt:
        reason = str(sent.get("reason") or "").strip() or None
        return await honouring(request).reconsider(asked, member_id, ReconsiderHonour(reason=reason))

    return await _deed(request, caller, member_id, "reconsider-honour", act, N_("%(name)s已改回待核实。"))


@router.post("/members/{member_id}/honours/add")
async def add(request: Request, caller: Office, member_id: EntityId) -> Response:
    """Another honour is put on record."""

    async def act(asked: Asked, sent: FormData) -> Receipt:
        _id, receipt = await honouring(request).honour(asked, member_id, read_form(Honour, sent))
        return receipt

    return await _deed(request, caller, member_id, "honour", act, N_("已记下%(name)s的荣誉。"))


@router.get("/members/{member_id}/honours/{honour_id}/take-back")
async def taking_back(request: Request, caller: Office, member_id: EntityId, honour_id: EntityId) -> Response:
    """Why an award was a slip."""
    return await _take_back_form(request, caller, member_id, honour_id, fresh(request))


async def _take_back_form(request: Request, caller: Caller, member_id: str, honour_id: str, form: Form) -> Response:
    card = await member_card(request, caller, member_id)
    async with reading(request, caller) as db:
        row = await honour.award(db, member_id, honour_id)
    if row is None:
        raise NotFound(_("没有这项荣誉的记录。"))
    return await page(
        request, "honour_take_back.html", status=form.status, card=card, row=row, form=form, words=honour_words
    )


@router.post("/members/{member_id}/honours/{honour_id}/take-back")
async def take_back(request: Request, caller: Office, member_id: EntityId, honour_id: EntityId) -> Response:
    """The award was a slip; its number stays in the book."""
    sent = await request.form()
    name = f"take-honour-back/{honour_id}"
    try:
        command = read_form(TakeHonourBack, sent)
        async with of_member(request, caller, member_id, name, sent) as asked:
            receipt = await honouring(request).take_back(asked, member_id, honour_id, command)
    except (Invalid, Refusal) as problem:
        return await _take_back_form(request, caller, member_id, honour_id, again(request, sent, problem))
    await show_own_write(request, receipt)
    return done(request, f"/registry/members/{member_id}/honours", _("这项荣誉的记录已撤销，证书号不会再用。"))
