"""The groups of a branch: formed and renamed, who belongs to each, and dissolved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.registry.decide.group import ChooseGroup, FormGroup, RenameGroup
from services.registry.pages.branch_life import members_in, organising
from services.registry.pages.branches import branch_row
from services.registry.pages.common import EntityId, Office, doing, read_form, reading, show_own_write
from services.registry.pages.forms import Form, again, fresh
from services.registry.project import belonging
from services.shell.i18n import gettext as _
from services.shell.i18n import ngettext, speech
from services.shell.identity import Caller
from services.shell.pages import done, page
from services.shell.problems import Invalid, NotFound, Refusal, Stale

router = APIRouter(prefix="/branches/{branch_id}/groups", include_in_schema=False)


def group_name(row: Mapping[str, Any], group_id: str) -> str:
    """What a group of the branch is called. Errors: NotFound."""
    name = row["groups"].get(group_id)
    if name is None:
        raise NotFound(_("这个支部没有这个党小组。"))
    return str(name)


@router.get("/new")
async def new(request: Request, caller: Office, branch_id: EntityId) -> Response:
    """The form to begin a group."""
    row = await branch_row(request, caller, branch_id)
    return await _named(request, row, "", fresh(request, row["seq"]))


@router.post("/new")
async def form_group(request: Request, caller: Office, branch_id: EntityId) -> Response:
    """Begin it, and go on to who belongs to it."""
    row = await branch_row(request, caller, branch_id)
    sent = await request.form()
    try:
        command = read_form(FormGroup, sent)
        async with doing(request, caller, row["community"], f"form-group/{branch_id}", sent) as asked:
            group_id, receipt = await organising(request).form_group(asked, branch_id, command)
    except (Invalid, Refusal, Stale) as problem:
        latest = await branch_row(request, caller, branch_id)
        return await _named(request, latest, "", again(request, sent, problem, latest["seq"]))
    await show_own_write(request, receipt)
    return done(request, f"/registry/branches/{branch_id}/groups/{group_id}", _("%(name)s已成立。", name=command.name))


@router.get("/{group_id}/rename")
async def renaming(request: Request, caller: Office, branch_id: EntityId, group_id: EntityId) -> Response:
    """The form to call it otherwise."""
    row = await branch_row(request, caller, branch_id)
    return await _named(request, row, group_id, fresh(request, row["seq"], name=group_name(row, group_id)))


@router.post("/{group_id}/rename")
async def rename(request: Request, caller: Office, branch_id: EntityId, group_id: EntityId) -> Response:
    """Put it on record."""
    row = await branch_row(request, caller, branch_id)
    sent = await request.form()
    try:
        command = read_form(RenameGroup, sent)
        async with doing(request, caller, row["community"], f"rename-group/{group_id}", sent) as asked:
            receipt = await organising(request).rename_group(asked, branch_id, group_id, command)
    except (Invalid, Refusal, Stale) as problem:
        latest = await branch_row(request, caller, branch_id)
        return await _named(request, latest, group_id, again(request, sent, problem, latest["seq"]))
    await show_own_write(request, receipt)
    return done(request, f"/registry/branches/{branch_id}", _("已改名为%(branch)s。", branch=command.name))


async def _named(request: Request, row: Mapping[str, Any], group_id: str, form: Form) -> Response:
    return await page(request, "branch_group_name.html", status=form.status, row=row, group_id=group_id, form=form)


@router.get("/{group_id}")
async def choosing(request: Request, caller: Office, branch_id: EntityId, group_id: EntityId) -> Response:
    """The branch's members, those of the group ticked."""
    row = await branch_row(request, caller, branch_id)
    return await _members(request, caller, row, group_id, fresh(request))


@router.post("/{group_id}")
async def choose(request: Request, caller: Office, branch_id: EntityId, group_id: EntityId) -> Response:
    """Those ticked belong to the group, the others do not."""
    row = await branch_row(request, caller, branch_id)
    name = group_name(row, group_id)
    sent = await request.form()
    try:
        command = read_form(ChooseGroup, sent, lists=("member_ids",))
        before = await members_in(request, caller, branch_id, group_id)
        async with doing(request, caller, row["community"], f"choose-group/{group_id}", sent) as asked:
            receipt = await organising(request).choose_group(asked, branch_id, group_id, command, before)
    except (Invalid, Refusal, Stale) as problem:
        return await _members(request, caller, row, group_id, again(request, sent, problem))
    await show_own_write(request, receipt)
    count = len(command.member_ids)
    told = ngettext("%(group)s现在有 %(num)s 人。", "%(group)s现在有 %(num)s 人。", count, group=name)
    return done(request, f"/registry/branches/{branch_id}", told)


async def _members(request: Request, caller: Caller, row: Mapping[str, Any], group_id: str, form: Form) -> Response:
    name = group_name(row, group_id)
    async with reading(request, caller) as db:
        people = await belonging.people(db, row["branch_id"], speech().today)
    return await page(
        request,
        "branch_group.html",
        status=form.status,
        row=row,
        group_id=group_id,
        name=name,
        people=people,
        form=form,
    )


@router.post("/{group_id}/dissolve")
async def dissolve(request: Request, caller: Office, branch_id: EntityId, group_id: EntityId) -> Response:
    """The group is no more; its members stay in the branch."""
    row = await branch_row(request, caller, branch_id)
    name = group_name(row, group_id)
    people = await members_in(request, caller, branch_id, group_id)
    sent = await request.form()
    async with doing(request, caller, row["community"], f"dissolve-group/{group_id}", sent) as asked:
        receipt = await organising(request).dissolve_group(asked, branch_id, group_id, people)
    await show_own_write(request, receipt)
    return done(request, f"/registry/branches/{branch_id}", _("%(name)s已撤销，党员仍在支部里。", name=name))
