"""One line of a unit's list: compare with the register, accept, put on the roll, refuse, take off, withdraw."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from events.facts.people import Sex
from services.registry.decide.commands import Enrol
from services.registry.decide.handover_state import RefusePerson, Take, WithdrawDecision
from services.registry.decide.nominee import Line, number_in
from services.registry.pages import handover_words, words
from services.registry.pages.common import (
    EntityId,
    Office,
    Waited,
    doing,
    read,
    read_form,
    reading,
    show_own_write,
)
from services.registry.pages.forms import Form, again, fresh
from services.registry.pages.handover_common import accepted, batch_row, handovers_of, lines_to_decide
from services.registry.pages.handover_match import Fit, matches
from services.registry.pages.handovers import HOME, shown
from services.registry.project import branch, handover
from services.shell.i18n import gettext as _
from services.shell.identity import Caller
from services.shell.pages import Undo, done, page
from services.shell.problems import FieldError, Invalid, NotFound, Refusal, Stale

router = APIRouter(prefix="/handovers/{batch_id}/rows/{number}", include_in_schema=False)

RowNumber = Annotated[int, Path(ge=1, le=1_000_000)]


@router.get("", dependencies=[Waited])
async def show(request: Request, caller: Office, batch_id: EntityId, number: RowNumber) -> Response:
    """The line, and what may become of it."""
    return await _show(request, caller, batch_id, number, fresh(request))


async def _show(request: Request, caller: Caller, batch_id: str, number: int, form: Form) -> Response:
    row = await batch_row(request, caller, batch_id)
    async with reading(request, caller) as db:
        lines = await handover.lines_of(db, batch_id)
        branches = await branch.branches(db, row["community"])
    line = next((one for one in lines if one["row"] == number), None)
    if line is None:
        raise NotFound(_("名单里没有这一行。"))
    who = await lines_to_decide(request, batch_id, number)
    open_now = line["state"] == handover.ROW_OPEN and row["state"] == handover.OPEN
    match = (await matches(request, caller, row, who)).get(number) if open_now else None
    person = who[number].person if number in who else None
    return await page(
        request, "handover_row.html", status=form.status, row=row, line=line, match=match, form=form, fits=Fit,
        here=f"{HOME}/{batch_id}/rows/{number}", back=f"{HOME}/{batch_id}", branches=branches,
        may_enrol=person is not None and match is not None and match.fit is Fit.UNKNOWN, open_now=open_now,
        words=handover_words, word=words.word, options=words.options, kinds=words.KIND,
    )  # fmt: skip


@router.post("/accept")
async def accept(request: Request, caller: Office, batch_id: EntityId, number: RowNumber) -> Response:
    """The line is this member."""
    row = await batch_row(request, caller, batch_id)
    sent = await request.form()
    try:
        take = read(Take, {"row": number, "member": str(sent.get("member") or "")})
        receipt, _left_out = await accepted(request, caller, row, [take], sent)
    except (Invalid, Refusal, Stale) as problem:
        return await _show(request, caller, batch_id, number, again(request, sent, problem))
    await show_own_write(request, receipt)
    return _decided(request, batch_id, number, _("已接收%(name)s。", name=await _name(request, batch_id, number)))


@router.post("/enrol")
async def enrol(request: Request, caller: Office, batch_id: EntityId, number: RowNumber) -> Response:
    """The line's person is put on the roll from the day agreed, and taken over."""
    row = await batch_row(request, caller, batch_id)
    sent = await request.form()
    line = (await lines_to_decide(request, batch_id, number)).get(number, Line())
    try:
        command = read(Enrol, _enrolment(row, line, {name: str(value).strip() for name, value in sent.items()}))
        key = f"enrol-handover/{number}/{batch_id}"
        async with doing(request, caller, row["community"], key, sent) as asked:
            _member_id, receipt = await handovers_of(request).enrol(asked, batch_id, number, command)
    except (Invalid, Refusal, Stale) as problem:
        return await _show(request, caller, batch_id, number, again(request, sent, problem))
    await show_own_write(request, receipt)
    return _decided(request, batch_id, number, _("已登记%(name)s入册，并接收。", name=command.name))


def _enrolment(row: Mapping[str, Any], line: Line, given: Mapping[str, str]) -> dict[str, Any]:
    """The enrolment of a line's person: who they are says the list, the rest the form."""
    if line.person is None or (id_number := number_in(line.person.id_number)) is None:
        raise Invalid(
            [FieldError("joined_on", _("身份证号不对，不能登记入册"), _("请先向移交单位核对，再重新列入名单。"))]
        )
    asked = {
        name: given[name] for name in ("joined_on", "full_member_on", "branch", "phone", "kind") if given.get(name)
    }
    return asked | {
        "name": line.person.name,
        "id_number": id_number,
        "sex": Sex.MALE if int(id_number[16]) % 2 else Sex.FEMALE,
        "community": row["community"],
        "on": row["agreed_on"],
    }


@router.post("/refuse")
async def refuse(request: Request, caller: Office, batch_id: EntityId, number: RowNumber) -> Response:
    """The line's person is not taken over."""
    row = await batch_row(request, caller, batch_id)
    sent = await request.form()
    try:
        given = {name: str(sent[name]).strip() for name in ("why", "note") if str(sent.get(name) or "").strip()}
        command = read(RefusePerson, {"row": number, **given})
        async with doing(request, caller, row["community"], f"refuse-handover/{number}/{batch_id}", sent) as asked:
            receipt = await handovers_of(request).refuse(asked, batch_id, command)
    except (Invalid, Refusal, Stale) as problem:
        return await _show(request, caller, batch_id, number, again(request, sent, problem))
    await show_own_write(request, receipt)
    return _decided(request, batch_id, number, _("已退回%(name)s。", name=await _name(request, batch_id, number)))


@router.post("/unlist")
async def unlist(request: Request, caller: Office, batch_id: EntityId, number: RowNumber) -> Response:
    """The line was a slip."""
    row = await batch_row(request, caller, batch_id)
    sent = await request.form()
    try:
        async with doing(request, caller, row["community"], f"unlist-handover/{number}/{batch_id}", sent) as asked:
            receipt = await handovers_of(request).unlist(asked, batch_id, number)
    except (Refusal, Stale) as problem:
        return await shown(request, caller, batch_id, again(request, sent, problem))
    await show_own_write(request, receipt)
    return done(request, f"{HOME}/{batch_id}", _("已从名单上划去第 %(row)s 行。", row=number))


@router.post("/withdraw")
async def withdraw(request: Request, caller: Office, batch_id: EntityId, number: RowNumber) -> Response:
    """What was decided about the line was a mistake."""
    row = await batch_row(request, caller, batch_id)
    sent = await request.form()
    try:
        command = read_form(WithdrawDecision, _with(sent, number))
        async with doing(request, caller, row["community"], f"withdraw-handover/{number}/{batch_id}", sent) as asked:
            receipt = await handovers_of(request).withdraw(asked, batch_id, command)
    except (Invalid, Refusal, Stale) as problem:
        return await _show(request, caller, batch_id, number, again(request, sent, problem))
    await show_own_write(request, receipt)
    told = _("已撤回。") if receipt.facts else _("已经是这样了，没有改动。")
    return done(request, f"{HOME}/{batch_id}", told)


def _with(sent: Any, number: int) -> Any:
    return type(sent)([*((name, value) for name, value in sent.multi_items() if name != "row"), ("row", str(number))])


async def _name(request: Request, batch_id: str, number: int) -> str:
    line = (await lines_to_decide(request, batch_id, number)).get(number, Line())
    return line.person.name if line.person else _("（已删除）")


def _decided(request: Request, batch_id: str, number: int, told: str) -> Response:
    return done(request, f"{HOME}/{batch_id}", told, undo=Undo(f"{HOME}/{batch_id}/rows/{number}/withdraw"))
