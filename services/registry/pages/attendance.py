"""What is noted of a meeting beside signing in: leave, slips, guests; on its page and in the API."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from events.facts.decision import Command
from events.log.command import Asked, Receipt
from services.registry.community import Attendance
from services.registry.decide.attendance import CountGuests, Excuse, TakeBack
from services.registry.pages.common import (
    EntityId,
    Office,
    doing,
    meeting_row,
    read,
    read_form,
    registry,
    show_own_write,
)
from services.registry.pages.forms import again
from services.registry.pages.meetings import meeting_page, undo_of
from services.registry.pages.plain import answered
from services.shell.acting import facts_of
from services.shell.i18n import gettext as _
from services.shell.i18n import ngettext
from services.shell.identity import Caller
from services.shell.pages import done
from services.shell.problems import FieldError, Invalid, Refusal, Stale

router = APIRouter()
Act = Callable[[Attendance, Asked], Awaitable[Receipt]]


def _of(request: Request) -> Attendance:
    return Attendance(registry(request))


async def _noted(
    request: Request, caller: Caller, meeting_id: str, name: str, act: Act, sent: Mapping[str, Any] | None = None
) -> Receipt:
    """A command about one meeting the caller may see. Others may note something meanwhile: that is no conflict."""
    row = await meeting_row(request, caller, meeting_id)
    form = {key: value for key, value in sent.items() if key != "version"} if sent is not None else None
    async with doing(request, caller, row["community"], f"{name}/{meeting_id}", form) as asked:
        receipt = await act(_of(request), asked)
    await show_own_write(request, receipt)
    return receipt


# ── API ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@router.post("/api/meetings/{meeting_id}/excuse", status_code=201, tags=["meetings"])
async def excuse_api(request: Request, caller: Office, meeting_id: EntityId, command: Excuse) -> Response:
    """These members asked leave. Those who did before are passed over."""
    act: Act = lambda handler, asked: handler.excuse(asked, meeting_id, command)  # noqa: E731 - named for its type
    return answered({"facts": facts_of(await _noted(request, caller, meeting_id, "excuse", act))}, 201)


@router.post("/api/meetings/{meeting_id}/take-back", status_code=201, tags=["meetings"])
async def take_back_api(request: Request, caller: Office, meeting_id: EntityId, command: TakeBack) -> Response:
    """What was noted of these members was a slip: they did not come, or asked no leave."""
    act: Act = lambda handler, asked: handler.take_back(asked, meeting_id, command)  # noqa: E731 - named for its type
    return answered({"facts": facts_of(await _noted(request, caller, meeting_id, "take-back", act))}, 201)


@router.post("/api/meetings/{meeting_id}/guests", status_code=201, tags=["meetings"])
async def guests_api(request: Request, caller: Office, meeting_id: EntityId, command: CountGuests) -> Response:
    """So many came from each partner unit; counted again, the later figure holds."""
    act: Act = lambda handler, asked: handler.count_guests(asked, meeting_id, command)  # noqa: E731 - named for its type
    return answered({"facts": facts_of(await _noted(request, caller, meeting_id, "guests", act))}, 201)


# ── pages ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def _by_form(
    request: Request, caller: Caller, meeting_id: str, name: str, command_of: Callable[[Any], Command],
    told: Callable[[Receipt], Response],
) -> Response:  # fmt: skip
    sent = await request.form()

    async def act(handler: Attendance, asked: Asked) -> Receipt:
        acts = {"excuse": handler.excuse, "take-back": handler.take_back, "guests": handler.count_guests}
        receipt: Receipt = await acts[name](asked, meeting_id, command_of(sent))  # type: ignore[operator]
        return receipt

    try:
        receipt = await _noted(request, caller, meeting_id, name, act, sent)
    except (Invalid, Refusal, Stale) as problem:
        row = await meeting_row(request, caller, meeting_id)
        return await meeting_page(request, caller, row, again(request, sent, problem, row["seq"]))
    return told(receipt)


@router.post("/meetings/{meeting_id}/excuse", include_in_schema=False)
async def excuse(request: Request, caller: Office, meeting_id: EntityId) -> Response:
    """Those ticked asked leave."""

    def command_of(sent: Any) -> Command:
        wanted = [(name, value) for name, value in sent.multi_items() if name != "way"]
        return read_form(Excuse, type(sent)(wanted), lists=("member_ids",))

    def told(receipt: Receipt) -> Response:
        new = sum(one.about.entity != meeting_id for one in receipt.facts)
        said = ngettext("%(num)s 人请假。", "%(num)s 人请假。", new)
        return done(request, f"/registry/meetings/{meeting_id}", said, undo=undo_of(meeting_id, receipt))

    return await _by_form(request, caller, meeting_id, "excuse", command_of, told)


@router.post("/meetings/{meeting_id}/take-back", include_in_schema=False)
async def take_back(request: Request, caller: Office, meeting_id: EntityId) -> Response:
    """Those ticked did not come, or asked no leave."""

    def told(receipt: Receipt) -> Response:
        struck = sum(one.about.entity != meeting_id for one in receipt.facts)
        said = ngettext("已更正 %(num)s 人。", "已更正 %(num)s 人。", struck)
        return done(request, f"/registry/meetings/{meeting_id}", said)

    return await _by_form(
        request, caller, meeting_id, "take-back", lambda sent: read_form(TakeBack, sent, lists=("member_ids",)), told
    )


@router.post("/meetings/{meeting_id}/guests", include_in_schema=False)
async def guests(request: Request, caller: Office, meeting_id: EntityId) -> Response:
    """So many came from each unit; a unit whose field is empty was not counted."""

    def command_of(sent: Any) -> Command:
        given = {
            name.removeprefix("guests-"): str(value).strip()
            for name, value in sent.items()
            if name.startswith("guests-") and str(value).strip()
        }
        for unit, value in given.items():
            if not (value.isascii() and value.isdigit()):
                raise Invalid([FieldError(f"guests-{unit}", _("要写人数"), _("例如 5；没有人来写 0。"))])
        if not given:
            raise Invalid([FieldError("guests", _("还没有写人数"))])
        return read(CountGuests, {"guests": given})

    def told(_receipt: Receipt) -> Response:
        return done(request, f"/registry/meetings/{meeting_id}", _("客人人数已记下。"))

    return await _by_form(request, caller, meeting_id, "guests", command_of, told)
