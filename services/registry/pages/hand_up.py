"""Dues handed to the superior committee: what is there, what was handed up, writing one down and taking it back."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.datastructures import FormData
from starlette.responses import Response

from events.log.command import Receipt
from services.registry.decide.days import first_day, month_of, months_after
from services.registry.decide.hand_up import HandUp, WithdrawHandUp
from services.registry.pages.common import (
    OFFICE,
    EntityId,
    Office,
    Reader,
    Waited,
    doing,
    fen_of,
    read,
    reading,
    show_own_write,
    within,
)
from services.registry.pages.dues_common import dues_desk
from services.registry.pages.dues_reckoned import Asked, in_hand
from services.registry.pages.dues_words import span
from services.registry.pages.forms import Form, again, fresh
from services.registry.pages.places import communities_to_fill
from services.registry.pages.plain import answered
from services.registry.project import handed_up
from services.shell.acting import facts_of
from services.shell.i18n import gettext as _
from services.shell.i18n import speech
from services.shell.identity import Caller
from services.shell.pages import Undo, done, page
from services.shell.problems import FieldError, Invalid, Refusal, Stale

router = APIRouter(include_in_schema=False)
api = APIRouter(prefix="/api/dues", tags=["dues"])

Place = Annotated[str, Query(max_length=200)]


@router.get("/dues/handed-up", dependencies=[Waited])
async def show(request: Request, caller: Reader, asking: Asked) -> Response:
    """What was handed up, the form for more."""
    this_month = month_of(speech().today)
    async with reading(request, caller) as db:
        before = await handed_up.handed_up(db, asking.place, speech().today, most=1)
    first = month_of(months_after(first_day(before[0]["last"]), 1)) if before else asking.first
    form = fresh(request, first=min(first, this_month), last=min(asking.last, this_month), on=speech().today)
    return await _page(request, caller, asking.place, form)


async def _page(request: Request, caller: Caller, place: str, form: Form) -> Response:
    async with reading(request, caller) as db:
        rows = await handed_up.handed_up(db, place, speech().today)
        there = await in_hand(db, place, speech().today)
        places = await communities_to_fill(db, caller)
    called = await request.app.state.shell.identity.called.of({row["handed_by"] for row in rows})
    return await page(
        request, "dues_hand_up.html", status=form.status, rows=rows, in_hand_fen=there, form=form, span=span,
        called=called, places=places, place=place or (places[0][0] if len(places) == 1 else ""),
        may_write=caller.has(*OFFICE),
    )  # fmt: skip


@router.post("/dues/handed-up")
async def hand_over(request: Request, caller: Office, community: Place = "") -> Response:
    """Write a hand-over down."""
    sent = await request.form()
    place = str(sent.get("community") or "") or within(caller, community) or caller.scope
    try:
        command = read(HandUp, _typed(sent))
        hand_up_id, receipt = await _handed(request, caller, place, command, sent)
    except (Invalid, Refusal, Stale) as problem:
        return await _page(request, caller, place, again(request, sent, problem))
    await show_own_write(request, receipt)
    undo = Undo(
        f"/registry/dues/handed-up/{hand_up_id}/withdraw", {"community": place, "reason": _("记错了，马上撤回")}
    )
    return done(request, f"/registry/dues/handed-up?community={place}", _("已记下上交。"), undo=undo)


def _typed(sent: FormData) -> dict[str, Any]:
    given: dict[str, Any] = {
        name: str(value).strip()
        for name, value in sent.items()
        if name in ("first", "last", "reference", "on", "even_so") and str(value).strip()
    }
    try:
        given["amount_fen"] = fen_of(str(sent.get("amount") or "").strip())
    except ValueError as error:
        raise Invalid([FieldError("amount", _("不是金额"), _("请写成元，例如 1234 或 1234.50。"))]) from error
    return given


async def _handed(
    request: Request, caller: Caller, place: str, command: HandUp, sent: FormData | None = None
) -> tuple[str, Receipt]:
    if not place:
        raise Invalid([FieldError("community", _("没有选社区"), _("请选是哪个社区的党费。"))])
    async with reading(request, caller) as db:
        there = await in_hand(db, place, speech().today)
    async with doing(request, caller, place, "hand-up", sent) as asked:
        return await dues_desk(request).hand_up(asked, command, there)


@router.post("/dues/handed-up/{hand_up_id}/withdraw")
async def withdraw(request: Request, caller: Office, hand_up_id: EntityId) -> Response:
    """It was a mistake."""
    sent = await request.form()
    place = str(sent.get("community") or "") or caller.scope
    try:
        given = {"reason": str(sent.get("reason") or "").strip()}
        command = read(WithdrawHandUp, given)
        async with doing(request, caller, place, f"withdraw-hand-up/{hand_up_id}", sent) as asked:
            receipt = await dues_desk(request).withdraw_hand_up(asked, hand_up_id, command)
    except (Invalid, Refusal, Stale) as problem:
        return await _page(request, caller, place, again(request, sent, problem))
    await show_own_write(request, receipt)
    return done(request, f"/registry/dues/handed-up?community={place}", _("已撤回这笔上交。"))


@api.get("/handed-up", dependencies=[Waited])
async def listed(request: Request, caller: Reader, community: Place = "") -> Response:
    """Hand-overs that count, the latest first, and what was never handed up."""
    place = within(caller, community)
    async with reading(request, caller) as db:
        rows = await handed_up.handed_up(db, place, speech().today)
        there = await in_hand(db, place, speech().today)
    return answered({"items": rows, "not_handed_up_fen": there})


@api.post("/handed-up", status_code=201)
async def hand_over_json(request: Request, caller: Office, command: HandUp, community: Place = "") -> Response:
    """Dues were handed up. More than is there is refused, unless `even_so` says that it is so."""
    hand_up_id, receipt = await _handed(request, caller, within(caller, community) or caller.scope, command)
    return answered({"hand_up_id": hand_up_id, "facts": facts_of(receipt)}, 201)


@api.post("/handed-up/{hand_up_id}/withdraw", status_code=201)
async def withdraw_json(
    request: Request, caller: Office, hand_up_id: EntityId, command: WithdrawHandUp, community: Place = ""
) -> Response:
    """A hand-over was written down by mistake."""
    place = within(caller, community) or caller.scope
    async with doing(request, caller, place, f"withdraw-hand-up/{hand_up_id}") as asked:
        receipt = await dues_desk(request).withdraw_hand_up(asked, hand_up_id, command)
    return answered({"facts": facts_of(receipt)}, 201)
