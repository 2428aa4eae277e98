"""Carries out the commands about activities: load, decide, append."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from events.facts.decision import Decision, Decisions, Refused
from events.log.command import Asked, Receipt
from services.registry.decide import activity
from services.registry.decide.activity import (
    ACTIVITY,
    Activity,
    Allocate,
    CallOff,
    ChangeActivity,
    Deliver,
    OfferActivity,
    Spend,
    TakeSpendingBack,
)
from services.registry.handle.registry import Registry, with_members


@dataclass(frozen=True)
class Activities:
    """One method per command; every one raises what `Commands.act` raises."""

    registry: Registry

    async def offer(self, asked: Asked, command: OfferActivity) -> tuple[str, Receipt]:
        """An activity is on the menu: its id. The same request again offers none."""
        activity_id = await self.registry.entity_of_request(asked)
        today = self.registry.today()
        return activity_id, await self._alone(asked, activity_id, lambda one: activity.offer(one, command, today))

    async def change(self, asked: Asked, activity_id: str, command: ChangeActivity) -> Receipt:
        """It is otherwise now."""
        today = self.registry.today()
        return await self._alone(asked, activity_id, lambda one: activity.change(one, command, today))

    async def call_off(self, asked: Asked, activity_id: str, command: CallOff) -> Receipt:
        """It does not take place."""
        today, asked = self.registry.today(), replace(asked, reason=command.reason)
        return await self._alone(asked, activity_id, lambda one: activity.call_off(one, today))

    async def sign_up(self, asked: Asked, activity_id: str, member_id: str) -> Receipt:
        """A member would like to come."""
        today = self.registry.today()

        def decide(one: Activity, members: Sequence[Any]) -> Decision:
            return activity.sign_up(one, members[0], today, member_id=member_id)

        return await self._with(asked, activity_id, [member_id], decide)

    async def cancel(self, asked: Asked, activity_id: str, member_id: str) -> Receipt:
        """A member does not come after all."""
        today = self.registry.today()
        return await self._alone(asked, activity_id, lambda one: activity.cancel(one, today, member_id=member_id))

    async def came(self, asked: Asked, activity_id: str, people: Mapping[str, str], day: date) -> Receipt:
        """These were there. `people` are names by id; a refusal says whom it is about."""
        today = self.registry.today()

        def decide(one: Activity, members: Sequence[Any]) -> Decision:
            return activity.came(one, dict(zip(people, members, strict=True)), people, today, day)

        return await self._with(asked, activity_id, list(people), decide)

    async def came_taken_back(self, asked: Asked, activity_id: str, member_id: str) -> Receipt:
        """It was a slip that somebody was there."""
        today = self.registry.today()
        return await self._alone(
            asked, activity_id, lambda one: activity.came_taken_back(one, today, member_id=member_id)
        )

    async def deliver(self, asked: Asked, activity_id: str, member_id: str, command: Deliver) -> Receipt:
        """The material was brought to somebody's door."""
        today = self.registry.today()

        def decide(one: Activity, members: Sequence[Any]) -> Decision:
            return activity.deliver(one, members[0], command, today, member_id=member_id)

        return await self._with(asked, activity_id, [member_id], decide)

    async def allocate(self, asked: Asked, activity_id: str, command: Allocate) -> Receipt:
        """Money is set apart."""
        today = self.registry.today()
        return await self._alone(asked, activity_id, lambda one: activity.allocate(one, command, today))

    async def spend(self, asked: Asked, activity_id: str, command: Spend) -> tuple[str, Receipt]:
        """Money was paid: the payment's id."""
        spending_id, today = await self.registry.entity_of_request(asked), self.registry.today()
        return spending_id, await self._alone(
            asked, activity_id, lambda one: activity.spend(one, command, today, spending_id=spending_id)
        )

    async def take_spending_back(
        self, asked: Asked, activity_id: str, spending_id: str, command: TakeSpendingBack
    ) -> Receipt:
        """A payment was written down by mistake."""
        today, asked = self.registry.today(), replace(asked, reason=command.reason)
        return await self._alone(
            asked, activity_id, lambda one: activity.take_spending_back(one, today, spending_id=spending_id)
        )

    async def _alone(self, asked: Asked, activity_id: str, decide: Callable[[Activity], Decision]) -> Receipt:
        return await self.registry.commands.act(asked, ACTIVITY, activity_id, decide)

    async def _with(
        self,
        asked: Asked,
        activity_id: str,
        people: Sequence[str],
        decide: Callable[[Activity, Sequence[Any]], Decision],
    ) -> Receipt:
        """Decide over the activity, knowing these people; only the activity has a fact of it."""

        def plan(states: Sequence[Any]) -> Decisions:
            decided = decide(states[0], states[1:])
            return decided if isinstance(decided, Refused) else {activity_id: decided}

        targets = with_members((ACTIVITY, activity_id), people)
        return await self.registry.commands.act_together(asked, targets, plan)
