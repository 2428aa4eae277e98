"""Carries out what is noted of a meeting beside signing in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from events.facts.decision import Decisions
from events.log.command import Asked, Receipt
from services.registry.decide import attendance
from services.registry.decide.attendance import CountGuests, Excuse, TakeBack
from services.registry.decide.meeting import MEETING
from services.registry.handle.registry import Registry, with_members


@dataclass(frozen=True)
class Attendance:
    """One method per command; every one raises what `Commands.act` raises."""

    registry: Registry

    async def excuse(self, asked: Asked, meeting_id: str, command: Excuse, post: str) -> Receipt:
        """Members asked leave, and somebody of that post said yes, by the rules of the day of the meeting: one append
        for the meeting and each of them. Why stands sealed with the member.
        """
        people, today = command.member_ids, self.registry.today()
        day = (await self.registry.commands.state(MEETING, meeting_id)).day or today
        rule = self.registry.policy_at(asked.community, day).meetings.leave

        def decide(states: Sequence[Any]) -> Decisions:
            members = dict(zip(people, states[1:], strict=True))
            return attendance.excuse(states[0], members, command, rule, today, meeting_id=meeting_id, post=post)

        targets = with_members((MEETING, meeting_id), people)
        return await self.registry.commands.act_together(asked, targets, decide)

    async def take_back(self, asked: Asked, meeting_id: str, command: TakeBack) -> Receipt:
        """What was noted of these members was a slip: one append for the meeting and each of them."""
        today = self.registry.today()

        def decide(states: Sequence[Any]) -> Decisions:
            return attendance.take_back(states[0], command, today, meeting_id=meeting_id)

        asked = replace(asked, reason=command.reason or asked.reason)
        return await self.registry.commands.act_together(
            asked, with_members((MEETING, meeting_id), command.member_ids), decide
        )

    async def count_guests(self, asked: Asked, meeting_id: str, command: CountGuests) -> Receipt:
        """So many guests came."""
        today = self.registry.today()
        return await self.registry.commands.act(
            asked, MEETING, meeting_id, lambda one: attendance.count_guests(one, command, today)
        )
