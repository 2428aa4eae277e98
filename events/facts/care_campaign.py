"""Stream `care`, what a campaign came to for one member: seen or not, what was found, what has to be put right.

What was found stays sealed; that somebody was seen, and which thing in a home needs mending, its helpers must know.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from events.facts.base import Care, Sealed
from events.facts.care import CareFact


class OfCampaign(CareFact):
    """About one member in one campaign."""

    campaign_id: str


class Outcome(StrEnum):
    """What came of it; which of them there are depends on the campaign's kind."""

    INVITED = "invited"
    COMES = "comes"
    """Said to come."""
    CAME = "came"
    DONE = "done"
    DECLINED = "declined"
    POSTPONED = "postponed"
    NOT_MET = "not_met"
    BROUGHT = "brought"
    """Could not come; what there was for them was brought home."""


class CampaignAnswered(OfCampaign, name="hearth.care.campaign_answered", version=1):
    """This came of it, in place of what was noted before. Effective on that day. Source: DOMAIN R14.

    `transport`: has to be fetched; `later_on`: the day it was put off to.
    """

    outcome: Outcome
    transport: bool = False
    later_on: date | None = None
    note: Sealed[Care, str | None] = None


class CheckupDone(OfCampaign, name="hearth.care.checkup_done", version=1):
    """The member was examined. Effective on that day; what was found is for the health file. Source: DOMAIN R14."""

    result: Sealed[Care, str | None] = None


class SafetyChecked(OfCampaign, name="hearth.care.safety_checked", version=1):
    """Somebody looked at the home: at these items of the policy's list, of which `faults` are not in order.

    Effective on that day. Source: DOMAIN R14.
    """

    items: tuple[str, ...]
    faults: tuple[str, ...] = ()
    note: Sealed[Care, str | None] = None


class CampaignAnswerTakenBack(OfCampaign, name="hearth.care.campaign_answer_taken_back", version=1):
    """What was noted last was a slip; nothing is noted now, and `follow_ups` it led to are dropped. Source: R14."""

    follow_ups: tuple[str, ...] = ()


class FollowUpOpened(OfCampaign, name="hearth.care.follow_up_opened", version=1):
    """Something has to be put right by `due`: an `item` of the list, or what is said in `what`. Source: DOMAIN R14."""

    follow_up_id: str
    item: str = ""
    what: Sealed[Care, str | None] = None
    due: date
    clause: str


class FollowUpDone(OfCampaign, name="hearth.care.follow_up_done", version=1):
    """It was put right. Effective on that day. Source: DOMAIN R14."""

    follow_up_id: str
    how: Sealed[Care, str | None] = None


class FollowUpUndone(OfCampaign, name="hearth.care.follow_up_undone", version=1):
    """It was not put right after all. Source: DOMAIN R14."""

    follow_up_id: str
