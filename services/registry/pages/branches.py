"""The branches and whom their members call: those who move away are told this number (DOMAIN R8)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from events.facts.branch import BranchContact, BranchKind
from services.registry.decide.branch import SetBranchContact
from services.registry.pages.as_of import Travels
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
    sought,
    within,
)
from services.registry.pages.forms import Form, again, fresh
from services.registry.pages.places import places_of
from services.registry.pages.plain import answered
from services.registry.pages.terms import terms_ending
from services.registry.project import branch
from services.shell.acting import facts_of
from services.shell.i18n import gettext as _
from services.shell.identity import Caller
from services.shell.pages import done, page
from services.shell.problems import Invalid, NotFound, Refusal

router = APIRouter(tags=["branches"])


async def branch_row(request: Request, caller: Caller, branch_id: str) -> Mapping[str, Any]:
    """A branch the caller may see. Errors: NotFound."""
    row = await sought(request, caller, lambda db: branch.branch(db, branch_id))
    if row is None and in_the_past(request):
        raise NotFound(_("按当时所知，这个支部那一天还没有成立。"), todo=_("请换一个晚一些的日子。"))
    if row is None:
        raise NotFound(_("在您的范围内没有这个支部。"))
    return row


@router.post("/api/branches/{branch_id}/contact", status_code=201)
async def set_contact(request: Request, caller: Office, branch_id: EntityId, command: SetBranchContact) -> Response:
    """Whom the branch's members call from today on; what is left out is not known."""
    row = await branch_row(request, caller, branch_id)
    async with doing(request, caller, row["community"], f"branch-contact/{branch_id}") as asked:
        receipt = await registry(request).set_branch_contact(asked, branch_id, _contact(command))
    return answered({"facts": facts_of(receipt)}, 201)


def _contact(command: SetBranchContact) -> BranchContact:
    return BranchContact(name=command.contact_name, phone=command.contact_phone)


@router.get("/branches", dependencies=[Waited, Travels], include_in_schema=False)
async def branches(request: Request, caller: Reader, community: Annotated[str, Query(max_length=200)] = "") -> Response:
    """Every branch of the scope, with its contact and how complete its cards are; what is missing stands out."""
    here = rules(request, caller.scope)
    policy = here.completeness
    async with reading(request, caller) as db:
        every = await branch.branches(db, within(caller, community), policy.weights, every=True)
        places = await places_of(db, caller, {row["community"] for row in every})
        ending = {
            row["branch_id"]: chip
            for row, chip in await terms_ending(request, db, community or caller.scope, community)
        }
    rows = in_order(every)
    return await page(
        request,
        "branches.html",
        rows=rows,
        ending=ending,
        closed=[row for row in every if row["closed_on"] is not None],
        places=places if len({row["community"] for row in every}) > 1 else None,
        GENERAL=BranchKind.GENERAL.value,
        percents={row["branch_id"]: policy.percent_without(row["lost"]) for row in rows if row["lost"] is not None},
        split=here.branches.split,
        may_write=caller.has(*OFFICE),
    )


def in_order(every: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Those that are not closed, every general branch with its branches behind it."""
    still = [row for row in every if row["closed_on"] is None]
    known = {row["branch_id"] for row in still}
    found = []
    for row in sorted(still, key=lambda row: (row["community"], row["kind"] != BranchKind.GENERAL.value)):
        if row["general_id"] not in known:
            found += [row, *(each for each in still if each["general_id"] == row["branch_id"])]
    return found


@router.get("/branches/{branch_id}/contact", include_in_schema=False)
async def form(request: Request, caller: Office, branch_id: EntityId) -> Response:
    """The form, with what is known now."""
    row = await branch_row(request, caller, branch_id)
    name, phone = row["contact_name"] or "", row["contact_phone"] or ""
    return await _form(request, row, fresh(request, contact_name=name, contact_phone=phone))


@router.post("/branches/{branch_id}/contact", include_in_schema=False)
async def send(request: Request, caller: Office, branch_id: EntityId) -> Response:
    """Put it on record."""
    row = await branch_row(request, caller, branch_id)
    sent = await request.form()
    try:
        command = read_form(SetBranchContact, sent)
        async with doing(request, caller, row["community"], f"branch-contact/{branch_id}", sent) as asked:
            receipt = await registry(request).set_branch_contact(asked, branch_id, _contact(command))
    except (Invalid, Refusal) as problem:
        return await _form(request, row, again(request, sent, problem))
    await show_own_write(request, receipt)
    return done(request, f"/registry/branches/{branch_id}", _("已记下%(branch)s的联系人。", branch=row["name"]))


async def _form(request: Request, row: Mapping[str, Any], form: Form) -> Response:
    return await page(request, "branch_contact.html", status=form.status, row=row, form=form)
