"""Stream `care`: somebody is told of a training for work, goes there, and something comes of it (DOMAIN R15)."""

from __future__ import annotations

from datetime import date, timedelta

from events.facts.care_pairing import (
    TrainingAttended,
    TrainingEnded,
    TrainingOutcome,
    TrainingReferred,
    TrainingWithdrawn,
)
from events.facts.decision import Decision, facts, nothing, refused
from services.care.decide.care import not_now
from services.care.decide.cared import Cared
from services.care.decide.pairing_commands import NoteAttendance, NoteOutcome, ReferToTraining
from services.care.decide.pairing_state import Training, TrainingStage
from services.care.decide.plan import Situation
from services.care.decide.support_policy import TrainingRule


def refer(
    cared: Cared, referral_id: str, command: ReferToTraining, situation: Situation, rule: TrainingRule, today: date
) -> Decision:
    """A course is named; the same one on the same day is the same referral."""
    if refusal := not_now(situation, command.on, today):
        return refusal
    if command.begins_on is not None and command.begins_on < command.on:
        return refused("begins_before", begins_on=command.begins_on, on=command.on)
    for one in cared.trainings.values():
        same = (one.course, one.organiser, one.referred_on) == (command.course, command.organiser, command.on)
        if same and one.stage is not TrainingStage.WITHDRAWN:
            return nothing()
    referred = TrainingReferred(
        referral_id=referral_id,
        course=command.course,
        organiser=command.organiser,
        begins_on=command.begins_on,
        clause=rule.clause,
    )
    return facts(referred, on=command.on)


def attend(cared: Cared, referral_id: str, command: NoteAttendance, today: date) -> Decision:
    """They went."""
    one = cared.trainings.get(referral_id)
    if one is None:
        return refused("no_referral")
    if one.stage is TrainingStage.ATTENDED:
        return nothing() if one.attended_on == command.on else refused("attended_already", on=one.attended_on)
    if one.stage is not TrainingStage.REFERRED:
        return refused("referral_closed", stage=one.stage)
    if command.on > today:
        return refused("in_future", day=command.on, today=today)
    if command.on < one.referred_on:
        return refused("before_referral", since=one.referred_on)
    return facts(TrainingAttended(referral_id=referral_id), on=command.on)


def conclude(cared: Cared, referral_id: str, command: NoteOutcome, today: date) -> Decision:
    """What came of it. Whoever did not go cannot have been hired through it; a better word counts later."""
    one = cared.trainings.get(referral_id)
    if one is None:
        return refused("no_referral")
    if one.stage is TrainingStage.WITHDRAWN:
        return refused("referral_closed", stage=one.stage)
    if (one.outcome, one.ended_on) == (command.outcome, command.on):
        return nothing()
    went = one.attended_on is not None
    if went is (command.outcome is TrainingOutcome.DID_NOT_GO):
        return refused("went_already" if went else "did_not_go_yet")
    if command.on > today:
        return refused("in_future", day=command.on, today=today)
    since = one.attended_on or one.referred_on
    if command.on < since:
        return refused("before_referral", since=since)
    ended = TrainingEnded(referral_id=referral_id, outcome=command.outcome)
    return facts(ended, on=command.on)


def withdraw_referral(cared: Cared, referral_id: str, today: date) -> Decision:
    """It was a slip."""
    one = cared.trainings.get(referral_id)
    if one is None:
        return refused("no_referral")
    if one.stage is TrainingStage.WITHDRAWN:
        return nothing()
    if one.stage is TrainingStage.ENDED:
        return refused("referral_closed", stage=one.stage)
    return facts(TrainingWithdrawn(referral_id=referral_id), on=today)


def ask_by(one: Training, rule: TrainingRule) -> date | None:
    """By when somebody asks whether they went, and then what came of it; None when all is known."""
    match one.stage:
        case TrainingStage.REFERRED:
            return (one.begins_on or one.referred_on) + timedelta(days=rule.attend_days)
        case TrainingStage.ATTENDED:
            return (one.attended_on or one.referred_on) + timedelta(days=rule.outcome_days)
        case _:
            return None
