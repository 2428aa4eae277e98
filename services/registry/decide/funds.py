"""Stream `branch`, its activity money: given for a year, spent, approved by a second pair of eyes, put right."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from events.facts.branch_funds import (
    FundsAllocated,
    FundsAllocationTakenBack,
    FundsSource,
    FundsSpendingAsked,
    FundsSpendingDropped,
    FundsSpendingTakenBack,
    FundsSpent,
)
from events.facts.decision import Command, Decision, Refused, facts, nothing, refused
from services.registry.decide.branch import Branch, ended
from services.registry.decide.branch_life import EntityId
from services.registry.decide.funds_ledger import FundsRules, too_little
from services.registry.decide.funds_memory import Payment
from services.registry.decide.funds_policy import FundsPolicy
from services.registry.decide.values import Line, Text

Fen = Annotated[int, Field(ge=1, le=10_000_000_000)]
Year = Annotated[int, Field(ge=1949, le=2200)]


class AllocateFunds(Command):
    """The branch may spend so much more in `year`, since `on` (today). By the head the amount follows from the rule;
    one that is given all the same, and is another, needs a `note`.
    """

    year: Year
    source: FundsSource = FundsSource.PER_HEAD
    amount_fen: Fen | None = None
    on: date | None = None
    note: Line | None = None

    @model_validator(mode="after")
    def _says_how_much(self) -> Self:
        if self.source is not FundsSource.PER_HEAD and self.amount_fen is None:
            raise ValueError("amount_fen is needed unless it is by the head")
        return self


class SpendFunds(Command):
    """So much was paid on that day. `purpose` is a code of the policy; `payee` is sealed."""

    amount_fen: Fen
    purpose: Annotated[str, Field(pattern=r"^[a-z_]{1,40}$")]
    what: Line
    on: date
    voucher: Line
    payee: Line | None = None
    activity: EntityId | None = None
    meeting: EntityId | None = None


class CorrectSpending(SpendFunds):
    """A payment as it really was, the whole of it; the one that was written down counts no more."""

    reason: Text


class Because(Command):
    """Why it is taken back, not approved or withdrawn. `reason` goes into the fact's envelope."""

    reason: Text


# ── what is given ────────────────────────────────────────────────────────────────────────────────────────────────


def allocate(
    branch: Branch, command: AllocateFunds, policy: FundsPolicy, today: date, *, allocation_id: str, members: int
) -> Decision:
    """Money for a year. `members` belonged to the branch on that day; by the head it is given once a year."""
    if allocation_id in branch.funds.allocated or allocation_id in branch.funds.gone:
        return nothing()
    on, year = command.on or today, command.year
    if refusal := ended(branch):
        return refusal
    if on > today:
        return refused("in_future", day=on, today=today)
    given = FundsAllocated(
        allocation_id=allocation_id, year=year, amount_fen=command.amount_fen or 0, source=command.source,
        note=command.note,
    )  # fmt: skip
    if command.source is not FundsSource.PER_HEAD:
        return facts(given, on=on)
    rule = policy.per_head
    if any(one.year == year and one.source is FundsSource.PER_HEAD for one in branch.funds.allocated.values()):
        return refused("funds_by_head_before", year=year, clause=rule.clause)
    due_fen = members * rule.fen
    if not due_fen and command.amount_fen is None:
        return refused("funds_for_nobody", name=branch.name, clause=rule.clause)
    if command.amount_fen not in (None, due_fen) and command.note is None:
        return refused("funds_say_why", expected_fen=due_fen, members=members, clause=rule.clause)
    by_head = {
        "amount_fen": command.amount_fen or due_fen, "members": members, "per_head_fen": rule.fen,
        "clause": rule.clause,
    }  # fmt: skip
    return facts(given.model_copy(update=by_head), on=on)


def take_allocation_back(branch: Branch, today: date, *, allocation_id: str) -> Decision:
    """It was never given. What was spent meanwhile stays spent: that more was spent than given is shown, not denied."""
    if allocation_id in branch.funds.gone:
        return nothing()
    if allocation_id not in branch.funds.allocated:
        return refused("no_allocation")
    return facts(FundsAllocationTakenBack(allocation_id=allocation_id), on=today)


# ── what is spent ────────────────────────────────────────────────────────────────────────────────────────────────


def spend(
    branch: Branch, command: SpendFunds, rules: FundsRules, today: date, *, spending_id: str, by: str,
    instead_of: str | None = None,
) -> Decision:  # fmt: skip
    """Money was paid: spent at once, or up to the policy's limit; above, it waits for somebody else."""
    funds = branch.funds
    if spending_id in funds.spent or spending_id in funds.asked or spending_id in funds.gone:
        return nothing()
    policy = rules(command.on)
    if refusal := ended(branch) or _unfitting(command, policy, today):
        return refusal
    if refusal := _noted_before(branch, command, instead_of):
        return refusal
    if refusal := _beyond(branch, command.on, command.amount_fen, rules, instead_of=instead_of):
        return refusal
    limit = policy.approval
    above = command.amount_fen > limit.above_fen
    told: dict[str, Any] = command.model_dump(include={"amount_fen", "purpose", "what", "voucher", "payee"})
    told |= {
        "spending_id": spending_id, "called": policy.spending.purposes[command.purpose], "asked_by": by,
        "activity_id": command.activity, "meeting_id": command.meeting, "instead_of": instead_of,
        "clause": limit.clause if above else "",
    }  # fmt: skip
    return facts(FundsSpendingAsked(**told) if above else FundsSpent(**told), on=command.on)


def correct(
    branch: Branch, command: CorrectSpending, rules: FundsRules, today: date, *, spending_id: str, of: str, by: str
) -> Decision:
    """A payment as it really was, in the place of the one that was written down. Above the limit the old one counts
    until somebody else has approved. Nothing that is the same happens.
    """
    old = branch.funds.spent.get(of)
    if spending_id in branch.funds.spent or spending_id in branch.funds.asked:
        return nothing()
    if old is None:
        return refused("no_spending")
    if any(one.instead_of == of for one in branch.funds.asked.values()):
        return refused("correction_waits")
    names = {"on", "amount_fen", "purpose", "what", "voucher", "payee"}
    ties = (old.activity_id, old.meeting_id)
    if command.model_dump(include=names) == old.model_dump(include=names) and ties == (
        command.activity, command.meeting
    ):  # fmt: skip
        return nothing()
    return spend(branch, command, rules, today, spending_id=spending_id, by=by, instead_of=of)


def approve(branch: Branch, rules: FundsRules, *, spending_id: str, by: str) -> Decision:
    """Somebody else than who asked for it approves; only now it is spent, on the day that was said."""
    if spending_id in branch.funds.spent:
        return nothing()
    asked = branch.funds.asked.get(spending_id)
    if asked is None:
        return refused("no_spending")
    if asked.asked_by == by:
        return refused("same_hand", clause=asked.clause)
    if refusal := _beyond(branch, asked.on, asked.amount_fen, rules, instead_of=asked.instead_of, itself=spending_id):
        return refusal
    return facts(FundsSpent(spending_id=spending_id, approved_by=by, **_told(asked)), on=asked.on)


def drop(branch: Branch, today: date, *, spending_id: str, withdrawn: bool) -> Decision:
    """It is not approved, or the branch does not ask for it any longer."""
    if spending_id in branch.funds.asked:
        return facts(FundsSpendingDropped(spending_id=spending_id, withdrawn=withdrawn), on=today)
    if spending_id in branch.funds.spent:
        return refused("spent_already")
    return nothing() if spending_id in branch.funds.gone else refused("no_spending")


def take_spending_back(branch: Branch, today: date, *, spending_id: str) -> Decision:
    """It was never paid, or the money came back."""
    if spending_id in branch.funds.gone:
        return nothing()
    if spending_id not in branch.funds.spent:
        return refused("no_spending")
    if any(one.instead_of == spending_id for one in branch.funds.asked.values()):
        return refused("correction_waits")
    return facts(FundsSpendingTakenBack(spending_id=spending_id), on=today)


def _unfitting(command: SpendFunds, policy: FundsPolicy, today: date) -> Refused | None:
    """Why the payment cannot be so."""
    rule = policy.spending
    if command.on > today:
        return refused("in_future", day=command.on, today=today)
    if command.purpose not in rule.purposes:
        return refused(
            "unknown_purpose", known=list(rule.purposes.values()), codes=list(rule.purposes), clause=rule.clause
        )
    called = rule.purposes[command.purpose]
    if command.purpose in rule.of_activity and command.activity is None:
        return refused("which_activity", purpose=called, clause=rule.clause)
    if command.purpose in rule.of_meeting and command.meeting is None:
        return refused("which_meeting", purpose=called, clause=rule.clause)
    return None


def _noted_before(branch: Branch, command: SpendFunds, instead_of: str | None) -> Refused | None:
    """Why this slip is not written down again: the same purchase, voucher, day and amount count already."""
    asked = (command.on, command.amount_fen, command.voucher, command.what)
    for spending_id, one in {**branch.funds.spent, **branch.funds.asked}.items():
        if spending_id != instead_of and (one.on, one.amount_fen, one.voucher, one.what) == asked:
            return refused("spending_noted_before", on=one.on, voucher=one.voucher, amount_fen=one.amount_fen)
    return None


def _beyond(
    branch: Branch, on: date, amount_fen: int, rules: FundsRules, *, instead_of: str | None, itself: str | None = None
) -> Refused | None:
    """Why the money is not there. What a correction replaces is given back first; less than it was is always there."""
    old = branch.funds.spent.get(instead_of or "")
    if old is not None and old.on.year == on.year and amount_fen <= old.amount_fen:
        return None
    short = too_little(branch.funds.by_year(without={itself, instead_of}), rules, on.year, amount_fen)
    if short is None:
        return None
    rule = rules(date(short.year, 12, 31)).overspend
    return refused(
        "not_enough_funds", year=short.year, left_fen=short.left_fen, given_fen=amount_fen, most_fen=rule.max_fen,
        clause=rule.clause,
    )  # fmt: skip


def _told(asked: Payment) -> dict[str, Any]:
    return asked.model_dump(exclude={"on"})
