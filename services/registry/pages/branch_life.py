"""A branch becomes two or ends in another, belongs to a general branch, or is brought together by something else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.datastructures import FormData
from starlette.responses import Response

from events.facts.branch import BranchKind
from services.registry.decide.branch_life import ChangeKind, MergeBranch, PlaceUnder, SplitBranch
from services.registry.handle.organise import MembersSince, Organising
from services.registry.pages import words
from services.registry.pages.advice import advice_of
from services.registry.pages.branches import branch_row
from services.registry.pages.common import EntityId, Office, doing, read_form, reading, registry, rules, show_own_write
from services.registry.pages.forms import Form, again, fresh
from services.registry.project import belonging, branch
from services.shell.i18n import gettext as _
from services.shell.i18n import ngettext, speech
from services.shell.identity import Caller
from services.shell.pages import done, page
from services.shell.problems import Invalid, Refusal, Stale

router = APIRouter(prefix="/branches", include_in_schema=False)

Row = Mapping[str, Any]
KINDS: Final = {kind: text for kind, text in words.BRANCH.items() if kind is not BranchKind.GENERAL}
"""What may bring members together."""
LOOK: Final = "look"
"""The button that shows what would happen; nothing is written."""


def organising(request: Request) -> Organising:
    """The commands of the organisation, in this process."""
    return Organising(registry(request))


def members_since(request: Request, caller: Caller, branch_id: str) -> MembersSince:
    """Asks who belonged to a branch on a day or later, by tables that hold everything written until now."""

    async def ask(day: date) -> Sequence[str]:
        await request.app.state.caught_up()
        async with reading(request, caller) as db:
            return await belonging.since(db, branch_id, day)

    return ask


async def members_in(request: Request, caller: Caller, branch_id: str, group_id: str) -> Sequence[str]:
    """Who belongs to a group of the branch now, by the same tables."""
    await request.app.state.caught_up()
    async with reading(request, caller) as db:
        people = await belonging.people(db, branch_id, speech().today)
    return [one["member_id"] for one in people if one["group_id"] == group_id]


async def merge(request: Request, caller: Caller, row: Row, command: MergeBranch, asked: Any) -> Any:
    """Merge a branch into another of the same community. Errors: NotFound, Refusal."""
    target = await branch_row(request, caller, command.into)
    if target["community"] != row["community"]:
        raise Refusal("other_community", _("两个支部不在同一个社区，不能合并。"))
    ask = members_since(request, caller, row["branch_id"])
    return await organising(request).merge_branch(asked, row["branch_id"], command, ask)


# ── split ────────────────────────────────────────────────────────────────────────────────────────────────────────


@router.get("/{branch_id}/split")
async def splitting(request: Request, caller: Office, branch_id: EntityId) -> Response:
    """The form: what the new branch is called, and who goes."""
    row = await branch_row(request, caller, branch_id)
    return await _split_form(request, caller, row, fresh(request, row["seq"], kind=row["kind"], on=speech().today))


@router.post("/{branch_id}/split")
async def split(request: Request, caller: Office, branch_id: EntityId) -> Response:
    """Look at what would happen; or put it on record, and the members follow."""
    row = await branch_row(request, caller, branch_id)
    sent = await request.form()
    try:
        command = read_form(SplitBranch, _without_step(sent), lists=("member_ids",))
        if sent.get("step") == LOOK:
            return await _split_look(request, caller, row, command, again_as_sent(request, sent))
        async with doing(request, caller, row["community"], f"split-branch/{branch_id}", sent) as asked:
            new_id, receipt = await organising(request).split_branch(asked, branch_id, command)
    except (Invalid, Refusal, Stale) as problem:
        latest = await branch_row(request, caller, branch_id)
        return await _split_form(request, caller, latest, again(request, sent, problem, latest["seq"]))
    await show_own_write(request, receipt)
    told = ngettext(
        "%(branch)s已成立，%(num)s 人编入。", "%(branch)s已成立，%(num)s 人编入。", len(command.member_ids),
        branch=command.name,
    )  # fmt: skip
    return done(request, f"/registry/branches/{new_id}", told)


def _without_step(sent: FormData) -> FormData:
    return FormData([(name, value) for name, value in sent.multi_items() if name != "step"])


def again_as_sent(request: Request, sent: FormData) -> Form:
    """The same form with the same key, one step further."""
    version = str(sent.get("version") or "")
    values = {name: sent.getlist(name) if name == "member_ids" else sent[name] for name in sent}
    key = str(sent.get("idempotency_key") or registry(request).commands.new_id())
    return Form(key, int(version) if version.isdigit() else None, values)


async def _split_form(request: Request, caller: Caller, row: Row, form: Form) -> Response:
    async with reading(request, caller) as db:
        people = await belonging.people(db, row["branch_id"], speech().today)
    chosen = form["member_ids"] or []
    return await page(
        request, "branch_split.html", status=form.status, row=row, form=form, people=people,
        chosen=[chosen] if isinstance(chosen, str) else chosen, kinds=words.options(KINDS),
    )  # fmt: skip


async def _split_look(request: Request, caller: Caller, row: Row, command: SplitBranch, form: Form) -> Response:
    async with reading(request, caller) as db:
        people = await belonging.people(db, row["branch_id"], speech().today)
    going = [one for one in people if one["member_id"] in set(command.member_ids)]
    staying = [one for one in people if one not in going]
    halves = ((command.name, going), (row["name"], staying))
    return await page(
        request, "branch_split_look.html", row=row, form=form, command=command,
        halves=[(name, people, advice_of(request, row["community"], people)) for name, people in halves],
        clauses=rules(request, row["community"]).clauses,
    )  # fmt: skip


# ── merge ────────────────────────────────────────────────────────────────────────────────────────────────────────


@router.get("/{branch_id}/merge")
async def merging(request: Request, caller: Office, branch_id: EntityId) -> Response:
    """The form: into which branch, and why. It says who would follow."""
    row = await branch_row(request, caller, branch_id)
    return await _merge_form(request, caller, row, fresh(request, row["seq"], on=speech().today))


@router.post("/{branch_id}/merge")
async def merge_into(request: Request, caller: Office, branch_id: EntityId) -> Response:
    """Put it on record; everybody follows."""
    row = await branch_row(request, caller, branch_id)
    sent = await request.form()
    try:
        command = read_form(MergeBranch, sent)
        async with doing(request, caller, row["community"], f"merge-branch/{branch_id}", sent) as asked:
            receipt = await merge(request, caller, row, command, asked)
    except (Invalid, Refusal, Stale) as problem:
        latest = await branch_row(request, caller, branch_id)
        return await _merge_form(request, caller, latest, again(request, sent, problem, latest["seq"]))
    await show_own_write(request, receipt)
    return done(
        request, f"/registry/branches/{command.into}", _("%(branch)s已并入，党员都跟过来了。", branch=row["name"])
    )


async def _merge_form(request: Request, caller: Caller, row: Row, form: Form) -> Response:
    async with reading(request, caller) as db:
        people = await belonging.people(db, row["branch_id"], speech().today)
        others = await branch.branches(db, row["community"])
    into = [(each["branch_id"], each["name"]) for each in others if each["branch_id"] != row["branch_id"]]
    return await page(request, "branch_merge.html", status=form.status, row=row, form=form, people=people, into=into)


# ── what it belongs to, and what brings it together ──────────────────────────────────────────────────────────────


@router.get("/{branch_id}/place")
async def placing(request: Request, caller: Office, branch_id: EntityId) -> Response:
    """The form: under which general branch it stands, and what brings its members together."""
    row = await branch_row(request, caller, branch_id)
    begin = {"general": row["general_id"] or "", "kind": row["kind"], "on": speech().today}
    return await _place_form(request, caller, row, fresh(request, row["seq"], **begin))


@router.post("/{branch_id}/place")
async def place(request: Request, caller: Office, branch_id: EntityId) -> Response:
    """Put on record what of it is new. Two commands of one form: each under the form's key."""
    row = await branch_row(request, caller, branch_id)
    sent = await request.form()
    given = {name: str(sent.get(name) or "") for name in ("general", "kind", "on")}
    try:
        below = PlaceUnder.model_validate({"general": given["general"] or None, "on": given["on"] or None})
        kind = read_form(ChangeKind, FormData([("kind", given["kind"]), ("on", given["on"])]))
        if below.general:
            await branch_row(request, caller, below.general)
        async with doing(request, caller, row["community"], f"place-branch/{branch_id}", sent) as asked:
            first = await organising(request).place_under(asked, branch_id, below)
        unversioned = {name: sent[name] for name in sent if name != "version"}
        async with doing(request, caller, row["community"], f"kind-of-branch/{branch_id}", unversioned) as asked:
            second = await organising(request).change_kind(asked, branch_id, kind)
    except (Invalid, Refusal, Stale) as problem:
        latest = await branch_row(request, caller, branch_id)
        return await _place_form(request, caller, latest, again(request, sent, problem, latest["seq"]))
    await show_own_write(request, second if second.facts else first)
    told = _("记下了。") if first.facts or second.facts else _("已经是这样了，没有改动。")
    return done(request, f"/registry/branches/{branch_id}", told)


async def _place_form(request: Request, caller: Caller, row: Row, form: Form) -> Response:
    async with reading(request, caller) as db:
        every = await branch.branches(db, row["community"], every=True)
    general = [
        (each["branch_id"], each["name"])
        for each in every
        if each["kind"] == BranchKind.GENERAL.value and each["closed_on"] is None
    ]
    return await page(
        request, "branch_place.html", status=form.status, row=row, form=form, kinds=words.options(KINDS),
        general=[("", _("不属于党总支")), *general],
    )  # fmt: skip
