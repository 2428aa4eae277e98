"""Carries out what the secretary decides about news from a door: the change and its confirmation are one append."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from events.facts.decision import Decisions
from events.facts.member import DuesPaid
from events.facts.receipts import receipt_book
from events.log.command import Asked, Receipt, Target
from services.registry.decide import doorstep
from services.registry.decide.commands import PayDues
from services.registry.decide.doorstep import DOORSTEP, ConfirmPhone, SetNewsAside
from services.registry.decide.member import MEMBER
from services.registry.decide.receipts import RECEIPTS, pay_dues
from services.registry.handle.registry import Registry


@dataclass(frozen=True)
class DoorstepDesk:
    """One method per command; every one raises what `Commands.act` raises. `news_id` is the id of care's fact."""

    registry: Registry

    async def confirm_phone(self, asked: Asked, news_id: str, member_id: str, command: ConfirmPhone) -> Receipt:
        """The number goes on the card."""

        def decide(states: Sequence[Any]) -> Decisions:
            return doorstep.confirm_phone(
                states[0], states[1], command, self.registry.today(), member_id=member_id, news_id=news_id
            )

        return await self.registry.commands.act_together(asked, [(MEMBER, member_id), (DOORSTEP, news_id)], decide)

    async def confirm_dues(self, asked: Asked, news_id: str, member_id: str, command: PayDues) -> tuple[str, Receipt]:
        """The money is receipted: the receipt's number, and the facts of member, book and news."""
        book_id = receipt_book(asked.community)
        rules = self.registry.dues_rules(asked.community)

        def decide(states: Sequence[Any]) -> Decisions:
            today = self.registry.today()
            paid = pay_dues(states[0], states[1], command, rules, today, member_id=member_id, book_id=book_id)
            return doorstep.confirm_dues(states[2], paid, today, member_id=member_id, news_id=news_id)

        targets: list[Target] = [(MEMBER, member_id), (RECEIPTS, book_id), (DOORSTEP, news_id)]
        receipt = await self.registry.commands.act_together(asked, targets, decide)
        return next(one.fact for one in receipt.facts if isinstance(one.fact, DuesPaid)).receipt_no, receipt

    async def set_aside(self, asked: Asked, news_id: str, member_id: str, command: SetNewsAside) -> Receipt:
        """The register stays as it is."""
        return await self.registry.commands.act(
            asked,
            DOORSTEP,
            news_id,
            lambda known: doorstep.set_aside(known, command, self.registry.today(), member_id=member_id),
        )
