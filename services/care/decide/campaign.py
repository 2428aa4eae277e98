"""A campaign opens with its list, is changed and closed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from events.facts.campaign import (
    LISTED_MAX,
    CampaignChanged,
    CampaignClosed,
    CampaignKind,
    CampaignOpened,
    CampaignReopened,
    PeopleListed,
    PersonTakenOff,
    Whom,
)
from events.facts.decision import Command, Decision, Refused, facts, nothing, refused
from services.care.decide.campaign_policy import CampaignPolicy
from services.care.decide.campaign_state import Campaign, Part
from services.care.decide.care import unable
from services.care.decide.commands import Line, Text
from services.care.decide.plan import Situation
from services.care.decide.policy import age_on

Age = Annotated[int, Field(ge=0, le=130)]
BranchId = Annotated[str, StringConstraints(max_length=64)]


class OpenCampaign(Command):
    """Bring this to these people from `since` (today, if empty) until `until`."""

    kind: CampaignKind
    title: Line
    since: date | None = None
    until: date
    age_min: Age | None = None
    age_max: Age | None = None
    branches: Annotated[tuple[BranchId, ...], Field(max_length=100)] = ()
    lives_alone: bool = False
    birthday_within: bool = False
    held_on: date | None = None
    place: Line | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.age_min is not None and self.age_max is not None and self.age_max < self.age_min:
            raise ValueError("age_max must not be below age_min")
        return self

    def whom(self) -> Whom:
        """Who is listed."""
        return Whom(
            age_min=self.age_min,
            age_max=self.age_max,
            branch_ids=self.branches,
            lives_alone=self.lives_alone,
            birthday_within=self.birthday_within,
        )


class ChangeCampaign(Command):
    """It is called so, ends then, and is held there and then."""

    title: Line
    until: date
    held_on: date | None = None
    place: Line | None = None


class CloseCampaign(Command):
    """Nobody is seen any more."""

    note: Text | None = None


# ── who is listed ────────────────────────────────────────────────────────────────────────────────────────────────


def birthday_between(birth: date, since: date, until: date) -> date | None:
    """The first birthday in these days; who was born on 29 February has it on 1 March of a year without one."""
    for year in range(since.year, until.year + 1):
        try:
            day = birth.replace(year=year)
        except ValueError:
            day = date(year, 3, 1)
        if since <= day <= until:
            return day
    return None


def is_listed(birth: date | None, whom: Whom, since: date, until: date) -> bool:
    """Whether somebody of this birth is of the age that is asked for. Who has no birth on record is listed only where
    no age is asked for.
    """
    if whom.birthday_within:
        day = birthday_between(birth, since, until) if birth else None
        if day is None:
            return False
    else:
        day = since
    if birth is None:
        return whom.age_min is None and whom.age_max is None
    return (whom.age_min or 0) <= age_on(birth, day) <= (200 if whom.age_max is None else whom.age_max)


# ── the campaign ─────────────────────────────────────────────────────────────────────────────────────────────────


def open_campaign(
    campaign: Campaign, command: OpenCampaign, people: Sequence[str], rules: CampaignPolicy, today: date
) -> Decision:
    """It opens with the list as it is now. Somebody who comes of age later is added by hand."""
    if campaign.kind is not None:
        return nothing()
    since = command.since or today
    if command.until < max(since, today):
        return refused("ends_before", since=max(since, today))
    if command.held_on is not None and not since <= command.held_on <= command.until:
        return refused("held_outside", since=since, until=command.until)
    if not people:
        return refused("nobody_listed")
    if len(people) > rules.people_max:
        return refused("too_many", people=len(people), most=rules.people_max)
    opened = CampaignOpened(
        kind=command.kind,
        title=command.title,
        until=command.until,
        whom=command.whom(),
        clause=rules.kinds[command.kind].clause,
        held_on=command.held_on,
        place=command.place,
    )
    lists = (tuple(people[start : start + LISTED_MAX]) for start in range(0, len(people), LISTED_MAX))
    return facts(opened, *(PeopleListed(member_ids=some) for some in lists), on=since)


def change_campaign(campaign: Campaign, command: ChangeCampaign, today: date) -> Decision:
    """It is otherwise now."""
    if refusal := closed(campaign):
        return refusal
    if command.until < campaign.since:
        return refused("ends_before", since=campaign.since)
    if command.held_on is not None and not campaign.since <= command.held_on <= command.until:
        return refused("held_outside", since=campaign.since, until=command.until)
    wanted = (command.title, command.until, command.held_on, command.place)
    if wanted == (campaign.title, campaign.until, campaign.held_on, campaign.place):
        return nothing()
    return facts(CampaignChanged(**command.model_dump()), on=today)


def add_person(
    campaign: Campaign, member_id: str, situation: Situation, rules: CampaignPolicy, today: date
) -> Decision:
    """Somebody who was not listed is to be seen as well."""
    if refusal := closed(campaign) or unable(situation):
        return refusal
    if member_id in campaign.member_ids:
        return nothing()
    if len(campaign.member_ids) >= rules.people_max:
        return refused("too_many", people=len(campaign.member_ids) + 1, most=rules.people_max)
    return facts(PeopleListed(member_ids=(member_id,), by_hand=True), on=today)


def take_person_off(campaign: Campaign, member_id: str, part: Part, today: date) -> Decision:
    """It was a slip that this person was added. Who was listed when it opened stays: nobody vanishes from a list."""
    if refusal := closed(campaign):
        return refusal
    if member_id not in campaign.member_ids:
        return nothing()
    if member_id not in campaign.by_hand:
        return refused("listed_at_opening")
    if part.outcome is not None:
        return refused("has_outcome", outcome=part.outcome)
    return facts(PersonTakenOff(member_id=member_id), on=today)


def close_campaign(campaign: Campaign, command: CloseCampaign, today: date) -> Decision:
    """It ends, whoever was not seen; the report says how many they are."""
    if campaign.kind is None:
        return refused("no_campaign")
    return nothing() if campaign.closed_on else facts(CampaignClosed(note=command.note), on=today)


def reopen_campaign(campaign: Campaign, today: date) -> Decision:
    """It was closed too soon."""
    if campaign.kind is None:
        return refused("no_campaign")
    return facts(CampaignReopened(), on=today) if campaign.closed_on else nothing()


def closed(campaign: Campaign) -> Refused | None:
    """Why nothing may be noted in it; None if it runs."""
    if campaign.kind is None:
        return refused("no_campaign")
    return refused("campaign_closed", on=campaign.closed_on) if campaign.closed_on else None
