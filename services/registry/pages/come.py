"""Signing in with one's own phone: the code on the meeting room's screen opens a page that anybody may see, as long as
the code is live. It tells nothing of who belongs to the branch: a name and a tail fit together, or they do not.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import Response

from services.registry.decide.meeting import MEETING, Meeting, SignIn
from services.registry.pages.common import doing, meeting_row, reading, registry, show_own_write
from services.registry.pages.meeting_door import Admitted, Door
from services.registry.pages.quorum import call_roll
from services.registry.project import meeting_door
from services.shell.i18n import gettext as _
from services.shell.i18n import speech
from services.shell.identity import Caller, Role, public
from services.shell.pages import page
from services.shell.pages.sign_in import place_of
from services.shell.problems import NotFound, Refusal, TooMany

_open = [Depends(public("who holds up a phone to the screen of a meeting has no account; a live code is asked for"))]
router = APIRouter(prefix="/come", include_in_schema=False, dependencies=_open)

BY_PHONE: Final = "扫码签到"
"""The actor of sign-ins by phone: the room's code, not an account."""
_TAIL = re.compile(r"^[0-9]{3}[0-9Xx]$")


def door_of(request: Request) -> Door:
    """What signs and looks at codes."""
    found: Door = request.app.state.door
    return found


@router.get("")
async def scanned(request: Request, t: str = "") -> Response:
    """The page a phone opens from the screen. Errors: NotFound, if the code is not live."""
    door = door_of(request)
    admitted = door.opened(t[:1000])
    if admitted is None:
        raise NotFound(_("这个二维码已经过期了。"), todo=_("请重新扫一扫会场屏幕上的二维码。"))
    return await _page(request, admitted, door.ticket(admitted, registry(request).commands.new_id()))


@router.post("")
async def sign_in(
    request: Request,
    ticket: Annotated[str, Form(max_length=1000)] = "",
    name: Annotated[str, Form(max_length=100)] = "",
    tail: Annotated[str, Form(max_length=40)] = "",
) -> Response:
    """Sign in, once. Whatever does not fit is answered alike."""
    door = door_of(request)
    admitted = door.shown(ticket)
    if admitted is None:
        raise NotFound(_("等得太久，这一页过期了。"), todo=_("请重新扫一扫会场屏幕上的二维码。"))
    name, tail, place = "".join(name.split()), tail.strip().upper(), place_of(request)
    typed = {"name": name, "tail": tail}
    try:
        door.tries(admitted, name, place)
    except TooMany as many:
        trouble = _("试的次数太多了。请等几分钟，或者请工作人员在名单上签到。")
        shown = await _page(request, admitted, ticket, typed, trouble, status=many.status)
        shown.headers.update(many.headers)
        return shown
    member_id = await _who(request, admitted, name, tail) if await is_open(request, admitted.meeting_id) else None
    if member_id is None:
        trouble = _("没有对上。请核对姓名和后四位；还是不行，请工作人员在名单上签到。")
        return await _page(request, admitted, ticket, typed, trouble, status=422)
    door.knows(admitted, name, place)
    try:
        await _signed_in(request, admitted, member_id)
    except Refusal as refusal:
        return await _page(request, admitted, ticket, typed, refusal.detail, status=refusal.status)
    return await _page(request, admitted, "", typed, done=True)


def _caller(admitted: Admitted) -> Caller:
    """The room acts for the office, in its own community, and for nothing but this."""
    return Caller(BY_PHONE, BY_PHONE, Role.WORKER, admitted.community)


async def _who(request: Request, admitted: Admitted, name: str, tail: str) -> str | None:
    if not name or not _TAIL.match(tail):
        return None
    caller = _caller(admitted)
    row = await meeting_row(request, caller, admitted.meeting_id)
    async with reading(request, caller) as db:
        return await meeting_door.who(db, row, name, tail)


async def _signed_in(request: Request, admitted: Admitted, member_id: str) -> None:
    caller = _caller(admitted)
    row = await meeting_row(request, caller, admitted.meeting_id)
    async with doing(request, caller, admitted.community, f"sign-in/{admitted.meeting_id}") as asked:
        receipt = await registry(request).sign_in(asked, admitted.meeting_id, SignIn(member_ids=(member_id,)))
    await show_own_write(request, receipt)
    await call_roll(request, caller, row)


async def is_open(request: Request, meeting_id: str) -> bool:
    """Whether people can sign in by phone now: it is the day, and the minutes are not closed."""
    known: Meeting = await registry(request).commands.state(MEETING, meeting_id)
    return known.day == speech().today and known.stage == "scheduled" and not known.minutes.frozen


async def _page(
    request: Request,
    admitted: Admitted,
    ticket: str,
    typed: Any = None,
    trouble: str = "",
    *,
    done: bool = False,
    status: int = 200,
) -> Response:
    row = await meeting_row(request, _caller(admitted), admitted.meeting_id)
    is_live = done or await is_open(request, admitted.meeting_id)
    return await page(
        request, "come.html", status=status, row=row, ticket=ticket, typed=typed or {"name": "", "tail": ""},
        trouble=trouble, done=done, is_live=is_live,
    )  # fmt: skip
