"""Stream `member`: somebody was asked in a campaign and answered, or could not be asked."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from events.facts.census import (
    Answers,
    AskedWay,
    AwayAnswer,
    CensusAnswered,
    CensusMissed,
    FreeAnswer,
    Question,
    WhyMissed,
)
from events.facts.decision import Command, Decision, Refused, facts, nothing, refused
from events.facts.people import Relative
from services.registry.decide.census import Campaign, not_open
from services.registry.decide.census_memory import Said
from services.registry.decide.member import Member, unable
from services.registry.decide.values import Line, Name, Phone, Text


class RecordAnswers(Command):
    """What somebody said on `on` (today). What is left out was not said; what the campaign does not ask is dropped.

    `free` follows the order of the campaign's own questions, with empty texts for what was not answered.
    """

    on: date | None = None
    way: AskedWay = AskedWay.DOOR
    lives_here: bool | None = None
    away_since: date | None = None
    destination: Line | None = None
    expected_return: date | None = None
    fixed_place: bool = False
    intermittent: bool = False
    away_address: Line | None = None
    away_phone: Phone | None = None
    away_reason: Line | None = None
    back_since: date | None = None
    phone_right: bool | None = None
    phone: Phone | None = None
    address_right: bool | None = None
    address: Line | None = None
    family_name: Name | None = None
    family_relation: Name | None = None
    family_phone: Phone | None = None
    lives_alone: bool | None = None
    wishes: Text | None = None
    free: Annotated[tuple[Annotated[str, StringConstraints(max_length=500)], ...], Field(max_length=10)] = ()

    @model_validator(mode="after")
    def _away_says_where_and_since(self) -> Self:
        if self.lives_here is False and not self.destination:
            raise ValueError("destination must be given for somebody who lives elsewhere")
        if self.lives_here is False and self.away_since is None:
            raise ValueError("away_since must be given for somebody who lives elsewhere")
        if self.expected_return and self.away_since and self.expected_return < self.away_since:
            raise ValueError("expected_return must not be before away_since")
        return self

    def answers_to(self, campaign: Campaign) -> Answers:
        """The answers to what this campaign asks."""
        said: dict[str, object] = {}
        asked = campaign.questions
        if Question.WHEREABOUTS in asked and self.lives_here is not None:
            said |= {"lives_here": self.lives_here, "away": self._away()}
            said["back_since"] = self.back_since if self.lives_here else None
        if Question.PHONE in asked:
            said |= self._told("phone", self.phone, right=self.phone_right)
        if Question.ADDRESS in asked:
            said |= self._told("address", self.address, right=self.address_right)
        if Question.FAMILY in asked and self.family_name:
            said["family"] = Relative(name=self.family_name, relation=self.family_relation, phone=self.family_phone)
        if Question.LIVES_ALONE in asked:
            said["lives_alone"] = self.lives_alone
        if Question.WISHES in asked:
            said["wishes"] = self.wishes
        if (chosen := self._chosen(campaign)) is not None and said.get("lives_alone") is None:
            said["lives_alone"] = chosen
        free = tuple(
            FreeAnswer(question=question, answer=answer)
            for question, answer in zip(campaign.free, self.free, strict=False)
            if answer
        )
        return Answers.model_validate({**said, "free": free})

    def _chosen(self, campaign: Campaign) -> bool | None:
        """What the options that were chosen say of living alone; what was asked and answered itself goes before."""
        options = {
            (one.question, option.text): option.lives_alone for one in campaign.choices for option in one.options
        }
        found = [options.get(pair) for pair in zip(campaign.free, self.free, strict=False)]
        return next((one for one in found if one is not None), None)

    def not_offered(self, campaign: Campaign) -> FreeAnswer | None:
        """An answer that is none of those there are to choose from."""
        options = {one.question: {option.text for option in one.options} for one in campaign.choices}
        return next(
            (
                FreeAnswer(question=question, answer=answer)
                for question, answer in zip(campaign.free, self.free, strict=False)
                if answer and question in options and answer not in options[question]
            ),
            None,
        )

    def _away(self) -> AwayAnswer | None:
        if self.lives_here or not self.destination or self.away_since is None:
            return None
        return AwayAnswer(
            since=self.away_since,
            destination=self.destination,
            expected_return=self.expected_return,
            fixed_place=self.fixed_place,
            intermittent=self.intermittent,
            address=self.away_address,
            phone=self.away_phone,
            reason=self.away_reason,
        )

    @staticmethod
    def _told(name: str, other: str | None, *, right: bool | None) -> dict[str, object]:
        """What the register has is right, or it is another one; who confirms it did not mean what was typed before."""
        if right:
            return {f"{name}_right": True}
        return {name: other, f"{name}_right": False if other else right}


class RecordMissed(Command):
    """Somebody was to be asked on `on` (today) and there is no answer.

    `attempt` is which try it was, counted from 1 (the next one); one that is on record already is not counted again.
    """

    on: date | None = None
    way: AskedWay = AskedWay.DOOR
    why: WhyMissed = WhyMissed.NOT_MET
    attempt: Annotated[int | None, Field(ge=1, le=1000)] = None


def answer(campaign: Campaign, member: Member, command: RecordAnswers, today: date, *, campaign_id: str) -> Decision:
    """The member answered. The same answers once more are no news."""
    on = command.on or today
    if refusal := _cannot_be_asked(campaign, member, on, today):
        return refusal
    if wrong := command.not_offered(campaign):
        return refused("not_an_option", question=wrong.question, answer=wrong.answer)
    answers = command.answers_to(campaign)
    if answers == Answers():
        return refused("nothing_said")
    if answers.away is not None and answers.away.since > on:
        return refused("in_future", day=answers.away.since, today=on)
    if answers.back_since is not None and answers.back_since > on:
        return refused("in_future", day=answers.back_since, today=on)
    if member.census.get(campaign_id, Said()).answers == answers:
        return nothing()
    return facts(CensusAnswered(campaign_id=campaign_id, way=command.way, answers=answers), on=on)


def miss(campaign: Campaign, member: Member, command: RecordMissed, today: date, *, campaign_id: str) -> Decision:
    """The member could not be asked, or did not want to be."""
    on = command.on or today
    if refusal := _cannot_be_asked(campaign, member, on, today):
        return refusal
    said = member.census.get(campaign_id, Said())
    if said.answered_on is not None:
        return refused("answered_already", on=said.answered_on)
    again = command.attempt is not None and command.attempt <= said.attempts
    if again or (command.why is WhyMissed.REFUSED and said.why is WhyMissed.REFUSED):
        return nothing()
    missed = CensusMissed(campaign_id=campaign_id, way=command.way, why=command.why, attempt=said.attempts + 1)
    return facts(missed, on=on)


def _cannot_be_asked(campaign: Campaign, member: Member, on: date, today: date) -> Refused | None:
    if refusal := not_open(campaign) or unable(member):
        return refusal
    if not campaign.asks(member.branch_id):
        return refused("not_in_census")
    if on > today:
        return refused("in_future", day=on, today=today)
    if on < campaign.since:
        return refused("before_census", since=campaign.since)
    return None
