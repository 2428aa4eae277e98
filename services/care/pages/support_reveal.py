"""Showing why assistance was asked for, and what was said of help: as everything sealed, after it is written down."""

from __future__ import annotations

from typing import Any

from fastapi import Request

from events.facts.base import is_hidden
from services.care.pages.common import person_row
from services.care.pages.reveal import Reveal, Seen, may_see_illness, opened
from services.care.project import assistance, pairing
from services.shell.i18n import gettext as _
from services.shell.identity import Caller, Role
from services.shell.problems import Forbidden, NotFound
from services.shell.reading import sought


async def assistance_seen(request: Request, caller: Caller, assistance_id: str, command: Reveal) -> Seen:
    """Why it was asked for, and `why` it came to nothing, if it did. Errors: Forbidden, NotFound."""
    row = await sought(request, caller, lambda db: assistance.one(db, assistance_id))
    if row is None:
        raise NotFound(_("在您的范围内没有这次帮扶。"))
    if not await may_see_illness(request, caller, row["member_id"]):
        raise Forbidden(_("这些只给书记和派去看望的人看。"))
    told = [("reason", row["reason_seq"]), ("why", row["closed_seq"])]
    seen = [
        await _told(request, caller, row, seq, "assistance", field, command) for field, seq in told if seq is not None
    ]
    if not seen:
        raise NotFound(_("没有登记过这件事。"))
    return Seen({name: value for one in seen for name, value in one.values.items()}, seen[0].receipt)


async def help_seen(request: Request, caller: Caller, pairing_id: str, entry_id: str, command: Reveal) -> Seen:
    """What was said of one deed of help: to the secretary, and to the helper. Errors: Forbidden, NotFound."""
    own = "" if caller.has(Role.SECRETARY) else caller.name
    row = await sought(request, caller, lambda db: pairing.one(db, pairing_id, own))
    if row is None:
        raise NotFound(_("在您的范围内没有这个结对。"))
    entry = next((one for one in row["entries"] if one["id"] == entry_id and "seq" in one), None)
    if entry is None:
        raise NotFound(_("没有登记过这件事。"))
    return await _told(request, caller, row, entry["seq"], "help", "note", command)


async def _told(request: Request, caller: Caller, row: Any, seq: int, what: str, field: str, command: Reveal) -> Seen:
    noted_of = await person_row(request, caller, row["member_id"])
    receipt, fact = await opened(request, caller, noted_of["community"], row["member_id"], seq, what, command)
    value = getattr(fact, field, None)
    if fact is None or is_hidden(value):
        raise NotFound(_("这份记录已经不能打开。"))
    return Seen({field: value}, receipt)
