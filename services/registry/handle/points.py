"""Carries out the commands about points given by hand."""

from __future__ import annotations

from dataclasses import dataclass, replace

from events.log.command import Asked, Receipt
from services.registry.decide import points
from services.registry.decide.member import MEMBER
from services.registry.decide.points import AwardPoints, TakePointsBack
from services.registry.handle.registry import Registry


@dataclass(frozen=True)
class Pointing:
    """One method per command; every one raises what `Commands.act` raises."""

    registry: Registry

    async def award(self, asked: Asked, member_id: str, command: AwardPoints) -> tuple[str, Receipt]:
        """Points by hand, by the rules of the day they are for: the entry's id."""
        award_id = await self.registry.entity_of_request(asked)
        rule, today = self.registry.policy_at(asked.community, command.on).points.by_hand, self.registry.today()
        receipt = await self.registry.commands.act(
            asked, MEMBER, member_id, lambda one: points.award_points(one, command, rule, today, award_id=award_id)
        )
        if receipt.facts:
            return award_id, receipt
        return points.same_points(await self.registry.commands.state(MEMBER, member_id), command) or award_id, receipt

    async def take_back(self, asked: Asked, member_id: str, award_id: str, command: TakePointsBack) -> Receipt:
        """An entry was a slip."""
        asked = replace(asked, reason=command.reason)
        return await self.registry.commands.act(
            asked, MEMBER, member_id, lambda one: points.take_back(one, self.registry.today(), award_id=award_id)
        )
