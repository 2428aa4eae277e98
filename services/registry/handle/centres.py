"""Carries out the commands about household centres: load, decide, append; over several entities at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from events.facts.decision import Decisions, Refused
from events.log.command import Asked, Receipt, Target
from services.registry.decide import centre
from services.registry.decide.centre import (
    CENTRE,
    AcceptPlacings,
    CloseCentre,
    DeclineHost,
    DesignateHost,
    JoinCentre,
    LeaveCentre,
    WithdrawDecline,
)
from services.registry.decide.member import MEMBER
from services.registry.handle.registry import Registry, with_members


@dataclass(frozen=True)
class Centres:
    """One method per command; every one raises what `Commands.act` raises."""

    registry: Registry

    async def designate(self, asked: Asked, command: DesignateHost) -> tuple[str, Receipt]:
        """A member opens the house: the centre's id. Whoever has one already keeps it."""
        commands = self.registry.commands
        centre_id = await self.registry.entity_of_request(asked)

        def decide(states: Sequence[Any]) -> Decisions:
            return centre.designate(states[0], states[1], command, self.registry.today(), centre_id=centre_id)

        receipt = await commands.act_together(asked, [(CENTRE, centre_id), (MEMBER, command.host)], decide)
        if receipt.facts:
            return centre_id, receipt
        own = (await self.registry.state(command.host)).household.centre_id
        return own or centre_id, receipt

    async def close(self, asked: Asked, centre_id: str, command: CloseCentre, people: Sequence[str]) -> Receipt:
        """The house closes; `people` are those known to belong to it, its host among them."""

        def decide(states: Sequence[Any]) -> Decisions:
            members = dict(zip(people, states[1:], strict=True))
            return centre.close(states[0], members, self.registry.today(), centre_id=centre_id)

        targets = with_members((CENTRE, centre_id), people)
        return await self.registry.commands.act_together(replace(asked, reason=command.reason), targets, decide)

    async def join(self, asked: Asked, member_id: str, command: JoinCentre) -> Receipt:
        """The member goes to a centre."""

        def decide(states: Sequence[Any]) -> Decisions:
            decided = centre.join(states[0], states[1], command, self.registry.today())
            return decided if isinstance(decided, Refused) else {member_id: decided}

        return await self.registry.commands.act_together(asked, [(MEMBER, member_id), (CENTRE, command.centre)], decide)

    async def leave(self, asked: Asked, member_id: str, command: LeaveCentre) -> Receipt:
        """The member goes to no centre."""
        asked = replace(asked, reason=command.reason)
        return await self.registry.commands.act(
            asked, MEMBER, member_id, lambda one: centre.leave(one, self.registry.today())
        )

    async def decline(self, asked: Asked, member_id: str, command: DeclineHost) -> Receipt:
        """Not this host."""
        return await self.registry.commands.act(
            asked,
            MEMBER,
            member_id,
            lambda one: centre.decline(one, command, self.registry.today(), member_id=member_id),
        )

    async def withdraw_decline(self, asked: Asked, member_id: str, command: WithdrawDecline) -> Receipt:
        """This host after all."""
        return await self.registry.commands.act(
            asked, MEMBER, member_id, lambda one: centre.withdraw_decline(one, command, self.registry.today())
        )

    async def place(self, asked: Asked, command: AcceptPlacings) -> tuple[Receipt, dict[str, str]]:
        """Changes of a proposal in one append guarded by every member's version; who was left out, and why."""
        people = [change.member for change in command.changes]
        houses = sorted({change.centre for change in command.changes if change.centre})
        left_out: dict[str, str] = {}

        def decide(states: Sequence[Any]) -> Decisions:
            centres = dict(zip(houses, states[len(people) :], strict=True))
            happened, out = centre.place(states[: len(people)], centres, command, self.registry.today())
            left_out.clear()
            left_out.update(out)
            return happened

        targets: list[Target] = [*((MEMBER, each) for each in people), *((CENTRE, each) for each in houses)]
        receipt = await self.registry.commands.act_together(asked, targets, decide)
        moved = {one.about.entity for one in receipt.facts}
        if receipt.again:
            left_out = {each: "left_out_before" for each in people if each not in moved}
        return receipt, left_out
