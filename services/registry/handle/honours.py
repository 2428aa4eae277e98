"""Carries out the commands about honours: load, decide, append; over the book and its people at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from events.facts.certificates import certificate_book
from events.facts.decision import Decisions, refused
from events.log.command import Asked, CommandRefused, Receipt
from services.registry.decide import honours
from services.registry.decide.honours import (
    CERTIFICATES,
    MEDAL,
    AwardMedal,
    ConfirmRecord,
    Honour,
    ReconsiderHonour,
    SetHonourAside,
    TakeHonourBack,
)
from services.registry.decide.honours_policy import HonoursPolicy
from services.registry.decide.member import MEMBER
from services.registry.handle.registry import Registry, with_members


@dataclass(frozen=True)
class Honouring:
    """One method per command; every one raises what `Commands.act` raises."""

    registry: Registry

    def _policy(self, asked: Asked) -> HonoursPolicy:
        return self.registry.policy_at(asked.community, self.registry.today()).honours

    async def confirm(self, asked: Asked, member_id: str, command: ConfirmRecord) -> Receipt:
        """A person found the record good. Refused where another record of the same person has the medal."""
        policy, today = self._policy(asked), self.registry.today()
        for other in (await self.registry.state(member_id)).alias.absorbed:
            if held := (await self.registry.state(other)).honours.held(MEDAL):
                raise CommandRefused(refused("already_honoured", on=held.on, number=held.number))
        return await self.registry.commands.act(
            asked, MEMBER, member_id, lambda one: honours.confirm(one, command, policy, today)
        )

    async def set_aside(self, asked: Asked, member_id: str, command: SetHonourAside) -> Receipt:
        """The medal is not awarded for now."""
        policy, today = self._policy(asked), self.registry.today()
        return await self.registry.commands.act(
            asked, MEMBER, member_id, lambda one: honours.set_aside(one, command, policy, today)
        )

    async def reconsider(self, asked: Asked, member_id: str, command: ReconsiderHonour) -> Receipt:
        """It is open again."""
        asked = replace(asked, reason=command.reason or asked.reason)
        return await self.registry.commands.act(
            asked, MEMBER, member_id, lambda one: honours.reconsider(one, self.registry.today())
        )

    async def award(self, asked: Asked, people: Mapping[str, str], command: AwardMedal) -> tuple[str, Receipt]:
        """The medal for all of these or none, numbered in their order: the award's id. `people` are names by id."""
        honour_id = await self.registry.entity_of_request(asked)
        policy, today, book_id = self._policy(asked), self.registry.today(), certificate_book(asked.community)

        def decide(states: Sequence[Any]) -> Decisions:
            members = dict(zip(people, states[1:], strict=True))
            return honours.award(
                states[0], members, people, command, policy, today, book_id=book_id, honour_id=honour_id
            )

        targets = with_members((CERTIFICATES, book_id), people)
        return honour_id, await self.registry.commands.act_together(asked, targets, decide)

    async def honour(self, asked: Asked, member_id: str, command: Honour) -> tuple[str, Receipt]:
        """An honour that was given otherwise is put on record: its id."""
        honour_id = await self.registry.entity_of_request(asked)
        policy, today = self._policy(asked), self.registry.today()
        receipt = await self.registry.commands.act(
            asked, MEMBER, member_id, lambda one: honours.honour(one, command, policy, today, honour_id=honour_id)
        )
        if receipt.facts:
            return honour_id, receipt
        return honours.same_honour(await self.registry.commands.state(MEMBER, member_id), command) or honour_id, receipt

    async def take_back(self, asked: Asked, member_id: str, honour_id: str, command: TakeHonourBack) -> Receipt:
        """The award was a slip."""
        asked = replace(asked, reason=command.reason)
        return await self.registry.commands.act(
            asked, MEMBER, member_id, lambda one: honours.take_back(one, self.registry.today(), honour_id=honour_id)
        )
