"""Stream `campaign`, owned by care: one service brought to many people in a span of days, and who they are.

The entity is the campaign's id. Whoever is to be seen is listed when it opens and stays listed; what came of each is a
fact of the member (`care_campaign.py`), because it is personal.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Final

from events.facts.base import Fact
from events.facts.people import Word


class CampaignFact(Fact, owner="care", stream="campaign"):
    """About one campaign."""


class CampaignKind(StrEnum):
    """What is brought to them (DOMAIN R14)."""

    SAFETY = "safety"
    """Stoves, wires, handrails: somebody looks at the home."""
    CHECKUP = "checkup"
    """A health check-up."""
    DOCTOR = "doctor"
    """The family doctor's round."""
    BIRTHDAY = "birthday"
    """A birthday kept together, for the very old."""


class Whom(Word):
    """Who is listed: on the roll, of this age on the first day (both included), of these branches (none: all), alone.

    `birthday_within`: only whose birthday lies in the campaign's days; then the age is the one they reach on it.
    """

    age_min: int | None = None
    age_max: int | None = None
    branch_ids: tuple[str, ...] = ()
    lives_alone: bool = False
    birthday_within: bool = False


class CampaignOpened(CampaignFact, name="hearth.campaign.opened", version=1):
    """It runs from the effective day to `until`, both included. Source: DOMAIN R14.

    `held_on` and `place`: of what is held together. `clause` is the rule that asks for campaigns of this kind.
    """

    kind: CampaignKind
    title: str
    until: date
    whom: Whom
    clause: str
    held_on: date | None = None
    place: str | None = None


LISTED_MAX: Final = 500
"""So many people stand in one fact."""


class PeopleListed(CampaignFact, name="hearth.campaign.people_listed", version=1):
    """These members are to be seen: the list as it was when the campaign opened, or somebody added. Source: R14."""

    member_ids: tuple[str, ...]
    by_hand: bool = False


class PersonTakenOff(CampaignFact, name="hearth.campaign.person_taken_off", version=1):
    """This member was added by hand and by mistake. Source: DOMAIN R14."""

    member_id: str


class CampaignChanged(CampaignFact, name="hearth.campaign.changed", version=1):
    """It is called so, ends then, and is held there and then, from the effective day on. Source: DOMAIN R14."""

    title: str
    until: date
    held_on: date | None = None
    place: str | None = None


class CampaignClosed(CampaignFact, name="hearth.campaign.closed", version=1):
    """Nobody is seen any more; what needs to be put right still is. `note`: what the office says of it. Source: R14."""

    note: str | None = None


class CampaignReopened(CampaignFact, name="hearth.campaign.reopened", version=1):
    """It was closed too soon. Source: DOMAIN R14."""
