"""Carries out the commands about a branch's activity money."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from events.facts.decision import Decision
from events.log.command import Asked, Receipt
from services.registry.decide import funds
from services.registry.decide.branch import BRANCH, Branch
from services.registry.decide.funds import AllocateFunds, Because, CorrectSpending, SpendFunds
from services.registry.decide.funds_ledger import FundsRules
from services.registry.handle.registry import Registry


@dataclass(frozen=True)
class Spending:
    """One method per command; each raises what `Commands.act` raises. The rules are those of the day of payment."""

    registry: Registry

    def rules(self, community: str) -> FundsRules:
        """The rules of a community by the day."""
        return lambda day: self.registry.policy_at(community, day).funds

    async def allocate(self, asked: Asked, branch_id: str, command: AllocateFunds, members: int) -> tuple[str, Receipt]:
        """Money for a year: the allocation's id. By the rule of that year's first day."""
        allocation_id, today = await self.registry.entity_of_request(asked), self.registry.today()
        policy = self.rules(asked.community)(date(command.year, 1, 1))
        return allocation_id, await self._act(
            asked,
            branch_id,
            lambda one: funds.allocate(
                one, command, policy, today, allocation_id=allocation_id, members=members
            ),
        )  # fmt: skip

    async def take_allocation_back(self, asked: Asked, branch_id: str, allocation_id: str, why: Because) -> Receipt:
        """It was never given."""
        today, asked = self.registry.today(), replace(asked, reason=why.reason)
        return await self._act(
            asked, branch_id, lambda one: funds.take_allocation_back(one, today, allocation_id=allocation_id)
        )

    async def spend(self, asked: Asked, branch_id: str, command: SpendFunds) -> tuple[str, Receipt]:
        """Money was paid, or waits for somebody else: the payment's id."""
        spending_id, today = await self.registry.entity_of_request(asked), self.registry.today()
        rules = self.rules(asked.community)
        return spending_id, await self._act(
            asked,
            branch_id,
            lambda one: funds.spend(one, command, rules, today, spending_id=spending_id, by=asked.actor),
        )

    async def correct(self, asked: Asked, branch_id: str, of: str, command: CorrectSpending) -> tuple[str, Receipt]:
        """A payment as it really was: the id of the one that holds."""
        spending_id, today = await self.registry.entity_of_request(asked), self.registry.today()
        rules, asked = self.rules(asked.community), replace(asked, reason=command.reason)
        receipt = await self._act(
            asked,
            branch_id,
            lambda one: funds.correct(one, command, rules, today, spending_id=spending_id, of=of, by=asked.actor),
        )
        return spending_id if receipt.facts else of, receipt

    async def approve(self, asked: Asked, branch_id: str, spending_id: str) -> Receipt:
        """Somebody else approves."""
        rules = self.rules(asked.community)
        return await self._act(
            asked, branch_id, lambda one: funds.approve(one, rules, spending_id=spending_id, by=asked.actor)
        )

    async def drop(self, asked: Asked, branch_id: str, spending_id: str, why: Because, *, withdrawn: bool) -> Receipt:
        """It comes to nothing."""
        today, asked = self.registry.today(), replace(asked, reason=why.reason)
        return await self._act(
            asked, branch_id, lambda one: funds.drop(one, today, spending_id=spending_id, withdrawn=withdrawn)
        )

    async def take_spending_back(self, asked: Asked, branch_id: str, spending_id: str, why: Because) -> Receipt:
        """It was never paid, or the money came back."""
        today, asked = self.registry.today(), replace(asked, reason=why.reason)
        return await self._act(
            asked, branch_id, lambda one: funds.take_spending_back(one, today, spending_id=spending_id)
        )

    async def _act(self, asked: Asked, branch_id: str, decide: Callable[[Branch], Decision]) -> Receipt:
        return await self.registry.commands.act(asked, BRANCH, branch_id, decide)
