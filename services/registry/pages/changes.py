"""What changed in a branch since an account last looked: member by member, until it says that it has read it.

Where somebody has got to stands on their desk (ADR 26) and moves only when they say so: who is called away in the
middle of the list finds it again. What they wrote themselves is no news to them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Body, Request
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.responses import Response

from events.facts.member import Attended, DuesPaid
from events.facts.member_meeting import Excused
from services.registry.decide.desk import ReadChanges
from services.registry.pages.branch_lines import branch_line
from services.registry.pages.branches import branch_row
from services.registry.pages.common import (
    EntityId,
    Reader,
    Waited,
    doing,
    read,
    reading,
    registry,
    show_own_write,
)
from services.registry.pages.history import names_of
from services.registry.pages.plain import answered
from services.registry.pages.timeline import Line, line_elsewhere, line_of, signed
from services.registry.project import branch, changes, desk, register
from services.registry.project.changes import Behind
from services.registry.project.desk import Mark
from services.shell.acting import facts_of
from services.shell.i18n import gettext as _
from services.shell.i18n import ngettext, speech
from services.shell.identity import Caller
from services.shell.pages import Undo, done, page

router = APIRouter(tags=["branches"])

DAYS_AT_FIRST: Final = 30
"""Who never said that they have read anything is shown what was written in these days."""
_ROUTINE: Final = (Attended, Excused, DuesPaid)
"""What happens to most members most months; people to whom nothing else happened stand behind a fold."""


@dataclass(frozen=True, slots=True)
class Group:
    """What changed about one member; `member_id` is "" for the branch itself."""

    member_id: str
    name: str
    lines: Sequence[Line]
    routine: bool


@dataclass(frozen=True, slots=True)
class Changes:
    """What lies behind the mark, and the mark that leaves it all behind."""

    groups: Sequence[Group]
    count: int
    more: bool
    mark: Mark
    newest: Mark


async def behind(request: Request, caller: Caller, db: AsyncConnection, branch_id: str) -> Behind:
    """What this account asks about a branch."""
    laid = await desk.laid_out(db, registry(request).desk_of(caller.name, caller.scope))
    return _behind(request, caller, branch_id, laid.read.get(branch_id, Mark()))


def _behind(request: Request, caller: Caller, branch_id: str, mark: Mark) -> Behind:
    since = None if mark.at else request.app.state.shell.clock() - timedelta(days=DAYS_AT_FIRST)
    return Behind(branch_id, mark, speech().today, since, caller.name)


async def news(request: Request, caller: Caller, db: AsyncConnection) -> list[dict[str, Any]]:
    """The branches whose changes this account reads, with how many there are; those without any are left out."""
    laid = await desk.laid_out(db, registry(request).desk_of(caller.name, caller.scope))
    names = await branch.names(db, sorted(laid.read))
    found = []
    for branch_id, name in names.items():
        mark = laid.read[branch_id]
        number = await changes.count(db, _behind(request, caller, branch_id, mark))
        if number:
            found.append({"branch_id": branch_id, "name": name, "count": number, "read_at": mark.at})
    return sorted(found, key=lambda one: branch.in_order(one["name"]))


async def changed(request: Request, caller: Caller, row: Mapping[str, Any]) -> Changes:
    """Everything behind the mark, in the words of the timeline."""
    async with reading(request, caller) as db:
        asked = await behind(request, caller, db, row["branch_id"])
        written = await changes.written(db, asked)
        facts = await registry(request).opened(written.messages)
        of_members = [one for one in facts if one.fact.STREAM == "member"]
        names = await names_of(db, of_members, {row["branch_id"]: row["name"]})
        ids = {one.about.entity for one in of_members} | {line["member_id"] for line in written.told}
        people = await register.names(db, sorted(ids))
    found = [
        (one.about.entity, line_of(one, names), isinstance(one.fact, _ROUTINE))
        if one.fact.STREAM == "member"
        else ("", branch_line(one), False)
        for one in facts
    ]
    found += [(line["member_id"], line_elsewhere(line), False) for line in written.told]
    lines: dict[str, list[tuple[Line, bool]]] = {}
    told = await signed(request, [line for _who, line, _routine in found])
    for (who, _line, routine), line in zip(found, told, strict=True):
        lines.setdefault(who, []).append((line, routine))
    groups = [_group(who, people.get(who, ""), each) for who, each in lines.items()]
    groups.sort(key=lambda group: (group.member_id != "", group.routine, -group.lines[0].recorded.timestamp()))
    return Changes(groups, len(facts) + len(written.told), written.more, asked.mark, written.newest)


def _group(who: str, name: str, lines: Sequence[tuple[Line, bool]]) -> Group:
    told = sorted((line for line, _routine in lines), key=lambda line: line.recorded, reverse=True)
    return Group(who, name, told, all(routine for _line, routine in lines))


# ── pages ────────────────────────────────────────────────────────────────────────────────────────────────────────


@router.get("/branches/{branch_id}/changes", dependencies=[Waited], include_in_schema=False)
async def show(request: Request, caller: Reader, branch_id: EntityId) -> Response:
    """The list, and the button that leaves it behind."""
    row = await branch_row(request, caller, branch_id)
    found = await changed(request, caller, row)
    return await page(
        request, "branch_changes.html", row=row, found=found, days=DAYS_AT_FIRST,
        notable=[one for one in found.groups if not one.routine],
        routine=[one for one in found.groups if one.routine],
    )  # fmt: skip


@router.post("/branches/{branch_id}/changes/read", include_in_schema=False)
async def read_them(request: Request, caller: Reader, branch_id: EntityId) -> Response:
    """They are read, as far as they stood on the page."""
    row = await branch_row(request, caller, branch_id)
    sent = await request.form()
    before, command = await _reading(request, caller, branch_id, sent.get("through"), sent.get("told"))
    async with doing(request, caller, caller.scope, f"read-changes/{branch_id}", sent) as asked:
        receipt = await registry(request).read_changes(asked, command)
    await show_own_write(request, receipt)
    back = f"/registry/branches/{branch_id}"
    if (command.through, command.told) < (before.through, before.told):
        return done(request, f"{back}/changes", _("又列为没看过的了。"))
    undo = Undo(f"{back}/changes/read", {"through": str(before.through), "told": str(before.told)})
    told = _("%(branch)s的变化都看过了；以后只列新的。", branch=row["name"])
    return done(request, back, told, undo=undo if receipt.facts else None)


async def _reading(
    request: Request, caller: Caller, branch_id: str, through: Any, told: Any
) -> tuple[Mark, ReadChanges]:
    """Where the account is, and the command that moves it; never beyond what there is to be read."""
    command = read(ReadChanges, {"branch_id": branch_id, "through": through, "told": told})
    async with reading(request, caller) as db:
        asked = await behind(request, caller, db, branch_id)
        newest = await changes.newest(db, asked)
    at_most = {"through": min(command.through, newest.through), "told": min(command.told, newest.told)}
    return asked.mark, command.model_copy(update=at_most)


# ── API ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@router.get("/api/changes", dependencies=[Waited])
async def counted(request: Request, caller: Reader) -> Response:
    """The branches whose changes this account has read before and that have new ones, with how many there are."""
    async with reading(request, caller) as db:
        items = await news(request, caller, db)
    return answered({"items": items, "next_page_token": ""})


@router.get("/api/branches/{branch_id}/changes", dependencies=[Waited])
async def listed(request: Request, caller: Reader, branch_id: EntityId) -> Response:
    """What others wrote about a branch and its members since the account last said that it had read it (`read_at`; who
    never did is given the last thirty days), by member. `through` and `told` are what `…/changes/read` takes.
    """
    found = await changed(request, caller, await branch_row(request, caller, branch_id))
    items = [
        {
            "member_id": group.member_id or None,
            "name": group.name or None,
            "routine": group.routine,
            "lines": [
                {"id": line.fact_id, "effective": line.on, "recorded": line.recorded, "text": line.text, "by": line.by}
                for line in group.lines
            ],
        }
        for group in found.groups
    ]
    return answered(
        {
            "items": items, "next_page_token": "", "count": found.count, "more": found.more,
            "read_at": found.mark.at, "read_through": found.mark.through, "read_told": found.mark.told,
            "through": found.newest.through, "told": found.newest.told,
        }
    )  # fmt: skip


@router.post("/api/branches/{branch_id}/changes/read", status_code=201)
async def read_by_api(
    request: Request, caller: Reader, branch_id: EntityId, through: Annotated[int, Body()], told: Annotated[int, Body()]
) -> Response:
    """They are read up to here; `0` and `0`, or an earlier place, takes that back."""
    await branch_row(request, caller, branch_id)
    _before, command = await _reading(request, caller, branch_id, through, told)
    async with doing(request, caller, caller.scope, f"read-changes/{branch_id}") as asked:
        receipt = await registry(request).read_changes(asked, command)
    return answered({"facts": facts_of(receipt)}, 201)


def told_of_number(number: int) -> str:
    """How many changes there are, in words."""
    if number >= changes.MOST:
        return _("%(most)s 条以上新变化", most=changes.MOST)
    return ngettext("%(num)s 条新变化", "%(num)s 条新变化", number)
