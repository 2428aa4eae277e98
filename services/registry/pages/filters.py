"""Filters of one's own: the register as it is narrowed now, kept under a name and found again as a chip."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Body, Request
from starlette.responses import Response

from events.facts.desk import NamedFilter
from services.registry.decide.desk import DropFilter, KeepFilter
from services.registry.pages.common import Reader, Waited, doing, read, reading, registry, show_own_write
from services.registry.pages.narrowed import Narrowing
from services.registry.pages.plain import answered
from services.registry.pages.way_back import REGISTER
from services.registry.project import desk
from services.shell.acting import facts_of
from services.shell.i18n import gettext as _
from services.shell.pages import Undo, done
from services.shell.problems import FieldError, Invalid

router = APIRouter()


@router.post("/members/filters", include_in_schema=False)
async def keep(request: Request, caller: Reader, narrowed: Narrowing) -> Response:
    """Keep what is asked for under the name in the form."""
    sent = await request.form()
    command = _kept(str(sent.get("name") or ""), narrowed.query)
    async with doing(request, caller, caller.scope, "keep-filter") as asked:
        receipt = await registry(request).keep_filter(asked, command)
    await show_own_write(request, receipt)
    undo = Undo(narrowed.href("/registry/members/filters/drop"), {"name": command.name})
    return done(request, narrowed.href(), _("已存下筛选“%(name)s”。", name=command.name), undo=undo)


@router.post("/members/filters/drop", include_in_schema=False)
async def drop(request: Request, caller: Reader, narrowed: Narrowing) -> Response:
    """Keep it no longer; the register stays narrowed as it is."""
    command = read(DropFilter, {"name": str((await request.form()).get("name") or "")})
    async with doing(request, caller, caller.scope, "drop-filter") as asked:
        receipt = await registry(request).drop_filter(asked, command)
    await show_own_write(request, receipt)
    undo = Undo(narrowed.href("/registry/members/filters"), {"name": command.name}) if narrowed.query else None
    return done(request, narrowed.href(), _("已删掉筛选“%(name)s”。", name=command.name), undo=undo)


@router.get("/api/filters", dependencies=[Waited], tags=["filters"])
async def kept(request: Request, caller: Reader) -> Response:
    """The caller's own filters; `query` is what `GET /registry/api/members` takes behind the `?`."""
    async with reading(request, caller) as db:
        laid = await desk.laid_out(db, registry(request).desk_of(caller.name, caller.scope))
    return answered({"items": [filter_json(one) for one in laid.filters], "next_page_token": ""})


@router.post("/api/filters", status_code=201, tags=["filters"])
async def keep_by_api(
    request: Request, caller: Reader, narrowed: Narrowing, name: Annotated[str, Body(embed=True, max_length=100)]
) -> Response:
    """Keep what the address asks for (`?state=away&branch=…`) under a name, in place of another of that name."""
    async with doing(request, caller, caller.scope, "keep-filter") as asked:
        receipt = await registry(request).keep_filter(asked, _kept(name, narrowed.query))
    return answered({"facts": facts_of(receipt)}, 201)


@router.delete("/api/filters/{name}", tags=["filters"])
async def drop_by_api(request: Request, caller: Reader, name: str) -> Response:
    """Keep it no longer. One that is not there is no error."""
    async with doing(request, caller, caller.scope, "drop-filter") as asked:
        receipt = await registry(request).drop_filter(asked, read(DropFilter, {"name": name}))
    return answered({"facts": facts_of(receipt)})


def _kept(name: str, query: str) -> KeepFilter:
    if not query:
        raise Invalid([FieldError("name", _("现在没有筛选"), _("请先查找或筛选，再存下来。"))])
    return read(KeepFilter, {"name": name, "query": query})


def filter_json(one: NamedFilter) -> dict[str, Any]:
    """A filter as the API gives it."""
    return {"name": one.name, "query": one.query, "href": f"{REGISTER}?{one.query}"}
