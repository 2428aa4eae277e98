"""A card as it was on one day, as it was known at a moment."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.pages.common import registry
from services.registry.project import branch, elsewhere, history, member
from services.registry.project.as_of import card_as_of
from services.shell.i18n import gettext as _
from services.shell.i18n import speech
from services.shell.problems import FieldError, Invalid, NotFound


def moment_of(text: str) -> datetime | None:
    """A moment as it is written in an address; a day means its end, a time without zone means the office's clock."""
    if not text:
        return None
    text = text.strip()
    try:
        if len(text) == len("2026-11-21"):
            end = datetime.combine(date.fromisoformat(text) + timedelta(days=1), time(), speech().zone)
            return end - timedelta(microseconds=1)
        if len(text) > len("2026-11-21T00:00") and text[-6] == " ":  # a plus sign that was not escaped
            text = f"{text[:-6]}+{text[-5:]}"
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        todo = _("请写成 2026-11-21T09:30+08:00 这样，或只写日期。")
        raise Invalid([FieldError("known_at", _("不是有效的时间"), todo)]) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=speech().zone)


async def card_then(
    request: Request, db: AsyncConnection, card: dict[str, Any], as_of: date | None, known_at: datetime | None
) -> dict[str, Any]:
    """The card on a day (today), from what was known at a moment (now). Errors: NotFound when not on the roll then."""
    day = as_of or speech().today
    moment = known_at or request.app.state.shell.clock()
    member_id = card["member_id"]
    messages = await history.known_at(db, member_id, moment)
    row = card_as_of(await registry(request).opened(messages), day)
    if row is None:
        raise NotFound(_("按当时所知，这位党员那一天不在册。"))
    then = dict.fromkeys(card) | row | {"member_id": member_id}
    names = await branch.names(db, [then["branch_id"]] if then["branch_id"] else [])
    then["branch"] = names.get(then["branch_id"] or "")
    cared_for = await elsewhere.cared_for_on(db, member_id, day, moment)
    then["cared_for"] = cared_for and then["state"] in member.ON_ROLL
    return then
