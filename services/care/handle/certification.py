"""Carries out the commands about the yearly certification: what is known of the person, then load, decide, append."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from events.facts.decision import Happened, nothing
from events.log.command import Asked, Plan, Receipt
from services.care.decide import certification
from services.care.decide.cared import CARE
from services.care.decide.certification import Pensioner, RecordCertification, TakeCertificationBack
from services.care.handle.care import Care

Pensioners = Callable[[Sequence[str]], Awaitable[Mapping[str, Pensioner]]]
"""Members -> what is known of each; who is not known is left out."""


@dataclass(frozen=True)
class Certifications:
    """One method per command; every one raises what `Commands.act` raises."""

    care: Care
    pensioners: Pensioners

    async def record(self, asked: Asked, member_id: str, command: RecordCertification) -> Receipt:
        """The member has certified; by the rules of that day."""
        one = (await self.pensioners([member_id])).get(member_id) or Pensioner(on_roll=False)
        rule, today = self.care.policy_at(asked.community, command.on).certification, self.care.today()
        return await self.care.commands.act(
            asked, CARE, member_id, lambda cared: certification.record(cared, command, one, rule, today)
        )

    async def take_back(self, asked: Asked, member_id: str, command: TakeCertificationBack) -> Receipt:
        """That was a slip."""
        return await self.care.commands.act(
            asked, CARE, member_id, lambda cared: certification.take_back(cared, command)
        )

    async def look(self, asked: Asked, people: Mapping[str, Pensioner]) -> Receipt:
        """What has fallen due, for several people of one community, in one append."""
        today, members = self.care.today(), list(people)
        rule = self.care.policy_at(asked.community, today).certification

        def plan(states: Sequence[Any]) -> Plan:
            decided = {
                one: certification.look(cared, people[one], rule, today)
                for one, cared in zip(members, states, strict=True)
            }
            return {one: it if isinstance(it, Happened) else nothing() for one, it in decided.items()}

        return await self.care.commands.act_together(asked, [(CARE, one) for one in members], plan)
