"""What is noted of a meeting beside signing in: leave, slips, study brought, guests; on its page and in the API."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from events.log.command import Asked, Receipt
from services.registry.decide.attendance import CountGuests, Excuse, TakeBack
from services.registry.decide.invite import Invite
from services.registry.decide.study import DeliverStudy, TakeStudyBack
from services.registry.handle.attendance import Attendance
from services.registry.handle.meetings import Meetings
from services.registry.pages.common import (
    EntityId,
    Office,
    doing,
    meeting_row,
    read,
    read_form,
    reading,
    registry,
    show_own_write,
)
from services.registry.pages.forms import again
from services.registry.pages.meetings import meeting_page, undo_of
from services.registry.pages.plain import answered
from services.registry.project import meeting
from services.shell.acting import facts_of
from services.shell.i18n import gettext as _
from services.shell.i18n import ngettext
from services.shell.identity import Caller
from services.shell.pages import done
from services.shell.problems import FieldError, Invalid, Refusal, Stale

router = APIRouter()
INVITED_MAX: Final = 900
"""So many are asked in one go, which is one append."""
GUESTS: Final = "guests-"
"""Before a unit's id, the field in which its guests are counted."""


@dataclass(frozen=True, slots=True)
class Deed:
    """One command about a meeting, under its name. `undone`: the line that tells of it offers to take it back."""

    name: str
    act: Callable[[Attendance, Asked, str], Awaitable[Receipt]]
    undone: bool = False


def _excusing(command: Excuse, caller: Caller) -> Deed:
    post = caller.role.value
    return Deed("excuse", lambda handler, asked, one: handler.excuse(asked, one, command, post), undone=True)


def _taking_back(command: TakeBack) -> Deed:
    return Deed("take-back", lambda handler, asked, one: handler.take_back(asked, one, command))


def _inviting(command: Invite) -> Deed:
    return Deed("invite", lambda handler, asked, one: Meetings(handler.registry).invite(asked, one, command))


def _delivering(command: DeliverStudy) -> Deed:
    return Deed("deliver", lambda handler, asked, one: Meetings(handler.registry).deliver(asked, one, command))


def _delivering_not(command: TakeStudyBack) -> Deed:
    return Deed(
        "deliver-back", lambda handler, asked, one: Meetings(handler.registry).take_study_back(asked, one, command)
    )


def _counting(command: CountGuests) -> Deed:
    return Deed("guests", lambda handler, asked, one: handler.count_guests(asked, one, command))


async def _noted(
    request: Request, caller: Caller, meeting_id: str, deed: Deed, sent: Mapping[str, Any] | None = None
) -> Receipt:
    """A command about one meeting the caller may see. Others may note something meanwhile: that is no conflict."""
    row = await meeting_row(request, caller, meeting_id)
    form = {key: value for key, value in sent.items() if key != "version"} if sent is not None else None
    async with doing(request, caller, row["community"], f"{deed.name}/{meeting_id}", form) as asked:
        receipt = await deed.act(Attendance(registry(request)), asked, meeting_id)
    await show_own_write(request, receipt)
    return receipt


# ── API ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


@router.post("/api/meetings/{meeting_id}/excuse", status_code=201, tags=["meetings"])
async def excuse_api(request: Request, caller: Office, meeting_id: EntityId, command: Excuse) -> Response:
    """These members asked leave, and the caller says yes. Those who did before are passed over."""
    return await _answered(request, caller, meeting_id, _excusing(command, caller))


@router.post("/api/meetings/{meeting_id}/take-back", status_code=201, tags=["meetings"])
async def take_back_api(request: Request, caller: Office, meeting_id: EntityId, command: TakeBack) -> Response:
    """What was noted of these members was a slip: they did not come, or asked no leave."""
    return await _answered(request, caller, meeting_id, _taking_back(command))


@router.post("/api/meetings/{meeting_id}/guests", status_code=201, tags=["meetings"])
async def guests_api(request: Request, caller: Office, meeting_id: EntityId, command: CountGuests) -> Response:
    """So many came from each partner unit; counted again, the later figure holds."""
    return await _answered(request, caller, meeting_id, _counting(command))


@router.post("/api/meetings/{meeting_id}/invite", status_code=201, tags=["meetings"])
async def invite_api(request: Request, caller: Office, meeting_id: EntityId, command: Invite) -> Response:
    """These members are asked to come. Those asked before are passed over."""
    return await _answered(request, caller, meeting_id, _inviting(command))


@router.post("/api/meetings/{meeting_id}/deliver", status_code=201, tags=["meetings"])
async def deliver_api(request: Request, caller: Office, meeting_id: EntityId, command: DeliverStudy) -> Response:
    """What was studied was brought to these members, who were not there: attendance of its own kind, for no quorum."""
    return await _answered(request, caller, meeting_id, _delivering(command))


@router.post("/api/meetings/{meeting_id}/deliver-back", status_code=201, tags=["meetings"])
async def deliver_back_api(request: Request, caller: Office, meeting_id: EntityId, command: TakeStudyBack) -> Response:
    """It was not brought to these members."""
    return await _answered(request, caller, meeting_id, _delivering_not(command))


async def _answered(request: Request, caller: Caller, meeting_id: str, deed: Deed) -> Response:
    return answered({"facts": facts_of(await _noted(request, caller, meeting_id, deed))}, 201)


# ── pages ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@router.post("/meetings/{meeting_id}/excuse", include_in_schema=False)
async def excuse(request: Request, caller: Office, meeting_id: EntityId) -> Response:
    """Those ticked asked leave. The form is the one they sign in by: how they came does not matter here."""

    def deed(sent: Any) -> Deed:
        wanted = [(name, value) for name, value in sent.multi_items() if name != "way"]
        return _excusing(read_form(Excuse, type(sent)(wanted), lists=("member_ids",)), caller)

    return await _by_form(
        request, caller, meeting_id, deed, lambda new: ngettext("%(num)s 人请假。", "%(num)s 人请假。", new)
    )


@router.post("/meetings/{meeting_id}/take-back", include_in_schema=False)
async def take_back(request: Request, caller: Office, meeting_id: EntityId) -> Response:
    """Those ticked did not come, or asked no leave."""

    def deed(sent: Any) -> Deed:
        return _taking_back(read_form(TakeBack, sent, lists=("member_ids",)))

    def told(struck: int) -> str:
        return ngettext("已更正 %(num)s 人。", "已更正 %(num)s 人。", struck)

    return await _by_form(request, caller, meeting_id, deed, told)


@router.post("/meetings/{meeting_id}/invite", include_in_schema=False)
async def invite(request: Request, caller: Office, meeting_id: EntityId) -> Response:
    """Everybody whom the meeting concerns is asked to come."""
    row = await meeting_row(request, caller, meeting_id)
    async with reading(request, caller) as db:
        people = [one["member_id"] for one in await meeting.sign_in_list(db, row, INVITED_MAX)]

    def told(new: int) -> str:
        return ngettext("已通知 %(num)s 人。", "已通知 %(num)s 人。", new)

    return await _by_form(
        request, caller, meeting_id, lambda _sent: _inviting(read(Invite, {"member_ids": people})), told
    )


@router.post("/meetings/{meeting_id}/deliver", include_in_schema=False)
async def deliver(request: Request, caller: Office, meeting_id: EntityId) -> Response:
    """What was studied was brought to those ticked."""

    def deed(sent: Any) -> Deed:
        return _delivering(read_form(DeliverStudy, sent, lists=("member_ids",)))

    def told(new: int) -> str:
        return ngettext("已记：给 %(num)s 人送学上门。", "已记：给 %(num)s 人送学上门。", new)

    return await _by_form(request, caller, meeting_id, deed, told)


@router.post("/meetings/{meeting_id}/deliver-back", include_in_schema=False)
async def deliver_back(request: Request, caller: Office, meeting_id: EntityId) -> Response:
    """It was not brought to them."""

    def deed(sent: Any) -> Deed:
        return _delivering_not(read_form(TakeStudyBack, sent, lists=("member_ids",)))

    def told(struck: int) -> str:
        return ngettext("已更正 %(num)s 人。", "已更正 %(num)s 人。", struck)

    return await _by_form(request, caller, meeting_id, deed, told)


@router.post("/meetings/{meeting_id}/guests", include_in_schema=False)
async def guests(request: Request, caller: Office, meeting_id: EntityId) -> Response:
    """So many came from each unit; a unit whose field is empty was not counted."""
    return await _by_form(
        request, caller, meeting_id, lambda sent: _counting(_counted(sent)), lambda _new: _("客人人数已记下。")
    )


def _counted(sent: Any) -> CountGuests:
    given = {
        name.removeprefix(GUESTS): str(value).strip()
        for name, value in sent.items()
        if name.startswith(GUESTS) and str(value).strip()
    }
    for unit, value in given.items():
        if not (value.isascii() and value.isdigit()):
            raise Invalid([FieldError(f"{GUESTS}{unit}", _("要写人数"), _("例如 5；没有人来写 0。"))])
    if not given:
        raise Invalid([FieldError("guests", _("还没有写人数"))])
    return read(CountGuests, {"guests": given})


async def _by_form(
    request: Request, caller: Caller, meeting_id: str, deed: Callable[[Any], Deed], told: Callable[[int], str]
) -> Response:
    """The deed of a form, or the meeting's page with what is wrong with it."""
    sent = await request.form()
    try:
        wanted = deed(sent)
        receipt = await _noted(request, caller, meeting_id, wanted, sent)
    except (Invalid, Refusal, Stale) as problem:
        row = await meeting_row(request, caller, meeting_id)
        return await meeting_page(request, caller, row, again(request, sent, problem, row["seq"]))
    people = sum(one.about.entity != meeting_id for one in receipt.facts)
    undo = undo_of(meeting_id, receipt) if wanted.undone else None
    return done(request, f"/registry/meetings/{meeting_id}", told(people), undo=undo)
