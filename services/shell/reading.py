"""Between a request and the tables: the caller's scope, waiting for a position, showing one's own write, plain JSON."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import date, datetime
from typing import Annotated, Any, Final, TypeVar

from fastapi import Depends, Query, Request
from sqlalchemy.ext.asyncio import AsyncConnection

from events.log.command import Receipt
from events.log.project.keyset import BadToken
from services.shell.i18n import gettext as _
from services.shell.identity.caller import Caller
from services.shell.problems import FieldError, Forbidden, Invalid, Malformed, Unavailable

OWN_WRITE_SECONDS_MAX: Final = 2.0
UP_TO_NOW_SECONDS_MAX: Final = 5.0

R = TypeVar("R")


@asynccontextmanager
async def reading(request: Request, caller: Caller) -> AsyncIterator[AsyncConnection]:
    """The tables as this caller may see them; of a request about the past, as they were then (`state.database`). A page
    token that is none of ours is a 400.
    """
    database = getattr(request.state, "database", None) or request.app.state.database
    async with database.reading(caller.scope) as db:
        try:
            yield db
        except BadToken as bad:
            raise Malformed(_("这个翻页标记不是本系统给的。"), todo=_("请从第一页重新翻起。")) from bad


async def waited(request: Request, after: Annotated[str, Query(max_length=200)] = "") -> None:
    """`?after=REGISTRY:42` (several with commas): wait until the tables have come so far, at most five seconds."""
    if not after:
        return
    try:
        reached = await request.app.state.runner.wait_for(after.split(","))
    except ValueError as error:
        raise Invalid([FieldError("after", _("不是一个位置"), _("写成 REGISTRY:42 这样。"))]) from error
    if not reached:
        raise Unavailable(_("还没有更新到您要的位置。"), retry_after_seconds=2)


Waited = Depends(waited)


async def sought(request: Request, caller: Caller, find: Callable[[AsyncConnection], Awaitable[R | None]]) -> R | None:
    """What `find` finds in the caller's scope; what was written a moment ago is waited for. None: it is not there.

    Errors: Unavailable, while the tables are so far behind that nobody can say whether it is.
    """
    async with reading(request, caller) as db:
        if (found := await find(db)) is not None or hasattr(request.state, "database"):
            return found  # nothing of the past is still on its way
    up_to_now = await _up_to_now(request)
    async with reading(request, caller) as db:
        found = await find(db)
    if found is None and not up_to_now:
        raise Unavailable(_("还没有更新到您要的位置。"), retry_after_seconds=2)
    return found


async def _up_to_now(request: Request) -> bool:
    try:
        async with asyncio.timeout(UP_TO_NOW_SECONDS_MAX):
            return await request.app.state.caught_up() is not False
    except TimeoutError:
        return False


async def show_own_write(request: Request, receipt: Receipt) -> None:
    """Before the next page is asked for, let the tables take in what was just written; a slow projector is not waited
    for long: the page then shows what is there.
    """
    if receipt.position:
        await request.app.state.runner.wait_for([receipt.position], OWN_WRITE_SECONDS_MAX)


def within(caller: Caller, community: str) -> str:
    """The community asked for, if it overlaps the caller's scope; "" is all of it. Errors: Forbidden."""
    if community and not caller.covers(community) and not caller.scope.startswith(f"{community}."):
        raise Forbidden(_("这个社区不在您的范围内。"))
    return community


def plain_json(value: Any) -> Any:
    """Days and moments as ISO 8601 text, inside lists and objects too."""
    match value:
        case date() | datetime():
            return value.isoformat()
        case dict():
            return {name: plain_json(each) for name, each in value.items()}
        case list() | tuple():
            return [plain_json(each) for each in value]
        case _:
            return value
