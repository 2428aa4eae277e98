"""Carries out the commands about members who live elsewhere: load, decide, append; over the book of papers too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from events.facts.decision import Decisions
from events.facts.papers import paper_book
from events.log.command import Asked, Receipt, Target
from services.registry.decide import afar, away_application, away_day, contact_card, relation_transfer
from services.registry.decide.afar import FlagLost, Reestablish, ReportAfar
from services.registry.decide.away_application import ApplyAway, ApproveAway, LeaveAway, RefuseAway, WithdrawAway
from services.registry.decide.away_day import CorrectAwayDay
from services.registry.decide.contact_card import InspectCard, IssueCard, RevokeCard
from services.registry.decide.member import MEMBER
from services.registry.decide.papers import PAPERS
from services.registry.decide.relation_transfer import ReceiveTransfer, SendTransfer, WithdrawTransfer
from services.registry.handle.registry import Registry


@dataclass(frozen=True)
class Absences:
    """One method per command; every one raises what `Commands.act` raises."""

    registry: Registry

    async def issue_card(self, asked: Asked, member_id: str, command: IssueCard) -> tuple[str, Receipt]:
        """A card, or another one in its place: its id. The same card again is the one there is."""
        card_id = await self.registry.entity_of_request(asked)
        book_id, today = paper_book(asked.community), self.registry.today()
        policy = self.registry.policy_at(asked.community, today).away

        def decide(states: Sequence[Any]) -> Decisions:
            return contact_card.issue(
                states[0], states[1], command, policy, today, member_id=member_id, book_id=book_id, card_id=card_id
            )

        targets: list[Target] = [(MEMBER, member_id), (PAPERS, book_id)]
        receipt = await self.registry.commands.act_together(asked, targets, decide)
        if receipt.facts:
            return card_id, receipt
        held = (await self.registry.state(member_id)).absence.card
        return held.card_id if held else card_id, receipt

    async def revoke_card(self, asked: Asked, member_id: str, command: RevokeCard) -> Receipt:
        """The card holds no more."""
        return await self.registry.commands.act(
            asked, MEMBER, member_id, lambda one: contact_card.revoke(one, command, self.registry.today())
        )

    async def inspect_card(self, asked: Asked, member_id: str, command: InspectCard) -> Receipt:
        """The card was looked at."""
        return await self.registry.commands.act(
            asked, MEMBER, member_id, lambda one: contact_card.inspect(one, command, self.registry.today())
        )

    # ── the letter ───────────────────────────────────────────────────────────────────────────────────────────────

    async def send_transfer(self, asked: Asked, member_id: str, command: SendTransfer) -> Receipt:
        """A letter to the organisation there."""
        book_id, today = paper_book(asked.community), self.registry.today()
        policy = self.registry.policy_at(asked.community, command.on or today).away

        def decide(states: Sequence[Any]) -> Decisions:
            return relation_transfer.send(
                states[0], states[1], command, policy, today, member_id=member_id, book_id=book_id
            )

        targets: list[Target] = [(MEMBER, member_id), (PAPERS, book_id)]
        return await self.registry.commands.act_together(asked, targets, decide)

    async def receive_transfer(self, asked: Asked, member_id: str, command: ReceiveTransfer) -> Receipt:
        """The organisation there has it."""
        policy = self.registry.policy_at(asked.community, self.registry.today()).away
        return await self.registry.commands.act(
            asked, MEMBER, member_id, lambda one: relation_transfer.receive(one, command, policy, self.registry.today())
        )

    async def withdraw_transfer(self, asked: Asked, member_id: str, command: WithdrawTransfer) -> Receipt:
        """The letter counts for nothing."""
        return await self.registry.commands.act(
            asked, MEMBER, member_id, lambda one: relation_transfer.withdraw(one, command, self.registry.today())
        )

    # ── the application ──────────────────────────────────────────────────────────────────────────────────────────

    async def apply(self, asked: Asked, member_id: str, command: ApplyAway) -> tuple[str, Receipt]:
        """The member asks to leave: the application's id."""
        application_id = await self.registry.entity_of_request(asked)
        receipt = await self.registry.commands.act(
            asked,
            MEMBER,
            member_id,
            lambda one: away_application.apply(one, command, self.registry.today(), application_id=application_id),
        )
        if receipt.facts:
            return application_id, receipt
        known = (await self.registry.state(member_id)).absence.application
        return known.application_id if known else application_id, receipt

    async def approve(self, asked: Asked, member_id: str, command: ApproveAway) -> Receipt:
        """Yes, and how the member is kept in touch."""
        today = self.registry.today()
        policy = self.registry.policy_at(asked.community, today).away
        return await self.registry.commands.act(
            asked, MEMBER, member_id, lambda one: away_application.approve(one, command, policy, today)
        )

    async def refuse(self, asked: Asked, member_id: str, command: RefuseAway) -> Receipt:
        """No, and why."""
        return await self.registry.commands.act(
            asked, MEMBER, member_id, lambda one: away_application.refuse(one, command, self.registry.today())
        )

    async def withdraw_application(self, asked: Asked, member_id: str, command: WithdrawAway) -> Receipt:
        """The member does not leave after all."""
        return await self.registry.commands.act(
            asked, MEMBER, member_id, lambda one: away_application.withdraw(one, command, self.registry.today())
        )

    async def leave(self, asked: Asked, member_id: str, command: LeaveAway) -> Receipt:
        """The member left, as was approved; by the rules of the day of leaving."""
        policy = self.registry.policy_at(asked.community, command.on).away
        return await self.registry.commands.act(
            asked, MEMBER, member_id, lambda one: away_application.leave(one, command, policy, self.registry.today())
        )

    # ── being in touch ───────────────────────────────────────────────────────────────────────────────────────────

    async def report(self, asked: Asked, member_id: str, command: ReportAfar) -> Receipt:
        """The member told of themselves from afar."""
        return await self.registry.commands.act(
            asked, MEMBER, member_id, lambda one: afar.report(one, command, self.registry.today())
        )

    async def flag_lost(self, asked: Asked, member_id: str, command: FlagLost, last_contact: date | None) -> Receipt:
        """A person found the contact lost; `last_contact` is what all services together know of it."""
        today = self.registry.today()
        policy = self.registry.policy_at(asked.community, today).away
        return await self.registry.commands.act(
            asked, MEMBER, member_id, lambda one: afar.flag_lost(one, command, last_contact, policy, today)
        )

    async def reestablish(self, asked: Asked, member_id: str, command: Reestablish) -> Receipt:
        """Somebody reached the member again."""
        return await self.registry.commands.act(
            asked, MEMBER, member_id, lambda one: afar.reestablish(one, command, self.registry.today())
        )

    async def correct_day(self, asked: Asked, member_id: str, command: CorrectAwayDay) -> Receipt:
        """The member left on another day; by the rules of that day."""
        policy = self.registry.policy_at(asked.community, command.since).away
        return await self.registry.commands.act(
            asked, MEMBER, member_id, lambda one: away_day.correct_day(one, command, policy, self.registry.today())
        )
