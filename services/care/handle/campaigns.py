"""Carries out the commands about campaigns: the campaign with its list, what came of it for each, what is put right."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any, Final

from events.facts.care_campaign import Outcome
from events.facts.decision import Decision, Happened, Refused, nothing
from events.log.command import Asked, Plan, Receipt
from events.log.project.store import Pool, claim
from services.care.decide import campaign, campaign_outcome
from services.care.decide.campaign import ChangeCampaign, CloseCampaign, OpenCampaign
from services.care.decide.campaign_outcome import FinishFollowUp, NoteOutcome
from services.care.decide.campaign_policy import CampaignPolicy
from services.care.decide.campaign_state import CAMPAIGN, Campaign, Part
from services.care.decide.cared import CARE, Cared
from services.care.handle.care import Care

REQUEST: Final = "campaign_request"
SLICE_PEOPLE: Final = 100
"""People noted in one append."""


@dataclass(frozen=True)
class Campaigns:
    """One method per command; every one raises what `Commands.act` raises. `pool` is where requests are claimed."""

    care: Care
    pool: Pool

    async def open(self, asked: Asked, command: OpenCampaign, people: Sequence[str]) -> tuple[str, Receipt]:
        """It opens with this list: its id. The same request again opens none."""
        key = f"{asked.actor}/{asked.command}" if asked.command else self.care.commands.new_id()
        key = sha256(key.encode()).hexdigest()
        async with self.pool.acquire() as connection:
            wanted = {key: self.care.commands.new_id()}
            campaign_id = (await claim(connection, REQUEST, wanted))[key]
        rules, today = self._rules(asked), self.care.today()
        return campaign_id, await self._alone(
            asked, campaign_id, lambda one: campaign.open_campaign(one, command, people, rules, today)
        )

    async def change(self, asked: Asked, campaign_id: str, command: ChangeCampaign) -> Receipt:
        """It is otherwise now."""
        today = self.care.today()
        return await self._alone(asked, campaign_id, lambda one: campaign.change_campaign(one, command, today))

    async def close(self, asked: Asked, campaign_id: str, command: CloseCampaign) -> Receipt:
        """It ends."""
        today = self.care.today()
        return await self._alone(asked, campaign_id, lambda one: campaign.close_campaign(one, command, today))

    async def reopen(self, asked: Asked, campaign_id: str) -> Receipt:
        """It was closed too soon."""
        today = self.care.today()
        return await self._alone(asked, campaign_id, lambda one: campaign.reopen_campaign(one, today))

    async def add(self, asked: Asked, campaign_id: str, member_id: str) -> Receipt:
        """Somebody is to be seen as well."""
        situation = await self.care.situation(member_id)
        rules, today = self._rules(asked), self.care.today()
        return await self._alone(
            asked, campaign_id, lambda one: campaign.add_person(one, member_id, situation, rules, today)
        )

    async def take_off(self, asked: Asked, campaign_id: str, member_id: str) -> Receipt:
        """It was a slip that they were added."""
        part = (await self.care.state(member_id)).campaigns.get(campaign_id, Part())
        today = self.care.today()
        return await self._alone(asked, campaign_id, lambda one: campaign.take_person_off(one, member_id, part, today))

    async def note(self, asked: Asked, campaign_id: str, member_id: str, command: NoteOutcome) -> Receipt:
        """This came of it for one member."""
        situation = await self.care.situation(member_id)
        rules, today = self._rules(asked), self.care.today()

        def decide(cared: Cared, one: Campaign) -> Decision:
            return campaign_outcome.note_outcome(cared, one, campaign_id, member_id, command, situation, rules, today)

        return await self._of_member(asked, campaign_id, member_id, decide)

    async def take_back(self, asked: Asked, campaign_id: str, member_id: str) -> Receipt:
        """What was noted last was a slip."""
        today = self.care.today()
        return await self._of_member(
            asked,
            campaign_id,
            member_id,
            lambda cared, one: campaign_outcome.take_outcome_back(cared, one, campaign_id, today),
        )

    async def invite(self, asked: Asked, campaign_id: str, member_ids: Sequence[str]) -> Sequence[Receipt]:
        """These have all been told of it; who has another outcome already, or cannot be told, is passed over."""
        rules, today = self._rules(asked), self.care.today()
        command = NoteOutcome(outcome=Outcome.INVITED, on=today)

        async def some(one: Campaign, people: Sequence[str]) -> Callable[[str, Cared], Decision]:
            known = await self.care.situations(people, "")

            def decide(member_id: str, cared: Cared) -> Decision:
                part = cared.campaigns.get(campaign_id, Part())
                if part.outcome is not None or member_id not in known:
                    return nothing()
                situation = known[member_id]
                return campaign_outcome.note_outcome(
                    cared, one, campaign_id, member_id, command, situation, rules, today
                )

            return decide

        return await self._of_many(asked, campaign_id, member_ids, some)

    async def uninvite(self, asked: Asked, campaign_id: str, member_ids: Sequence[str]) -> Sequence[Receipt]:
        """It was a slip; who has answered since keeps the answer."""
        today = self.care.today()

        async def some(one: Campaign, _people: Sequence[str]) -> Callable[[str, Cared], Decision]:
            def decide(_member_id: str, cared: Cared) -> Decision:
                invited = cared.campaigns.get(campaign_id, Part()).outcome is Outcome.INVITED
                return campaign_outcome.take_outcome_back(cared, one, campaign_id, today) if invited else nothing()

            return decide

        return await self._of_many(asked, campaign_id, member_ids, some)

    async def finish(
        self, asked: Asked, campaign_id: str, member_id: str, follow_up_id: str, command: FinishFollowUp
    ) -> Receipt:
        """It was put right."""
        today = self.care.today()
        return await self.care.commands.act(
            asked,
            CARE,
            member_id,
            lambda cared: campaign_outcome.finish_follow_up(cared, campaign_id, follow_up_id, command, today),
        )

    async def undo_finish(self, asked: Asked, campaign_id: str, member_id: str, follow_up_id: str) -> Receipt:
        """It was not put right after all."""
        today = self.care.today()
        return await self.care.commands.act(
            asked,
            CARE,
            member_id,
            lambda cared: campaign_outcome.undo_follow_up(cared, campaign_id, follow_up_id, today),
        )

    def _rules(self, asked: Asked) -> CampaignPolicy:
        return self.care.policy_at(asked.community, self.care.today()).campaigns

    async def _alone(self, asked: Asked, campaign_id: str, decide: Callable[[Campaign], Decision]) -> Receipt:
        return await self.care.commands.act(asked, CAMPAIGN, campaign_id, decide)

    async def _of_many(
        self,
        asked: Asked,
        campaign_id: str,
        member_ids: Sequence[str],
        some: Callable[[Campaign, Sequence[str]], Awaitable[Callable[[str, Cared], Decision]]],
    ) -> list[Receipt]:
        """Slice by slice, each under a key of its own; whom it does not fit is passed over."""
        one: Campaign = await self.care.commands.state(CAMPAIGN, campaign_id)
        receipts = []
        for start in range(0, len(member_ids), SLICE_PEOPLE):
            people = member_ids[start : start + SLICE_PEOPLE]
            decide = await some(one, people)

            def plan(states: Sequence[Any], people: Any = people, decide: Any = decide) -> Plan:
                decided = {each: decide(each, cared) for each, cared in zip(people, states, strict=True)}
                return {each: it if isinstance(it, Happened) else nothing() for each, it in decided.items()}

            key = f"{asked.command}/{people[0]}" if asked.command else ""
            targets = [(CARE, each) for each in people]
            receipts.append(await self.care.commands.act_together(replace(asked, command=key), targets, plan))
        return receipts

    async def _of_member(
        self, asked: Asked, campaign_id: str, member_id: str, decide: Callable[[Cared, Campaign], Decision]
    ) -> Receipt:
        """Decided on both, written to the member."""

        def plan(states: Sequence[Any]) -> Plan:
            decision = decide(states[0], states[1])
            return decision if isinstance(decision, Refused) else {member_id: decision}

        return await self.care.commands.act_together(asked, [(CARE, member_id), (CAMPAIGN, campaign_id)], plan)
