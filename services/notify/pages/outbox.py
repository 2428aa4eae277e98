"""The outbox: what is to be told today, way by way and recipient by recipient; and what was told before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from events.facts.notice import Channel
from services.notify.pages import words
from services.notify.pages.common import OFFICE, Teller, own_only, quiet_until, rules
from services.notify.pages.rows import Shown, shown
from services.notify.project import notice, outbox
from services.notify.project.outbox import OPEN, Wanted
from services.shell.identity import Caller
from services.shell.pages import page
from services.shell.reading import Waited, reading

router = APIRouter(include_in_schema=False)

LISTED: Final = 60
"""Rows of one way; more than anybody tells in a day. The rest follows when these are done."""
LOUD: Final = (Channel.PHONE, Channel.DOORSTEP)
"""Ways that disturb people, and wait in quiet hours."""


@router.get("/outbox", dependencies=[Waited])
async def show(
    request: Request,
    caller: Teller,
    state: Annotated[str, Query(pattern="^(open|sent|acknowledged|suppressed|all)$")] = OPEN,
    page_token: str = "",
) -> Response:
    """What waits, as lists to work through; with `state`, what came of the others."""
    if state == OPEN:
        return await _to_tell(request, caller)
    wanted = Wanted(state="" if state == "all" else state, worker=own_only(caller))
    async with reading(request, caller) as db:
        found = await outbox.newest(db, wanted, token=page_token)
        counts = await outbox.counts(db, wanted)
    following = f"/notify/outbox?state={state}&page_token={found.next_token}" if found.next_token else ""
    return await page(
        request,
        "history.html",
        rows=await shown(request, found.items),
        counts=counts,
        state=state,
        following=following,
        words=words,
        notice=notice,
        key=request.app.state.host.new_id(),
        may_write=caller.has(*OFFICE),
    )


async def _to_tell(request: Request, caller: Caller) -> Response:
    worker = own_only(caller)
    async with reading(request, caller) as db:
        waiting = {
            channel: await outbox.waiting(db, Wanted(state=OPEN, channel=channel.value, worker=worker), LISTED)
            for channel in Channel
        }
        by_channel = await outbox.waiting_by_channel(db, worker)
        counts = await outbox.counts(db, Wanted(worker=worker))
    lists = {channel: by_recipient(await shown(request, rows)) for channel, rows in waiting.items() if rows}
    until = quiet_until(request, caller)
    return await page(
        request,
        "outbox.html",
        lists=lists,
        by_channel=by_channel,
        counts=counts,
        quiet=until if until and any(lists.get(channel) for channel in LOUD) else None,
        policy=rules(request, caller.scope),
        words=words,
        Channel=Channel,
        key=request.app.state.host.new_id(),
        may_write=caller.has(*OFFICE),
        own=bool(worker),
    )


@dataclass(frozen=True, slots=True)
class Listed:
    """The rows of one way: recipients who are told several things at once, and everybody else."""

    together: Sequence[Sequence[Shown]]
    single: Sequence[Shown]
    count: int


def by_recipient(rows: Sequence[Shown]) -> Listed:
    """Notices of one recipient together, so that one call tells them all; in the order of each one's first."""
    found: dict[str, list[Shown]] = {}
    for one in rows:
        found.setdefault(one.row["recipient_id"], []).append(one)
    together = [notices for notices in found.values() if len(notices) > 1]
    return Listed(together, [notices[0] for notices in found.values() if len(notices) == 1], len(rows))
