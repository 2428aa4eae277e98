"""What the pages and the API of activity money share: how a branch stands, what a payment is for, who approves."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Query, Request
from sqlalchemy.ext.asyncio import AsyncConnection

from events.log.command import Asked, Receipt
from services.registry.decide.funds import AllocateFunds, CorrectSpending, SpendFunds
from services.registry.decide.funds_ledger import Sums, YearOfFunds, of_year
from services.registry.handle.funds import Spending
from services.registry.pages.activity_common import activity_row
from services.registry.pages.branches import branch_row
from services.registry.pages.common import OFFICE, doing, in_the_past, meeting_row, reading, registry, sought
from services.registry.project import belonging, funds
from services.shell.i18n import gettext as _
from services.shell.i18n import speech
from services.shell.identity import Caller, Role, requires
from services.shell.problems import FieldError, Invalid, NotFound

Row = Mapping[str, Any]
Approver = Annotated[Caller, Depends(requires(*OFFICE, Role.SUPERVISOR))]
"""Who may be the second pair of eyes: the office, and the superior committee. Never who asked."""
YearAsked = Annotated[int | None, Query(ge=1949, le=2200)]
MEETING_FIELDS = ("activity", "meeting")


def spending(request: Request) -> Spending:
    """The handler of commands about activity money."""
    return Spending(registry(request))


@dataclass(frozen=True, slots=True)
class Standing:
    """How a branch stands in one year, on a day."""

    year: YearOfFunds
    allocations: Sequence[Row]
    payments: Sequence[Row]

    @property
    def by_purpose(self) -> list[tuple[str, int, int]]:
        """(what for, fen, how many payments) of what was paid, the most first."""
        found: dict[str, tuple[str, int, int]] = {}
        for one in self.payments:
            if one["state"] == funds.SPENT:
                _called, fen, times = found.get(one["purpose"], ("", 0, 0))
                found[one["purpose"]] = (one["called"], fen + one["amount_fen"], times + 1)
        return sorted(found.values(), key=lambda each: (-each[1], each[0]))


async def standing(request: Request, db: AsyncConnection, row: Row, year: int) -> Standing:
    """What a branch was given for a year, has paid and has left; in the past up to that day."""
    branch_id, rules = row["branch_id"], spending(request).rules(row["community"])
    until = speech().today if in_the_past(request) else None
    found = await funds.sums(db, branch_id=branch_id, until=until)
    by_year = {each: Sums(*fen) for each, fen in found.get(branch_id, {}).items()}
    return Standing(
        of_year(by_year, rules, year),
        await funds.allocations_of(db, branch_id, year, until),
        await funds.payments_of(db, branch_id, year, until),
    )


async def payment_row(request: Request, caller: Caller, branch_id: str, spending_id: str) -> dict[str, Any]:
    """A payment of a branch the caller may see. Errors: NotFound."""
    await branch_row(request, caller, branch_id)
    row = await sought(request, caller, lambda db: funds.payment(db, branch_id, spending_id))
    if row is None:
        raise NotFound(_("这个支部没有这笔支出。"))
    return row


@asynccontextmanager
async def at(
    request: Request, caller: Caller, row: Row, name: str, sent: Mapping[str, Any] | None = None
) -> AsyncIterator[Asked]:
    """What a command on a branch's money is asked by. Others may note something meanwhile: that is no conflict."""
    form = {key: value for key, value in sent.items() if key != "version"} if sent is not None else None
    async with doing(request, caller, row["community"], f"{name}/{row['branch_id']}", form) as asked:
        yield asked


async def given(
    request: Request, caller: Caller, row: Row, command: AllocateFunds, sent: Mapping[str, Any] | None = None
) -> tuple[str, Receipt]:
    """Money for a year, by the number of members on that day. Errors: what the command may raise."""
    async with reading(request, caller) as db:
        members = len(await belonging.people(db, row["branch_id"], command.on or speech().today))
    async with at(request, caller, row, "allocate-funds", sent) as asked:
        return await spending(request).allocate(asked, row["branch_id"], command, members)


async def spent(
    request: Request, caller: Caller, row: Row, command: SpendFunds, sent: Mapping[str, Any] | None = None,
    *, of: str = "",
) -> tuple[str, Receipt]:  # fmt: skip
    """A payment is written down, or (`of`) put right. Errors: Invalid, where what it is for is not the branch's."""
    await _fitting(request, caller, row, command)
    if isinstance(command, CorrectSpending):
        async with at(request, caller, row, f"correct-spending/{of}", sent) as asked:
            return await spending(request).correct(asked, row["branch_id"], of, command)
    async with at(request, caller, row, "spend-funds", sent) as asked:
        return await spending(request).spend(asked, row["branch_id"], command)


async def _fitting(request: Request, caller: Caller, row: Row, command: SpendFunds) -> None:
    """The activity and the meeting it is for are the branch's own, or the whole community's."""
    for field, which, look in (
        ("activity", command.activity, activity_row),
        ("meeting", command.meeting, meeting_row),
    ):
        if which is None:
            continue
        try:
            found = await look(request, caller, which)
        except NotFound as nothing:
            raise Invalid([FieldError(field, nothing.detail, _("请从列表里选。"))]) from nothing
        if found["community"] != row["community"] or found["branch_id"] not in (None, row["branch_id"]):
            message = _("这不是这个支部或者全社区的活动、会议")
            raise Invalid([FieldError(field, message, _("请选本支部的，或者全社区一起办的。"))])
