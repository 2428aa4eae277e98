"""Carries out the commands about partner units: alone, and together with the branches they are paired with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from events.facts.decision import Decision, Decisions, Refused, refused
from events.facts.partner import OfferMade
from events.log.command import Asked, CommandRefused, Receipt, Target
from services.registry.decide import partner
from services.registry.decide.branch import BRANCH
from services.registry.decide.partner import (
    PARTNER,
    DescribePartner,
    EndPairing,
    LeavePartner,
    MakeOffer,
    PairPartner,
    Partner,
    RegisterPartner,
)
from services.registry.handle.registry import Registry, spelt

PARTNER_NAME: Final = "partner"


@dataclass(frozen=True)
class Partners:
    """One method per command; every one raises what `Commands.act` raises."""

    registry: Registry

    async def register(self, asked: Asked, command: RegisterPartner) -> tuple[str, Receipt]:
        """A unit begins: its id. One that is called so already is the same unit."""
        command = command.model_copy(update={"name": spelt(command.name)})
        partner_id = await self.registry.entity_named(asked, PARTNER_NAME, command.name)
        today = self.registry.today()
        return partner_id, await self._act(asked, partner_id, lambda one: partner.register(one, command, today))

    async def describe(self, asked: Asked, partner_id: str, command: DescribePartner) -> Receipt:
        """Something of it is otherwise."""
        command = command.model_copy(update={"name": spelt(command.name)})
        today = self.registry.today()
        planned = partner.describe(await self.registry.commands.state(PARTNER, partner_id), command, today)
        if isinstance(planned, Refused):  # before the name is claimed for nothing
            raise CommandRefused(planned)
        if not await self.registry.takes_name(asked, PARTNER_NAME, command.name, partner_id):
            raise CommandRefused(refused("partner_exists", name=command.name))
        return await self._act(asked, partner_id, lambda one: partner.describe(one, command, today))

    async def make_offer(self, asked: Asked, partner_id: str, command: MakeOffer) -> tuple[str, Receipt]:
        """It offers something: the offer's id."""
        new_id, today = self.registry.commands.new_id(), self.registry.today()
        receipt = await self._act(
            asked, partner_id, lambda one: partner.make_offer(one, command, today, offer_id=new_id)
        )
        told = next((one.fact.offer_id for one in receipt.facts if isinstance(one.fact, OfferMade)), None)
        known = await self.registry.commands.state(PARTNER, partner_id)
        return told or partner.same_offer(known, command, today) or new_id, receipt

    async def end_offer(self, asked: Asked, partner_id: str, offer_id: str) -> Receipt:
        """It offers that no more."""
        return await self._act(asked, partner_id, lambda one: partner.end_offer(one, offer_id, self.registry.today()))

    async def leave(self, asked: Asked, partner_id: str, command: LeavePartner, branches: Sequence[str]) -> Receipt:
        """It leaves; `branches` are those known to be paired with it."""

        def decide(states: Sequence[Any]) -> Decisions:
            paired = dict(zip(branches, states[1:], strict=True))
            return partner.leave(states[0], paired, self.registry.today(), partner_id=partner_id)

        targets: list[Target] = [(PARTNER, partner_id), *((BRANCH, each) for each in branches)]
        return await self.registry.commands.act_together(replace(asked, reason=command.reason), targets, decide)

    async def resume(self, asked: Asked, partner_id: str) -> Receipt:
        """It is back."""
        return await self._act(asked, partner_id, lambda one: partner.resume(one, self.registry.today()))

    async def pair(self, asked: Asked, branch_id: str, command: PairPartner) -> Receipt:
        """A branch and a unit work together."""

        def decide(states: Sequence[Any]) -> Decisions:
            decided = partner.pair(states[0], states[1], command, self.registry.today())
            return decided if isinstance(decided, Refused) else {branch_id: decided}

        targets: list[Target] = [(BRANCH, branch_id), (PARTNER, command.partner)]
        return await self.registry.commands.act_together(asked, targets, decide)

    async def end_pairing(self, asked: Asked, branch_id: str, command: EndPairing) -> Receipt:
        """They do no more."""
        asked = replace(asked, reason=command.reason)
        unit, today = await self.registry.commands.state(PARTNER, command.partner), self.registry.today()
        return await self.registry.commands.act(
            asked, BRANCH, branch_id, lambda one: partner.end_pairing(one, unit, command, today)
        )

    async def _act(self, asked: Asked, partner_id: str, decide: Callable[[Partner], Decision]) -> Receipt:
        return await self.registry.commands.act(asked, PARTNER, partner_id, decide)
