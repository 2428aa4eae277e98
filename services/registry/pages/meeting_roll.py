"""Who counts at a meeting: its roll, whom an approval leaves out and on what evidence, and the room's screen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from events.facts.meeting_roll import WhyNoVote
from events.log.command import Receipt
from services.registry.decide.roll import CountAgain, ExcludeVoter
from services.registry.handle.meetings import Meetings
from services.registry.pages import words
from services.registry.pages.come import door_of, is_open
from services.registry.pages.common import (
    OFFICE,
    EntityId,
    Office,
    Reader,
    Waited,
    doing,
    meeting_row,
    read_form,
    reading,
    registry,
    rules,
    show_own_write,
)
from services.registry.pages.forms import Form, again, fresh
from services.registry.pages.plain import answered
from services.registry.pages.quorum import call_roll, counted, quorum_json
from services.registry.project import meeting_roll
from services.shell.acting import facts_of
from services.shell.formats import local_day
from services.shell.i18n import N_, speech
from services.shell.i18n import gettext as _
from services.shell.identity import Caller
from services.shell.pages import Undo, done, page
from services.shell.printing import qr_code
from services.shell.problems import Invalid, Refusal, Stale

router = APIRouter()

ROOM_SECONDS: Final = 5
"""How often the screen in the meeting room looks who has come."""
NO_VOTE: Final = {
    WhyNoVote.PROBATIONARY: N_("预备党员"),
    WhyNoVote.ON_CARD: N_("持联系卡在外"),
    WhyNoVote.TRANSFERRED: N_("已转临时组织关系"),
}


# ── API ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


@router.get("/api/meetings/{meeting_id}/quorum", dependencies=[Waited], tags=["meetings"])
async def quorum_api(request: Request, caller: Reader, meeting_id: EntityId) -> Response:
    """How the meeting stands now: the denominator, who is left out of it, how many are there and are missing."""
    row = await meeting_row(request, caller, meeting_id)
    async with reading(request, caller) as db:
        found = await counted(request, db, row)
        left_out = await meeting_roll.left_out_of(db, meeting_id)
    hidden = ("ground", "name")
    evidence = [{name: value for name, value in one.items() if name not in hidden} for one in left_out]
    return answered({"quorum": quorum_json(found), "evidence": evidence})


@router.post("/api/meetings/{meeting_id}/roll", status_code=201, tags=["meetings"])
async def roll_api(request: Request, caller: Office, meeting_id: EntityId) -> Response:
    """Call the roll again, as the register knows the day of the meeting now."""
    row = await meeting_row(request, caller, meeting_id)
    await call_roll(request, caller, row, again=True)
    return await _quorum(request, caller, row)


@router.post("/api/meetings/{meeting_id}/exclude", status_code=201, tags=["meetings"])
async def exclude_api(request: Request, caller: Office, meeting_id: EntityId, command: ExcludeVoter) -> Response:
    """A voter is not counted unless they come: a superior approved it, and a meeting agreed."""
    row = await meeting_row(request, caller, meeting_id)
    await call_roll(request, caller, row)
    return await _quorum(request, caller, row, await _excluded(request, caller, row, command))


@router.post("/api/meetings/{meeting_id}/count-again", status_code=201, tags=["meetings"])
async def count_again_api(request: Request, caller: Office, meeting_id: EntityId, command: CountAgain) -> Response:
    """The voter counts after all."""
    row = await meeting_row(request, caller, meeting_id)
    return await _quorum(request, caller, row, await _counted_again(request, caller, row, command))


async def _quorum(request: Request, caller: Caller, row: Mapping[str, Any], receipt: Receipt | None = None) -> Response:
    async with reading(request, caller) as db:
        found = await counted(request, db, row)
    return answered({"facts": facts_of(receipt) if receipt else [], "quorum": quorum_json(found)}, 201)


async def _excluded(
    request: Request, caller: Caller, row: Mapping[str, Any], command: ExcludeVoter, sent: Any = None
) -> Receipt:
    name = f"exclude-voter/{row['meeting_id']}/{command.member_id}"
    async with doing(request, caller, row["community"], name, _unversioned(sent)) as asked:
        receipt = await Meetings(registry(request)).exclude(asked, row["meeting_id"], command)
    await show_own_write(request, receipt)
    return receipt


async def _counted_again(
    request: Request, caller: Caller, row: Mapping[str, Any], command: CountAgain, sent: Any = None
) -> Receipt:
    name = f"count-again/{row['meeting_id']}/{command.member_id}"
    async with doing(request, caller, row["community"], name, _unversioned(sent)) as asked:
        receipt = await Meetings(registry(request)).count_again(asked, row["meeting_id"], command)
    await show_own_write(request, receipt)
    return receipt


def _unversioned(sent: Any) -> dict[str, Any] | None:
    """Others may sign in meanwhile: that is no conflict."""
    return None if sent is None else {name: value for name, value in sent.items() if name != "version"}


# ── pages ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@router.get("/meetings/{meeting_id}/roll", dependencies=[Waited], include_in_schema=False)
async def show(request: Request, caller: Reader, meeting_id: EntityId) -> Response:
    """Who has a vote, who has none and why, and who is left out by an approval."""
    row = await meeting_row(request, caller, meeting_id)
    return await _page(request, caller, row, fresh(request, approved_on="", voted_on=""))


async def _page(request: Request, caller: Caller, row: Mapping[str, Any], form: Form) -> Response:
    day = local_day(row["starts_at"])
    async with reading(request, caller) as db:
        found = await counted(request, db, row)
        left_out = await meeting_roll.left_out_of(db, row["meeting_id"])
        there = {*(await meeting_roll.of_meeting(db, row["meeting_id"]))["present"]}
        names = await meeting_roll.names_of(db, [*found.roll.voters, *found.roll.without_vote] if found else [])
    then = rules(request, row["community"], day)
    out = {one["member_id"] for one in left_out}
    voters = [(one, names[one]) for one in names if found and one in found.roll.voters]
    return await page(
        request, "meeting_roll.html", status=form.status, row=row, form=form, words=words, found=found, there=there,
        left_out=left_out, voters=voters, open_to=[(one, name) for one, name in voters if one not in out | there],
        without=[(one, names[one], words.word(NO_VOTE, why)) for one, why in found.roll.without_vote.items()]
        if found else [],
        grounds=[("", _("请选")), *then.meetings.exclusion.grounds.items()], clauses=then.clauses,
        exclusion=then.meetings.exclusion.clause,
        may_write=caller.has(*OFFICE) and row["state"] == "scheduled", may_see_grounds=caller.has(*OFFICE),
    )  # fmt: skip


@router.post("/meetings/{meeting_id}/roll", include_in_schema=False)
async def call(request: Request, caller: Office, meeting_id: EntityId) -> Response:
    """Call the roll, or call it again."""
    row = await meeting_row(request, caller, meeting_id)
    sent = await request.form()
    try:
        changed = await call_roll(request, caller, row, again=True)
    except Refusal as problem:
        return await _page(request, caller, row, again(request, sent, problem))
    told = _("应到名单已按现在的名册重新核定。") if changed else _("应到名单没有变化。")
    return done(request, f"/registry/meetings/{meeting_id}/roll", told)


@router.post("/meetings/{meeting_id}/exclude", include_in_schema=False)
async def exclude(request: Request, caller: Office, meeting_id: EntityId) -> Response:
    """A voter is not counted unless they come."""
    row = await meeting_row(request, caller, meeting_id)
    sent = await request.form()
    try:
        command = read_form(ExcludeVoter, sent)
        await call_roll(request, caller, row)
        await _excluded(request, caller, row, command, sent)
    except (Invalid, Refusal, Stale) as problem:
        return await _page(request, caller, row, again(request, sent, problem))
    here = f"/registry/meetings/{meeting_id}"
    undo = Undo(f"{here}/count-again", {"member_id": command.member_id})
    return done(request, f"{here}/roll", _("已记下：不计入应到。本人到会的照常计入。"), undo=undo)


@router.post("/meetings/{meeting_id}/count-again", include_in_schema=False)
async def count_again(request: Request, caller: Office, meeting_id: EntityId) -> Response:
    """The voter counts after all."""
    row = await meeting_row(request, caller, meeting_id)
    sent = await request.form()
    try:
        await _counted_again(request, caller, row, read_form(CountAgain, sent), sent)
    except (Invalid, Refusal, Stale) as problem:
        return await _page(request, caller, row, again(request, sent, problem))
    return done(request, f"/registry/meetings/{meeting_id}/roll", _("已恢复计入应到。"))


@router.get("/meetings/{meeting_id}/room", dependencies=[Waited], include_in_schema=False)
async def room(request: Request, caller: Office, meeting_id: EntityId) -> Response:
    """The screen in the meeting room: how many have come and how many are missing; it follows without a script."""
    row = await meeting_row(request, caller, meeting_id)
    async with reading(request, caller) as db:
        found = await counted(request, db, row)
    day = local_day(row["starts_at"])
    code = ""
    if await is_open(request, meeting_id):
        origin = f"{request.url.scheme}://{request.headers.get('host', request.url.netloc)}"
        code = qr_code(f"{origin}/registry/come?t={door_of(request).code(meeting_id, row['community'])}")
    return await page(
        request, "meeting_room.html", code=code, row=row, found=found, words=words,
        clauses=rules(request, row["community"], day).clauses,
        guests=Counter(found.roll.without_vote.values()) if found else {},
        refresh_seconds=ROOM_SECONDS if row["state"] == "scheduled" and day == speech().today else None,
    )  # fmt: skip
