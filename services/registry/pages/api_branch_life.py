"""The API of a branch's life: split, merge, what it belongs to, its groups, and who belonged to it on a day."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Body, Request
from starlette.responses import Response

from services.registry.decide.branch_life import ChangeKind, MergeBranch, PlaceUnder, SplitBranch
from services.registry.decide.group import ChooseGroup, FormGroup, RenameGroup
from services.registry.pages.as_of import Travels
from services.registry.pages.branch_life import members_in, merge, organising
from services.registry.pages.branches import branch_row
from services.registry.pages.common import EntityId, Office, Reader, Waited, doing, member_card, reading
from services.registry.pages.plain import answered
from services.registry.project import belonging, branch
from services.shell.acting import facts_of
from services.shell.i18n import speech

router = APIRouter(prefix="/api", tags=["branches"])


@router.post("/branches/{branch_id}/split", status_code=201)
async def split(
    request: Request, caller: Office, branch_id: EntityId, command: Annotated[SplitBranch, Body()]
) -> Response:
    """These members are a branch of their own from a day on; they follow in the same append."""
    row = await branch_row(request, caller, branch_id)
    async with doing(request, caller, row["community"], f"split-branch/{branch_id}") as asked:
        new_id, receipt = await organising(request).split_branch(asked, branch_id, command)
    return answered({"branch_id": new_id, "facts": facts_of(receipt)}, 201)


@router.post("/branches/{branch_id}/merge", status_code=201)
async def merge_into(request: Request, caller: Office, branch_id: EntityId, command: MergeBranch) -> Response:
    """The branch ends in another one of its community; everybody follows in the same append."""
    row = await branch_row(request, caller, branch_id)
    async with doing(request, caller, row["community"], f"merge-branch/{branch_id}") as asked:
        receipt = await merge(request, caller, row, command, asked)
    return answered({"branch_id": command.into, "facts": facts_of(receipt)}, 201)


@router.post("/branches/{branch_id}/place", status_code=201)
async def place(request: Request, caller: Office, branch_id: EntityId, command: PlaceUnder) -> Response:
    """The branch belongs to this general branch, or (null) to none."""
    row = await branch_row(request, caller, branch_id)
    if command.general:
        await branch_row(request, caller, command.general)
    async with doing(request, caller, row["community"], f"place-branch/{branch_id}") as asked:
        receipt = await organising(request).place_under(asked, branch_id, command)
    return answered({"facts": facts_of(receipt)}, 201)


@router.post("/branches/{branch_id}/kind", status_code=201)
async def change_kind(request: Request, caller: Office, branch_id: EntityId, command: ChangeKind) -> Response:
    """Something else brings its members together: residence, hobby, mobile."""
    row = await branch_row(request, caller, branch_id)
    async with doing(request, caller, row["community"], f"kind-of-branch/{branch_id}") as asked:
        receipt = await organising(request).change_kind(asked, branch_id, command)
    return answered({"facts": facts_of(receipt)}, 201)


@router.get("/branches/{branch_id}/members", dependencies=[Waited, Travels])
async def members(request: Request, caller: Reader, branch_id: EntityId) -> Response:
    """Who belonged to the branch on a day (today), since when, and to which group in it."""
    await branch_row(request, caller, branch_id)
    async with reading(request, caller) as db:
        people = await belonging.people(db, branch_id, speech().today)
    items = [{name: one[name] for name in ("member_id", "name", "since", "group_id")} for one in people]
    return answered({"items": items, "next_page_token": ""})


@router.get("/members/{member_id}/belonging", dependencies=[Waited, Travels])
async def belonged(request: Request, caller: Reader, member_id: EntityId) -> Response:
    """Every branch and group the member belonged to, oldest first; `until` is the last day, null: it still holds."""
    await member_card(request, caller, member_id)
    async with reading(request, caller) as db:
        spans = await belonging.spans(db, member_id)
        names = await branch.names(db, sorted({span["branch_id"] for span in spans if span["branch_id"]}))
    items = [_span_json(span, names) for span in spans]
    return answered({"items": items, "next_page_token": ""})


def _span_json(span: Any, names: dict[str, str]) -> dict[str, Any]:
    kept = {name: span[name] for name in ("since", "until", "branch_id", "group_id")}
    return kept | {"branch": names.get(span["branch_id"] or "")}


GROUPS = "/branches/{branch_id}/groups"


@router.post(GROUPS, status_code=201)
async def form_group(
    request: Request, caller: Office, branch_id: EntityId, command: Annotated[FormGroup, Body()]
) -> Response:
    """A group of the branch begins. The same name is the same group."""
    row = await branch_row(request, caller, branch_id)
    async with doing(request, caller, row["community"], f"form-group/{branch_id}") as asked:
        group_id, receipt = await organising(request).form_group(asked, branch_id, command)
    return answered({"group_id": group_id, "facts": facts_of(receipt)}, 201)


@router.post(f"{GROUPS}/{{group_id}}/rename", status_code=201)
async def rename_group(
    request: Request, caller: Office, branch_id: EntityId, group_id: EntityId, command: RenameGroup
) -> Response:
    """The group is called otherwise."""
    row = await branch_row(request, caller, branch_id)
    async with doing(request, caller, row["community"], f"rename-group/{group_id}") as asked:
        receipt = await organising(request).rename_group(asked, branch_id, group_id, command)
    return answered({"facts": facts_of(receipt)}, 201)


@router.post(f"{GROUPS}/{{group_id}}/members", status_code=201)
async def choose_group(
    request: Request, caller: Office, branch_id: EntityId, group_id: EntityId, command: ChooseGroup
) -> Response:
    """These members of the branch belong to the group, and nobody else."""
    row = await branch_row(request, caller, branch_id)
    before = await members_in(request, caller, branch_id, group_id)
    async with doing(request, caller, row["community"], f"choose-group/{group_id}") as asked:
        receipt = await organising(request).choose_group(asked, branch_id, group_id, command, before)
    return answered({"facts": facts_of(receipt)}, 201)


@router.post(f"{GROUPS}/{{group_id}}/dissolve", status_code=201)
async def dissolve_group(request: Request, caller: Office, branch_id: EntityId, group_id: EntityId) -> Response:
    """The group is no more; its members stay in the branch."""
    row = await branch_row(request, caller, branch_id)
    people = await members_in(request, caller, branch_id, group_id)
    async with doing(request, caller, row["community"], f"dissolve-group/{group_id}") as asked:
        receipt = await organising(request).dissolve_group(asked, branch_id, group_id, people)
    return answered({"facts": facts_of(receipt)}, 201)
