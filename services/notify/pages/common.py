"""What notify's pages share: who may see what, which notice a page is about, what its command may answer."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import date, time
from typing import Annotated, Any, Final

from fastapi import Depends, Path, Request

from events.log.command import Asked
from services.notify.decide.policy import NotifyPolicy
from services.notify.handle import Notify
from services.notify.pages.words import SENTENCES
from services.notify.project import outbox, recipient
from services.shell.acting import asked, told
from services.shell.i18n import gettext as _
from services.shell.i18n import speech
from services.shell.identity import Caller, Role, requires
from services.shell.problems import NotFound
from services.shell.reading import reading, sought

OFFICE: Final = (Role.SECRETARY, Role.WORKER)
"""Who works through the outbox, all of it in their scope."""
TELLERS: Final = (*OFFICE, Role.VISITOR)
"""Who has something to tell or to be told. A visitor sees the notices that are theirs, and no others."""

Office = Annotated[Caller, Depends(requires(*OFFICE))]
Teller = Annotated[Caller, Depends(requires(*TELLERS))]
EntityId = Annotated[str, Path(pattern=r"^[0-9A-Za-z_-]{1,64}$")]


def notify(request: Request) -> Notify:
    """The command handler of this process."""
    found: Notify = request.app.state.notify
    return found


def own_only(caller: Caller) -> str:
    """The account whose notices alone the caller may see; "" for who sees all of the scope."""
    return "" if caller.has(*OFFICE) else caller.name


def rules(request: Request, place: str, on: date | None = None) -> NotifyPolicy:
    """The rules in force in a community, or in the caller's whole scope, today or on a day."""
    return notify(request).policy_at(place, on or speech().today)


def quiet_until(request: Request, caller: Caller) -> time | None:
    """When the quiet hours that reign now where the caller works end, by the office's clock; None if people may be
    disturbed.
    """
    now = request.app.state.shell.clock().astimezone(speech().zone).time()
    return rules(request, caller.scope).quiet.until(now)


async def notice_row(request: Request, caller: Caller, notice_id: str) -> dict[str, Any]:
    """A notice the caller may see; a visitor's own, if the caller is one. One written a moment ago is waited for.

    Errors: NotFound.
    """
    row = await sought(request, caller, lambda db: outbox.one(db, notice_id, own_only(caller)))
    if row is None:
        raise NotFound(_("在您的范围内没有这条消息。"))
    return row


async def member_row(request: Request, caller: Caller, member_id: str) -> dict[str, Any]:
    """A member the caller may see. Errors: NotFound."""
    async with reading(request, caller) as db:
        row = await recipient.member(db, member_id)
    if row is None:
        raise NotFound(_("在您的范围内没有这位党员。"))
    return row


@asynccontextmanager
async def doing(
    request: Request, caller: Caller, row: Mapping[str, Any], command: str, key: str = ""
) -> AsyncIterator[Asked]:
    """The caller's command about a notice, and its refusals as problems. A form gives its hidden key, an API call a
    header; one key used for two notices is two commands.
    """
    found = asked(request, caller, row["community"], f"{command}/{row['notice_id']}", key=key)
    async with told(SENTENCES):
        yield found
