"""What somebody working through the outbox reports, one press each: told, nobody answered, printed, not needed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel, ValidationError
from starlette.responses import Response

from events.log.command import Asked, Receipt
from services.notify.decide.commands import Acknowledge, Fail, Send, Suppress
from services.notify.handle import Notify
from services.notify.pages import words
from services.notify.pages.common import OFFICE, EntityId, Office, Teller, doing, notice_row, notify
from services.notify.pages.rows import shown
from services.shell.i18n import N_, ngettext
from services.shell.i18n import gettext as _
from services.shell.identity import Caller
from services.shell.pages import done
from services.shell.problems import FieldError, Forbidden, Invalid, NotFound, Refusal
from services.shell.reading import show_own_write
from services.shell.validation import field_errors

router = APIRouter(include_in_schema=False)

OUTBOX: Final = "/notify/outbox"
TOGETHER_MAX: Final = 100
"""Notices reported in one go: as many as one print run holds."""
Carried = Callable[[Notify, Asked, str, str, Any], Awaitable[Receipt]]


@dataclass(frozen=True, slots=True)
class Deed:
    """One button: its command, who carries it out, what is said afterwards. `%(who)s` is the recipient."""

    command: type[BaseModel]
    act: Carried
    told: str
    office_only: bool = False


DEEDS: Final[Mapping[str, Deed]] = {
    "send": Deed(Send, Notify.send, N_("已记下：给%(who)s的信寄出了。")),
    "acknowledge": Deed(Acknowledge, Notify.acknowledge, N_("已记下：%(who)s知道了。")),
    "fail": Deed(Fail, Notify.fail, N_("已记下：%(who)s，%(why)s。它留在这里，换个时间或换个方式再试。")),
    "suppress": Deed(Suppress, Notify.suppress, N_("好，不再告知%(who)s这件事。"), office_only=True),
}
"""By the last part of the form's address."""


@router.post("/notices/{notice_id}/{name}")
async def report(
    request: Request,
    caller: Teller,
    notice_id: EntityId,
    name: str,
    idempotency_key: Annotated[str, Form()] = "",
    why: Annotated[str, Form()] = "",
    channel: Annotated[str, Form()] = "",
    back: Annotated[str, Form()] = "",
) -> Response:
    """Put it on record, and go back to the list."""
    deed = _deed(name, caller)
    row = await notice_row(request, caller, notice_id)
    command = _command(deed, why=why, channel=channel)
    async with doing(request, caller, row, name, idempotency_key) as asked:
        receipt = await deed.act(notify(request), asked, row["recipient_id"], notice_id, command)
    await show_own_write(request, receipt)
    (one,) = await shown(request, [row])
    told = _(deed.told, who=one.who, why=words.word(words.WHY_FAILED, why)) if receipt.facts else _("已经是这样了。")
    return done(request, back or OUTBOX, told)


@router.post("/outbox/{name}")
async def report_several(
    request: Request,
    caller: Office,
    name: str,
    notice_id: Annotated[list[str] | None, Form()] = None,
    channel: Annotated[str, Form()] = "",
    idempotency_key: Annotated[str, Form()] = "",
) -> Response:
    """The same of several notices: letters printed together, or one call that told everything."""
    deed = _deed(name, caller)
    if name == "fail" or not notice_id or len(notice_id) > TOGETHER_MAX:
        raise Invalid([FieldError("notice_id", _("没有选中要记的消息"), _("请回到列表再试一次。"))])
    command, reported, last = _command(deed, channel=channel), 0, Receipt(())
    for one in dict.fromkeys(notice_id):
        row = await notice_row(request, caller, one)
        try:
            async with doing(request, caller, row, name, idempotency_key) as asked:
                receipt = await deed.act(notify(request), asked, row["recipient_id"], one, command)
        except Refusal:  # somebody else reported on it meanwhile; the others still count
            continue
        if receipt.facts:
            reported, last = reported + 1, receipt
    await show_own_write(request, last)
    return done(request, OUTBOX, ngettext("已记下 %(num)s 条。", "已记下 %(num)s 条。", reported))


def _deed(name: str, caller: Caller) -> Deed:
    deed = DEEDS.get(name)
    if deed is None:
        raise NotFound()
    if deed.office_only and not caller.has(*OFFICE):
        raise Forbidden(_("要不要告知，由社区工作人员决定。"))
    return deed


def _command(deed: Deed, **given: str) -> BaseModel:
    """The command of a deed out of what the button sends. Errors: Invalid."""
    fields = {name: value for name, value in given.items() if value and name in deed.command.model_fields}
    try:
        return deed.command.model_validate(fields)
    except ValidationError as error:
        raise Invalid(field_errors(error.errors(include_url=False))) from error
