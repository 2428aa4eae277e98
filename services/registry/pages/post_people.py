"""Who serves in a post: what somebody said when asked, leaving, and the hours; forms of these deeds."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.datastructures import FormData
from starlette.responses import Response

from services.registry.decide.post import LeavePost, TakePost
from services.registry.decide.service import AnswerPost, KeepPost, LogHours, WithdrawHours
from services.registry.pages import post_words
from services.registry.pages.common import EntityId, Office, member_card, read_form, reading, rules, show_own_write
from services.registry.pages.forms import Form, again, fresh
from services.registry.pages.post_common import (
    Row,
    answered_so,
    in_minutes,
    kept,
    left,
    logged,
    of_the_post,
    open_again,
    post_row,
    taken,
    withdrawn,
)
from services.registry.pages.posts import shown
from services.registry.project import service_wish
from services.shell.i18n import gettext as _
from services.shell.i18n import speech
from services.shell.identity import Caller
from services.shell.pages import Undo, done, page
from services.shell.problems import FieldError, Invalid, Refusal, Stale

router = APIRouter(include_in_schema=False)

Who = Annotated[str, Query(pattern=r"^[0-9A-Za-z_-]{1,64}$")]
YES = "yes"


def _only(sent: FormData, *names: str) -> FormData:
    """The fields of one command out of a form that serves several."""
    return FormData([(name, value) for name, value in sent.multi_items() if name in names])


# ── asking ───────────────────────────────────────────────────────────────────────────────────────────────────────


@router.get("/posts/{post_id}/answer")
async def ask(request: Request, caller: Office, post_id: EntityId, member: Who) -> Response:
    """The form for what they said."""
    row = await post_row(request, caller, post_id)
    return await _answer_form(request, caller, row, member, fresh(request, on=speech().today))


async def _answer_form(request: Request, caller: Caller, row: Row, member_id: str, form: Form) -> Response:
    card = await of_the_post(request, caller, row, member_id)
    today = speech().today
    async with reading(request, caller) as db:
        wish = await service_wish.wish_of(db, member_id)
        (before,) = await service_wish.asked(db, member_id=member_id, post_id=row["post_id"]) or (None,)
    return await page(
        request, "post_answer.html", status=form.status, row=row, card=card, form=form, words=post_words,
        rests=wish if wish and not wish["asked"] and not (wish["until"] and wish["until"] <= today) else None,
        declined=before if before and before["not_before"] and before["not_before"] > today else None,
        rule=rules(request, row["community"]).talents.asking, full=row["serving"] >= row["places"],
    )  # fmt: skip


@router.post("/posts/{post_id}/answer")
async def answer(request: Request, caller: Office, post_id: EntityId, member: Who) -> Response:
    """Yes: they serve. Thinking, or no: it is kept, so that nobody asks twice."""
    row = await post_row(request, caller, post_id)
    card = await of_the_post(request, caller, row, member)
    sent = await request.form()
    said = str(sent.get("answer") or "")
    undo = None
    try:
        if said == YES:
            command = read_form(TakePost, _only(sent, "on"))
            receipt = await taken(request, caller, row, member, command, sent)
            undo = Undo(
                f"/registry/posts/{post_id}/leave?member={member}", {"reason": _("记错了"), "on": str(command.on or "")}
            )
            told = _("%(name)s从今往后做%(post)s。", name=card["name"], post=row["name"])
        elif said:
            fields = ("answer", "reason", *(("not_before",) if said == "declined" else ()))
            receipt = await answered_so(request, caller, row, member, read_form(AnswerPost, _only(sent, *fields)), sent)
            told = _("已记下%(name)s的答复。", name=card["name"])
        else:
            raise Invalid([FieldError("answer", _("没有选本人怎么说"), _("请选一项。"))])
    except (Invalid, Refusal, Stale) as problem:
        return await _answer_form(request, caller, row, member, again(request, sent, problem))
    await show_own_write(request, receipt)
    if not receipt.facts:
        told, undo = _("已经是这样了，没有改动。"), None
    return done(request, f"/registry/posts/{post_id}", told, undo=undo)


@router.get("/posts/{post_id}/leave")
async def leaving(request: Request, caller: Office, post_id: EntityId, member: Who) -> Response:
    """The last day, and why."""
    row = await post_row(request, caller, post_id)
    return await _leave_form(request, caller, row, member, fresh(request, on=speech().today))


async def _leave_form(request: Request, caller: Caller, row: Row, member_id: str, form: Form) -> Response:
    card = await of_the_post(request, caller, row, member_id)
    return await page(request, "post_leave.html", status=form.status, row=row, card=card, form=form)


@router.post("/posts/{post_id}/leave")
async def leave(request: Request, caller: Office, post_id: EntityId, member: Who) -> Response:
    """They serve there no more."""
    row = await post_row(request, caller, post_id)
    card = await of_the_post(request, caller, row, member)
    sent = await request.form()
    try:
        command = read_form(LeavePost, sent)
        receipt = await left(request, caller, row, member, command, sent)
    except (Invalid, Refusal, Stale) as problem:
        return await _leave_form(request, caller, row, member, again(request, sent, problem))
    await show_own_write(request, receipt)
    here = card["state"] in ("enrolled", "away")
    back = {"answer": YES, "on": str(command.on or speech().today)}
    undo = Undo(f"/registry/posts/{post_id}/answer?member={member}", back) if receipt.facts and here else None
    told = _("%(name)s不再做%(post)s。", name=card["name"], post=row["name"])
    return done(
        request, f"/registry/posts/{post_id}", told if receipt.facts else _("已经是这样了，没有改动。"), undo=undo
    )


@router.post("/posts/{post_id}/keep")
async def keep(request: Request, caller: Office, post_id: EntityId, member: Who) -> Response:
    """They stay although they are away; the doubt is gone until they move on or leave anew."""
    row = await post_row(request, caller, post_id)
    card = await of_the_post(request, caller, row, member)
    sent = await request.form()
    try:
        receipt = await kept(request, caller, row, member, read_form(KeepPost, sent), sent)
    except (Invalid, Refusal, Stale) as problem:
        return await shown(request, caller, post_id, again(request, sent, problem))
    await show_own_write(request, receipt)
    undo = Undo(f"/registry/posts/{post_id}/keep/undo?member={member}") if receipt.facts else None
    told = _("%(name)s留在%(post)s。", name=card["name"], post=row["name"])
    return done(
        request, f"/registry/posts/{post_id}", told if receipt.facts else _("已经是这样了，没有改动。"), undo=undo
    )


@router.post("/posts/{post_id}/keep/undo")
async def undo_keep(request: Request, caller: Office, post_id: EntityId, member: Who) -> Response:
    """Whether they stay is open again."""
    row = await post_row(request, caller, post_id)
    await show_own_write(request, await open_again(request, caller, row, member, await request.form()))
    return done(request, f"/registry/posts/{post_id}", _("已撤销，是否留岗还没有定。"))


# ── hours ────────────────────────────────────────────────────────────────────────────────────────────────────────


@router.post("/posts/{post_id}/hours")
async def log_hours(request: Request, caller: Office, post_id: EntityId) -> Response:
    """The same hours of everybody ticked."""
    row = await post_row(request, caller, post_id)
    sent = await request.form()
    people = [str(each) for each in sent.getlist("member_ids")]
    try:
        command = read_form(LogHours, _only(in_minutes(sent, "minutes"), "on", "minutes", "what"))
        entry_id, receipt = await logged(request, caller, row, people, command, sent)
    except (Invalid, Refusal, Stale) as problem:
        return await shown(request, caller, post_id, again(request, sent, problem))
    await show_own_write(request, receipt)
    undo = None
    if receipt.facts and len(people) == 1:
        undo = Undo(f"/registry/posts/{post_id}/hours/{entry_id}?member={people[0]}", {"reason": _("记错了")})
    told = _("已记：%(people)s 人，每人 %(hours)s。", people=len(people), hours=post_words.hours(command.minutes))
    return done(request, f"/registry/posts/{post_id}#hours", told, undo=undo)


@router.get("/posts/{post_id}/hours/{entry_id}")
async def withdrawing(request: Request, caller: Office, post_id: EntityId, entry_id: EntityId, member: Who) -> Response:
    """Why the entry is wrong."""
    return await _withdraw_form(request, caller, post_id, entry_id, member, fresh(request))


async def _withdraw_form(
    request: Request, caller: Caller, post_id: str, entry_id: str, member_id: str, form: Form
) -> Response:
    row = await post_row(request, caller, post_id)
    card = await member_card(request, caller, member_id)
    return await page(
        request, "post_hours_withdraw.html", status=form.status, row=row, card=card, entry_id=entry_id, form=form
    )


@router.post("/posts/{post_id}/hours/{entry_id}")
async def withdraw(request: Request, caller: Office, post_id: EntityId, entry_id: EntityId, member: Who) -> Response:
    """It counts for nothing."""
    sent = await request.form()
    try:
        receipt = await withdrawn(request, caller, member, entry_id, read_form(WithdrawHours, sent), sent)
    except (Invalid, Refusal, Stale) as problem:
        return await _withdraw_form(request, caller, post_id, entry_id, member, again(request, sent, problem))
    await show_own_write(request, receipt)
    return done(request, f"/registry/posts/{post_id}#hours", _("这条时长不再计算。"))
