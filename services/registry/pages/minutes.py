"""What a meeting decides: its motions and their counts, its minutes, what was added to them, and all of it on paper."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from events.facts.meeting_minutes import Voted
from events.log.command import Asked, Receipt
from services.registry.decide.minutes import CorrectMinutes, FreezeMinutes, PutMotion, RecordVote, TakeVoteBack
from services.registry.handle.meetings import Meetings
from services.registry.pages import minutes_paper, words
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
from services.registry.pages.minutes_words import VOTE
from services.registry.pages.plain import answered
from services.registry.pages.quorum import call_roll, counted, quorum_json
from services.registry.project import meeting_roll, minutes
from services.shell.acting import facts_of
from services.shell.formats import local_day
from services.shell.i18n import gettext as _
from services.shell.i18n import speech
from services.shell.identity import Caller
from services.shell.pages import Undo, done, page
from services.shell.printing import pdf, printed
from services.shell.problems import Invalid, NotFound, Refusal, Stale

router = APIRouter()

_SHEET: Final = Path(__file__).resolve().parents[1] / "paper" / "minutes.typ"
Act = Callable[[Meetings, Asked, str], Awaitable[Receipt]]


async def _carried_out(
    request: Request, caller: Caller, row: Mapping[str, Any], name: str, act: Act, sent: Any = None
) -> Receipt:
    """A command about what the meeting decides. Others may sign in meanwhile: that is no conflict."""
    form = None if sent is None else {key: value for key, value in sent.items() if key != "version"}
    async with doing(request, caller, row["community"], f"{name}/{row['meeting_id']}", form) as asked:
        receipt = await act(Meetings(registry(request)), asked, row["meeting_id"])
    await show_own_write(request, receipt)
    return receipt


# ── API ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


@router.get("/api/meetings/{meeting_id}/minutes", dependencies=[Waited], tags=["meetings"])
async def minutes_api(request: Request, caller: Reader, meeting_id: EntityId) -> Response:
    """The motions with their counts, the minutes as they were frozen, and what was added since."""
    await meeting_row(request, caller, meeting_id)
    async with reading(request, caller) as db:
        return answered(await minutes.of_meeting(db, meeting_id))


@router.post("/api/meetings/{meeting_id}/motions", status_code=201, tags=["meetings"])
async def put_api(request: Request, caller: Office, meeting_id: EntityId, command: PutMotion) -> Response:
    """A motion is put."""
    row = await meeting_row(request, caller, meeting_id)
    await call_roll(request, caller, row)
    receipt = await _carried_out(request, caller, row, "motion", lambda to, a, m: to.put(a, m, command))
    return await _answered(request, caller, row, receipt)


@router.post("/api/meetings/{meeting_id}/vote", status_code=201, tags=["meetings"])
async def vote_api(request: Request, caller: Office, meeting_id: EntityId, command: RecordVote) -> Response:
    """The counts of a motion, which is put by the way; `carried` by the rule of its kind, with the clause."""
    row = await meeting_row(request, caller, meeting_id)
    await call_roll(request, caller, row)
    receipt = await _carried_out(request, caller, row, "vote", lambda to, a, m: to.vote(a, m, command))
    return await _answered(request, caller, row, receipt)


@router.post("/api/meetings/{meeting_id}/vote-back", status_code=201, tags=["meetings"])
async def vote_back_api(request: Request, caller: Office, meeting_id: EntityId, command: TakeVoteBack) -> Response:
    """The counts of a motion were a slip."""
    row = await meeting_row(request, caller, meeting_id)
    receipt = await _carried_out(request, caller, row, "vote-back", lambda to, a, m: to.take_vote_back(a, m, command))
    return await _answered(request, caller, row, receipt)


@router.post("/api/meetings/{meeting_id}/freeze", status_code=201, tags=["meetings"])
async def freeze_api(request: Request, caller: Office, meeting_id: EntityId, command: FreezeMinutes) -> Response:
    """The minutes are closed, with who came, the quorum and the votes as they are now."""
    row = await meeting_row(request, caller, meeting_id)
    receipt = await _carried_out(request, caller, row, "freeze", lambda to, a, m: to.freeze(a, m, command))
    return await _answered(request, caller, row, receipt)


@router.post("/api/meetings/{meeting_id}/correct", status_code=201, tags=["meetings"])
async def correct_api(request: Request, caller: Office, meeting_id: EntityId, command: CorrectMinutes) -> Response:
    """Words are added to minutes that are frozen; the minutes stay as they are."""
    row = await meeting_row(request, caller, meeting_id)
    receipt = await _carried_out(request, caller, row, "correct-minutes", lambda to, a, m: to.correct(a, m, command))
    return await _answered(request, caller, row, receipt)


async def _answered(request: Request, caller: Caller, row: Mapping[str, Any], receipt: Receipt) -> Response:
    async with reading(request, caller) as db:
        found = await counted(request, db, row)
        written = await minutes.of_meeting(db, row["meeting_id"])
    body = {"facts": facts_of(receipt), "quorum": quorum_json(found), "motions": written["motions"]}
    return answered(body, 201)


# ── pages ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@router.get("/meetings/{meeting_id}/minutes", dependencies=[Waited], include_in_schema=False)
async def show(request: Request, caller: Reader, meeting_id: EntityId) -> Response:
    """The motions, the minutes and their corrections."""
    row = await meeting_row(request, caller, meeting_id)
    return await _page(request, caller, row, fresh(request))


async def _page(request: Request, caller: Caller, row: Mapping[str, Any], form: Form) -> Response:
    day = local_day(row["starts_at"])
    async with reading(request, caller) as db:
        found = await counted(request, db, row)
        written = await minutes.of_meeting(db, row["meeting_id"])
        names = await meeting_roll.names_of(db, minutes_paper.people_in(written))
    actors = {written["frozen_by"], *(one["by"] for one in written["corrections"])} - {None}
    return await page(
        request, "minutes.html", status=form.status, row=row, form=form, found=found, written=written,
        kinds=words.options(VOTE), vote_words=VOTE, words=words, clauses=rules(request, row["community"], day).clauses,
        called=await request.app.state.shell.identity.called.of(actors), began=day <= speech().today,
        came=minutes_paper.called(written["present"], names),
        corrections=[minutes_paper.correction(one, names) for one in written["corrections"]],
        may_write=caller.has(*OFFICE) and row["state"] == "scheduled" and day <= speech().today,
    )  # fmt: skip


@router.get("/meetings/{meeting_id}/minutes.pdf", dependencies=[Waited], include_in_schema=False)
async def sheet(request: Request, caller: Reader, meeting_id: EntityId) -> Response:
    """The frozen minutes on paper."""
    row = await meeting_row(request, caller, meeting_id)
    async with reading(request, caller) as db:
        written = await minutes.of_meeting(db, meeting_id)
        if written["frozen_on"] is None:
            raise NotFound(_("这次会议的记录还没有定稿，定稿以后才能打印。"))
        names = await meeting_roll.names_of(db, minutes_paper.people_in(written))
        left_out = await meeting_roll.left_out_of(db, meeting_id)
    actors = {written["frozen_by"], *(one["by"] for one in written["corrections"])}
    called = await request.app.state.shell.identity.called.of(actors)
    then = rules(request, row["community"], local_day(row["starts_at"]))
    given = minutes_paper.given(row, written, names, left_out, called, then.clauses)
    return pdf(await printed(_SHEET, given), f"{row['title']} {_('会议记录')}")


async def _by_form(
    request: Request,
    caller: Caller,
    meeting_id: str,
    name: str,
    deed: Callable[[Any], Act],
    told: str,
    undo: Callable[[Any], Undo] | None = None,
) -> Response:
    row = await meeting_row(request, caller, meeting_id)
    sent = await request.form()
    try:
        act = deed(sent)
        if name in ("motion", "vote"):
            await call_roll(request, caller, row)
        receipt = await _carried_out(request, caller, row, name, act, sent)
    except (Invalid, Refusal, Stale) as problem:
        row = await meeting_row(request, caller, meeting_id)
        return await _page(request, caller, row, again(request, sent, problem))
    back = undo(receipt) if undo and receipt.facts else None
    return done(request, f"/registry/meetings/{meeting_id}/minutes", told, undo=back)


@router.post("/meetings/{meeting_id}/motions", include_in_schema=False)
async def put(request: Request, caller: Office, meeting_id: EntityId) -> Response:
    """A motion is put."""

    def deed(sent: Any) -> Act:
        command = read_form(PutMotion, sent)
        return lambda to, a, m: to.put(a, m, command)

    return await _by_form(request, caller, meeting_id, "motion", deed, _("已提出。表决以后请填票数。"))


@router.post("/meetings/{meeting_id}/vote", include_in_schema=False)
async def vote(request: Request, caller: Office, meeting_id: EntityId) -> Response:
    """The counts of a motion."""

    def deed(sent: Any) -> Act:
        command = read_form(RecordVote, sent)
        return lambda to, a, m: to.vote(a, m, command)

    def undo(receipt: Receipt) -> Undo:
        number = next(one.fact.motion for one in receipt.facts if isinstance(one.fact, Voted))
        return Undo(f"/registry/meetings/{meeting_id}/vote-back", {"motion": str(number)})

    return await _by_form(request, caller, meeting_id, "vote", deed, _("票数已记下。"), undo)


@router.post("/meetings/{meeting_id}/vote-back", include_in_schema=False)
async def vote_back(request: Request, caller: Office, meeting_id: EntityId) -> Response:
    """The counts of a motion were a slip."""

    def deed(sent: Any) -> Act:
        command = read_form(TakeVoteBack, sent)
        return lambda to, a, m: to.take_vote_back(a, m, command)

    return await _by_form(request, caller, meeting_id, "vote-back", deed, _("票数已撤回，请重新填。"))


@router.post("/meetings/{meeting_id}/freeze", include_in_schema=False)
async def freeze(request: Request, caller: Office, meeting_id: EntityId) -> Response:
    """The minutes are closed."""

    def deed(sent: Any) -> Act:
        command = read_form(FreezeMinutes, sent)
        return lambda to, a, m: to.freeze(a, m, command)

    return await _by_form(request, caller, meeting_id, "freeze", deed, _("会议记录已定稿，可以打印。"))


@router.post("/meetings/{meeting_id}/correct", include_in_schema=False)
async def correct(request: Request, caller: Office, meeting_id: EntityId) -> Response:
    """Words are added to frozen minutes."""

    def deed(sent: Any) -> Act:
        command = read_form(CorrectMinutes, sent)
        return lambda to, a, m: to.correct(a, m, command)

    return await _by_form(request, caller, meeting_id, "correct-minutes", deed, _("更正已附在记录后面。"))
