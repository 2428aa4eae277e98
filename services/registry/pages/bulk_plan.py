"""Freezing a selection: whoever is ticked, or everybody whom the filter finds, as they stand at this moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any, Final, Literal

from fastapi import Request
from pydantic import Field

from events.facts.bulk import BulkField
from events.facts.decision import Command
from events.facts.people import RetirementKind
from services.registry.bulk import Plan, PlannedOne, Plans, Why
from services.registry.decide.bulk import ALREADY_SO, NONE_BEFORE
from services.registry.pages.bulk_words import CHANGED_SINCE
from services.registry.pages.common import reading, registry, rules
from services.registry.pages.narrowed import Narrowed
from services.registry.project import branch, bulk, grid, member, register
from services.registry.project.register import Wanted
from services.shell.i18n import gettext as _
from services.shell.identity import Caller
from services.shell.problems import FieldError, Invalid

PEOPLE_MAX: Final = 20_000
_UNABLE: Final = {member.DEAD: "died", member.WITHDRAWN: "not_enrolled"}
Row = Mapping[str, Any]


class Choose(Command):
    """Whom to change, and what: the field and its new value (a branch's id, a kind, `true` or `false`, a
    grid's name).

    `which`: `ticked` are the members named, `all` everybody whom the filter of the address finds.
    """

    which: Literal["ticked", "all"] = "ticked"
    member_ids: Annotated[tuple[str, ...], Field(max_length=PEOPLE_MAX)] = ()
    field: BulkField
    to: Annotated[str, Field(min_length=1, max_length=64)]


def plans(request: Request) -> Plans:
    """The plans of this box."""
    found: Plans = request.app.state.plans
    return found


async def frozen(request: Request, caller: Caller, narrowed: Narrowed, choice: Choose) -> Plan:
    """The selection as it stands now, kept until somebody commits it. Errors: Invalid."""
    wanted = narrowed.wanted(caller, rules(request, narrowed.community or caller.scope).completeness)
    if choice.which == "ticked":
        if not choice.member_ids:
            raise Invalid([FieldError("member", _("还没有选人"), _("请先在名单里勾选，或选“全部”。"))])
        wanted = Wanted(state="all", only=choice.member_ids)
    async with reading(request, caller) as db:
        rows = await bulk.selection(db, register.conditions(wanted), PEOPLE_MAX)
        branches = await branch.branches(db)
        community = _one_community(rows)
        grids = await grid.grids(db, community) if choice.field is BulkField.GRID else []
    _fitting(choice, community, branches, grids)
    people, left_out = [], []
    for row in rows:
        before = _value(row, choice.field)
        if why := _UNABLE.get(row["state"]) or (ALREADY_SO if before == choice.to else ""):
            left_out.append(Why(row["member_id"], row["name"] or "", why))
        else:
            people.append(PlannedOne(row["member_id"], row["name"] or "", row["seq"], before, choice.to))
    return await _kept(request, caller, community, choice.field, choice.to, people, left_out)


async def frozen_back(request: Request, caller: Caller, change: Row) -> Plan:
    """The opposite of a change: everybody whom it changed and who still is as it left them goes back."""
    field = BulkField(change["field"])
    async with reading(request, caller) as db:
        changed = await bulk.changed_by(db, change["bulk_id"])
        if not changed:
            raise Invalid([FieldError("member", _("没有改过谁，不用撤回"))])
        wanted = Wanted(state="all", only=list(changed))
        rows = await bulk.selection(db, register.conditions(wanted), PEOPLE_MAX)
    people, left_out = [], []
    for row in rows:
        before, after = changed[row["member_id"]]
        name, now = row["name"] or "", _value(row, field)
        why = _UNABLE.get(row["state"]) or (CHANGED_SINCE if now != after else NONE_BEFORE if before is None else "")
        if why or before is None:
            left_out.append(Why(row["member_id"], name, why))
        else:
            people.append(PlannedOne(row["member_id"], name, row["seq"], now, before))
    undone = str(change["bulk_id"])
    return await _kept(request, caller, change["community"], field, None, people, left_out, undoes=undone)


async def _kept(
    request: Request,
    caller: Caller,
    community: str,
    field: BulkField,
    to: str | None,
    people: Sequence[PlannedOne],
    left_out: Sequence[Why],
    *,
    undoes: str | None = None,
) -> Plan:
    plan = Plan(
        bulk_id=registry(request).commands.new_id(),
        actor=caller.name,
        community=community,
        field=field,
        to=to,
        at=plans(request).now(),
        people=tuple(people),
        left_out=tuple(left_out),
        undoes=undoes,
    )
    await plans(request).keep(plan)
    return plan


async def begun(request: Request, plan: Plan, reason: str) -> Plan:
    """The plan, now with the reason why it is carried out. A second wish to begin keeps the first one's reason."""
    if plan.begun:
        return plan
    plan = replace(plan, reason=reason, begun=True)
    await plans(request).keep(plan)
    return plan


def _one_community(rows: Sequence[Row]) -> str:
    if not rows:
        raise Invalid([FieldError("member", _("没有选到人"), _("请先在名单里勾选，或换一个筛选。"))])
    if len(rows) > PEOPLE_MAX:
        raise Invalid([FieldError("member", _("超过 %(most)s 人", most=PEOPLE_MAX), _("请先筛选，分几次改。"))])
    found = {str(row["community"]) for row in rows}
    if len(found) > 1:
        raise Invalid([FieldError("member", _("选到了几个社区的人"), _("请先按社区筛选，一次改一个社区的。"))])
    return found.pop()


def _fitting(choice: Choose, community: str, branches: Sequence[Row], grids: Sequence[Row]) -> None:
    """The value is one of the field's. Errors: Invalid."""
    match choice.field:
        case BulkField.BRANCH:
            fits = any(one["branch_id"] == choice.to and one["community"] == community for one in branches)
        case BulkField.KIND:
            fits = choice.to in set(RetirementKind)
        case BulkField.MINIMUM_LIVING | BulkField.LIVES_ALONE:
            fits = choice.to in {"true", "false"}
        case BulkField.GRID:
            fits = any(one["name"] == choice.to for one in grids)
    if not fits:
        raise Invalid([FieldError("change", _("不能改成这个"), _("请从列出的里选；支部、网格要是这些人所在社区的。"))])


def _value(row: Row, field: BulkField) -> str | None:
    match field:
        case BulkField.BRANCH:
            return row["branch_id"]  # type: ignore[no-any-return]  # a column of text
        case BulkField.KIND:
            return row["kind"]  # type: ignore[no-any-return]  # the same
        case BulkField.MINIMUM_LIVING | BulkField.LIVES_ALONE:
            return "true" if row[field.value] else "false"
        case BulkField.GRID:
            return row["grid"] or ""
