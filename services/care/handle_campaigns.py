"""Carries out the commands about campaigns: the campaign with its list, what came of it for each, what is put right."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from events.facts.decision import Decision, Refused
from events.log.command import Asked, Plan, Receipt
from events.log.project.store import Pool, claim
from services.care.decide import campaign
from services.care.decide.campaign import (
    ChangeCampaign,
    CloseCampaign,
    FinishFollowUp,
    NoteOutcome,
    OpenCampaign,
)
from services.care.decide.campaign_policy import CampaignPolicy
from services.care.decide.campaign_state import CAMPAIGN, Campaign, Part
from services.care.decide.cared import CARE, Cared
from services.care.handle import Care

REQUEST = "campaign_request"


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
            return campaign.note_outcome(cared, one, campaign_id, member_id, command, situation, rules, today)

        return await self._of_member(asked, campaign_id, member_id, decide)

    async def take_back(self, asked: Asked, campaign_id: str, member_id: str) -> Receipt:
        """What was noted last was a slip."""
        today = self.care.today()
        return await self._of_member(
            asked,
            campaign_id,
            member_id,
            lambda cared, one: campaign.take_outcome_back(cared, one, campaign_id, today),
        )

    async def finish(
        self, asked: Asked, campaign_id: str, member_id: str, follow_up_id: str, command: FinishFollowUp
    ) -> Receipt:
        """It was put right."""
        today = self.care.today()
        return await self.care.commands.act(
            asked,
            CARE,
            member_id,
            lambda cared: campaign.finish_follow_up(cared, campaign_id, follow_up_id, command, today),
        )

    async def undo_finish(self, asked: Asked, campaign_id: str, member_id: str, follow_up_id: str) -> Receipt:
        """It was not put right after all."""
        today = self.care.today()
        return await self.care.commands.act(
            asked, CARE, member_id, lambda cared: campaign.undo_follow_up(cared, campaign_id, follow_up_id, today)
        )

    def _rules(self, asked: Asked) -> CampaignPolicy:
        return self.care.policy_at(asked.community, self.care.today()).campaigns

    async def _alone(self, asked: Asked, campaign_id: str, decide: Callable[[Campaign], Decision]) -> Receipt:
        return await self.care.commands.act(asked, CAMPAIGN, campaign_id, decide)

    async def _of_member(
        self, asked: Asked, campaign_id: str, member_id: str, decide: Callable[[Cared, Campaign], Decision]
    ) -> Receipt:
        """Decided on both, written to the member."""

        def plan(states: Sequence[Any]) -> Plan:
            decision = decide(states[0], states[1])
            return decision if isinstance(decision, Refused) else {member_id: decision}

        return await self.care.commands.act_together(asked, [(CARE, member_id), (CAMPAIGN, campaign_id)], plan)
