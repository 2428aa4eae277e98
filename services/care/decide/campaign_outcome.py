"""What came of a campaign for one member, and what has to be put right."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Final

from pydantic import Field, StringConstraints

from events.facts.base import Fact
from events.facts.campaign import CampaignKind
from events.facts.care_campaign import (
    CampaignAnswered,
    CampaignAnswerTakenBack,
    CheckupDone,
    FollowUpDone,
    FollowUpOpened,
    FollowUpUndone,
    Outcome,
    SafetyChecked,
)
from events.facts.decision import Command, Decision, Refused, facts, nothing, refused
from events.facts.ids import derived_uuid7
from services.care.decide.campaign import closed
from services.care.decide.campaign_policy import CampaignPolicy
from services.care.decide.campaign_state import Campaign, Part
from services.care.decide.care import unable
from services.care.decide.cared import Cared
from services.care.decide.commands import Line, Text
from services.care.decide.plan import Situation

ItemName = Annotated[str, StringConstraints(min_length=1, max_length=40)]

OUTCOMES: Final = {
    CampaignKind.SAFETY: (Outcome.DONE, Outcome.NOT_MET, Outcome.POSTPONED, Outcome.DECLINED),
    CampaignKind.CHECKUP: (Outcome.INVITED, Outcome.COMES, Outcome.DONE, Outcome.POSTPONED, Outcome.DECLINED),
    CampaignKind.DOCTOR: (Outcome.DONE, Outcome.NOT_MET, Outcome.POSTPONED, Outcome.DECLINED),
    CampaignKind.BIRTHDAY: (Outcome.INVITED, Outcome.COMES, Outcome.CAME, Outcome.BROUGHT, Outcome.DECLINED),
}
"""What may come of it, by kind, in the order in which one thinks of it."""
EXAMINES: Final = frozenset({CampaignKind.CHECKUP, CampaignKind.DOCTOR})
SETTLED: Final = frozenset({Outcome.DONE, Outcome.DECLINED, Outcome.CAME, Outcome.BROUGHT})
"""Nobody has to be asked again."""


class NoteOutcome(Command):
    """This came of it for one member. A `follow_up` says what has to be seen to; `faults` are items out of order.

    `result` is what was found at an examination; `note` what somebody should know. Both are sealed.
    """

    outcome: Outcome
    on: date
    transport: bool = False
    later_on: date | None = None
    result: Text | None = None
    note: Text | None = None
    faults: Annotated[tuple[ItemName, ...], Field(max_length=50)] = ()
    follow_up: Line | None = None


class FinishFollowUp(Command):
    """It was put right on that day; `how` is sealed."""

    on: date
    how: Line | None = None


def note_outcome(
    cared: Cared,
    campaign: Campaign,
    campaign_id: str,
    member_id: str,
    command: NoteOutcome,
    situation: Situation,
    rules: CampaignPolicy,
    today: date,
) -> Decision:
    """This came of it. What was found out of order has to be put right; the same thing found twice is one task."""
    if refusal := _not_now(campaign, member_id, command, situation, rules, today):
        return refusal
    part = cared.campaigns.get(campaign_id, Part())
    said = _fact(campaign, campaign_id, command, rules)
    if _is_so(part, said, command):
        return nothing()
    tasks = list(_tasks(part, campaign, campaign_id, member_id, command, rules))
    return facts(said, *tasks, on=command.on)


def _not_now(
    campaign: Campaign,
    member_id: str,
    command: NoteOutcome,
    situation: Situation,
    rules: CampaignPolicy,
    today: date,
) -> Refused | None:
    if refusal := closed(campaign) or unable(situation):
        return refusal
    if member_id not in campaign.member_ids:
        return refused("not_listed")
    if command.on > today:
        return refused("in_future", day=command.on, today=today)
    if command.on < campaign.since:
        return refused("before_campaign", since=campaign.since)
    if campaign.kind is None or command.outcome not in OUTCOMES[campaign.kind]:
        return refused("not_of_this_kind", outcome=command.outcome)
    if command.outcome is Outcome.POSTPONED and (command.later_on is None or command.later_on <= command.on):
        return refused("later_on_missing")
    if unknown := sorted(set(command.faults) - set(rules.items)):
        return refused("no_item", items=unknown)
    return None


def _fact(campaign: Campaign, campaign_id: str, command: NoteOutcome, rules: CampaignPolicy) -> Fact:
    if command.outcome is Outcome.DONE and campaign.kind in EXAMINES:
        return CheckupDone(campaign_id=campaign_id, result=command.result or command.note)
    if command.outcome is Outcome.DONE and campaign.kind is CampaignKind.SAFETY:
        faults = tuple(item for item in rules.items if item in command.faults)
        return SafetyChecked(campaign_id=campaign_id, items=tuple(rules.items), faults=faults, note=command.note)
    return CampaignAnswered(
        campaign_id=campaign_id,
        outcome=command.outcome,
        transport=command.transport and command.outcome is Outcome.COMES,
        later_on=command.later_on if command.outcome is Outcome.POSTPONED else None,
        note=command.note,
    )


def _is_so(part: Part, said: Fact, command: NoteOutcome) -> bool:
    """The same was noted last, and nothing is added in words."""
    if command.note or command.result or command.follow_up:
        return False
    if (part.outcome, part.on) != (command.outcome, command.on):
        return False
    match said:
        case CampaignAnswered():
            return (part.transport, part.later_on) == (said.transport, said.later_on)
        case SafetyChecked():
            return part.faults == said.faults
        case _:
            return True


def _tasks(
    part: Part, campaign: Campaign, campaign_id: str, member_id: str, command: NoteOutcome, rules: CampaignPolicy
) -> Iterator[FollowUpOpened]:
    """What has to be put right and is no task yet. Its id follows from the campaign, the person and the thing."""
    waiting = {one.item for one in part.follow_ups.values() if one.done_on is None}
    faults = command.faults if campaign.kind is CampaignKind.SAFETY and command.outcome is Outcome.DONE else ()
    for item in faults:
        if item not in waiting:
            rule = rules.items[item]
            yield FollowUpOpened(
                campaign_id=campaign_id,
                follow_up_id=_task_id(campaign_id, member_id, item, command.on, len(part.follow_ups)),
                item=item,
                due=command.on + timedelta(days=rule.days),
                clause=rule.clause,
            )
    if command.follow_up and campaign.kind is not None:
        kind = rules.kinds[campaign.kind]
        yield FollowUpOpened(
            campaign_id=campaign_id,
            follow_up_id=_task_id(campaign_id, member_id, "", command.on, len(part.follow_ups)),
            what=command.follow_up,
            due=command.on + timedelta(days=kind.follow_days),
            clause=kind.clause,
        )


def _task_id(campaign_id: str, member_id: str, item: str, on: date, before: int) -> str:
    return derived_uuid7(datetime.combine(on, time(), UTC), campaign_id, member_id, item, str(before))


def take_outcome_back(cared: Cared, campaign: Campaign, campaign_id: str, today: date) -> Decision:
    """It was a slip. Tasks that it led to are dropped, unless somebody has done them."""
    if refusal := closed(campaign):
        return refusal
    part = cared.campaigns.get(campaign_id, Part())
    if part.outcome is None:
        return nothing()
    dropped = tuple(name for name, one in part.follow_ups.items() if one.done_on is None)
    return facts(CampaignAnswerTakenBack(campaign_id=campaign_id, follow_ups=dropped), on=today)


def finish_follow_up(
    cared: Cared, campaign_id: str, follow_up_id: str, command: FinishFollowUp, today: date
) -> Decision:
    """It was put right, also after the campaign was closed."""
    one = cared.campaigns.get(campaign_id, Part()).follow_ups.get(follow_up_id)
    if one is None:
        return refused("no_follow_up")
    if one.done_on is not None:
        return nothing()
    if command.on > today:
        return refused("in_future", day=command.on, today=today)
    done = FollowUpDone(campaign_id=campaign_id, follow_up_id=follow_up_id, how=command.how)
    return facts(done, on=command.on)


def undo_follow_up(cared: Cared, campaign_id: str, follow_up_id: str, today: date) -> Decision:
    """It was not put right after all."""
    one = cared.campaigns.get(campaign_id, Part()).follow_ups.get(follow_up_id)
    if one is None:
        return refused("no_follow_up")
    if one.done_on is None:
        return nothing()
    return facts(FollowUpUndone(campaign_id=campaign_id, follow_up_id=follow_up_id), on=today)
