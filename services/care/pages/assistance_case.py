"""One assistance: how far it has come, the deeds that take it further, and the way back from a slip."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from events.facts.care_assistance import Step
from services.care.decide.assistance_commands import (
    AcknowledgeAssistance,
    ApproveAssistance,
    CorrectAssistance,
    DeclineAssistance,
    PayAssistance,
    UndoAssistance,
    WithdrawAssistance,
)
from services.care.decide.assistance_state import Progress
from services.care.pages import support_words as sw
from services.care.pages import words
from services.care.pages.assistance import called_in, typed
from services.care.pages.assistance_common import DECIDERS, Decider, Seer, assistance_row, assisting, rule_of
from services.care.pages.common import OFFICE, EntityId, Office, doing, read_form, rules, rules_by_row
from services.care.pages.forms import Form, empty, or_again
from services.care.pages.reveal import Reveal, may_see_illness
from services.care.pages.support_reveal import assistance_seen
from services.shell.formats import yuan
from services.shell.i18n import gettext as _
from services.shell.i18n import speech
from services.shell.identity import Caller
from services.shell.pages import done, page
from services.shell.problems import Forbidden
from services.shell.reading import Waited, show_own_write

router = APIRouter(include_in_schema=False)

OF_DECIDERS = (Step.ENDORSEMENT, Step.APPROVAL, Step.REFUSAL)
"""Steps that only those take back who may take them."""


@router.get("/assistance/{assistance_id}", dependencies=[Waited])
async def one(request: Request, caller: Seer, assistance_id: EntityId) -> Response:
    """The whole of it."""
    return await shown(request, caller, assistance_id)


async def shown(
    request: Request, caller: Caller, assistance_id: str, form: Form | None = None, *, seen: Any = None
) -> Response:
    """The page, with a form as it was sent and what was opened."""
    row = await assistance_row(request, caller, assistance_id)
    rule = rule_of(request, row["community"])
    form = form or empty(request, on=speech().today.isoformat())
    amount = row["approved_fen"] or row["endorsed_fen"] or row["asked_fen"] or 0
    return await page(
        request,
        "assistance_case.html",
        status=form.status,
        row=row,
        form=form,
        seen=seen,
        called=await called_in(request, [row]),
        may_write=caller.has(*OFFICE),
        may_decide=caller.has(*DECIDERS) and row["progress"] in (Progress.REQUESTED, Progress.ENDORSED),
        is_own=caller.name in (*(row["authors"] or ()), row["endorsed_by"]),
        may_undo=_back(caller, row["progress"]),
        may_see_reason=await may_see_illness(request, caller, row["member_id"]),
        needs_two=amount > rule.second.above_fen,
        rule=rule,
        clauses=rules(request, row["community"]).clauses,
        sw=sw,
        words=words,
        policy=rules_by_row(request),
        how=words.options(sw.PAID_HOW),
        taken_by=words.options(sw.TAKEN_BY),
        evidence=words.options(sw.EVIDENCE),
    )


def _back(caller: Caller, progress: Progress) -> Step | None:
    """The last step, if the caller may take it back."""
    step = {
        Progress.ENDORSED: Step.ENDORSEMENT,
        Progress.APPROVED: Step.APPROVAL,
        Progress.PAID: Step.PAYMENT,
        Progress.ACKNOWLEDGED: Step.ACKNOWLEDGEMENT,
        Progress.DECLINED: Step.REFUSAL,
        Progress.WITHDRAWN: Step.WITHDRAWAL,
    }.get(progress)
    if step is None or not may_undo(caller, step):
        return None
    return step


def may_undo(caller: Caller, step: Step) -> bool:
    """Whether a caller of this post takes back such a step."""
    return caller.has(*(DECIDERS if step in OF_DECIDERS else OFFICE))


async def _deed(
    request: Request, caller: Caller, assistance_id: str, name: str, read: Any, act: Any, say: Any
) -> Response:
    """One deed of a form: read, carried out, told; or the page again with what was wrong."""
    form = await request.form()

    async def work() -> Response:
        row = await assistance_row(request, caller, assistance_id)
        command = read(form)
        async with doing(request, caller, row["community"], f"{name}/{assistance_id}", form) as asked:
            receipt = await act(asked, row["member_id"], assistance_id, command)
        await show_own_write(request, receipt)
        return done(request, f"/care/assistance/{assistance_id}", say(command))

    return await or_again(work(), form, lambda again: shown(request, caller, assistance_id, again))


@router.post("/assistance/{assistance_id}/approve")
async def approve(request: Request, caller: Decider, assistance_id: EntityId) -> Response:
    """An account agrees."""
    return await _deed(
        request, caller, assistance_id, "approve-assistance",
        lambda form: typed(ApproveAssistance, form, ("on",)), assisting(request).approve,
        lambda _c: _("已记下您的审批。"),
    )  # fmt: skip


@router.post("/assistance/{assistance_id}/decline")
async def decline(request: Request, caller: Decider, assistance_id: EntityId) -> Response:
    """It is not given."""
    return await _deed(
        request, caller, assistance_id, "decline-assistance",
        lambda form: read_form(DeclineAssistance, form, ("why",)), assisting(request).decline,
        lambda _c: _("已记为不帮扶。点“重新考虑”可以恢复。"),
    )  # fmt: skip


@router.post("/assistance/{assistance_id}/correct")
async def correct(request: Request, caller: Office, assistance_id: EntityId) -> Response:
    """What is asked for was put down otherwise."""
    return await _deed(
        request, caller, assistance_id, "correct-assistance",
        lambda form: typed(CorrectAssistance, form, ("reason",), evidence=True), assisting(request).correct,
        lambda c: _("申请已改为 %(amount)s。", amount=yuan(c.amount_fen)),
    )  # fmt: skip


@router.post("/assistance/{assistance_id}/withdraw")
async def withdraw(request: Request, caller: Office, assistance_id: EntityId) -> Response:
    """It is not asked for any more."""
    return await _deed(
        request, caller, assistance_id, "withdraw-assistance",
        lambda form: read_form(WithdrawAssistance, form, ("why",)), assisting(request).withdraw,
        lambda _c: _("申请已撤回。点“恢复申请”可以恢复。"),
    )  # fmt: skip


@router.post("/assistance/{assistance_id}/pay")
async def pay(request: Request, caller: Office, assistance_id: EntityId) -> Response:
    """It came to the member."""
    return await _deed(
        request, caller, assistance_id, "pay-assistance",
        lambda form: typed(PayAssistance, form, ("on", "how")), assisting(request).pay,
        lambda _c: _("已记下发放。"),
    )  # fmt: skip


@router.post("/assistance/{assistance_id}/acknowledge")
async def acknowledge(request: Request, caller: Office, assistance_id: EntityId) -> Response:
    """Somebody signed for it."""
    return await _deed(
        request, caller, assistance_id, "acknowledge-assistance",
        lambda form: read_form(AcknowledgeAssistance, form, ("on", "by")), assisting(request).acknowledge,
        lambda _c: _("已记下签收，这次帮扶办结了。"),
    )  # fmt: skip


@router.post("/assistance/{assistance_id}/undo")
async def undo(request: Request, caller: Seer, assistance_id: EntityId) -> Response:
    """A step was a slip."""

    def read(form: Any) -> UndoAssistance:
        command = read_form(UndoAssistance, form, ("step", "why", "number"))
        if not may_undo(caller, command.step):
            raise Forbidden(_("这一步由书记或者上级撤销。"))
        return command

    return await _deed(
        request, caller, assistance_id, "undo-assistance", read, assisting(request).undo,
        lambda _c: _("已撤销这一步，原来的记录仍在历史里。"),
    )  # fmt: skip


@router.post("/assistance/{assistance_id}/reveal")
async def see(request: Request, caller: Office, assistance_id: EntityId) -> Response:
    """Why it was asked for; written down first who reads it."""
    form = await request.form()

    async def work() -> Response:
        command = read_form(Reveal, form, ("reason",))
        seen = await assistance_seen(request, caller, assistance_id, command)
        return await shown(request, caller, assistance_id, seen=seen.values)

    return await or_again(work(), form, lambda again: shown(request, caller, assistance_id, again))
