"""Meetings: calling one, the list to sign in by, and calling it off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from events.facts.meeting import MeetingKind
from events.log.command import Receipt
from services.registry.decide.meeting import CancelMeeting, ScheduleMeeting, SignIn
from services.registry.pages import words
from services.registry.pages.api_ledger import CallMeeting, community_of, in_its_branch
from services.registry.pages.as_of import Travels
from services.registry.pages.common import (
    OFFICE,
    PAGE_SIZE,
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
from services.registry.pages.partner_rows import fitting_partners
from services.registry.pages.places import communities, places_of
from services.registry.pages.quorum import call_roll, counted
from services.registry.project import branch as branch_
from services.registry.project import funds, meeting, minutes, partner, study
from services.registry.project.partner import Sought
from services.shell.i18n import gettext as _
from services.shell.i18n import ngettext, speech
from services.shell.pages import Undo, done, page
from services.shell.problems import Invalid, Refusal, Stale

router = APIRouter(include_in_schema=False)

NEAR = 20
"""Meetings to come that stand above the list of those held."""
UNITS_OFFERED = 200
"""Partner units among which one may choose; a community has a dozen."""
UNDONE_MAX = 20
"""So many ids fit into the line that offers to take a sign-in back."""
Token = Annotated[str, "where the next page begins"]


@router.get("/meetings", dependencies=[Waited, Travels])
async def meetings(request: Request, caller: Reader, page_token: Token = "") -> Response:
    """Those to come, then those held, newest first."""
    today = datetime.combine(speech().today, time(), speech().zone)
    async with reading(request, caller) as db:
        coming = await meeting.meetings(db, since=today, size=NEAR)
        held = await meeting.meetings(db, until=today, newest_first=True, size=PAGE_SIZE, token=page_token)
    tomorrow = today + timedelta(days=1)
    upcoming = [{**row, "starts_today": row["starts_at"] < tomorrow} for row in coming.items]
    return await page(
        request, "meetings.html", coming=[] if page_token else upcoming, held=held.items,
        next_href=f"/registry/meetings?page_token={held.next_token}" if held.next_token else "",
        may_write=caller.has(*OFFICE), words=words,
    )  # fmt: skip


@router.get("/meetings/new")
async def new(
    request: Request, caller: Office, kind: str = "general", partner: str = "", branch: str = "", group: str = ""
) -> Response:
    """The form to call a meeting, perhaps one with a partner unit."""
    known = kind if kind in set(MeetingKind) else "general"
    form = fresh(request, kind=known, partners=partner, branch=branch, group=group, on=speech().today, at="09:30")
    return await _form(request, caller, form)


@router.post("/meetings/new")
async def call(request: Request, caller: Office) -> Response:
    """Call it, or put on record that it was held."""
    sent = await request.form()
    try:
        command = read_form(CallMeeting, _starting(sent), lists=("partners",))
        command = await in_its_branch(request, caller, command)
        community = await community_of(request, caller, command)
        await fitting_partners(request, caller, community, command.partners)
        schedule = ScheduleMeeting.model_validate(command.model_dump(exclude={"community"}))
        async with doing(request, caller, community, "schedule-meeting", sent) as asked:
            meeting_id, receipt = await registry(request).schedule(asked, schedule)
    except (Invalid, Refusal) as problem:
        return await _form(request, caller, again(request, sent, problem))
    await show_own_write(request, receipt)
    return done(request, f"/registry/meetings/{meeting_id}", _("会议已记下：%(title)s。", title=command.title))


def _starting(sent: Any) -> Any:
    """Day and hour of the form as the moment the command wants, by the office's clock."""
    fields = [(name, value) for name, value in sent.multi_items() if name not in {"on", "at"}]
    return type(sent)([*fields, ("starts_at", f"{sent.get('on', '')}T{sent.get('at', '')}")])


async def _form(request: Request, caller: Office, form: Form) -> Response:
    async with reading(request, caller) as db:
        branches = await branch_.branches(db)
        places = await communities(db, caller)
        units = (await partner.partners(db, Sought(on=speech().today), size=UNITS_OFFERED)).items
        called = await places_of(db, caller, {row["community"] for row in units})
    chosen = form["partners"]
    return await page(
        request, "meeting_new.html", status=form.status, form=form, words=words, units=units, called=called,
        chosen=[chosen] if isinstance(chosen, str) else chosen,
        branches=[("", _("全社区")), *((each["branch_id"], each["name"]) for each in branches)],
        groups=groups_to_choose(branches),
        places=places if len(places) > 1 else [],
    )  # fmt: skip


def groups_to_choose(branches: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """(id, words) of the groups of these branches, none of them first; empty where there are none."""
    found = [(group, f"{row['name']} · {name}") for row in branches for group, name in row["groups"].items()]
    return [("", _("整个支部")), *found] if found else []


@router.get("/meetings/{meeting_id}", dependencies=[Waited])
async def show(request: Request, caller: Reader, meeting_id: EntityId) -> Response:
    """One meeting, and the list to sign in by."""
    row = await meeting_row(request, caller, meeting_id)
    return await meeting_page(request, caller, row, fresh(request, row["seq"]))


async def meeting_page(request: Request, caller: Any, row: Any, form: Form) -> Response:
    """The page of a meeting, with what was typed and is wrong, if something is."""
    async with reading(request, caller) as db:
        people = await meeting.sign_in_list(db, row)
        units = await partner.names(db, row["partner_ids"])
        found = await counted(request, db, row)
        studied = await study.of_meeting(db, row["meeting_id"])
        paid = await funds.paid_for(db, meeting_id=row["meeting_id"])
        frozen = (await minutes.of_meeting(db, row["meeting_id"]))["frozen_on"] is not None
    came = [one for one in people if one["way"]]
    starts = row["starts_at"].astimezone(speech().zone)
    then = rules(request, row["community"], starts.date())
    return await page(
        request, "meeting.html", status=form.status, row=row, form=form, people=people, came=came,
        missing=[one for one in people if not one["way"] and not one["excused"]], starts=starts, words=words,
        excused=[one for one in people if one["excused"]], units=units, guests=row["guests"] or {},
        held=row["state"] == meeting.SCHEDULED and starts.date() <= speech().today,
        may_write=caller.has(*OFFICE) and row["state"] == meeting.SCHEDULED,
        found=found, frozen=frozen, studied=studied, studied_ids={one["member_id"] for one in studied},
        study_rule=then.meetings.study, today=speech().today, is_today=starts.date() == speech().today,
        clauses=then.clauses, paid=paid, leave=then.meetings.leave,
        may_excuse=caller.role.value in then.meetings.leave.posts(starts.date(), speech().today),
        may_invite=caller.has(*OFFICE) and row["state"] == meeting.SCHEDULED and starts.date() >= speech().today,
        may_sign=caller.has(*OFFICE) and row["state"] == meeting.SCHEDULED and starts.date() <= speech().today,
        may_cancel=caller.has(*OFFICE) and row["state"] == meeting.SCHEDULED and not row["present"] and not frozen,
    )  # fmt: skip


@router.post("/meetings/{meeting_id}/sign-in")
async def sign_in(request: Request, caller: Office, meeting_id: EntityId) -> Response:
    """Those ticked on the list took part. Others may have signed in meanwhile: that is no conflict."""
    row = await meeting_row(request, caller, meeting_id)
    sent = await request.form()
    try:
        command = read_form(SignIn, sent, lists=("member_ids",))
        async with doing(request, caller, row["community"], f"sign-in/{meeting_id}", _unversioned(sent)) as asked:
            receipt = await registry(request).sign_in(asked, meeting_id, command)
    except (Invalid, Refusal, Stale) as problem:
        return await meeting_page(request, caller, row, again(request, sent, problem, row["seq"]))
    await show_own_write(request, receipt)
    await call_roll(request, caller, row)
    new = sum(one.about.entity != meeting_id for one in receipt.facts)
    told = ngettext("%(num)s 人签到。", "%(num)s 人签到。", new)
    return done(request, f"/registry/meetings/{meeting_id}", told, undo=undo_of(meeting_id, receipt))


def undo_of(meeting_id: str, receipt: Receipt) -> Undo | None:
    """Striking those from the list who were just put on it; of too many, each is struck by hand."""
    new = [one.about.entity for one in receipt.facts if one.about.entity != meeting_id]
    if not new or len(new) > UNDONE_MAX:
        return None
    return Undo(f"/registry/meetings/{meeting_id}/take-back", {"member_ids": ",".join(new)})


def _unversioned(sent: Any) -> dict[str, Any]:
    return {name: value for name, value in sent.items() if name != "version"}


@router.post("/meetings/{meeting_id}/cancel")
async def cancel(request: Request, caller: Office, meeting_id: EntityId) -> Response:
    """It does not take place."""
    row = await meeting_row(request, caller, meeting_id)
    sent = await request.form()
    try:
        command = read_form(CancelMeeting, sent)
        async with doing(request, caller, row["community"], f"cancel-meeting/{meeting_id}", sent) as asked:
            receipt = await registry(request).cancel_meeting(asked, meeting_id, command)
    except (Invalid, Refusal, Stale) as problem:
        return await meeting_page(request, caller, row, again(request, sent, problem, row["seq"]))
    await show_own_write(request, receipt)
    return done(request, f"/registry/meetings/{meeting_id}", _("会议已取消。"))
