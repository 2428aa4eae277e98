"""One person in a campaign: what came of it in two taps, taken back as easily; what has to be put right, put right."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.datastructures import FormData
from starlette.responses import Response

from events.facts.campaign import CampaignKind
from events.facts.care_campaign import Outcome
from events.log.command import Receipt
from services.care.decide.campaign_outcome import EXAMINES, FinishFollowUp, NoteOutcome
from services.care.pages import campaign_words, campaigns, visitors, words
from services.care.pages.campaign_common import (
    Row,
    at,
    campaign_row,
    campaign_rules,
    found_at,
    handler,
    listed_row,
    may_open,
    outcomes_of,
)
from services.care.pages.common import EntityId, Office, doing, read_form
from services.care.pages.forms import Form, empty, or_again
from services.care.pages.reveal import Reveal
from services.care.project import campaigns as project
from services.shell.i18n import gettext as _
from services.shell.i18n import speech
from services.shell.identity import Caller
from services.shell.pages import Undo, done, page
from services.shell.problems import NotFound
from services.shell.reading import Waited, reading, show_own_write, sought

router = APIRouter(include_in_schema=False)

FIELDS = ("outcome", "on", "transport", "later_on", "result", "note", "follow_up")


@router.get("/campaigns/{campaign_id}/people/{member_id}", dependencies=[Waited])
async def show(request: Request, caller: Office, campaign_id: EntityId, member_id: EntityId) -> Response:
    """What came of it for this person, and the forms to note it."""
    return await shown(request, caller, campaign_id, member_id)


async def shown(
    request: Request, caller: Caller, campaign_id: str, member_id: str, form: Form | None = None, told: Any = None
) -> Response:
    """One person's page in a campaign."""
    row = await campaign_row(request, caller, campaign_id)
    one = await listed_row(request, caller, campaign_id, member_id)
    async with reading(request, caller) as db:
        tasks = await project.tasks_of(db, campaign_id=campaign_id, member_id=member_id)
    known = await visitors.visitors(request, caller)
    kind = CampaignKind(row["kind"])
    form = form or empty(request, on=speech().today.isoformat())
    return await page(
        request,
        "campaign_person.html",
        status=form.status,
        row=row,
        one=one,
        tasks=tasks,
        form=form,
        faults=form.values.get("faults") or [],
        told=told,
        outcomes=outcomes_of(kind),
        others=[(code, words.word(campaign_words.OUTCOME, code)) for code in outcomes_of(kind) if code != Outcome.DONE],
        is_safety=kind is CampaignKind.SAFETY,
        examines=kind in EXAMINES,
        may_open=may_open(caller, one) and (one["noted_seq"] is not None or bool(tasks)),
        rules=campaign_rules(request, row["community"]),
        names=visitors.called(known, [one["noted_by"], *(task["done_by"] for task in tasks)]),
        words=words,
        campaign_words=campaign_words,
    )


@router.post("/campaigns/{campaign_id}/people/{member_id}/note")
async def note(request: Request, caller: Office, campaign_id: EntityId, member_id: EntityId) -> Response:
    """This came of it. From the list by one press, which leads back to the list."""
    form = await request.form()

    async def work() -> Response:
        row = await campaign_row(request, caller, campaign_id)
        one = await listed_row(request, caller, campaign_id, member_id)
        command = _command(form)
        async with at(request, caller, row, f"campaign-note/{member_id}", form) as asked:
            receipt = await handler(request).note(asked, campaign_id, member_id, command)
        await show_own_write(request, receipt)
        return done(request, _back(form, campaign_id), _said(one, command, receipt), undo=_undo(row, one, receipt))

    async def again(filled: Form) -> Response:
        ticked = {"faults": [str(each) for each in form.getlist("faults")]}
        filled = Form(filled.key, {**filled.values, **ticked}, filled.problem)
        return await shown(request, caller, campaign_id, member_id, filled)

    return await or_again(work(), form, again)


def _command(form: FormData) -> NoteOutcome:
    faults = tuple(str(one) for one in form.getlist("faults"))
    return read_form(NoteOutcome, form, FIELDS, faults=faults, on=str(form.get("on") or speech().today.isoformat()))


def _back(form: FormData, campaign_id: str) -> str:
    """To the part of the list one came from."""
    part = str(form.get("part") or "")
    known = {project.WAITING, project.UNSEEN, project.TRANSPORT, project.FAULTS, project.AWAY, *Outcome}
    return f"/care/campaigns/{campaign_id}" + (f"?show={part}" if part in known else "")


def _said(one: Row, command: NoteOutcome, receipt: Receipt) -> str:
    if not receipt.facts:
        return _("已经是这样了，没有改动。")
    outcome = words.word(campaign_words.OUTCOME, command.outcome)
    said = _("%(name)s：%(outcome)s。", name=one["name"] or "", outcome=outcome)
    return said + (_("有要跟进的，已列入。") if len(receipt.facts) > 1 else "")


def _undo(row: Row, one: Row, receipt: Receipt) -> Undo | None:
    if not receipt.facts:
        return None
    return Undo(f"/care/campaigns/{row['campaign_id']}/people/{one['member_id']}/take-back")


@router.post("/campaigns/{campaign_id}/people/{member_id}/take-back")
async def take_back(request: Request, caller: Office, campaign_id: EntityId, member_id: EntityId) -> Response:
    """What was noted last was a slip."""
    form = await request.form()

    async def work() -> Response:
        row = await campaign_row(request, caller, campaign_id)
        async with at(request, caller, row, f"campaign-back/{member_id}", form) as asked:
            receipt = await handler(request).take_back(asked, campaign_id, member_id)
        await show_own_write(request, receipt)
        return done(request, f"/care/campaigns/{campaign_id}", _("结果已撤回。"))

    return await or_again(work(), form, lambda filled: shown(request, caller, campaign_id, member_id, filled))


@router.post("/campaigns/{campaign_id}/people/{member_id}/reveal")
async def reveal(request: Request, caller: Office, campaign_id: EntityId, member_id: EntityId) -> Response:
    """What was found; written down first who reads it."""
    form = await request.form()

    async def work() -> Response:
        row = await campaign_row(request, caller, campaign_id)
        one = await listed_row(request, caller, campaign_id, member_id)
        command = read_form(Reveal, form, ("reason",))
        told, _receipt = await found_at(request, caller, row, one, command.reason)
        return await shown(request, caller, campaign_id, member_id, told=told)

    return await or_again(work(), form, lambda filled: shown(request, caller, campaign_id, member_id, filled))


# ── what has to be put right ─────────────────────────────────────────────────────────────────────────────────────


async def task_row(request: Request, caller: Caller, follow_up_id: str) -> Row:
    """Something to put right that the caller may see. Errors: NotFound."""
    row = await sought(request, caller, lambda db: project.task(db, follow_up_id))
    if row is None:
        raise NotFound(_("没有这件要跟进的事。"))
    return row


@router.post("/follow-ups/{follow_up_id}/done")
async def finish(request: Request, caller: Office, follow_up_id: EntityId) -> Response:
    """It was put right."""
    form = await request.form()
    row = await task_row(request, caller, follow_up_id)
    campaign_id, member_id = row["campaign_id"], row["member_id"]

    async def work() -> Response:
        given = {"on": str(form.get("on") or speech().today.isoformat())}
        command = read_form(FinishFollowUp, form, ("how",), **given)
        async with doing(request, caller, row["community"], f"follow-up/{follow_up_id}", form) as asked:
            receipt = await handler(request).finish(asked, campaign_id, member_id, follow_up_id, command)
        await show_own_write(request, receipt)
        undo = Undo(f"/care/follow-ups/{follow_up_id}/undone") if receipt.facts else None
        return done(request, f"/care/campaigns/{campaign_id}", _("已办好。"), undo=undo)

    return await or_again(work(), form, lambda filled: campaigns.shown(request, caller, campaign_id, filled))


@router.post("/follow-ups/{follow_up_id}/undone")
async def undo_finish(request: Request, caller: Office, follow_up_id: EntityId) -> Response:
    """It was not put right after all."""
    form = await request.form()
    row = await task_row(request, caller, follow_up_id)
    async with doing(request, caller, row["community"], f"follow-up-undone/{follow_up_id}", form) as asked:
        receipt = await handler(request).undo_finish(asked, row["campaign_id"], row["member_id"], follow_up_id)
    await show_own_write(request, receipt)
    return done(request, f"/care/campaigns/{row['campaign_id']}", _("已撤回，还要办。"))


async def beside_member(request: Request, caller: Caller, row: Row) -> dict[str, Any]:
    """What the member's page shows: the campaigns they are listed in, and what came of each."""
    async with reading(request, caller) as db:
        found = await project.of_member(db, row["member_id"])
    return {"items": found, "words": campaign_words}
