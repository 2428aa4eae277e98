"""Carries out the commands about being in touch with a member: load, decide, append."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from events.log.command import Asked, Receipt
from services.registry.decide import contact
from services.registry.decide.contact import SetSilenceAside, TakeContactBack, TryContact
from services.registry.decide.member import MEMBER
from services.registry.handle.registry import Registry


@dataclass(frozen=True)
class Contacts:
    """One method per command; every one raises what `Commands.act` raises."""

    registry: Registry

    async def tried(self, asked: Asked, member_id: str, command: TryContact) -> tuple[str, Receipt]:
        """Somebody tried to reach the member; the contact's id, by which it can be taken back."""
        contact_id, today = await self.registry.entity_of_request(asked), self.registry.today()
        receipt = await self.registry.commands.act(
            asked, MEMBER, member_id, lambda one: contact.try_contact(one, command, today, contact_id=contact_id)
        )
        return contact_id, receipt

    async def take_back(self, asked: Asked, member_id: str, command: TakeContactBack) -> Receipt:
        """That was a slip."""
        return await self.registry.commands.act(asked, MEMBER, member_id, lambda one: contact.take_back(one, command))

    async def set_aside(self, asked: Asked, member_id: str, command: SetSilenceAside, last: date) -> Receipt:
        """A long silence was looked into; `last` is the last contact, as all services together know it."""
        today = self.registry.today()
        rules = self.registry.policy_at(asked.community, today)
        return await self.registry.commands.act(
            asked,
            MEMBER,
            member_id,
            lambda one: contact.set_aside(one, command, last, rules.away, rules.contact, today),
        )
