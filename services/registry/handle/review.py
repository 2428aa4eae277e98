"""Carries out the commands about reports and the yearly appraisal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from events.facts.decision import Decisions, Refused, refused
from events.log.command import Asked, Receipt, Target
from services.registry.decide import review
from services.registry.decide.member import MEMBER
from services.registry.decide.review import Appraise, SubmitReport, WithdrawAppraisal, WithdrawReport
from services.registry.handle.registry import Registry


@dataclass(frozen=True)
class Reviewing:
    """One method per command; every one raises what `Commands.act` raises."""

    registry: Registry

    async def submit(self, asked: Asked, member_id: str, command: SubmitReport) -> tuple[str, Receipt]:
        """A report was handed in: its id."""
        report_id, today = await self.registry.entity_of_request(asked), self.registry.today()
        receipt = await self.registry.commands.act(
            asked, MEMBER, member_id, lambda one: review.submit_report(one, command, today, report_id=report_id)
        )
        if receipt.facts:
            return report_id, receipt
        return review.same_report(await self.registry.commands.state(MEMBER, member_id), command) or report_id, receipt

    async def withdraw(self, asked: Asked, member_id: str, report_id: str, command: WithdrawReport) -> Receipt:
        """A report was put on record by mistake."""
        asked, today = replace(asked, reason=command.reason), self.registry.today()
        return await self.registry.commands.act(
            asked, MEMBER, member_id, lambda one: review.withdraw_report(one, today, report_id=report_id)
        )

    async def appraise(self, asked: Asked, people: Mapping[str, str], commands: Mapping[str, Appraise]) -> Receipt:
        """What a meeting came to for each, all or none; a refusal names whom it is about. `people` are names."""
        today = self.registry.today()

        def decide(states: Sequence[Any]) -> Decisions:
            decided = {}
            for member_id, state in zip(commands, states, strict=True):
                command = commands[member_id]
                rule = self.registry.policy_at(asked.community, command.on).review.appraisal
                one = review.appraise(state, command, rule, today)
                if isinstance(one, Refused):
                    return refused(one.code, **one.details, who=people[member_id])
                decided[member_id] = one
            return decided

        targets: list[Target] = [(MEMBER, each) for each in commands]
        return await self.registry.commands.act_together(asked, targets, decide)

    async def withdraw_appraisal(self, asked: Asked, member_id: str, command: WithdrawAppraisal) -> Receipt:
        """An appraisal was put on record by mistake."""
        asked, today = replace(asked, reason=command.reason), self.registry.today()
        return await self.registry.commands.act(
            asked, MEMBER, member_id, lambda one: review.withdraw_appraisal(one, command, today)
        )
