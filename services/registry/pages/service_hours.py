"""Hours of a month by member, post or branch: on a page, and as a sheet or a text file to take along."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from services.registry.pages import post_words
from services.registry.pages.common import OFFICE, Office, Reader, Waited, reading, within
from services.registry.pages.export import csv_response, sheet_response
from services.registry.pages.places import communities
from services.registry.pages.post_common import month_of
from services.registry.project import service_hours
from services.shell.formats import day
from services.shell.i18n import gettext as _
from services.shell.identity import Caller
from services.shell.pages import page
from services.shell.problems import FieldError, Invalid

router = APIRouter(include_in_schema=False)

By = Literal["member", "post", "branch"]
Community = Annotated[str, Query(max_length=200)]
LINES_MAX: Final = 20_000
"""Lines of a file; a month with more has to be taken out community by community, so that none is cut off in silence."""
SHOWN_MAX: Final = 200


@router.get("/posts/hours", dependencies=[Waited])
async def hours(
    request: Request, caller: Reader, month: str = "", by: By = "member", community: Community = ""
) -> Response:
    """Who served how long in a month, which post took how much, what each branch comes to."""
    first, before = month_of(month)
    async with reading(request, caller) as db:
        rows = await service_hours.sums(db, by, first, before, community=within(caller, community), size=SHOWN_MAX)
        minutes, people = await service_hours.total(db, first, before, community)
        places = await communities(db, caller)
    return await page(
        request, "service_hours.html", rows=rows, by=by, month=f"{first:%Y-%m}", minutes=minutes, people=people,
        words=post_words, community=community, places=places if len(places) > 1 else [], shown_max=SHOWN_MAX,
        query=f"month={first:%Y-%m}&community={community}", may_write=caller.has(*OFFICE),
    )  # fmt: skip


@router.get("/posts/hours.xlsx")
async def sheet(
    request: Request, caller: Office, month: str = "", by: By | Literal["entry"] = "entry", community: Community = ""
) -> Response:
    """A month as a worksheet: its sums, or every entry."""
    title, head, rows = await _lines(request, caller, month, by, community)
    return await asyncio.to_thread(sheet_response, title, head, rows)


@router.get("/posts/hours.csv")
async def text(
    request: Request, caller: Office, month: str = "", by: By | Literal["entry"] = "entry", community: Community = ""
) -> Response:
    """The same as a text file."""
    title, head, rows = await _lines(request, caller, month, by, community)
    return await asyncio.to_thread(csv_response, title, head, rows)


async def _lines(
    request: Request, caller: Caller, month: str, by: str, community: str
) -> tuple[str, Sequence[str], Sequence[Sequence[Any]]]:
    first, before = month_of(month)
    place, most = within(caller, community), LINES_MAX + 1
    title = _("服务时长 %(month)s", month=f"{first:%Y-%m}")
    async with reading(request, caller) as db:
        if by == "entry":
            found = await service_hours.between(db, first, before, community=place, size=most)
        else:
            found = await service_hours.sums(db, by, first, before, community=place, size=most)
    if len(found) > LINES_MAX:
        message = _("超过 %(most)s 行，一张表放不下", most=LINES_MAX)
        raise Invalid([FieldError("month", message, _("请一个社区一个社区地导出。"))])
    if by == "entry":
        head = [_("日期"), _("姓名"), _("支部"), _("岗位"), _("小时"), _("做了什么")]
        return title, head, [
            (day(one["day"], year=True), one["name"], one["branch"], one["post"], _hours(one), one["what"])
            for one in found
        ]  # fmt: skip
    head = [{"member": _("姓名"), "post": _("岗位"), "branch": _("支部")}[by], _("小时"), _("次数"), _("人数")]
    return title, head, [(one["name"], _hours(one), one["entries"], one["people"]) for one in found]


def _hours(one: Any) -> float:
    return round(int(one["minutes"]) / 60, 2)
