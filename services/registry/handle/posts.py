"""Carries out the commands about posts of service: load, decide, append; over the post and its people at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from events.facts.decision import Decisions, Refused, refused
from events.log.command import Asked, Receipt, Target
from services.registry.decide import post, service
from services.registry.decide.member import MEMBER
from services.registry.decide.post import POST, ChangePost, ClosePost, LeavePost, OpenPost, TakePost
from services.registry.decide.service import AnswerPost, DoNotAsk, KeepPost, LogHours, WishService, WithdrawHours
from services.registry.handle.registry import Registry, with_members


@dataclass(frozen=True)
class Posts:
    """One method per command; every one raises what `Commands.act` raises."""

    registry: Registry

    async def open_post(self, asked: Asked, command: OpenPost) -> tuple[str, Receipt]:
        """A post opens: its id. The same request again opens none."""
        post_id = await self.registry.entity_of_request(asked)
        receipt = await self.registry.commands.act(
            asked, POST, post_id, lambda known: post.open_post(known, command, self.registry.today())
        )
        return post_id, receipt

    async def change(self, asked: Asked, post_id: str, command: ChangePost) -> Receipt:
        """The post is something else."""
        return await self.registry.commands.act(
            asked, POST, post_id, lambda known: post.change(known, command, self.registry.today())
        )

    async def close(self, asked: Asked, post_id: str, command: ClosePost) -> Receipt:
        """The post ends, and everybody's service in it."""
        known = await self.registry.commands.state(POST, post_id)
        people = sorted(known.serving)

        def decide(states: Sequence[Any]) -> Decisions:
            members = dict(zip(people, states[1:], strict=True))
            return post.close(states[0], members, self.registry.today(), post_id=post_id)

        targets = with_members((POST, post_id), people)
        return await self.registry.commands.act_together(replace(asked, reason=command.reason), targets, decide)

    async def take(self, asked: Asked, post_id: str, member_id: str, command: TakePost) -> Receipt:
        """A member takes a place."""

        def decide(states: Sequence[Any]) -> Decisions:
            return post.take(states[0], states[1], command, self.registry.today(), post_id=post_id, member_id=member_id)

        targets: list[Target] = [(POST, post_id), (MEMBER, member_id)]
        return await self.registry.commands.act_together(asked, targets, decide)

    async def leave(self, asked: Asked, post_id: str, member_id: str, command: LeavePost) -> Receipt:
        """A member serves there no more."""

        def decide(states: Sequence[Any]) -> Decisions:
            return post.leave(
                states[0], states[1], command, self.registry.today(), post_id=post_id, member_id=member_id
            )

        targets: list[Target] = [(POST, post_id), (MEMBER, member_id)]
        return await self.registry.commands.act_together(replace(asked, reason=command.reason), targets, decide)

    async def keep(self, asked: Asked, post_id: str, member_id: str, command: KeepPost) -> Receipt:
        """A member stays although they are away."""
        asked, today = replace(asked, reason=command.reason or ""), self.registry.today()
        return await self.registry.commands.act(
            asked, MEMBER, member_id, lambda one: service.keep(one, command, today, post_id=post_id)
        )

    async def withdraw_keep(self, asked: Asked, post_id: str, member_id: str) -> Receipt:
        """That was a slip."""
        today = self.registry.today()
        return await self.registry.commands.act(
            asked, MEMBER, member_id, lambda one: service.withdraw_keep(one, today, post_id=post_id)
        )

    async def answer(self, asked: Asked, post_id: str, member_id: str, command: AnswerPost) -> Receipt:
        """What a member said when the post was offered."""
        today = self.registry.today()
        rule = self.registry.policy_at(asked.community, today).talents.asking
        known = await self.registry.commands.state(POST, post_id)
        return await self.registry.commands.act(
            asked,
            MEMBER,
            member_id,
            lambda one: (
                service.answer(one, command, today, rule, post_id=post_id)
                if known.terms is not None and not known.closed
                else refused("no_post")
            ),
        )

    async def wish(self, asked: Asked, member_id: str, command: WishService) -> Receipt:
        """A member would like to serve."""
        return await self.registry.commands.act(
            asked, MEMBER, member_id, lambda one: service.wish(one, command, self.registry.today())
        )

    async def do_not_ask(self, asked: Asked, member_id: str, command: DoNotAsk) -> Receipt:
        """A member does not want to be asked."""
        return await self.registry.commands.act(
            asked, MEMBER, member_id, lambda one: service.do_not_ask(one, command, self.registry.today())
        )

    async def withdraw_wish(self, asked: Asked, member_id: str) -> Receipt:
        """Nothing is known of a wish."""
        return await self.registry.commands.act(
            asked, MEMBER, member_id, lambda one: service.withdraw_wish(one, self.registry.today())
        )

    async def log(
        self, asked: Asked, post_id: str, people: Mapping[str, str], command: LogHours
    ) -> tuple[str, Receipt]:
        """The same hours of one or several people, all or none: the entry's id. A refusal names whom it is about.

        `people` are their names by id.
        """
        entry_id = await self.registry.entity_of_request(asked)
        today = self.registry.today()

        def decide(states: Sequence[Any]) -> Decisions:
            decided = {}
            for member_id, state in zip(people, states, strict=True):
                one = service.log_hours(state, command, today, post_id=post_id, entry_id=entry_id)
                if isinstance(one, Refused):
                    return refused(one.code, **one.details, who=people[member_id])
                decided[member_id] = one
            return decided

        receipt = await self.registry.commands.act_together(asked, [(MEMBER, each) for each in people], decide)
        return entry_id, receipt

    async def withdraw_hours(self, asked: Asked, member_id: str, entry_id: str, command: WithdrawHours) -> Receipt:
        """An entry counts for nothing."""
        asked = replace(asked, reason=command.reason)
        return await self.registry.commands.act(
            asked, MEMBER, member_id, lambda one: service.withdraw_hours(one, self.registry.today(), entry_id=entry_id)
        )
