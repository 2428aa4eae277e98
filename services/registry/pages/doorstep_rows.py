"""What the pages and the API of news from doors share: whom it is about, its words, and how money meets the months."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from fastapi import Request

from events.facts.doorstep import WhySetAside
from services.registry.handle.doorstep import DoorstepDesk
from services.registry.pages.common import registry, sought
from services.registry.pages.due import Month
from services.registry.project import doorstep
from services.shell.i18n import N_
from services.shell.i18n import gettext as _
from services.shell.identity import Caller
from services.shell.problems import NotFound

Row = Mapping[str, Any]

WHY: Final = {
    WhySetAside.MISTAKEN: N_("听错、写错了"),
    WhySetAside.KNOWN: N_("已经改过、记过了"),
    WhySetAside.NOT_RECEIVED: N_("钱没有交到办公室"),
    WhySetAside.OTHER: N_("其他"),
}


def desk(request: Request) -> DoorstepDesk:
    """The handler of these commands."""
    return DoorstepDesk(registry(request))


async def news_row(request: Request, caller: Caller, news_id: str, news: str = "") -> Row:
    """One piece of news (of that kind) in the caller's scope. Errors: NotFound."""
    row = await sought(request, caller, lambda db: doorstep.one(db, news_id))
    if row is None or (news and row["news"] != news):
        raise NotFound(_("在您的范围内没有这条上门带回来的消息。"))
    return row


def months_for(payable: Sequence[Month], amount_fen: int) -> list[Month]:
    """The months that this money pays, the oldest first: as many whole ones as it is enough for."""
    found: list[Month] = []
    for month in payable:
        if sum(one.open_fen for one in found) + month.open_fen > amount_fen:
            break
        found.append(month)
    return found
