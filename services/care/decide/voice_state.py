"""What decisions remember of the items a member raised, and how each fact changes them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Final

from pydantic import BaseModel, ConfigDict

from events.facts.care_voice import (
    TheirWord,
    ToldWay,
    VoiceAnswered,
    VoiceAnswerTakenBack,
    VoiceClosed,
    VoiceFact,
    VoiceLevel,
    VoicePassedOn,
    VoiceRaised,
    VoiceTakenBack,
    VoiceTakenUp,
    VoiceToldBack,
    WhyPassed,
)
from events.facts.decision import UnknownFact


class VoiceStage(StrEnum):
    """How far an item has come."""

    RAISED = "raised"
    TAKEN_UP = "taken_up"
    ANSWERED = "answered"
    """The member is to be told."""
    TOLD = "told"
    """The member was told and has not said whether that will do."""
    CLOSED = "closed"
    TAKEN_BACK = "taken_back"


WITH_AN_OFFICE: Final = frozenset({VoiceStage.RAISED, VoiceStage.TAKEN_UP})
"""Somebody has to answer."""
TO_TELL: Final = frozenset({VoiceStage.ANSWERED, VoiceStage.TOLD})
"""The member has to hear of it, or to say something to it."""
OVER: Final = frozenset({VoiceStage.CLOSED, VoiceStage.TAKEN_BACK})

CLOSED_KEPT: Final = 12


class Voice(BaseModel):
    """An item, as far as decisions need it. `since`: the day from which its level has it."""

    model_config = ConfigDict(frozen=True)

    topic: str
    level: VoiceLevel
    stage: VoiceStage = VoiceStage.RAISED
    raised_on: date
    since: date
    due: date
    clause: str
    source_id: str = ""
    by: str = ""
    answered_on: date | None = None
    told_on: date | None = None
    told_way: ToldWay | None = None
    word: TheirWord | None = None


Voices = dict[str, Voice]


def voices_after(known: Mapping[str, Voice], fact: VoiceFact, on: date) -> Voices:
    """The member's items after a fact; the oldest that are over are forgotten. Raises `UnknownFact`."""
    if isinstance(fact, VoiceRaised):
        voice = Voice(
            topic=fact.topic,
            level=fact.level,
            raised_on=on,
            since=on,
            due=fact.due,
            clause=fact.clause,
            source_id=fact.source_id,
        )
    elif (before := known.get(fact.voice_id)) is None:
        return dict(known)
    else:
        voice = before.model_copy(update=_changes(fact, on))
    return _remembered({**known, fact.voice_id: voice})


def _changes(fact: VoiceFact, on: date) -> dict[str, object]:
    match fact:
        case VoiceTakenUp():
            return {"stage": VoiceStage.TAKEN_UP, "by": fact.by}
        case VoicePassedOn():
            return _up(fact, on)
        case VoiceAnswered():
            untold = {"told_on": None, "told_way": None, "word": None}
            return {"stage": VoiceStage.ANSWERED, "answered_on": on, "by": fact.by, **untold}
        case VoiceAnswerTakenBack():
            return {"stage": VoiceStage.TAKEN_UP, "answered_on": None}
        case VoiceToldBack():
            return {"stage": VoiceStage.TOLD, "told_on": on, "told_way": fact.way}
        case VoiceClosed():
            return {"stage": VoiceStage.CLOSED, "word": fact.word}
        case VoiceTakenBack():
            return {"stage": VoiceStage.TAKEN_BACK}
        case _:
            raise UnknownFact("care", fact)


def _up(fact: VoicePassedOn, on: date) -> dict[str, object]:
    """What the member said stays known until the next answer, so that telling it twice is understood."""
    word = {"word": TheirWord.NOT_SATISFIED} if fact.why is WhyPassed.NOT_SATISFIED else {}
    asked = {"level": fact.level, "since": on, "due": fact.due, "clause": fact.clause}
    return {"stage": VoiceStage.RAISED, "answered_on": None, "by": "", **asked, **word}


def _remembered(voices: Voices) -> Voices:
    over = [voice_id for voice_id, voice in voices.items() if voice.stage in OVER]
    forgotten = set(over[: max(0, len(over) - CLOSED_KEPT)])
    return {voice_id: voice for voice_id, voice in voices.items() if voice_id not in forgotten}
