"""What one member does and wishes to do: the wish, posts held and left, answers, hours by month."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import APIRouter, Request
from starlette.datastructures import FormData
from starlette.responses import Response

from events.log.command import Asked, Receipt
from services.registry.decide.service import DoNotAsk, WishService, WithdrawWish
from services.registry.pages import post_words, words
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
    show_own_write,
)
from services.registry.pages.forms import Form, again, fresh
from services.registry.pages.post_common import in_minutes, posts_of
from services.registry.project import post, service_hours, service_wish
from services.shell.i18n import N_, speech
from services.shell.i18n import gettext as _
from services.shell.identity import Caller
from services.shell.pages import Undo, done, page
from services.shell.problems import Invalid, Refusal, Stale

router = APIRouter(include_in_schema=False)

FREE_SHOWN = 20
"""So many posts with a free place are offered on a member's page."""

Act = Callable[[Asked, FormData], Awaitable[Receipt]]


@router.get("/members/{member_id}/service", dependencies=[Waited, Travels])
async def of_one(request: Request, caller: Reader, member_id: EntityId) -> Response:
    """Everything about a member's service on one page."""
    card = await member_card(request, caller, member_id)
    async with reading(request, caller) as db:
        wish = await service_wish.wish_of(db, member_id)
        held = await post.held_by(db, member_id)
        asked = await service_wish.asked(db, member_id=member_id)
        months = await service_hours.by_month(db, member_id)
        entries = await service_hours.entries(db, member_id=member_id)
        free = (await post.posts(db, community=card["community"], free=True, size=FREE_SHOWN)).items
    here = {one["post_id"] for one in held if not one["left_on"]}
    return await page(
        request, "member_service.html", card=card, wish=wish, held=held, asked=asked, months=months, entries=entries,
        free=[one for one in free if one["post_id"] not in here], words=post_words,
        total=sum(minutes for _month, minutes in months), today=speech().today,
        may_write=caller.has(*OFFICE) and card["state"] in ("enrolled", "away"),
    )  # fmt: skip


@router.get("/members/{member_id}/service/wish")
async def wishing(request: Request, caller: Office, member_id: EntityId) -> Response:
    """The form of the wish, as it is known; and of the wish to be left in peace."""
    return await _wish_form(request, caller, member_id)


async def _wish_form(request: Request, caller: Caller, member_id: str, form: Form | None = None) -> Response:
    card = await member_card(request, caller, member_id)
    async with reading(request, caller) as db:
        wish = await service_wish.wish_of(db, member_id)
    form = form or fresh(request, **_typed(wish))
    return await page(
        request, "member_wish.html", status=form.status, card=card, form=form, kinds=words.options(post_words.KIND),
        weekdays=words.options(post_words.WEEKDAY),
        ticked={name: [str(each) for each in _several(form[name])] for name in ("kinds", "weekdays")},
    )  # fmt: skip


def _typed(wish: Any) -> dict[str, Any]:
    """The form as the wish has it."""
    if not wish:
        return {}
    if not wish["asked"]:
        return {"until": wish["until"] or "", "reason": wish["said"] or ""}
    most = wish["minutes_week_max"]
    return {**wish, "until": "", "minutes_week_max": f"{most / 60:g}" if most else ""}


def _several(value: Any) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple)) else [value] if value else []


async def _deed(
    request: Request, caller: Caller, member_id: str, name: str, act: Act, told: str, undo: Undo | None = None
) -> Response:
    card = await member_card(request, caller, member_id)
    sent = await request.form()
    try:
        async with of_member(request, caller, member_id, name, sent) as asked:
            receipt = await act(asked, sent)
    except (Invalid, Refusal, Stale) as problem:
        return await _wish_form(request, caller, member_id, again(request, sent, problem))
    await show_own_write(request, receipt)
    said = _(told, name=card["name"]) if receipt.facts else _("已经是这样了，没有改动。")
    return done(request, f"/registry/members/{member_id}/service", said, undo=undo if receipt.facts else None)


@router.post("/members/{member_id}/service/wish")
async def wish(request: Request, caller: Office, member_id: EntityId) -> Response:
    """The member would like to serve."""

    async def act(asked: Asked, sent: FormData) -> Receipt:
        command = read_form(WishService, in_minutes(sent, "minutes_week_max"), lists=("kinds", "weekdays"))
        return await posts_of(request).wish(asked, member_id, command)

    return await _deed(request, caller, member_id, "wish-service", act, N_("已记下%(name)s的意愿。"))


@router.post("/members/{member_id}/service/do-not-ask")
async def do_not_ask(request: Request, caller: Office, member_id: EntityId) -> Response:
    """The member does not want to be asked."""

    async def act(asked: Asked, sent: FormData) -> Receipt:
        return await posts_of(request).do_not_ask(asked, member_id, read_form(DoNotAsk, sent))

    undo = Undo(f"/registry/members/{member_id}/service/withdraw-wish")
    return await _deed(request, caller, member_id, "do-not-ask", act, N_("已记下：眼下不打扰%(name)s。"), undo)


@router.post("/members/{member_id}/service/withdraw-wish")
async def withdraw_wish(request: Request, caller: Office, member_id: EntityId) -> Response:
    """Nothing is known of a wish."""

    async def act(asked: Asked, sent: FormData) -> Receipt:
        read_form(WithdrawWish, sent)
        return await posts_of(request).withdraw_wish(asked, member_id)

    return await _deed(request, caller, member_id, "withdraw-wish", act, N_("已撤回%(name)s的意愿。"))
