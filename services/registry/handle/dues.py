"""Carries out the commands about dues that were paid or are owed: load, decide, append."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from events.facts.decision import Decision, Decisions
from events.facts.member_dues import DuesRefunded
from events.facts.receipts import receipt_book
from events.log.command import Asked, Receipt
from services.registry.decide import bill, dues_correct, dues_review, hand_up
from services.registry.decide.commands import PayDues
from services.registry.decide.days import first_day, month_of, months_after
from services.registry.decide.dues_correct import (
    ApproveReduction,
    DecideReduction,
    DropReduction,
    EndWaiver,
    NoteDuesCall,
    RefundDues,
)
from services.registry.decide.dues_review import ReviewArrears, TakeReviewBack
from services.registry.decide.hand_up import HandUp, WithdrawHandUp
from services.registry.decide.member import MEMBER, Member
from services.registry.decide.receipts import RECEIPTS, ReceiptBook
from services.registry.handle.registry import Registry


@dataclass(frozen=True)
class DuesDesk:
    """One method per command; every one raises what `Commands.act` raises."""

    registry: Registry

    async def issue(self, asked: Asked, member_id: str, receipt_no: str) -> Receipt:
        """The paper of a receipt is printed. No fact: it was printed before, and this is a copy."""
        return await self._act(
            asked, member_id, lambda one: dues_correct.issue_receipt(one, receipt_no, self.registry.today())
        )

    async def refund(
        self, asked: Asked, member_id: str, receipt_no: str, command: RefundDues
    ) -> tuple[DuesRefunded, Receipt]:
        """Money is given back: what was written down, with the number of the refund."""
        book_id = receipt_book(asked.community)
        rules = self.registry.dues_rules(asked.community)

        def decide(states: Sequence[Any]) -> Decisions:
            return dues_correct.refund(
                states[0], states[1], receipt_no, command, rules, self.registry.today(),
                member_id=member_id, book_id=book_id,
            )  # fmt: skip

        asked = replace(asked, reason=command.reason)
        receipt = await self.registry.commands.act_together(asked, [(MEMBER, member_id), (RECEIPTS, book_id)], decide)
        return next(one.fact for one in receipt.facts if isinstance(one.fact, DuesRefunded)), receipt

    async def decide_reduction(self, asked: Asked, member_id: str, command: DecideReduction) -> tuple[str, Receipt]:
        """The branch's decision: its id. The same request again writes none."""
        reduction_id = await self.registry.entity_of_request(asked)
        rule = self.registry.policy_at(asked.community, first_day(command.first)).dues.reduction
        receipt = await self._act(
            asked,
            member_id,
            lambda one: dues_correct.decide_reduction(
                one, command, rule, self.registry.today(), reduction_id=reduction_id, by=asked.actor
            ),
        )
        return reduction_id, receipt

    async def approve(self, asked: Asked, member_id: str, reduction_id: str, command: ApproveReduction) -> Receipt:
        """The superior committee's approval."""
        return await self._act(
            asked,
            member_id,
            lambda one: dues_correct.approve_reduction(
                one, reduction_id, command, self.registry.today(), by=asked.actor
            ),
        )

    async def drop(
        self, asked: Asked, member_id: str, reduction_id: str, command: DropReduction, *, withdrawn: bool
    ) -> Receipt:
        """It is not approved, or taken back."""
        return await self._act(
            replace(asked, reason=command.reason),
            member_id,
            lambda one: dues_correct.drop_reduction(one, reduction_id, self.registry.today(), withdrawn=withdrawn),
        )

    async def end_waiver(self, asked: Asked, member_id: str, reduction_id: str, command: EndWaiver) -> Receipt:
        """An approved reduction ends, or never held."""
        return await self._act(
            replace(asked, reason=command.reason),
            member_id,
            lambda one: dues_correct.end_waiver(one, reduction_id, command, self.registry.today()),
        )

    async def note_call(self, asked: Asked, member_id: str, command: NoteDuesCall) -> Receipt:
        """A friendly call about what is unpaid up to the last month that is over."""
        today = self.registry.today()
        last_over = month_of(months_after(today.replace(day=1), -1))
        return await self._act(
            asked,
            member_id,
            lambda one: dues_correct.note_call(one, command, dues_correct.unpaid_months(one, last_over), today),
        )

    async def review(self, asked: Asked, member_id: str, command: ReviewArrears) -> tuple[str, Receipt]:
        """Somebody looked into what is unpaid up to the last month that is over, and closed it: the review's id."""
        review_id, today = await self.registry.entity_of_request(asked), self.registry.today()
        rule = self.registry.policy_at(asked.community, command.on or today).dues.arrears
        last_over = month_of(months_after(today.replace(day=1), -1))

        def decide(one: Member) -> Decision:
            unpaid = dues_correct.unpaid_months(one, last_over)
            return dues_review.review_arrears(one, command, unpaid, rule, today, review_id=review_id)

        return review_id, await self._act(asked, member_id, decide)

    async def take_review_back(self, asked: Asked, member_id: str, review_id: str, command: TakeReviewBack) -> Receipt:
        """It was a slip."""
        today = self.registry.today()
        return await self._act(
            replace(asked, reason=command.reason),
            member_id,
            lambda one: dues_review.take_review_back(one, today, review_id=review_id),
        )

    async def hand_up(self, asked: Asked, command: HandUp, in_hand_fen: int) -> tuple[str, Receipt]:
        """Money is handed up: its id. `in_hand_fen` is what the book says is there."""
        hand_up_id = await self.registry.entity_of_request(asked)
        return hand_up_id, await self._book(
            asked,
            lambda book: hand_up.hand_up(book, command, in_hand_fen, self.registry.today(), hand_up_id=hand_up_id),
        )

    async def withdraw_hand_up(self, asked: Asked, hand_up_id: str, command: WithdrawHandUp) -> Receipt:
        """A hand-over was written down by mistake."""
        return await self._book(
            replace(asked, reason=command.reason),
            lambda book: hand_up.withdraw_hand_up(book, hand_up_id, self.registry.today()),
        )

    async def match_row(self, asked: Asked, row: str, receipt_no: str, on: date, *, known: bool) -> Receipt:
        """A row of a bill is the money of a receipt."""
        return await self._book(asked, lambda book: bill.match_row(book, row, receipt_no, on, known=known))

    async def release_row(self, asked: Asked, row: str) -> Receipt:
        """It was not."""
        return await self._book(asked, lambda book: bill.release_row(book, row, self.registry.today()))

    async def pay_by_row(self, asked: Asked, member_id: str, row: bill.Row, command: PayDues) -> Receipt:
        """A row of a bill becomes a payment. The same row again changes nothing."""
        book_id = receipt_book(asked.community)
        rules = self.registry.dues_rules(asked.community)

        def decide(states: Sequence[Any]) -> Decisions:
            return bill.pay_by_row(
                states[0], states[1], row, command, rules, self.registry.today(),
                member_id=member_id, book_id=book_id,
            )  # fmt: skip

        return await self.registry.commands.act_together(asked, [(MEMBER, member_id), (RECEIPTS, book_id)], decide)

    async def _book(self, asked: Asked, decide: Callable[[ReceiptBook], Decision]) -> Receipt:
        return await self.registry.commands.act(asked, RECEIPTS, receipt_book(asked.community), decide)

    async def _act(self, asked: Asked, member_id: str, decide: Callable[[Member], Decision]) -> Receipt:
        return await self.registry.commands.act(asked, MEMBER, member_id, decide)
