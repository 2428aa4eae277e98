"""Carries out the commands about assistance: load, decide, append, by the rules of the day it was asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from events.facts.care_assistance import AssistanceRequested
from events.facts.decision import Decision
from events.log.command import Asked, Receipt
from services.care.decide import assistance, assistance_paying
from services.care.decide.assistance_commands import (
    AcknowledgeAssistance,
    ApproveAssistance,
    CorrectAssistance,
    DeclineAssistance,
    PayAssistance,
    ProposeAssistance,
    RequestAssistance,
    UndoAssistance,
    WithdrawAssistance,
)
from services.care.decide.cared import CARE, Cared
from services.care.decide.support_policy import AssistanceRule
from services.care.handle.care import Care


@dataclass(frozen=True)
class Assisting:
    """One method per command; every one raises what `Commands.act` raises. Who asks is `asked.actor`."""

    care: Care

    async def propose(self, asked: Asked, member_id: str, command: ProposeAssistance, after: str = "") -> Receipt:
        """A flag for somebody to decide on."""
        situation, today = await self.care.situation(member_id, after), self.care.today()
        rule = self._rule(asked, today)
        return await self._act(asked, member_id, lambda c: assistance.propose(c, command, situation, rule, today))

    async def request(self, asked: Asked, member_id: str, command: RequestAssistance) -> tuple[str, Receipt]:
        """Help is asked for: its id. The same request again tells the id that the first one got."""
        situation = await self.care.situation(member_id)
        rule, new = self._rule(asked, command.on), self.care.commands.new_id()
        receipt = await self._act(
            asked,
            member_id,
            lambda c: assistance.request(c, new, command, asked.actor, situation, rule, self.care.today()),
        )
        for one in receipt.facts:
            if isinstance(one.fact, AssistanceRequested):
                return one.fact.assistance_id, receipt
        return assistance.same_request((await self.care.state(member_id)).assistance, command) or new, receipt

    async def correct(self, asked: Asked, member_id: str, assistance_id: str, command: CorrectAssistance) -> Receipt:
        """What is asked for was put down otherwise."""
        rule = await self._rule_of(asked, member_id, assistance_id)
        today = self.care.today()
        return await self._act(
            asked,
            member_id,
            lambda c: assistance.correct(c, assistance_id, command, asked.actor, rule, today),
        )

    async def approve(self, asked: Asked, member_id: str, assistance_id: str, command: ApproveAssistance) -> Receipt:
        """An account agrees; of a large amount it is the first of two."""
        situation = await self.care.situation(member_id)
        rule = await self._rule_of(asked, member_id, assistance_id)
        today = self.care.today()
        return await self._act(
            asked,
            member_id,
            lambda c: assistance.approve(c, assistance_id, command, asked.actor, situation, rule, today),
        )

    async def decline(self, asked: Asked, member_id: str, assistance_id: str, command: DeclineAssistance) -> Receipt:
        """It is not given."""
        today = self.care.today()
        return await self._act(
            asked, member_id, lambda c: assistance.decline(c, assistance_id, command, asked.actor, today)
        )

    async def withdraw(self, asked: Asked, member_id: str, assistance_id: str, command: WithdrawAssistance) -> Receipt:
        """It is not asked for any more."""
        return await self._act(
            asked, member_id, lambda c: assistance.withdraw(c, assistance_id, command, self.care.today())
        )

    async def pay(self, asked: Asked, member_id: str, assistance_id: str, command: PayAssistance) -> Receipt:
        """It came to the member."""
        return await self._act(
            asked, member_id, lambda c: assistance_paying.pay(c, assistance_id, command, self.care.today())
        )

    async def acknowledge(
        self, asked: Asked, member_id: str, assistance_id: str, command: AcknowledgeAssistance
    ) -> Receipt:
        """Somebody signed for it."""
        return await self._act(
            asked, member_id, lambda c: assistance_paying.acknowledge(c, assistance_id, command, self.care.today())
        )

    async def undo(self, asked: Asked, member_id: str, assistance_id: str, command: UndoAssistance) -> Receipt:
        """A step was a slip."""
        rule = await self._rule_of(asked, member_id, assistance_id)
        return await self._act(
            asked, member_id, lambda c: assistance_paying.undo(c, assistance_id, command, rule, self.care.today())
        )

    def _rule(self, asked: Asked, on: date) -> AssistanceRule:
        return self.care.policy_at(asked.community, on).assistance

    async def _rule_of(self, asked: Asked, member_id: str, assistance_id: str) -> AssistanceRule:
        """The rules of the day it was asked for, which no later fact changes."""
        one = (await self.care.state(member_id)).assistance.get(assistance_id)
        return self._rule(asked, (one.requested_on if one else None) or self.care.today())

    async def _act(self, asked: Asked, member_id: str, decide: Callable[[Cared], Decision]) -> Receipt:
        return await self.care.commands.act(asked, CARE, member_id, decide)
