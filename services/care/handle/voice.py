"""Carries out the commands about what members raised: what is known of the person, then load, decide, append."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from events.facts.decision import Decision
from events.log.command import Asked, Receipt
from services.care.decide import voice
from services.care.decide.cared import CARE, Cared
from services.care.decide.voice import AnswerVoice, PassOn, RaiseVoice, TakeUp, TakeVoiceBack, TellBack
from services.care.decide.voice_policy import VoicePolicy
from services.care.handle.care import Care


@dataclass(frozen=True)
class Voices:
    """One method per command; every one raises what `Commands.act` raises. An item's facts are the member's."""

    care: Care

    async def raise_it(
        self,
        asked: Asked,
        member_id: str,
        command: RaiseVoice,
        *,
        private: Sequence[str] = (),
        visit_id: str = "",
    ) -> Receipt:
        """A person decided that this goes upward. The new item's id stands in the receipt's fact.

        `private`: names and numbers that must not stand in the copy without names; `visit_id`: where it was said.
        """
        situation = await self.care.situation(member_id)
        rules, today, voice_id = self._rules(asked), self.care.today(), self.care.commands.new_id()
        return await self._act(
            asked,
            member_id,
            lambda cared: voice.raise_voice(
                cared, voice_id, command, situation, rules, today, private=private, visit_id=visit_id
            ),
        )

    async def nothing_to_raise(self, asked: Asked, member_id: str, visit_id: str) -> Receipt:
        """Somebody looked at what was said at this visit: nothing of it goes upward."""
        today = self.care.today()
        return await self._act(asked, member_id, lambda cared: voice.nothing_to_raise(cared, visit_id, today))

    async def take_up(self, asked: Asked, member_id: str, voice_id: str, command: TakeUp) -> Receipt:
        """Somebody looks after it."""
        today = self.care.today()
        return await self._act(asked, member_id, lambda cared: voice.take_up(cared, voice_id, command, today))

    async def pass_on(self, asked: Asked, member_id: str, voice_id: str, command: PassOn) -> Receipt:
        """A higher level is asked."""
        rules, today = self._rules(asked), self.care.today()
        return await self._act(asked, member_id, lambda cared: voice.pass_on(cared, voice_id, command, rules, today))

    async def answer(self, asked: Asked, member_id: str, voice_id: str, command: AnswerVoice) -> Receipt:
        """There is an answer."""
        rules, today = self._rules(asked), self.care.today()
        return await self._act(
            asked, member_id, lambda cared: voice.answer_voice(cared, voice_id, command, rules, today)
        )

    async def take_answer_back(self, asked: Asked, member_id: str, voice_id: str) -> Receipt:
        """The answer was a slip."""
        today = self.care.today()
        return await self._act(asked, member_id, lambda cared: voice.take_answer_back(cared, voice_id, today))

    async def tell_back(self, asked: Asked, member_id: str, voice_id: str, command: TellBack) -> Receipt:
        """The member was told, and perhaps said whether that will do."""
        rules, today = self._rules(asked), self.care.today()
        return await self._act(asked, member_id, lambda cared: voice.tell_back(cared, voice_id, command, rules, today))

    async def take_back(self, asked: Asked, member_id: str, voice_id: str, command: TakeVoiceBack) -> Receipt:
        """It was raised by mistake."""
        today, asked = self.care.today(), replace(asked, reason=command.reason)
        return await self._act(asked, member_id, lambda cared: voice.take_voice_back(cared, voice_id, today))

    def _rules(self, asked: Asked) -> VoicePolicy:
        """Those of the member's community today: the days count from now."""
        return self.care.policy_at(asked.community, self.care.today()).voice

    async def _act(self, asked: Asked, member_id: str, decide: Callable[[Cared], Decision]) -> Receipt:
        return await self.care.commands.act(asked, CARE, member_id, decide)
