"""Carries out the commands about who goes: visitors and their leave, refusals, a week's plan over many members."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from events.facts.decision import Decisions
from events.log.command import Asked, Commands, Receipt, Target
from services.care.decide import rota, visitor
from services.care.decide.cared import CARE
from services.care.decide.rota import ConfirmRota, RefuseVisitor, WithdrawRefusal
from services.care.decide.visitor import VISITOR, DescribeVisitor, TakeLeave
from services.care.handle.care import Care


@dataclass(frozen=True)
class Rota:
    """One method per command; every one raises what `Commands.act` raises."""

    care: Care

    @property
    def _commands(self) -> Commands:
        return self.care.commands

    async def describe(self, asked: Asked, name: str, command: DescribeVisitor) -> Receipt:
        """What this visitor can do."""
        return await self._commands.act(
            asked, VISITOR, name, lambda one: visitor.describe(one, command, self.care.today())
        )

    async def take_leave(self, asked: Asked, name: str, command: TakeLeave) -> Receipt:
        """The visitor is away for some days. Asked for again under the same key, it is the same leave."""
        leave_id = self._commands.new_id()
        return await self._commands.act(
            asked, VISITOR, name, lambda one: visitor.take_leave(one, command, self.care.today(), leave_id=leave_id)
        )

    async def withdraw_leave(self, asked: Asked, name: str, leave_id: str) -> Receipt:
        """Here after all."""
        return await self._commands.act(
            asked, VISITOR, name, lambda one: visitor.withdraw_leave(one, leave_id, self.care.today())
        )

    async def refuse(self, asked: Asked, member_id: str, command: RefuseVisitor) -> Receipt:
        """Not this visitor."""
        return await self._commands.act(
            asked, CARE, member_id, lambda one: rota.refuse_visitor(one, command, self.care.today())
        )

    async def withdraw_refusal(self, asked: Asked, member_id: str, command: WithdrawRefusal) -> Receipt:
        """This visitor after all."""
        return await self._commands.act(
            asked, CARE, member_id, lambda one: rota.withdraw_refusal(one, command, self.care.today())
        )

    async def confirm(self, asked: Asked, command: ConfirmRota) -> tuple[Receipt, dict[str, str]]:
        """A week's plan in one append guarded by every member's version; which visits were left out, and why."""
        members = list(dict.fromkeys(line.member_id for line in command.placings))
        goers = sorted({line.visitor for line in command.placings})
        left_out: dict[str, str] = {}

        def decide(states: Sequence[Any]) -> Decisions:
            people = dict(zip(members, states[: len(members)], strict=True))
            who = dict(zip(goers, states[len(members) :], strict=True))
            happened, out = rota.confirm(people, who, command, self.care.today())
            left_out.clear()
            left_out.update(out)
            return happened

        targets: list[Target] = [*((CARE, each) for each in members), *((VISITOR, each) for each in goers)]
        receipt = await self._commands.act_together(asked, targets, decide)
        return receipt, left_out

    async def take_back(self, asked: Asked, rota_id: str, members: Sequence[str]) -> Receipt:
        """What the plan said of these members is as it was before; once more does nothing."""

        def decide(states: Sequence[Any]) -> Decisions:
            return rota.take_back(dict(zip(members, states, strict=True)), rota_id, self.care.today())

        return await self._commands.act_together(asked, [(CARE, each) for each in members], decide)
