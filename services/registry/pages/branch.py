"""A branch's own page: whom its members call, who they are, what happened to it; and the forms of its deeds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from events.facts.branch import BranchKind
from events.facts.branch_funds import FundsPart
from services.registry.decide.branch import FormBranch, RenameBranch
from services.registry.pages import words
from services.registry.pages.advice import advice_of, full_members
from services.registry.pages.api_branches import HISTORY
from services.registry.pages.as_of import Travels
from services.registry.pages.branch_lines import branch_line
from services.registry.pages.branches import branch_row
from services.registry.pages.changes import behind
from services.registry.pages.committee import Sitting, committees
from services.registry.pages.common import (
    OFFICE,
    EntityId,
    Office,
    Reader,
    Waited,
    doing,
    in_the_past,
    read_form,
    reading,
    registry,
    rules,
    show_own_write,
)
from services.registry.pages.forms import Form, again, fresh
from services.registry.pages.places import communities_to_fill, places_of
from services.registry.pages.terms import TermChip, term_chip
from services.registry.pages.timeline import signed
from services.registry.project import belonging, branch, changes, committee, history, partner
from services.shell.i18n import gettext as _
from services.shell.i18n import speech
from services.shell.pages import done, page
from services.shell.problems import Forbidden, Invalid, Refusal, Stale

router = APIRouter(prefix="/branches", include_in_schema=False)


@router.get("/new")
async def new(request: Request, caller: Office) -> Response:
    """The form to begin a branch; whoever leads here may have filled in a name, a kind and a community."""
    said = {name: request.query_params.get(name, "")[:200] for name in ("name", "kind", "community")}
    begun = {"community": caller.scope, "kind": "residence"} | {name: value for name, value in said.items() if value}
    return await _new(request, caller, fresh(request, None, on=speech().today, **begun))


@router.post("/new")
async def form(request: Request, caller: Office) -> Response:
    """Begin it."""
    sent = await request.form()
    try:
        command = read_form(FormBranch, sent)
        async with doing(request, caller, command.community, "form-branch", sent) as asked:
            branch_id, receipt = await registry(request).form_branch(asked, command)
    except (Invalid, Refusal, Forbidden) as problem:
        return await _new(request, caller, again(request, sent, problem))
    await show_own_write(request, receipt)
    told = _("%(branch)s已成立。", branch=command.name) if receipt.facts else _("已经有这个支部了，没有改动。")
    return done(request, f"/registry/branches/{branch_id}", told)


async def _new(request: Request, caller: Office, form: Form) -> Response:
    async with reading(request, caller) as db:
        places = await communities_to_fill(db, caller)
    return await page(request, "branch_new.html", status=form.status, form=form, words=words, places=places)


@router.get("/{branch_id}", dependencies=[Waited, Travels])
async def show(request: Request, caller: Reader, branch_id: EntityId) -> Response:
    """The branch, who belongs to it and leads it; in the past as it was."""
    row = await branch_row(request, caller, branch_id)
    day, then = speech().today, in_the_past(request)
    community = row["community"]
    async with reading(request, caller) as db:
        people = await belonging.people(db, branch_id, day)
        below = await branch.branches(db, row["community"]) if row["kind"] == BranchKind.GENERAL.value else []
        above = await branch.branch(db, row["general_id"]) if row["general_id"] else None
        places = await places_of(db, caller, [row["community"]])
        elected = await committees(db, row, day)
        led = await committee.led(db, branch_id, day)
        paired = await partner.pairings_of(db, branch_id=branch_id)
        past = await history.newest(db, branch_id, stream="branch", limit=HISTORY)
        new = None if then else await changes.count(db, await behind(request, caller, db, branch_id))
    told = await registry(request).opened(past.messages)
    lines = [branch_line(one) for one in told if not isinstance(one.fact, FundsPart)]  # its money has a page of its own
    return await page(
        request, "branch.html", row=row, people=people, words=words, full=full_members(request, community, people),
        on=day, then=then, above=above,
        place=places.called(row["community"]), general=row["kind"] == BranchKind.GENERAL.value,
        branches=[each for each in below if each["general_id"] == branch_id],
        elected=elected, term=_term(request, community, elected) if row["closed_on"] is None else None,
        paired=paired,
        groups=_grouped(row["groups"], people),
        rest=[one for one in people if one["group_id"] not in row["groups"]],
        may_change=caller.has(*OFFICE) and row["closed_on"] is None,
        may_see_advice=row["closed_on"] is None and not then,
        lines=await signed(request, lines),
        advice=advice_of(request, community, people, led=led),
        clauses=rules(request, community).clauses, new=new,
    )  # fmt: skip


def _term(request: Request, community: str, elected: Sequence[Sitting]) -> TermChip | None:
    """What is to be said today of the term of the committee that sits."""
    rule = rules(request, community).branches.term_reminder
    return term_chip(elected[0].until, rule, speech().today) if elected else None


def _grouped(
    groups: Mapping[str, str], people: Sequence[Mapping[str, Any]]
) -> list[tuple[str, str, list[Mapping[str, Any]]]]:
    """The groups with their members."""
    return [
        (group_id, name, [one for one in people if one["group_id"] == group_id]) for group_id, name in groups.items()
    ]


@router.get("/{branch_id}/rename")
async def renaming(request: Request, caller: Office, branch_id: EntityId) -> Response:
    """The form to call it otherwise."""
    row = await branch_row(request, caller, branch_id)
    return await _rename(request, row, fresh(request, row["seq"], name=row["name"], on=speech().today))


@router.post("/{branch_id}/rename")
async def rename(request: Request, caller: Office, branch_id: EntityId) -> Response:
    """Put it on record."""
    row = await branch_row(request, caller, branch_id)
    sent = await request.form()
    try:
        command = read_form(RenameBranch, sent)
        async with doing(request, caller, row["community"], f"rename-branch/{branch_id}", sent) as asked:
            receipt = await registry(request).rename_branch(asked, branch_id, command)
    except (Invalid, Refusal, Stale) as problem:
        latest = await branch_row(request, caller, branch_id)
        return await _rename(request, latest, again(request, sent, problem, latest["seq"]))
    await show_own_write(request, receipt)
    told = _("已改名为%(branch)s。", branch=command.name) if receipt.facts else _("已经是这样了，没有改动。")
    return done(request, f"/registry/branches/{branch_id}", told)


async def _rename(request: Request, row: Mapping[str, Any], form: Form) -> Response:
    return await page(request, "branch_rename.html", status=form.status, row=row, form=form)
