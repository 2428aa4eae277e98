"""Stream `care`: what is remembered of a member's helpers and of trainings for work, and how each fact changes it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from events.facts.care_pairing import (
    HelperKind,
    HelperPaired,
    HelpGiven,
    HelpKind,
    HelpTakenBack,
    PairedFor,
    PairingEnded,
    PairingFact,
    PairingReviewed,
    TrainingAttended,
    TrainingEnded,
    TrainingFact,
    TrainingOutcome,
    TrainingReferred,
    TrainingWithdrawn,
)
from events.facts.decision import UnknownFact


class Pairing(BaseModel):
    """A helper of this member. `looked_on` is the day it was last asked whether it does good."""

    model_config = ConfigDict(frozen=True)

    helper_kind: HelperKind
    helper: str
    why: PairedFor
    since: date
    looked_on: date
    entries: dict[str, tuple[date, HelpKind]] = {}
    ended_on: date | None = None


class TrainingStage(StrEnum):
    """How far a referral has come."""

    REFERRED = "referred"
    ATTENDED = "attended"
    ENDED = "ended"
    WITHDRAWN = "withdrawn"


class Training(BaseModel):
    """A referral."""

    model_config = ConfigDict(frozen=True)

    course: str
    organiser: str
    referred_on: date
    begins_on: date | None = None
    stage: TrainingStage = TrainingStage.REFERRED
    attended_on: date | None = None
    outcome: TrainingOutcome | None = None
    ended_on: date | None = None


def pairings_after(known: Mapping[str, Pairing], fact: PairingFact, on: date) -> dict[str, Pairing]:
    """All pairings of a member after a fact. Raises `UnknownFact` on one it does not know."""
    if isinstance(fact, HelperPaired):
        new = Pairing(helper_kind=fact.helper_kind, helper=fact.helper, why=fact.why, since=on, looked_on=on)
        return {**known, fact.pairing_id: new}
    before = known.get(fact.pairing_id)
    if before is None:
        return dict(known)
    match fact:
        case HelpGiven():
            update: dict[str, object] = {"entries": before.entries | {fact.entry_id: (on, fact.kind)}}
        case HelpTakenBack():
            update = {"entries": {name: one for name, one in before.entries.items() if name != fact.entry_id}}
        case PairingReviewed():
            update = {"looked_on": max(on, before.looked_on)}
        case PairingEnded():
            update = {"ended_on": on}
        case _:
            raise UnknownFact("care", fact)
    return {**known, fact.pairing_id: before.model_copy(update=update)}


def trainings_after(known: Mapping[str, Training], fact: TrainingFact, on: date) -> dict[str, Training]:
    """All referrals of a member after a fact. Raises `UnknownFact` on one it does not know."""
    if isinstance(fact, TrainingReferred):
        new = Training(course=fact.course, organiser=fact.organiser, referred_on=on, begins_on=fact.begins_on)
        return {**known, fact.referral_id: new}
    before = known.get(fact.referral_id)
    if before is None:
        return dict(known)
    match fact:
        case TrainingAttended():
            update: dict[str, object] = {"stage": TrainingStage.ATTENDED, "attended_on": on}
        case TrainingEnded():
            update = {"stage": TrainingStage.ENDED, "outcome": fact.outcome, "ended_on": on}
        case TrainingWithdrawn():
            update = {"stage": TrainingStage.WITHDRAWN, "ended_on": on}
        case _:
            raise UnknownFact("care", fact)
    return {**known, fact.referral_id: before.model_copy(update=update)}
