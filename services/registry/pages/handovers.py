"""Take-over on its pages: the batches, one with its list, closing it, the receipt for both sides (DOMAIN R2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from starlette.datastructures import FormData, UploadFile
from starlette.responses import Response

from services.registry.decide.handover_state import CloseHandover, Listed, ListPeople, OpenHandover
from services.registry.pages import handover_list, handover_words
from services.registry.pages.api_ledger import CommunityPath
from services.registry.pages.common import (
    OFFICE,
    EntityId,
    Office,
    Reader,
    Waited,
    doing,
    fen_of,
    read,
    read_form,
    reading,
    show_own_write,
)
from services.registry.pages.forms import Form, again, fresh
from services.registry.pages.handover_common import (
    accepted,
    batch_row,
    clear,
    compared,
    handovers_of,
    opened,
)
from services.registry.pages.handover_match import Fit
from services.registry.pages.places import communities_to_fill, name_of, places_of
from services.registry.pages.words import word
from services.registry.project import handover
from services.shell.i18n import N_, ngettext, speech
from services.shell.i18n import gettext as _
from services.shell.identity import Caller
from services.shell.pages import Undo, done, page
from services.shell.problems import FieldError, Invalid, Refusal, Stale

router = APIRouter(prefix="/handovers", include_in_schema=False)

HOME = "/registry/handovers"


class OpenHere(OpenHandover):
    """A batch of the community it is handed over to; that may be left out where the caller has only one."""

    community: CommunityPath | None = None


def community_of(caller: Caller, command: OpenHere) -> str:
    """The community that takes over: the one named, or the caller's own. Errors: Invalid."""
    if not (command.community or caller.scope):
        raise Invalid([FieldError("community", _("没有填写"), _("您的范围里不止一个社区，请写明是哪一个。"))])
    return command.community or caller.scope


def plain(command: OpenHere) -> OpenHandover:
    """The command without the place it belongs to."""
    return OpenHandover.model_validate(command.model_dump(exclude={"community"}))


@router.get("", dependencies=[Waited])
async def batches(request: Request, caller: Reader, page_token: str = "") -> Response:
    """Every batch of the scope and how far it is."""
    async with reading(request, caller) as db:
        found = await handover.batches(db, token=page_token)
        places = await places_of(db, caller, {row["community"] for row in found.items})
        employers = await handover.employers(db)
    return await page(
        request, "handovers.html", rows=found.items, places=places, employers=employers, may_write=caller.has(*OFFICE),
        several=len({row["community"] for row in found.items}) > 1, words=handover_words, word=word,
        next_href=f"{HOME}?page_token={found.next_token}" if found.next_token else "",
    )  # fmt: skip


@router.get("/new")
async def new(request: Request, caller: Office) -> Response:
    """The form to open a batch."""
    return await _form(request, caller, fresh(request, on=speech().today))


@router.post("/new")
async def open_batch(request: Request, caller: Office) -> Response:
    """Open it."""
    sent = await request.form()
    try:
        command = read_form(OpenHere, sent)
        batch_id, receipt = await opened(request, caller, community_of(caller, command), plain(command), sent)
    except (Invalid, Refusal) as problem:
        return await _form(request, caller, again(request, sent, problem))
    await show_own_write(request, receipt)
    told = _("已建立%(unit)s的移交批次。下一步：把名单贴进来。", unit=command.employer)
    return done(request, f"{HOME}/{batch_id}", told, undo=Undo(f"{HOME}/{batch_id}/cancel"))


async def _form(request: Request, caller: Caller, form: Form) -> Response:
    async with reading(request, caller) as db:
        places = await communities_to_fill(db, caller)
        employers = await handover.employers(db)
    return await page(
        request, "handover_new.html", status=form.status, form=form, places=places, employers=employers
    )  # fmt: skip


# ── one batch ────────────────────────────────────────────────────────────────────────────────────────────────────


@router.get("/{batch_id}", dependencies=[Waited])
async def show(request: Request, caller: Reader, batch_id: EntityId) -> Response:
    """The list: what the register says of each person, and what was decided."""
    return await shown(request, caller, batch_id)


async def shown(request: Request, caller: Caller, batch_id: str, form: Form | None = None) -> Response:
    """The page of a batch, with a form that came back if one did."""
    row = await batch_row(request, caller, batch_id)
    async with reading(request, caller) as db:
        lines = await handover.lines_of(db, batch_id)
        place = (await places_of(db, caller, [row["community"]])).called(row["community"])
    found = await compared(request, caller, row) if row["state"] == handover.OPEN else {}
    return await page(
        request, "handover.html", status=form.status if form else 200, row=row, lines=lines, found=found, fits=Fit,
        ready=len(clear(found)), place=place, form=form or fresh(request), words=handover_words, word=word,
        may_write=caller.has(*OFFICE), today_closed=row["closed_on"] == speech().today,
    )  # fmt: skip


@router.post("/{batch_id}/list")
async def list_people(request: Request, caller: Office, batch_id: EntityId) -> Response:
    """People come onto the list, from pasted lines or a file. Nobody comes while a line is not understood."""
    row = await batch_row(request, caller, batch_id)
    async with request.form() as upload:
        sent, content = _text(upload), await _content(upload)
    try:
        people = _people(str(sent.get("people") or ""), content)
        command = read(ListPeople, {"people": [one.model_dump() for one in people]})
        async with doing(request, caller, row["community"], f"list-people/{batch_id}", sent) as asked:
            receipt = await handovers_of(request).list_people(asked, batch_id, command)
    except (Invalid, Refusal, Stale) as problem:
        return await shown(request, caller, batch_id, again(request, sent, problem))
    await show_own_write(request, receipt)
    listed = len(receipt.facts) - 1 if receipt.facts and not receipt.again else len(people) if receipt.again else 0
    told = ngettext("名单添了 %(num)s 人。", "名单添了 %(num)s 人。", listed)
    if passed := len(people) - listed:
        told += ngettext("另有 %(num)s 人名单上已有，没有重复添。", "另有 %(num)s 人名单上已有，没有重复添。", passed)
    return done(request, f"{HOME}/{batch_id}", told)


def _text(sent: FormData) -> FormData:
    """The form without its file, which cannot be shown again."""
    return FormData([(name, value) for name, value in sent.multi_items() if isinstance(value, str)])


async def _content(sent: FormData) -> bytes:
    """The file of the form; empty if none was chosen."""
    file = sent.get("file")
    return await file.read() if isinstance(file, UploadFile) else b""


def _people(text: str, content: bytes) -> list[Listed]:
    """Whoever was pasted and whoever stands in the file. Errors: Invalid."""
    people = handover_list.pasted(text) + (handover_list.in_file(content) if content else [])
    if not people:
        raise Invalid([FieldError("people", _("没有读到人"), _("每行一人：姓名、身份证号、活动经费（元）。"))])
    return people


@router.post("/{batch_id}/accept-all")
async def accept_all(request: Request, caller: Office, batch_id: EntityId) -> Response:
    """Everybody whose number and name are those of somebody on the roll here."""
    row = await batch_row(request, caller, batch_id)
    takes = clear(await compared(request, caller, row))
    if not takes:
        return done(request, f"{HOME}/{batch_id}", _("没有对得上、还没接收的人。"))
    try:
        receipt, left_out = await accepted(request, caller, row, takes, await request.form())
    except (Refusal, Stale) as problem:
        return await shown(request, caller, batch_id, again(request, await request.form(), problem))
    await show_own_write(request, receipt)
    number = len(takes) - len(left_out)
    return done(request, f"{HOME}/{batch_id}", ngettext("已接收 %(num)s 人。", "已接收 %(num)s 人。", number))


@router.get("/{batch_id}/close")
async def closing(request: Request, caller: Office, batch_id: EntityId) -> Response:
    """What the receipt will say, before both sides sign it."""
    row = await batch_row(request, caller, batch_id)
    return await _closing(request, row, fresh(request, funds=f"{row['accepted_fen'] / 100:.2f}"))


async def _closing(request: Request, row: Mapping[str, Any], form: Form) -> Response:
    return await page(request, "handover_close.html", status=form.status, row=row, form=form)


@router.post("/{batch_id}/close")
async def close(request: Request, caller: Office, batch_id: EntityId) -> Response:
    """Close it."""
    row = await batch_row(request, caller, batch_id)
    sent = await request.form()
    try:
        command = read(CloseHandover, {"funds_fen": _fen(str(sent.get("funds") or ""))})
        async with doing(request, caller, row["community"], f"close-handover/{batch_id}", sent) as asked:
            receipt = await handovers_of(request).close(asked, batch_id, command)
    except (Invalid, Refusal, Stale) as problem:
        return await _closing(request, row, again(request, sent, problem))
    await show_own_write(request, receipt)
    undo = Undo(f"{HOME}/{batch_id}/reopen")
    return done(request, f"{HOME}/{batch_id}/receipt", _("已办结。请打印两份回执，双方签字。"), undo=undo)


def _fen(yuan: str) -> int | None:
    try:
        return fen_of(yuan) if yuan.strip() else None
    except ValueError as error:
        raise Invalid([FieldError("funds", _("不是金额"), _("请写成元，例如 3420 或 3420.50。"))]) from error


@router.post("/{batch_id}/reopen")
async def reopen(request: Request, caller: Office, batch_id: EntityId) -> Response:
    """It was closed by a slip."""
    return await _deed(request, caller, batch_id, "reopen", N_("已撤回办结，可以接着办。"))


@router.post("/{batch_id}/cancel")
async def cancel(request: Request, caller: Office, batch_id: EntityId) -> Response:
    """The batch was a mistake."""
    return await _deed(request, caller, batch_id, "cancel", N_("这一批已作废。"))


async def _deed(request: Request, caller: Caller, batch_id: str, name: str, told: str) -> Response:
    row = await batch_row(request, caller, batch_id)
    sent = await request.form()
    act = getattr(handovers_of(request), name)
    try:
        async with doing(request, caller, row["community"], f"{name}-handover/{batch_id}", sent) as asked:
            receipt = await act(asked, batch_id)
    except (Refusal, Stale) as problem:
        return await shown(request, caller, batch_id, again(request, sent, problem))
    await show_own_write(request, receipt)
    return done(request, f"{HOME}/{batch_id}", _(told) if receipt.facts else _("已经是这样了，没有改动。"))


@router.get("/{batch_id}/receipt", dependencies=[Waited])
async def receipt(request: Request, caller: Reader, batch_id: EntityId) -> Response:
    """The receipt for both sides, to be printed and signed."""
    row = await batch_row(request, caller, batch_id)
    async with reading(request, caller) as db:
        lines = await handover.lines_of(db, batch_id)
    place = await name_of(request, caller, row["community"])
    return await page(
        request, "handover_receipt.html", row=row, lines=lines, place=place, back=f"{HOME}/{batch_id}",
        words=handover_words, word=word,
    )  # fmt: skip
