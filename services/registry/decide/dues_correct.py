"""What is put right about dues: a receipt's paper, money given back, and reductions, which two people decide (R10)."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Self

from pydantic import Field, model_validator

from events.facts.decision import Command, Decision, Decisions, facts, nothing, refused
from events.facts.member import DuesAmount, MonthDue, PayMethod
from events.facts.member_dues import (
    DuesReductionDecided,
    DuesReductionDropped,
    DuesRefunded,
    DuesReminded,
    DuesWaived,
    DuesWaiverEnded,
    ReceiptIssued,
    SpokeWith,
)
from events.facts.receipts import NumberIssued
from services.registry.decide.commands import Fen
from services.registry.decide.days import Month, first_day, month_of, months_after, months_between
from services.registry.decide.dues import DuesRules, assessed
from services.registry.decide.dues_memory import Reduction, ReductionState
from services.registry.decide.member import Member, Standing, unable
from services.registry.decide.policy import ReductionRule
from services.registry.decide.receipts import ReceiptBook
from services.registry.decide.values import Text

ReceiptNo = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{1,8}$")]


class RefundDues(Command):
    """Money of a receipt was given back on `on` (today): for these months of it, or for all that are left on it."""

    months: Annotated[tuple[Month, ...], Field(max_length=60)] = ()
    on: date | None = None
    method: PayMethod = PayMethod.CASH
    reason: Text


class DecideReduction(Command):
    """The branch decided on `on` (today) that the member pays `pays_fen` a month from `first` to `last`."""

    first: Month
    last: Month
    pays_fen: Fen = 0
    on: date | None = None
    reason: Text

    @model_validator(mode="after")
    def _ends_after_beginning(self) -> Self:
        if self.last < self.first:
            raise ValueError("last must not be before first")
        return self


class ApproveReduction(Command):
    """The superior committee approved it on `on` (today)."""

    on: date | None = None


class DropReduction(Command):
    """It was not approved; or the branch takes it back while nobody has decided."""

    reason: Text


class EndWaiver(Command):
    """The reduction holds no longer than `last`; left out, it never held."""

    last: Month | None = None
    reason: Text


class NoteDuesCall(Command):
    """Somebody called about these months on `on` (today)."""

    months: Annotated[tuple[Month, ...], Field(max_length=600)] = ()
    spoke_with: SpokeWith = SpokeWith.MEMBER
    note: Text | None = None
    on: date | None = None


# ── decide ───────────────────────────────────────────────────────────────────────────────────────────────────────


def issue_receipt(member: Member, receipt_no: str, today: date) -> Decision:
    """The paper of a receipt is printed. Whatever is printed after the first is a copy, and no fact."""
    if receipt_no not in member.dues.receipts:
        return refused("no_receipt", receipt_no=receipt_no)
    return nothing() if receipt_no in member.dues.issued else facts(ReceiptIssued(receipt_no=receipt_no), on=today)


def refund(
    member: Member,
    book: ReceiptBook,
    receipt_no: str,
    command: RefundDues,
    rules: DuesRules,
    today: date,
    *,
    member_id: str,
    book_id: str,
) -> Decisions:
    """Money is given back under a number of its own; the months are owing again. Who died may be paid back to."""
    if member.alias.into is not None or member.standing not in (Standing.ENROLLED, Standing.DIED):
        return unable(member) or refused("not_enrolled")
    on = command.on or today
    if on > today:
        return refused("in_future", day=on, today=today)
    if receipt_no not in member.dues.receipts:
        return refused("no_receipt", receipt_no=receipt_no)
    held = member.dues.receipts[receipt_no]
    months = tuple(sorted(set(command.months or held)))
    if not months or (missing := [month for month in months if month not in held]):
        return refused("not_on_receipt", receipt_no=receipt_no, months=missing if months else ())
    number = book.next_number(today)
    back = tuple(_given_back(member, month, held[month] or 0, rules) for month in months)
    refunded = DuesRefunded(
        months=months,
        amount=DuesAmount(total_fen=sum(one.due_fen for one in back), months=back),
        receipt_no=receipt_no,
        refund_no=number,
        method=command.method,
    )
    return {
        member_id: facts(refunded, on=on),
        book_id: facts(NumberIssued(number=number, member=member_id), on=today),
    }


def _given_back(member: Member, month: str, fen: int, rules: DuesRules) -> MonthDue:
    known = assessed(month, member.terms, rules)
    return MonthDue(month=month, due_fen=fen, clause=known.due.clause if known else "")


def decide_reduction(
    member: Member, command: DecideReduction, rule: ReductionRule, today: date, *, reduction_id: str, by: str
) -> Decision:
    """The branch's part of a reduction. The same once more does nothing."""
    if reduction_id in member.dues.reductions:
        return nothing()
    if refusal := unable(member):
        return refusal
    on = command.on or today
    if on > today:
        return refused("in_future", day=on, today=today)
    longest = month_of(months_after(first_day(command.first), rule.months_max - 1))
    if command.last > longest:
        return refused("too_long", last=command.last, limit=longest, months_max=rule.months_max, clause=rule.clause)
    if other := _in_the_way(member, command.first, command.last):
        return refused("already_reduced", first=other.first, last=other.last)
    decided = DuesReductionDecided(
        reduction_id=reduction_id,
        first=command.first,
        last=command.last,
        pays_fen=command.pays_fen,
        why=command.reason,
        decided_by=by,
        clause=rule.clause,
    )
    return facts(decided, on=on)


def _in_the_way(member: Member, first: str, last: str) -> Reduction | None:
    return next((one for one in member.dues.reductions.values() if one.holds and one.overlaps(first, last)), None)


def approve_reduction(
    member: Member, reduction_id: str, command: ApproveReduction, today: date, *, by: str
) -> Decision:
    """The superior committee's part, by somebody else than who wrote down the branch's."""
    reduction = member.dues.reductions.get(reduction_id)
    if reduction is None:
        return refused("no_reduction")
    if reduction.state is ReductionState.APPROVED:
        return nothing()
    if refusal := unable(member):
        return refusal
    if reduction.state is ReductionState.DROPPED:
        return refused("reduction_dropped")
    if reduction.decided_by == by:
        return refused("same_person", clause=reduction.clause)
    if reduction.pays_fen is None:
        return refused("not_readable")
    on = command.on or today
    if on > today:
        return refused("in_future", day=on, today=today)
    waived = DuesWaived(
        reduction_id=reduction_id,
        first=reduction.first,
        last=reduction.last,
        pays_fen=reduction.pays_fen,
        clause=reduction.clause,
    )
    return facts(waived, on=on)


def drop_reduction(member: Member, reduction_id: str, today: date, *, withdrawn: bool) -> Decision:
    """It comes to nothing. One that is approved has to be ended instead."""
    reduction = member.dues.reductions.get(reduction_id)
    if reduction is None:
        return refused("no_reduction")
    match reduction.state:
        case ReductionState.DROPPED:
            return nothing()
        case ReductionState.APPROVED:
            return refused("already_approved")
        case ReductionState.DECIDED:
            return facts(DuesReductionDropped(reduction_id=reduction_id, withdrawn=withdrawn), on=today)


def end_waiver(member: Member, reduction_id: str, command: EndWaiver, today: date) -> Decision:
    """It ends with a month, or never held. What was due is reckoned again; no receipt is touched."""
    reduction = member.dues.reductions.get(reduction_id)
    if reduction is None or reduction.state is not ReductionState.APPROVED:
        return refused("no_reduction")
    before = month_of(months_after(first_day(reduction.first), -1))
    last = command.last if command.last is not None and command.last >= reduction.first else before
    if last >= reduction.last:
        return nothing()
    return facts(DuesWaiverEnded(reduction_id=reduction_id, last=last), on=today)


def note_call(member: Member, command: NoteDuesCall, unpaid: tuple[str, ...], today: date) -> Decision:
    """A friendly call was made. `unpaid` are the months it was about, unless the command names others."""
    if refusal := unable(member):
        return refusal
    on = command.on or today
    if on > today:
        return refused("in_future", day=on, today=today)
    return facts(DuesReminded(months=command.months or unpaid, spoke_with=command.spoke_with, note=command.note), on=on)


def unpaid_months(member: Member, until: str) -> tuple[str, ...]:
    """The months up to `until` that are owed here and that nobody has paid or waived."""
    if member.enrolled_on is None:
        return ()
    first = month_of(max(member.enrolled_on, member.joined_on or date.min))
    settled = member.alias.paid | member.paid
    free = {
        month
        for month in months_between(first, until)
        if (waiver := member.terms.waiver_in(month)) is not None and waiver.pays_fen == 0
    }
    return tuple(month for month in months_between(first, until) if month not in settled and month not in free)
