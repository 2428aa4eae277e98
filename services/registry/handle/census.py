"""Carries a census out: a campaign and its parts, who answered what, and what of it becomes facts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from events.facts.census import Finding, QuestionSetRef
from events.facts.decision import Command, Decision, Refused
from events.facts.member import AwayKind
from events.log.command import Asked, CommandRefused, Receipt
from services.registry.decide import asking, census, findings
from services.registry.decide.asking import RecordAnswers, RecordMissed
from services.registry.decide.branch import BRANCH
from services.registry.decide.census import CENSUS, AssignPart, BeginCensus, Campaign
from services.registry.decide.centre import CENTRE
from services.registry.decide.commands import MoveAway
from services.registry.decide.findings import SettleFindings
from services.registry.decide.member import MEMBER, Member, away_kind
from services.registry.handle.registry import Registry


@dataclass(frozen=True)
class Census:
    """One method per command; each raises what `Commands.act` raises. What is settled names the campaign as its reason
    and its correlation.
    """

    registry: Registry

    async def begin(
        self, asked: Asked, command: BeginCensus, question_set: QuestionSetRef | None = None
    ) -> tuple[str, Receipt]:
        """A campaign begins; branches are named by their id or their name. The campaign's id, and the receipt."""
        branches = [await self.registry.branch_id(asked, name) for name in command.branches]
        command = command.model_copy(update={"branches": tuple(branches)})
        entity = await self.registry.entity_of_request(asked)
        today = self.registry.today()
        return entity, await self._act(
            asked, entity, lambda one: census.begin(one, command, today, question_set=question_set)
        )

    async def assign(self, asked: Asked, campaign_id: str, command: AssignPart) -> Receipt:
        """A part is handed to those who ask there; taken back also from a group or a centre that is no more."""
        if command.accounts:
            await self._stands(command)
        return await self._act(asked, campaign_id, lambda one: census.assign(one, command, self.registry.today()))

    async def close(self, asked: Asked, campaign_id: str) -> Receipt:
        """Nobody is asked any more."""
        return await self._act(asked, campaign_id, lambda one: census.close(one, self.registry.today()))

    async def answer(self, asked: Asked, campaign_id: str, member_id: str, command: RecordAnswers) -> Receipt:
        """The member answered: a fact of the member, whose key seals it."""
        today = self.registry.today()
        return await self._of_member(
            asked,
            campaign_id,
            member_id,
            lambda one, campaign: asking.answer(campaign, one, command, today, campaign_id=campaign_id),
        )

    async def miss(self, asked: Asked, campaign_id: str, member_id: str, command: RecordMissed) -> Receipt:
        """The member could not be asked, or did not want to be."""
        today = self.registry.today()
        return await self._of_member(
            asked,
            campaign_id,
            member_id,
            lambda one, campaign: asking.miss(campaign, one, command, today, campaign_id=campaign_id),
        )

    async def settle(self, asked: Asked, campaign_id: str, member_id: str, command: SettleFindings) -> Receipt:
        """A person decided about findings; what they took is carried out in the same append."""
        campaign = await self.registry.commands.state(CENSUS, campaign_id)
        if campaign.stage is census.Stage.UNKNOWN:
            raise CommandRefused(Refused("no_census"))
        reason = campaign.title
        asked = replace(asked, reason=reason, correlation=campaign_id)
        today = self.registry.today()
        return await self.registry.commands.act(
            asked,
            MEMBER,
            member_id,
            lambda one: findings.settle(
                one,
                command,
                lambda day: self.registry.policy_at(asked.community, day).away,
                today,
                campaign_id=campaign_id,
                reason=reason,
            ),
        )

    async def findings(
        self, campaign_id: str, title: str, member_ids: Sequence[str]
    ) -> Mapping[str, tuple[Member, Mapping[Finding, Command]]]:
        """What is open of these members, as far as it is projected: each one's state, and what would be carried out."""
        states = await self.registry.states(member_ids)
        return {
            one: (state, open_)
            for one, state in states.items()
            if (said := state.census.get(campaign_id)) is not None
            and (open_ := findings.open_findings(state, said, reason=title))
        }

    def kind_of(self, community: str, command: MoveAway) -> tuple[AwayKind, str]:
        """How the relation would be kept during this absence, and the clause."""
        return away_kind(command, self.registry.policy_at(community, command.since).away, self.registry.today())

    async def _stands(self, command: AssignPart) -> None:
        """Raises `CommandRefused` if there is no such group or household centre."""
        states = self.registry.commands
        if command.group and command.group not in (await states.state(BRANCH, command.branch)).groups:
            raise CommandRefused(Refused("no_group"))
        if command.centre and not (await states.state(CENTRE, command.centre)).stands:
            raise CommandRefused(Refused("no_centre"))

    async def _act(self, asked: Asked, campaign_id: str, decide: Callable[[Campaign], Decision]) -> Receipt:
        return await self.registry.commands.act(asked, CENSUS, campaign_id, decide)

    async def _of_member(
        self, asked: Asked, campaign_id: str, member_id: str, decide: Callable[[Member, Campaign], Decision]
    ) -> Receipt:
        """Decided from both, written to the member alone; a campaign that is closed meanwhile keeps the answer."""

        def plan(states: Sequence[Any]) -> Mapping[str, Decision] | Refused:
            decision = decide(states[0], states[1])
            return decision if isinstance(decision, Refused) else {member_id: decision}

        return await self.registry.commands.act_together(asked, [(MEMBER, member_id), (CENSUS, campaign_id)], plan)
