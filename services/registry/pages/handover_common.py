"""What the pages of take-over and their API share: one batch, what may be accepted, and carrying it out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import Request

from events.log.command import Receipt
from services.registry.decide.handover_state import OpenHandover, Take
from services.registry.decide.nominee import Line
from services.registry.handle.handovers import Handovers
from services.registry.pages.common import doing, reading, registry, sought
from services.registry.pages.handover_match import Fit, Match, matches
from services.registry.pages.handover_words import SENTENCES
from services.registry.project import handover, nominees
from services.registry.project.names import spelling_of
from services.shell.i18n import gettext as _
from services.shell.identity import Caller
from services.shell.problems import NotFound, Refusal

Row = Mapping[str, Any]


def handovers_of(request: Request) -> Handovers:
    """The handler of commands about take-over."""
    return Handovers(registry(request))


async def batch_row(request: Request, caller: Caller, batch_id: str) -> dict[str, Any]:
    """A batch the caller may see. Errors: NotFound."""
    row = await sought(request, caller, lambda db: handover.batch(db, batch_id))
    if row is None:
        raise NotFound(_("在您的范围内没有这一批移交。"))
    return row


async def opened(
    request: Request, caller: Caller, community: str, command: OpenHandover, sent: Mapping[str, Any] | None = None
) -> tuple[str, Receipt]:
    """Open a batch; the unit's path is spelt from its name."""
    code = "".join(mark for mark in spelling_of(command.employer).pinyin if mark.isascii() and mark.isalnum())[:60]
    async with doing(request, caller, community, "open-handover", sent) as asked:
        return await handovers_of(request).open(asked, command, code=code)


async def lines_to_decide(request: Request, batch_id: str, only: int | None = None) -> dict[int, Line]:
    """Who the lines are about of which nothing was decided yet, newest facts included; or this one line."""
    handling = handovers_of(request)
    batch = await handling.batch(batch_id)
    rows = {
        number: row
        for number, row in batch.rows.items()
        if (number == only if only is not None else row.stage == handover.ROW_OPEN)
    }
    return dict(await handling.lines(batch.model_copy(update={"rows": rows})))


async def compared(request: Request, caller: Caller, row: Row, only: int | None = None) -> dict[int, Match]:
    """The lines of a batch, or one of them, compared with the register."""
    return await matches(request, caller, row, await lines_to_decide(request, row["batch_id"], only))


def clear(found: Mapping[int, Match]) -> list[Take]:
    """The lines that nobody needs to look at: number and name are those of somebody on this community's roll."""
    return [
        Take(row=number, member=match.record["member_id"])
        for number, match in found.items()
        if match.fit is Fit.HERE and match.record is not None
    ]


async def accepted(
    request: Request, caller: Caller, row: Row, takes: Sequence[Take], sent: Mapping[str, Any] | None = None
) -> tuple[Receipt, Mapping[int, str]]:
    """These lines are these members of the batch's own community. Errors: Refusal, if one is none."""
    async with reading(request, caller) as db:
        known = await nominees.records(db, [take.member for take in takes])
    for take in takes:
        if take.member not in known or known[take.member]["community"] != row["community"]:
            raise Refusal("other_community_member", SENTENCES["other_community_member"]({}))
    name = "accept-handover" if len(takes) != 1 else f"accept-handover/{takes[0].row}"
    async with doing(request, caller, row["community"], f"{name}/{row['batch_id']}", sent) as asked:
        return await handovers_of(request).accept(asked, row["batch_id"], takes)
