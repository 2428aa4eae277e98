"""Dues are handed to the superior committee: how much, for which months, under which reference (DOMAIN R10)."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Self

from pydantic import Field, model_validator

from events.facts.decision import Command, Decision, facts, nothing, refused
from events.facts.receipts import DuesHandedUp, HandUpWithdrawn
from services.registry.decide.days import Month
from services.registry.decide.receipts import ReceiptBook
from services.registry.decide.values import Line, Text


class HandUp(Command):
    """Money of the months from `first` to `last` was handed up on `on` (today).

    `even_so`: although it is more than the book says is there (something was taken and never written down).
    """

    first: Month
    last: Month
    amount_fen: Annotated[int, Field(gt=0, le=10_000_000_000)]
    reference: Line
    on: date | None = None
    even_so: bool = False

    @model_validator(mode="after")
    def _ends_after_beginning(self) -> Self:
        if self.last < self.first:
            raise ValueError("last must not be before first")
        return self


class WithdrawHandUp(Command):
    """It was written down by mistake."""

    reason: Text


def hand_up(book: ReceiptBook, command: HandUp, in_hand_fen: int, today: date, *, hand_up_id: str) -> Decision:
    """Money goes up. More than is there is refused, unless somebody says that it is so."""
    if hand_up_id in book.handed_up or hand_up_id in book.taken_back:
        return nothing()
    on = command.on or today
    if on > today:
        return refused("in_future", day=on, today=today)
    if command.amount_fen > in_hand_fen and not command.even_so:
        return refused("more_than_in_hand", given_fen=command.amount_fen, in_hand_fen=in_hand_fen)
    handed = DuesHandedUp(
        hand_up_id=hand_up_id,
        first=command.first,
        last=command.last,
        amount_fen=command.amount_fen,
        reference=command.reference,
    )
    return facts(handed, on=on)


def withdraw_hand_up(book: ReceiptBook, hand_up_id: str, today: date) -> Decision:
    """It does not count."""
    if hand_up_id in book.taken_back:
        return nothing()
    if hand_up_id not in book.handed_up:
        return refused("no_hand_up")
    return facts(HandUpWithdrawn(hand_up_id=hand_up_id), on=today)
