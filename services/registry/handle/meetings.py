"""Carries out what is laid down of a meeting: its roll and who is left out of it, its votes, its minutes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from events.facts.decision import Decision, Decisions, Refused, refused
from events.log.command import Asked, CommandRefused, Receipt
from services.registry.decide import invite, minutes, roll, study
from services.registry.decide.invite import Invite
from services.registry.decide.meeting import MEETING, Meeting
from services.registry.decide.minutes import CorrectMinutes, FreezeMinutes, PutMotion, RecordVote, TakeVoteBack
from services.registry.decide.policy import MeetingsPolicy
from services.registry.decide.quorum import OnRoster
from services.registry.decide.roll import CountAgain, ExcludeVoter
from services.registry.decide.study import DeliverStudy, TakeStudyBack
from services.registry.handle.registry import Registry, with_members


@dataclass(frozen=True)
class Meetings:
    """One method per command; every one raises what `Commands.act` raises. The rules are those of the meeting's day."""

    registry: Registry

    async def call_roll(
        self, asked: Asked, meeting_id: str, roster: Sequence[OnRoster], *, again: bool = False
    ) -> Receipt:
        """The roll of these people, if none stands (or `again`)."""
        rules = await self._rules(asked, meeting_id)
        return await self.registry.commands.act(
            asked, MEETING, meeting_id, lambda one: roll.call_roll(one, roster, rules, again=again)
        )

    async def exclude(self, asked: Asked, meeting_id: str, command: ExcludeVoter) -> Receipt:
        """A voter is left out of the number: one append for the meeting and the member."""
        rule, today = (await self._rules(asked, meeting_id)).exclusion, self.registry.today()

        def decide(states: Sequence[Any]) -> Decisions:
            return _unless_merged(states) or roll.exclude(states[0], command, rule, today, meeting_id=meeting_id)

        return await self.registry.commands.act_together(
            asked, with_members((MEETING, meeting_id), [command.member_id]), decide
        )

    async def count_again(self, asked: Asked, meeting_id: str, command: CountAgain) -> Receipt:
        """The voter counts after all."""

        def decide(states: Sequence[Any]) -> Decisions:
            return roll.count_again(states[0], command, meeting_id=meeting_id)

        asked = replace(asked, reason=command.reason or asked.reason)
        return await self.registry.commands.act_together(
            asked, with_members((MEETING, meeting_id), [command.member_id]), decide
        )

    async def put(self, asked: Asked, meeting_id: str, command: PutMotion) -> Receipt:
        """A motion is put."""
        today = self.registry.today()
        return await self._act(asked, meeting_id, lambda one: minutes.put(one, command, today))

    async def vote(self, asked: Asked, meeting_id: str, command: RecordVote) -> Receipt:
        """The counts of a motion, and the result."""
        rules, today = await self._rules(asked, meeting_id), self.registry.today()
        return await self._act(asked, meeting_id, lambda one: minutes.vote(one, command, rules, today))

    async def take_vote_back(self, asked: Asked, meeting_id: str, command: TakeVoteBack) -> Receipt:
        """The counts were a slip."""
        return await self._act(asked, meeting_id, lambda one: minutes.take_vote_back(one, command))

    async def freeze(self, asked: Asked, meeting_id: str, command: FreezeMinutes) -> Receipt:
        """The minutes are closed."""
        today = self.registry.today()
        return await self._act(asked, meeting_id, lambda one: minutes.freeze(one, command, today))

    async def correct(self, asked: Asked, meeting_id: str, command: CorrectMinutes) -> Receipt:
        """Words are added to frozen minutes."""
        today = self.registry.today()
        return await self._act(asked, meeting_id, lambda one: minutes.correct(one, command, today))

    async def invite(self, asked: Asked, meeting_id: str, command: Invite) -> Receipt:
        """Members are asked to come: one append for the meeting and each of them."""
        today, people = self.registry.today(), command.member_ids

        def decide(states: Sequence[Any]) -> Decisions:
            members = dict(zip(people, states[1:], strict=True))
            return invite.invite(states[0], members, command, today, meeting_id=meeting_id)

        targets = with_members((MEETING, meeting_id), people)
        return await self.registry.commands.act_together(asked, targets, decide)

    async def deliver(self, asked: Asked, meeting_id: str, command: DeliverStudy) -> Receipt:
        """Study is brought to the door: one append for the meeting and each member."""
        rule, today, people = (await self._rules(asked, meeting_id)).study, self.registry.today(), command.member_ids

        def decide(states: Sequence[Any]) -> Decisions:
            members = dict(zip(people, states[1:], strict=True))
            return study.deliver(states[0], members, command, rule, today, meeting_id=meeting_id)

        targets = with_members((MEETING, meeting_id), people)
        return await self.registry.commands.act_together(asked, targets, decide)

    async def take_study_back(self, asked: Asked, meeting_id: str, command: TakeStudyBack) -> Receipt:
        """It was a slip: one append for the meeting and each member."""
        today = self.registry.today()

        def decide(states: Sequence[Any]) -> Decisions:
            return study.take_study_back(states[0], command, today, meeting_id=meeting_id)

        asked = replace(asked, reason=command.reason or asked.reason)
        return await self.registry.commands.act_together(
            asked, with_members((MEETING, meeting_id), command.member_ids), decide
        )

    async def _act(self, asked: Asked, meeting_id: str, decide: Callable[[Meeting], Decision]) -> Receipt:
        return await self.registry.commands.act(asked, MEETING, meeting_id, decide)

    async def _rules(self, asked: Asked, meeting_id: str) -> MeetingsPolicy:
        known: Meeting = await self.registry.commands.state(MEETING, meeting_id)
        if known.day is None:
            raise CommandRefused(refused("no_meeting"))
        return self.registry.policy_at(asked.community, known.day).meetings


def _unless_merged(states: Sequence[Any]) -> Refused | None:
    into = states[1].alias.into
    return refused("merged", into=into) if into else None
