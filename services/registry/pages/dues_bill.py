"""A bank or WeChat bill beside the receipts: proposed row by row, confirmed by a person, what is left over shown."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from pydantic import Field
from starlette.datastructures import FormData
from starlette.responses import Response

from events.facts.decision import Command
from events.facts.member import MonthDue, PayMethod
from events.log.command import Receipt
from services.registry.decide.bill import METHODS, Found, Payment, Proposal, Row, Somebody, proposals
from services.registry.decide.commands import PayDues
from services.registry.decide.days import Month, month_of
from services.registry.decide.dues_correct import unpaid_months
from services.registry.decide.member import Member
from services.registry.decide.receipts import open_months
from services.registry.pages import import_words, words
from services.registry.pages.common import (
    EntityId,
    Office,
    Waited,
    doing,
    member_card,
    read,
    reading,
    registry,
    rules,
    show_own_write,
    within,
)
from services.registry.pages.dues_common import dues_desk
from services.registry.pages.dues_words import months
from services.registry.pages.forms import Form, again, fresh
from services.registry.pages.import_files import Upload, Uploads, sent_in
from services.registry.pages.places import communities_to_fill
from services.registry.project import bill
from services.registry.roster.bill import Bill, BillRow, read_bill
from services.registry.roster.reasons import UnreadableRoster
from services.shell.i18n import gettext as _
from services.shell.i18n import speech
from services.shell.identity import Caller
from services.shell.pages import done, page
from services.shell.problems import FieldError, Forbidden, Invalid, NotFound, Refusal, Stale, TooLarge

router = APIRouter(include_in_schema=False)

BYTES_MAX: Final = 8 << 20
BILL_ROW: Final = "bill_row"
Place = Annotated[str, Query(max_length=200)]


class TakeRow(Command):
    """A row of the bill (its worksheet row) is a receipt's money, or becomes a payment of a member for these months."""

    row: Annotated[int, Field(ge=1)]
    receipt_no: str | None = None
    member_id: Annotated[str | None, Field(max_length=64)] = None
    months: Annotated[tuple[Month, ...], Field(max_length=60)] = ()
    method: PayMethod = PayMethod.TRANSFER
    payer: Annotated[str | None, Field(max_length=60)] = None


@dataclass(frozen=True, slots=True)
class Compared:
    """A bill beside the receipts: each row with what may belong to it, and receipts that no row belongs to."""

    upload: Upload
    bill: Bill
    proposals: Sequence[Proposal]
    unmatched: Sequence[Payment]

    def of(self, *found: Found) -> list[Proposal]:
        """The rows of which this is known."""
        return [one for one in self.proposals if one.found in found]

    def line(self, proposal: Proposal) -> BillRow:
        """The row as it stands in the file."""
        return self.bill.rows[self.proposals.index(proposal)]


def _bills(request: Request) -> Uploads:
    found: Uploads = request.app.state.bills
    return found


def _text(row: BillRow) -> str:
    return f"{row.payer} {row.remark}".strip()


@router.get("/dues/bill", dependencies=[Waited])
async def front(request: Request, caller: Office, community: Place = "") -> Response:
    """Choose a file."""
    return await _front(request, caller, fresh(request, community=within(caller, community)))


async def _front(request: Request, caller: Caller, form: Form) -> Response:
    async with reading(request, caller) as db:
        places = await communities_to_fill(db, caller)
    return await page(
        request, "dues_bill_new.html", status=form.status, form=form, places=places,
        place=form["community"] or (places[0][0] if len(places) == 1 else caller.scope),
    )  # fmt: skip


@router.post("/dues/bill")
async def upload(request: Request, caller: Office) -> Response:
    """Take a bill in. Nothing is written down by that."""
    try:
        kept = await taken_in(request, caller)
    except (Invalid, TooLarge) as problem:
        shown = problem if isinstance(problem, Invalid) else Invalid([FieldError("file", problem.detail, problem.todo)])
        return await _front(request, caller, again(request, FormData(), shown))
    return done(request, f"/registry/dues/bill/{kept.upload_id}", _("账单收到了，还没有记任何东西。"))


async def taken_in(request: Request, caller: Caller) -> Upload:
    """The file of a request, kept for a day. Errors: TooLarge, Invalid, Forbidden."""
    sent = await sent_in(request, BYTES_MAX)
    place = str(sent.fields.get("community") or caller.scope)
    if not place or not caller.covers(place):
        raise Forbidden(_("这个社区不在您的范围内。"))
    await _opened(sent.content)
    kept = Upload(registry(request).commands.new_id(), sent.filename, place, caller.name, _bills(request).now())
    await _bills(request).keep(kept, sent.content)
    return kept


async def _opened(content: bytes) -> Bill:
    try:
        found = await asyncio.to_thread(read_bill, content)
    except UnreadableRoster as problem:
        raise import_words.unreadable(problem) from problem
    if not found.columns:
        todo = _("表头要有“交易时间”或“日期”，和“金额”或“收入”。请原样下载账单再传。")
        raise Invalid([FieldError("file", _("没有找到日期和金额两列"), todo)])
    return found


async def compared(request: Request, caller: Caller, bill_id: str) -> Compared:
    """The bill of that id beside the receipts as they stand. Errors: NotFound."""
    kept = _bills(request).find(bill_id)
    if kept is None or not caller.covers(kept.community):
        raise NotFound(_("没有这份账单，可能放了一天已经清掉了。请再传一次。"))
    found = await _opened(await _bills(request).content(kept))
    rows = [Row(_key(request, kept, each), each.on, each.fen, _text(each)) for each in found.rows]
    days_apart = rules(request, kept.community).dues.bill.days_apart
    span = [row.on for row in rows] or [speech().today]
    reach = timedelta(days=days_apart)
    async with reading(request, caller) as db:
        confirmed = await bill.confirmed(db, kept.community)
        receipts = await bill.receipts(db, kept.community, min(span) - reach, max(span) + reach)
        named = await bill.named(db, kept.community)
    payments = [_payment(one) for one in receipts]
    people = await _people(request, kept.community, named, rows)
    proposed = proposals(rows, payments, people, confirmed, days_apart)
    belongs = {one.receipt_no for one in proposed if one.receipt_no} | set(confirmed.values())
    remote = {one["receipt_no"] for one in receipts if one["method"] in METHODS and min(span) <= one["on"] <= max(span)}
    left = [one for one in payments if one.fen and one.receipt_no in remote - belongs]
    return Compared(kept, found, proposed, left)


def _key(request: Request, kept: Upload, row: BillRow) -> str:
    return registry(request).blind(BILL_ROW, f"{kept.community}\n{row.said}")


def _payment(one: Mapping[str, Any]) -> Payment:
    left, taken = int(one["fen"]), int(one["taken_fen"])
    return Payment(one["receipt_no"], one["member_id"], one["name"] or "", one["payer"] or "", one["on"], left, taken)


async def _people(
    request: Request, community: str, named: Sequence[Mapping[str, Any]], rows: Sequence[Row]
) -> list[Somebody]:
    """Those whose name, or whose family's, stands in a row, with what is open for them."""
    texts = "\n".join(row.text for row in rows)
    found = []
    for one in named:
        family = tuple(each["name"] for each in one["family"] or () if len(each.get("name") or "") > 1)
        if any(name and name in texts for name in (one["name"], *family)):
            found.append((one, family))
    states = await registry(request).states([one["member_id"] for one, _family in found])
    return [
        Somebody(
            one["member_id"], one["name"], family, _open(request, community, states.get(one["member_id"], Member()))
        )
        for one, family in found
    ]


def _open(request: Request, community: str, state: Member) -> tuple[MonthDue, ...]:
    unpaid = unpaid_months(state, month_of(speech().today))
    due = open_months(state, unpaid, registry(request).dues_rules(community))
    return due if isinstance(due, tuple) else ()


@router.get("/dues/bill/{bill_id}", dependencies=[Waited])
async def show(request: Request, caller: Office, bill_id: EntityId) -> Response:
    """Row by row what may belong to what."""
    return await _page(request, caller, bill_id, fresh(request))


async def _page(request: Request, caller: Caller, bill_id: str, form: Form) -> Response:
    found = await compared(request, caller, bill_id)
    here = rules(request, found.upload.community)
    return await page(
        request, "dues_bill.html", status=form.status, compared=found, form=form, Found=Found, months=months,
        words=words, methods=[(str(each), _(words.METHOD[each])) for each in METHODS], rule=here.dues.bill,
        clauses=here.clauses, key=registry(request).commands.new_id,
    )  # fmt: skip


@router.post("/dues/bill/{bill_id}/rows")
async def take(request: Request, caller: Office, bill_id: EntityId) -> Response:
    """A person confirms a row."""
    sent = await request.form()
    try:
        receipt = await row_taken(request, caller, bill_id, _asked(sent), sent)
    except (Invalid, Refusal, Stale) as problem:
        return await _page(request, caller, bill_id, again(request, sent, problem))
    await show_own_write(request, receipt)
    told = _("已确认这一笔。") if receipt.facts else _("已经是这样了，没有改动。")
    return done(request, f"/registry/dues/bill/{bill_id}", told)


def _asked(sent: FormData) -> TakeRow:
    given: dict[str, Any] = {
        name: str(value).strip() for name, value in sent.items() if name in TakeRow.model_fields and str(value).strip()
    }
    if "months" in given:
        given["months"] = [month for each in sent.getlist("months") for month in str(each).split(",") if month]
    return read(TakeRow, given)


async def row_taken(
    request: Request, caller: Caller, bill_id: str, command: TakeRow, sent: Mapping[str, Any] | None = None
) -> Receipt:
    """Confirm a row: what it says comes from the file, never from the form."""
    kept = _bills(request).find(bill_id)
    if kept is None or not caller.covers(kept.community):
        raise NotFound(_("没有这份账单，可能放了一天已经清掉了。请再传一次。"))
    found = await _opened(await _bills(request).content(kept))
    line = next((each for each in found.rows if each.number == command.row), None)
    if line is None:
        raise Invalid([FieldError("row", _("账单里没有这一行"), _("请刷新页面再试。"))])
    row = Row(_key(request, kept, line), line.on, line.fen, _text(line))
    async with doing(request, caller, kept.community, f"bill-row/{row.key}", sent) as asked:
        if command.receipt_no:
            async with reading(request, caller) as db:
                known = await bill.wrote(db, kept.community, command.receipt_no)
            return await dues_desk(request).match_row(asked, row.key, command.receipt_no, line.on, known=known)
        if not command.member_id or not command.months:
            raise Invalid([FieldError("months", _("没有选月份"), _("请选这笔钱是谁、哪几个月的。"))])
        card = await member_card(request, caller, command.member_id)
        if card["community"] != kept.community:
            raise NotFound(_("这位党员不在这份账单的社区。"))
        pay = PayDues(
            months=command.months, amount_fen=line.fen, method=command.method, paid_on=line.on, payer=command.payer
        )
        return await dues_desk(request).pay_by_row(asked, command.member_id, row, pay)


@router.post("/dues/bill/{bill_id}/rows/{number}/release")
async def release(request: Request, caller: Office, bill_id: EntityId, number: int) -> Response:
    """It was not that receipt's."""
    receipt = await row_released(request, caller, bill_id, number, await request.form())
    await show_own_write(request, receipt)
    return done(request, f"/registry/dues/bill/{bill_id}", _("已取消这一笔的确认；收据本身没有动。"))


async def row_released(
    request: Request, caller: Caller, bill_id: str, number: int, sent: Mapping[str, Any] | None = None
) -> Receipt:
    """A row is confirmed no longer. Errors: NotFound."""
    kept = _bills(request).find(bill_id)
    if kept is None or not caller.covers(kept.community):
        raise NotFound(_("没有这份账单，可能放了一天已经清掉了。请再传一次。"))
    found = await _opened(await _bills(request).content(kept))
    line = next((each for each in found.rows if each.number == number), None)
    if line is None:
        raise NotFound(_("账单里没有这一行"))
    key = _key(request, kept, line)
    async with doing(request, caller, kept.community, f"release-row/{key}", sent) as asked:
        return await dues_desk(request).release_row(asked, key)
