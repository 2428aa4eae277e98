"""Trainings for work: whom the office told of a course, who went, and what came of it (DOMAIN R15)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.care.decide.pairing_commands import NoteAttendance, NoteOutcome, ReferToTraining
from services.care.decide.pairing_state import Training, TrainingStage
from services.care.decide.training import ask_by
from services.care.pages import support_words as sw
from services.care.pages import words
from services.care.pages.common import EntityId, Office, doing, person_row, read_form, rules
from services.care.pages.forms import Form, empty, or_again
from services.care.pages.pairings import pairings
from services.care.project import training
from services.shell.i18n import gettext as _
from services.shell.i18n import speech
from services.shell.identity import Caller
from services.shell.pages import done, page
from services.shell.problems import NotFound
from services.shell.reading import Waited, reading, show_own_write, sought, within

router = APIRouter(include_in_schema=False)

_OF_STATE: Final = ("course", "organiser", "referred_on", "begins_on", "stage", "attended_on", "outcome", "ended_on")


def with_due(request: Request, row: Mapping[str, Any]) -> dict[str, Any]:
    """The row with `due`: by when somebody asks; None when all is known."""
    known = Training.model_validate({name: row[name] for name in _OF_STATE})
    due = ask_by(known, rules(request, row["community"]).training)
    return {**row, "due": due, "late": due is not None and due < speech().today}


async def referral_row(request: Request, caller: Caller, referral_id: str) -> dict[str, Any]:
    """A referral the caller may see. Errors: NotFound."""
    row = await sought(request, caller, lambda db: training.one(db, referral_id))
    if row is None:
        raise NotFound(_("在您的范围内没有这次推荐。"))
    return with_due(request, row)


@router.get("/trainings", dependencies=[Waited])
async def list_trainings(request: Request, caller: Office, community: str = "") -> Response:
    """All of them, those to ask about first, with the deed each waits for."""
    return await _list(request, caller, empty(request, on=speech().today.isoformat()), community)


async def _list(request: Request, caller: Caller, form: Form, community: str = "") -> Response:
    place = within(caller, community)
    async with reading(request, caller) as db:
        rows = await training.listed(db, place)
    return await page(
        request,
        "trainings.html",
        status=form.status,
        rows=[with_due(request, row) for row in rows],
        form=form,
        sw=sw,
        words=words,
        stages=TrainingStage,
        outcomes=words.options(sw.OUTCOME),
        rule=rules(request, place or caller.scope).training,
        clauses=rules(request, place or caller.scope).clauses,
    )


@router.get("/members/{member_id}/training")
async def refer_form(request: Request, caller: Office, member_id: EntityId) -> Response:
    """Which course, by whom."""
    return await _refer_page(request, caller, member_id, empty(request, on=speech().today.isoformat()))


async def _refer_page(request: Request, caller: Caller, member_id: str, form: Form) -> Response:
    row = await person_row(request, caller, member_id)
    rule = rules(request, row["community"]).training
    return await page(request, "refer.html", status=form.status, row=row, form=form, rule=rule)


@router.post("/members/{member_id}/training")
async def refer(request: Request, caller: Office, member_id: EntityId) -> Response:
    """Put it on record."""
    form = await request.form()

    async def work() -> Response:
        row = await person_row(request, caller, member_id)
        command = read_form(ReferToTraining, form, ("course", "organiser", "on", "begins_on"))
        async with doing(request, caller, row["community"], f"refer/{member_id}", form) as asked:
            _id, receipt = await pairings(request).refer(asked, member_id, command)
        await show_own_write(request, receipt)
        return done(request, f"/care/members/{member_id}", _("已记下推荐。"))

    return await or_again(work(), form, lambda again: _refer_page(request, caller, member_id, again))


async def _deed(
    request: Request, caller: Caller, referral_id: str, name: str, read: Any, act: Any, text: str
) -> Response:
    form = await request.form()

    async def work() -> Response:
        row = await referral_row(request, caller, referral_id)
        command = read(form)
        async with doing(request, caller, row["community"], f"{name}/{referral_id}", form) as asked:
            receipt = await act(asked, row["member_id"], referral_id, *command)
        await show_own_write(request, receipt)
        return done(request, "/care/trainings", text)

    return await or_again(work(), form, lambda again: _list(request, caller, again))


@router.post("/trainings/{referral_id}/attend")
async def attend(request: Request, caller: Office, referral_id: EntityId) -> Response:
    """They went."""
    return await _deed(
        request, caller, referral_id, "attend-training",
        lambda form: [read_form(NoteAttendance, form, ("on",))], pairings(request).attend, _("已记下参加。"),
    )  # fmt: skip


@router.post("/trainings/{referral_id}/outcome")
async def conclude(request: Request, caller: Office, referral_id: EntityId) -> Response:
    """What came of it."""
    return await _deed(
        request, caller, referral_id, "conclude-training",
        lambda form: [read_form(NoteOutcome, form, ("on", "outcome"))], pairings(request).conclude,
        _("已记下结果。"),
    )  # fmt: skip


@router.post("/trainings/{referral_id}/withdraw")
async def withdraw(request: Request, caller: Office, referral_id: EntityId) -> Response:
    """It was a slip."""
    return await _deed(
        request, caller, referral_id, "withdraw-training", lambda _form: [], pairings(request).withdraw,
        _("已撤销这次推荐。"),
    )  # fmt: skip
