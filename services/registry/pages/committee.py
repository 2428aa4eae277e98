"""Committees: who holds which post and until when, electing one, and whose terms end (DOMAIN R3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Final

from fastapi import APIRouter, Body, Request
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.datastructures import FormData
from starlette.responses import Response

from events.facts.branch import BranchKind, CommitteeElected, Post
from services.registry.decide.committee import ElectCommittee
from services.registry.pages import organisation_words
from services.registry.pages.as_of import Travels
from services.registry.pages.branch_life import organising
from services.registry.pages.branches import branch_row
from services.registry.pages.common import (
    EntityId,
    Office,
    Reader,
    Waited,
    doing,
    member_card,
    read,
    reading,
    rules,
    show_own_write,
    within,
)
from services.registry.pages.forms import Form, again, fresh
from services.registry.pages.plain import answered
from services.registry.pages.terms import terms_ending
from services.registry.pages.words import options, word
from services.registry.project import belonging, branch, committee, register
from services.shell.acting import facts_of
from services.shell.i18n import gettext as _
from services.shell.i18n import speech
from services.shell.identity import Caller
from services.shell.pages import done, page
from services.shell.problems import Invalid, Refusal, Stale

router = APIRouter(tags=["branches"])

Row = Mapping[str, Any]
POSTS: Final = {
    "secretary": Post.SECRETARY,
    "deputy": Post.DEPUTY,
    "organisation": Post.ORGANISATION,
    "publicity": Post.PUBLICITY,
    "discipline": Post.DISCIPLINE,
    "member_1": Post.MEMBER,
    "member_2": Post.MEMBER,
}
"""The form's fields, and what each elects to."""


# ── how a committee and its term are told ────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Sitting:
    """A committee with the names of who is on it. `gone`: no longer on the roll of the branch."""

    elected_on: date
    term_from: date
    until: date
    clause: str
    by_election: bool
    seats: Sequence[tuple[str, str, str, bool]]
    """Member id, name, the words of the post, gone."""


async def committees(db: AsyncConnection, row: Row, day: date) -> list[Sitting]:
    """The committees of a branch up to a day, newest first."""
    rows = await committee.of_branch(db, row["branch_id"], day)
    ids = sorted({seat["member_id"] for one in rows for seat in one["seats"]})
    names = await register.names(db, ids)
    there = {one["member_id"] for one in await _eligible(db, row)}
    return [
        Sitting(
            one["elected_on"], one["term_from"], one["until"], one["clause"], one["by_election"],
            [
                (seat["member_id"], names.get(seat["member_id"], ""), word(organisation_words.POST, seat["post"]),
                 seat["member_id"] not in there)
                for seat in one["seats"]
            ],
        )
        for one in rows
    ]  # fmt: skip


async def _eligible(db: AsyncConnection, row: Row) -> list[dict[str, Any]]:
    """Who may be elected: the branch's members; for a general branch those of its branches."""
    if row["kind"] != BranchKind.GENERAL.value:
        return await belonging.people(db, row["branch_id"], speech().today)
    below = [one for one in await branch.branches(db, row["community"]) if one["general_id"] == row["branch_id"]]
    return [one for each in below for one in await belonging.people(db, each["branch_id"], speech().today)]


# ── pages ────────────────────────────────────────────────────────────────────────────────────────────────────────


@router.get("/branches/{branch_id}/committee", include_in_schema=False)
async def electing(request: Request, caller: Office, branch_id: EntityId) -> Response:
    """The form: who was elected to what, with those who are there now."""
    row = await branch_row(request, caller, branch_id)
    return await _form(request, caller, row, fresh(request, row["seq"], on=speech().today))


@router.post("/branches/{branch_id}/committee", include_in_schema=False)
async def elect(request: Request, caller: Office, branch_id: EntityId) -> Response:
    """Put it on record."""
    row = await branch_row(request, caller, branch_id)
    sent = await request.form()
    try:
        command = _command(sent)
        async with doing(request, caller, row["community"], f"elect-committee/{branch_id}", sent) as asked:
            receipt = await organising(request).elect_committee(asked, branch_id, command)
    except (Invalid, Refusal, Stale) as problem:
        latest = await branch_row(request, caller, branch_id)
        return await _form(request, caller, latest, again(request, sent, problem, latest["seq"]))
    await show_own_write(request, receipt)
    told = _("选举结果已记下。") if receipt.facts else _("已经是这样了，没有改动。")
    return done(request, f"/registry/branches/{branch_id}", told)


def _command(sent: FormData) -> ElectCommittee:
    seats = [{"member_id": sent[name], "post": post} for name, post in POSTS.items() if sent.get(name)]
    given = {"seats": seats, "by_election": "by_election" in sent}
    return read(ElectCommittee, given | ({"on": sent["on"]} if sent.get("on") else {}))


async def _form(request: Request, caller: Caller, row: Row, form: Form) -> Response:
    here = rules(request, row["community"])
    voting = here.meetings.quorum
    async with reading(request, caller) as db:
        people = await _eligible(db, row)
        before = await committee.of_branch(db, row["branch_id"], speech().today)
    full = [one for one in people if voting.may_vote(one["joined_on"], one["full_member_on"], speech().today)]
    general = row["kind"] == BranchKind.GENERAL.value
    return await page(
        request, "branch_committee.html", status=form.status, row=row, form=form,
        posts=options(organisation_words.POST),
        fields=POSTS, people=[("", "—"), *((one["member_id"], one["name"] or "") for one in full)],
        before=before[0] if before else None, sitting=_sitting_now(before[0]["seats"]) if before else {},
        term=here.branches.term_of(general=general), clauses=here.clauses,
    )  # fmt: skip


def _sitting_now(seats: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """The form's fields as they stand now."""
    left = list(seats)
    found = {}
    for name, post in POSTS.items():
        seat = next((one for one in left if one["post"] == post.value), None)
        if seat is not None:
            left.remove(seat)
            found[name] = seat["member_id"]
    return found


# ── API ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@router.get("/api/branches/{branch_id}/committees", dependencies=[Waited, Travels])
async def told(request: Request, caller: Reader, branch_id: EntityId) -> Response:
    """The committees of a branch, newest first; the first is the one that sits."""
    await branch_row(request, caller, branch_id)
    async with reading(request, caller) as db:
        rows = await committee.of_branch(db, branch_id, speech().today)
    return answered({"items": rows, "next_page_token": ""})


@router.post("/api/branches/{branch_id}/committees", status_code=201)
async def elect_by_api(
    request: Request, caller: Office, branch_id: EntityId, command: Annotated[ElectCommittee, Body()]
) -> Response:
    """These were elected; the term's end follows from the rules."""
    row = await branch_row(request, caller, branch_id)
    for one in command.people:
        await member_card(request, caller, one)
    async with doing(request, caller, row["community"], f"elect-committee/{branch_id}") as asked:
        receipt = await organising(request).elect_committee(asked, branch_id, command)
    elected = next((one.fact for one in receipt.facts if isinstance(one.fact, CommitteeElected)), None)
    term = {"until": elected.until, "clause": elected.clause} if elected else {}
    return answered({"facts": facts_of(receipt), **term}, 201)


@router.get("/api/terms", dependencies=[Waited])
async def terms(request: Request, caller: Reader, community: str = "") -> Response:
    """The branches whose committee's term ends within the reminder's months, or has ended; the earliest first."""
    async with reading(request, caller) as db:
        found = await terms_ending(request, db, community or caller.scope, within(caller, community))
    items = [{**row, "reminder": chip.text, "reminder_clause": chip.clause} for row, chip in found]
    return answered({"items": items, "next_page_token": ""})
