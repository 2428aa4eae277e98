"""What decisions remember of campaigns: each campaign with its list, and each member's own part in the latest ones."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

from pydantic import BaseModel, ConfigDict

from events.facts.base import Fact
from events.facts.campaign import (
    CampaignChanged,
    CampaignClosed,
    CampaignKind,
    CampaignOpened,
    CampaignReopened,
    PeopleListed,
    PersonTakenOff,
)
from events.facts.care_campaign import (
    CampaignAnswered,
    CampaignAnswerTakenBack,
    CheckupDone,
    FollowUpDone,
    FollowUpOpened,
    FollowUpUndone,
    OfCampaign,
    Outcome,
    SafetyChecked,
)
from events.facts.decision import Decider, UnknownFact

CAMPAIGNS_KEPT: Final = 12
"""So many of a member's campaigns are remembered."""


class Campaign(BaseModel):
    """One campaign, and who is listed; no kind: there is none of that id."""

    model_config = ConfigDict(frozen=True)

    kind: CampaignKind | None = None
    title: str = ""
    since: date = date.min
    until: date = date.max
    held_on: date | None = None
    place: str | None = None
    closed_on: date | None = None
    member_ids: tuple[str, ...] = ()
    by_hand: tuple[str, ...] = ()


def evolve(campaign: Campaign, fact: Fact, effective: date) -> Campaign:
    """The campaign after a fact. Raises `UnknownFact` on a fact of another stream."""
    return campaign.model_copy(update=_changes(campaign, fact, effective))


def _changes(known: Campaign, fact: Fact, on: date) -> dict[str, object]:
    match fact:
        case CampaignOpened():
            held = {"held_on": fact.held_on, "place": fact.place}
            return {"kind": fact.kind, "title": fact.title, "since": on, "until": fact.until, **held}
        case PeopleListed():
            added = {"by_hand": (*known.by_hand, *fact.member_ids)} if fact.by_hand else {}
            return {"member_ids": (*known.member_ids, *fact.member_ids), **added}
        case PersonTakenOff():
            left = {name: _without(getattr(known, name), fact.member_id) for name in ("member_ids", "by_hand")}
            return dict(left)
        case CampaignChanged():
            return {"title": fact.title, "until": fact.until, "held_on": fact.held_on, "place": fact.place}
        case CampaignClosed():
            return {"closed_on": on}
        case CampaignReopened():
            return {"closed_on": None}
        case _:
            raise UnknownFact("campaign", fact)


def _without(people: tuple[str, ...], one: str) -> tuple[str, ...]:
    return tuple(each for each in people if each != one)


CAMPAIGN: Final = Decider(owner="care", stream="campaign", initial=Campaign(), evolve=evolve)


class FollowUp(BaseModel):
    """Something that has to be put right."""

    model_config = ConfigDict(frozen=True)

    item: str = ""
    done_on: date | None = None


class Part(BaseModel):
    """A member's part in a campaign: what came of it last, and what it led to."""

    model_config = ConfigDict(frozen=True)

    outcome: Outcome | None = None
    on: date | None = None
    transport: bool = False
    later_on: date | None = None
    items: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
    follow_ups: dict[str, FollowUp] = {}


Parts = dict[str, Part]


def parts_after(known: Mapping[str, Part], fact: OfCampaign, on: date) -> Parts:
    """The member's parts after a fact, the latest campaigns only. Raises `UnknownFact`."""
    before = known.get(fact.campaign_id, Part())
    parts = {name: part for name, part in known.items() if name != fact.campaign_id}
    parts[fact.campaign_id] = before.model_copy(update=_part(before, fact, on))
    return dict(list(parts.items())[-CAMPAIGNS_KEPT:])


_NOTHING: Final = {"transport": False, "later_on": None, "items": (), "faults": ()}


def _part(before: Part, fact: OfCampaign, on: date) -> dict[str, object]:
    match fact:
        case CampaignAnswered():
            more = {"transport": fact.transport, "later_on": fact.later_on}
            return {**_NOTHING, "outcome": fact.outcome, "on": on, **more}
        case CheckupDone():
            return {**_NOTHING, "outcome": Outcome.DONE, "on": on}
        case SafetyChecked():
            return {**_NOTHING, "outcome": Outcome.DONE, "on": on, "items": fact.items, "faults": fact.faults}
        case CampaignAnswerTakenBack():
            kept = {name: one for name, one in before.follow_ups.items() if name not in fact.follow_ups}
            return {**_NOTHING, "outcome": None, "on": None, "follow_ups": kept}
        case FollowUpOpened():
            return {"follow_ups": {**before.follow_ups, fact.follow_up_id: FollowUp(item=fact.item)}}
        case FollowUpDone():
            return {"follow_ups": _done(before, fact.follow_up_id, on)}
        case FollowUpUndone():
            return {"follow_ups": _done(before, fact.follow_up_id, None)}
        case _:
            raise UnknownFact("care", fact)


def _done(part: Part, follow_up_id: str, on: date | None) -> dict[str, FollowUp]:
    one = part.follow_ups.get(follow_up_id)
    if one is None:
        return dict(part.follow_ups)
    return {**part.follow_ups, follow_up_id: one.model_copy(update={"done_on": on})}
