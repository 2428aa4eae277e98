"""A branch's activity money: given, paid and left in a year; writing down, approving, putting right."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.datastructures import FormData
from starlette.responses import Response

from events.facts.branch_funds import FundsPart
from events.log.command import Asked, Receipt
from services.registry.decide.funds import AllocateFunds, Because, CorrectSpending, SpendFunds
from services.registry.pages import funds_words, words
from services.registry.pages.as_of import Travels
from services.registry.pages.branch_lines import branch_line
from services.registry.pages.branches import branch_row
from services.registry.pages.common import (
    OFFICE,
    EntityId,
    Office,
    Reader,
    Waited,
    fen_of,
    read,
    read_form,
    reading,
    registry,
    rules,
    show_own_write,
)
from services.registry.pages.forms import Form, again, fresh
from services.registry.pages.funds_common import (
    Approver,
    Row,
    YearAsked,
    at,
    given,
    payment_row,
    spending,
    spent,
    standing,
)
from services.registry.pages.timeline import signed
from services.registry.project import belonging, funds_choice, history
from services.shell.formats import day
from services.shell.i18n import N_, speech
from services.shell.i18n import gettext as _
from services.shell.identity import Caller, Role
from services.shell.pages import Undo, done, page
from services.shell.problems import FieldError, Invalid, Refusal, Stale

router = APIRouter(prefix="/branches/{branch_id}/funds", include_in_schema=False)

Act = Callable[[Asked, FormData], Awaitable[Receipt]]
FACTS_MAX: Final = 2000
"""So many of a branch's facts are looked through for those of one payment."""


@router.get("", dependencies=[Waited, Travels])
async def show(request: Request, caller: Reader, branch_id: EntityId, year: YearAsked = None) -> Response:
    """One year of a branch."""
    return await _page(request, caller, branch_id, year=year)


async def _page(
    request: Request, caller: Caller, branch_id: str, form: Form | None = None, *, year: int | None = None
) -> Response:
    row = await branch_row(request, caller, branch_id)
    today = speech().today
    wanted = year or today.year
    async with reading(request, caller) as db:
        stands = await standing(request, db, row, wanted)
        members = len(await belonging.people(db, branch_id, today))
        followed = await funds_choice.followed(db, branch_id)
    accounts = {one[name] for one in stands.payments for name in ("asked_by", "approved_by") if one[name]}
    called = await request.app.state.shell.identity.called.of(
        accounts | {one["noted_by"] for one in stands.allocations}
    )
    here = rules(request, row["community"])
    return await page(
        request, "funds.html", status=form.status if form else 200, row=row, stands=stands, sums=stands.year,
        year=wanted, years=[wanted - 1, *([wanted + 1] if wanted <= today.year else [])], members=members,
        today=today,
        words=words, funds_words=funds_words, called=called, rule=here.funds, clauses=here.clauses,
        followed=followed, followed_note=_("移交单位随转，%(num)s 人", num=followed[0]),
        sources=words.options(funds_words.SOURCE),
        form=form or fresh(request, source="per_head", on=today, year=wanted),
        may_write=caller.has(*OFFICE) and row["closed_on"] is None,
    )  # fmt: skip


# ── what is given ────────────────────────────────────────────────────────────────────────────────────────────────


@router.post("/allocate")
async def allocate(request: Request, caller: Office, branch_id: EntityId) -> Response:
    """Money for a year."""
    row = await branch_row(request, caller, branch_id)
    sent = await request.form()
    try:
        command = read(AllocateFunds, _typed(sent, ("year", "source", "on", "note"), needed=False))
        allocation_id, receipt = await given(request, caller, row, command, sent)
    except (Invalid, Refusal, Stale) as problem:
        return await _page(request, caller, branch_id, again(request, sent, problem), year=_year(sent))
    await show_own_write(request, receipt)
    undo = Undo(f"{_at(branch_id)}/allocations/{allocation_id}/take-back", {"reason": _("记错了，马上撤回")})
    told = _("经费已下达。") if receipt.facts else _("已经是这样了，没有改动。")
    return done(request, f"{_at(branch_id)}?year={command.year}", told, undo=undo if receipt.facts else None)


def _year(sent: FormData) -> int | None:
    said = str(sent.get("year") or "")
    return int(said) if said.isascii() and said.isdigit() and len(said) == 4 else None


def _typed(sent: Mapping[str, Any], names: tuple[str, ...], *, needed: bool = True) -> dict[str, Any]:
    """The command out of the form: yuan, as people write them, become fen."""
    found: dict[str, Any] = {name: text for name in names if (text := str(sent.get(name) or "").strip())}
    amount = str(sent.get("amount") or "").strip()
    if not amount and not needed:
        return found
    try:
        return found | {"amount_fen": fen_of(amount or "x")}
    except ValueError as error:
        raise Invalid([FieldError("amount", _("不是金额"), _("请写成元，例如 3420 或 3420.50。"))]) from error


def _at(branch_id: str) -> str:
    return f"/registry/branches/{branch_id}/funds"


@router.post("/allocations/{allocation_id}/take-back")
async def take_allocation_back(
    request: Request, caller: Office, branch_id: EntityId, allocation_id: EntityId
) -> Response:
    """It was never given."""

    async def act(asked: Asked, sent: FormData) -> Receipt:
        return await spending(request).take_allocation_back(asked, branch_id, allocation_id, read_form(Because, sent))

    return await _deed(
        request, caller, branch_id, f"take-allocation-back/{allocation_id}", act, N_("这笔下达的经费已撤销。")
    )


async def _deed(
    request: Request, caller: Caller, branch_id: str, name: str, act: Act, told: str, spending_id: str = ""
) -> Response:
    """One deed of the branch's page, or (`spending_id`) of a payment's."""
    row = await branch_row(request, caller, branch_id)
    sent = await request.form()
    try:
        async with at(request, caller, row, name, sent) as asked:
            receipt = await act(asked, sent)
    except (Invalid, Refusal, Stale) as problem:
        form = again(request, sent, problem)
        if spending_id:
            return await _payment(request, caller, branch_id, spending_id, form)
        return await _page(request, caller, branch_id, form)
    await show_own_write(request, receipt)
    back = f"{_at(branch_id)}/{spending_id}" if spending_id else _at(branch_id)
    return done(request, back, _(told) if receipt.facts else _("已经是这样了，没有改动。"))


# ── what is spent ────────────────────────────────────────────────────────────────────────────────────────────────


@router.get("/spend")
async def new(request: Request, caller: Office, branch_id: EntityId, activity: str = "", meeting: str = "") -> Response:
    """The form of a payment; whoever leads here may have said what it is for."""
    row = await branch_row(request, caller, branch_id)
    rule = rules(request, row["community"]).funds.spending
    tied = rule.of_activity if activity else rule.of_meeting if meeting else ()
    begun = {"purpose": tied[0] if tied else "", "activity": activity[:64], "meeting": meeting[:64]}
    return await _form(request, caller, row, fresh(request, None, on=speech().today, **begun))


@router.post("/spend")
async def spend(request: Request, caller: Office, branch_id: EntityId) -> Response:
    """Write a payment down."""
    row = await branch_row(request, caller, branch_id)
    sent = await request.form()
    try:
        spending_id, receipt = await spent(request, caller, row, read(SpendFunds, _typed(sent, _FIELDS)), sent)
    except (Invalid, Refusal) as problem:
        return await _form(request, caller, row, again(request, sent, problem))
    await show_own_write(request, receipt)
    return _told_of(request, branch_id, spending_id, receipt)


_FIELDS: Final = ("purpose", "what", "on", "voucher", "payee", "activity", "meeting")


def _told_of(request: Request, branch_id: str, spending_id: str, receipt: Receipt) -> Response:
    waits = any(one.fact.NAME.endswith("_asked") for one in receipt.facts)
    told = _("已记下，等另一位负责人审批以后才算支出。") if waits else _("支出已记下。")
    undo = Undo(
        f"{_at(branch_id)}/{spending_id}/{'withdraw' if waits else 'take-back'}", {"reason": _("记错了，马上撤回")}
    )
    if not receipt.facts:
        return done(request, f"{_at(branch_id)}/{spending_id}", _("已经是这样了，没有改动。"))
    return done(request, f"{_at(branch_id)}/{spending_id}", told, undo=undo)


async def _form(request: Request, caller: Caller, row: Row, form: Form, old: Row | None = None) -> Response:
    here = rules(request, row["community"])
    async with reading(request, caller) as db:
        stands = await standing(request, db, row, speech().today.year)
        where = (row["branch_id"], row["community"])
        activities = _options(await funds_choice.activities(db, *where, form["activity"]))
        meetings = _options(await funds_choice.meetings(db, *where, form["meeting"]))
    return await page(
        request, "funds_spend.html", status=form.status, row=row, form=form, old=old, rule=here.funds,
        clauses=here.clauses, sums=stands.year,
        purposes=[("", _("请选")), *here.funds.spending.purposes.items()],
        activities=[("", _("不是为活动")), *activities], meetings=[("", _("不是为会议")), *meetings],
    )  # fmt: skip


def _options(rows: Any) -> list[tuple[str, str]]:
    return [(each, f"{title} · {day(starts_at)}") for each, title, starts_at in rows]


@router.get("/{spending_id}", dependencies=[Waited, Travels])
async def one(request: Request, caller: Reader, branch_id: EntityId, spending_id: EntityId) -> Response:
    """One payment: what is known of it, what happened to it, and what may be done."""
    return await _payment(request, caller, branch_id, spending_id)


async def _payment(
    request: Request, caller: Caller, branch_id: str, spending_id: str, form: Form | None = None
) -> Response:
    row = await branch_row(request, caller, branch_id)
    paid = await payment_row(request, caller, branch_id, spending_id)
    async with reading(request, caller) as db:
        past = await history.newest(db, branch_id, stream="branch", limit=FACTS_MAX)
    told = [each for each in await registry(request).opened(past.messages) if _is_about(each.fact, spending_id)]
    here = rules(request, row["community"])
    called = await request.app.state.shell.identity.called.of({paid["asked_by"], paid["approved_by"] or ""})
    return await page(
        request, "funds_payment.html", status=form.status if form else 200, row=row, paid=paid, words=words,
        funds_words=funds_words, called=called, lines=await signed(request, [branch_line(each) for each in told]),
        rule=here.funds, clauses=here.clauses, form=form or fresh(request),
        may_write=caller.has(*OFFICE) and row["closed_on"] is None,
        may_approve=caller.has(*OFFICE, Role.SUPERVISOR) and caller.name != paid["asked_by"],
    )  # fmt: skip


def _is_about(fact: Any, spending_id: str) -> bool:
    if not isinstance(fact, FundsPart):
        return False
    return spending_id in (getattr(fact, "spending_id", ""), getattr(fact, "instead_of", ""))


@router.get("/{spending_id}/correct")
async def correcting(request: Request, caller: Office, branch_id: EntityId, spending_id: EntityId) -> Response:
    """The form with what was written down."""
    row = await branch_row(request, caller, branch_id)
    old = await payment_row(request, caller, branch_id, spending_id)
    values = {name: old[name] or "" for name in ("purpose", "what", "on", "voucher", "payee")}
    tied = {"activity": old["activity_id"] or "", "meeting": old["meeting_id"] or ""}
    amount = f"{old['amount_fen'] / 100:.2f}".removesuffix(".00")
    return await _form(request, caller, row, fresh(request, None, amount=amount, **values, **tied), old)


@router.post("/{spending_id}/correct")
async def correct(request: Request, caller: Office, branch_id: EntityId, spending_id: EntityId) -> Response:
    """As it really was."""
    row = await branch_row(request, caller, branch_id)
    old = await payment_row(request, caller, branch_id, spending_id)
    sent = await request.form()
    try:
        command = read(CorrectSpending, _typed(sent, (*_FIELDS, "reason")))
        new_id, receipt = await spent(request, caller, row, command, sent, of=spending_id)
    except (Invalid, Refusal) as problem:
        return await _form(request, caller, row, again(request, sent, problem), old)
    await show_own_write(request, receipt)
    return _told_of(request, branch_id, new_id, receipt)


@router.post("/{spending_id}/approve")
async def approve(request: Request, caller: Approver, branch_id: EntityId, spending_id: EntityId) -> Response:
    """Somebody else approves."""

    async def act(asked: Asked, _sent: FormData) -> Receipt:
        return await spending(request).approve(asked, branch_id, spending_id)

    name = f"approve-spending/{spending_id}"
    return await _deed(request, caller, branch_id, name, act, N_("已批准，算作支出。"), spending_id)


@router.post("/{spending_id}/refuse")
async def refuse(request: Request, caller: Approver, branch_id: EntityId, spending_id: EntityId) -> Response:
    """It is not approved."""

    async def act(asked: Asked, sent: FormData) -> Receipt:
        return await spending(request).drop(asked, branch_id, spending_id, read_form(Because, sent), withdrawn=False)

    name = f"refuse-spending/{spending_id}"
    return await _deed(request, caller, branch_id, name, act, N_("没有批准这笔支出。"), spending_id)


@router.post("/{spending_id}/withdraw")
async def withdraw(request: Request, caller: Office, branch_id: EntityId, spending_id: EntityId) -> Response:
    """It is not asked for any longer."""

    async def act(asked: Asked, sent: FormData) -> Receipt:
        return await spending(request).drop(asked, branch_id, spending_id, read_form(Because, sent), withdrawn=True)

    name = f"withdraw-spending/{spending_id}"
    return await _deed(request, caller, branch_id, name, act, N_("已撤回申请。"), spending_id)


@router.post("/{spending_id}/take-back")
async def take_back(request: Request, caller: Office, branch_id: EntityId, spending_id: EntityId) -> Response:
    """It was never paid, or the money came back."""

    async def act(asked: Asked, sent: FormData) -> Receipt:
        return await spending(request).take_spending_back(asked, branch_id, spending_id, read_form(Because, sent))

    name = f"take-spending-back/{spending_id}"
    return await _deed(request, caller, branch_id, name, act, N_("这笔支出已撤销，钱回到结余里。"), spending_id)
