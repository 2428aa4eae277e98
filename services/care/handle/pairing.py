"""Carries out the commands about helpers and trainings for work: over the member and the helper at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from events.facts.care_pairing import HelperPaired, TrainingReferred
from events.facts.decision import Decision, Decisions, refused
from events.facts.helper import helper_of
from events.log.command import Asked, CommandRefused, Receipt, Target
from services.care.decide import pairing, training
from services.care.decide.cared import CARE, Cared
from services.care.decide.helper import HELPER
from services.care.decide.pairing_commands import (
    EndPairing,
    NoteAttendance,
    NoteHelp,
    NoteOutcome,
    PairHelper,
    ReferToTraining,
    ReviewPairing,
)
from services.care.handle.care import Care


@dataclass(frozen=True)
class Pairing:
    """One method per command; every one raises what `Commands.act` raises."""

    care: Care

    async def pair(self, asked: Asked, member_id: str, command: PairHelper) -> tuple[str, Receipt]:
        """Somebody stands by the member: the pairing's id. The same again tells the id of the one that stands."""
        situation, today = await self.care.situation(member_id), self.care.today()
        rule, new = self.care.policy_at(asked.community, command.on).pairing, self.care.commands.new_id()

        def decide(states: Sequence[Any]) -> Decisions:
            return pairing.pair(
                states[0], states[1], command, situation, rule, today, member_id=member_id, pairing_id=new
            )

        helper = helper_of(command.helper_kind, command.helper)
        targets: list[Target] = [(CARE, member_id), (HELPER, helper)]
        receipt = await self.care.commands.act_together(asked, targets, decide)
        for one in receipt.facts:
            if isinstance(one.fact, HelperPaired):
                return one.fact.pairing_id, receipt
        known = await self.care.state(member_id)
        stands = pairing.standing(known.pairings, command.helper_kind, command.helper)
        return stands[0] if stands else new, receipt

    async def note(self, asked: Asked, member_id: str, pairing_id: str, command: NoteHelp) -> Receipt:
        """What the helper did."""
        entry = self.care.commands.new_id()
        return await self._act(
            asked, member_id, lambda c: pairing.note_help(c, pairing_id, entry, command, self.care.today())
        )

    async def take_back(self, asked: Asked, member_id: str, pairing_id: str, entry_id: str) -> Receipt:
        """That was a slip."""
        return await self._act(
            asked, member_id, lambda c: pairing.take_back(c, pairing_id, entry_id, self.care.today())
        )

    async def review(self, asked: Asked, member_id: str, pairing_id: str, command: ReviewPairing) -> Receipt:
        """Both were asked, and it goes on."""
        return await self._act(
            asked, member_id, lambda c: pairing.review(c, pairing_id, command, asked.actor, self.care.today())
        )

    async def end(self, asked: Asked, member_id: str, pairing_id: str, command: EndPairing) -> Receipt:
        """It is over."""
        known, today = (await self.care.state(member_id)).pairings.get(pairing_id), self.care.today()
        if known is None:
            raise CommandRefused(refused("no_pairing"))

        def decide(states: Sequence[Any]) -> Decisions:
            return pairing.end(states[0], states[1], pairing_id, command, today, member_id=member_id)

        targets: list[Target] = [(CARE, member_id), (HELPER, helper_of(known.helper_kind, known.helper))]
        return await self.care.commands.act_together(asked, targets, decide)

    async def refer(self, asked: Asked, member_id: str, command: ReferToTraining) -> tuple[str, Receipt]:
        """The member is told of a course: the referral's id."""
        situation = await self.care.situation(member_id)
        rule, new = self.care.policy_at(asked.community, command.on).training, self.care.commands.new_id()
        receipt = await self._act(
            asked, member_id, lambda c: training.refer(c, new, command, situation, rule, self.care.today())
        )
        for one in receipt.facts:
            if isinstance(one.fact, TrainingReferred):
                return one.fact.referral_id, receipt
        known = (await self.care.state(member_id)).trainings
        same = (command.course, command.organiser, command.on)
        found = [name for name, one in known.items() if (one.course, one.organiser, one.referred_on) == same]
        return found[-1] if found else new, receipt

    async def attend(self, asked: Asked, member_id: str, referral_id: str, command: NoteAttendance) -> Receipt:
        """They went."""
        return await self._act(asked, member_id, lambda c: training.attend(c, referral_id, command, self.care.today()))

    async def conclude(self, asked: Asked, member_id: str, referral_id: str, command: NoteOutcome) -> Receipt:
        """What came of it."""
        return await self._act(
            asked, member_id, lambda c: training.conclude(c, referral_id, command, self.care.today())
        )

    async def withdraw(self, asked: Asked, member_id: str, referral_id: str) -> Receipt:
        """The referral was a slip."""
        return await self._act(
            asked, member_id, lambda c: training.withdraw_referral(c, referral_id, self.care.today())
        )

    async def _act(self, asked: Asked, member_id: str, decide: Callable[[Cared], Decision]) -> Receipt:
        return await self.care.commands.act(asked, CARE, member_id, decide)
