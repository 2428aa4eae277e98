"""What a member raised: a person sends it upward, an office answers, the member is told and has the last word."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Annotated, Final

from pydantic import StringConstraints

from events.facts.base import Fact
from events.facts.care_voice import (
    NothingToRaise,
    TheirWord,
    ToldWay,
    VoiceAnswered,
    VoiceAnswerTakenBack,
    VoiceClosed,
    VoiceLevel,
    VoicePassedOn,
    VoiceRaised,
    VoiceSource,
    VoiceTakenBack,
    VoiceTakenUp,
    VoiceToldBack,
    WhyPassed,
)
from events.facts.decision import Command, Decision, Refused, facts, nothing, refused
from services.care.decide.care import not_now
from services.care.decide.cared import Cared
from services.care.decide.commands import Line, Text
from services.care.decide.plan import Situation
from services.care.decide.voice_policy import LEVELS, VoicePolicy
from services.care.decide.voice_state import OVER, TO_TELL, Voice, VoiceStage

Gist = Annotated[str, StringConstraints(min_length=1, max_length=300)]


class RaiseVoice(Command):
    """The member said it on that day. Without a `gist` it is `said`, with everybody's name and number left out."""

    topic: Annotated[str, StringConstraints(min_length=1, max_length=40)]
    on: date
    source: VoiceSource
    said: Text
    gist: Gist | None = None
    where: Line | None = None


class TakeUp(Command):
    """This office, or this post, looks after it."""

    by: Line


class PassOn(Command):
    """This level cannot settle it; the level `to` is asked."""

    to: VoiceLevel
    note: Text | None = None


class AnswerVoice(Command):
    """The office `by` answered on that day."""

    on: date
    by: Line
    answer: Text


class TellBack(Command):
    """The member was told on that day; `word` is what they say to it, if they have said it yet."""

    on: date
    way: ToldWay
    word: TheirWord | None = None
    note: Text | None = None


class TakeVoiceBack(Command):
    """It was raised by mistake, or the member does not want it raised. `reason` goes into the fact's envelope."""

    reason: Line


# ── nobody is named ──────────────────────────────────────────────────────────────────────────────────────────────

_NUMBERS: Final = re.compile(r"(?<!\d)(?:\d{17}[\dXx]|\d{15}|1\d{10}|0\d{2,3}[- ]?\d{7,8})(?!\d)")
SOMEBODY: Final = "某"


def anonymised(said: str, private: Iterable[str]) -> str:
    """The text without the names, telephone and ID numbers of `private`, and without any number of that kind."""
    words = sorted({one for one in private if one}, key=len, reverse=True)
    text = _cut(said, words)
    return _cut(unicodedata.normalize("NFKC", said), words) if _named(text, words) else text


def _cut(text: str, words: Sequence[str]) -> str:
    for word in words:
        text = text.replace(word, SOMEBODY if not word[0].isdigit() else "***")
    return _NUMBERS.sub("***", text)


def _named(gist: str, private: Iterable[str]) -> bool:
    text = unicodedata.normalize("NFKC", gist)
    return any(one and one in text for one in private) or _NUMBERS.search(text) is not None


# ── decisions ────────────────────────────────────────────────────────────────────────────────────────────────────


def raise_voice(
    cared: Cared,
    voice_id: str,
    command: RaiseVoice,
    situation: Situation,
    rules: VoicePolicy,
    today: date,
    *,
    private: Sequence[str] = (),
    visit_id: str = "",
) -> Decision:
    """It goes to the first level of its topic. `private` must not stand in the gist; `visit_id` is where it was said.

    The days count from the day it is raised, not from the day it was said: nobody could answer before.
    """
    if voice_id in cared.voices:
        return nothing()
    if refusal := not_now(situation, command.on, today):
        return refusal
    topic = rules.topics.get(command.topic)
    if topic is None:
        return refused("no_topic", topic=command.topic)
    if visit_id and (same := _raised_there(cared, visit_id, command.topic)) is not None:
        return refused("raised_already", on=same.raised_on)
    gist = command.gist or anonymised(command.said, private)
    if _named(gist, private):
        return refused("gist_names_somebody")
    due, clause = rules.due(command.topic, topic.begins, today)
    raised = VoiceRaised(
        voice_id=voice_id,
        topic=command.topic,
        level=topic.begins,
        due=due,
        clause=clause,
        source=command.source,
        source_id=visit_id,
        said=command.said,
        gist=gist,
        where=command.where,
    )
    return facts(raised, on=command.on)


def _raised_there(cared: Cared, visit_id: str, topic: str) -> Voice | None:
    """What was raised of the same topic at the same visit, and stands."""
    standing = (one for one in cared.voices.values() if one.stage is not VoiceStage.TAKEN_BACK)
    return next((one for one in standing if (one.source_id, one.topic) == (visit_id, topic)), None)


def nothing_to_raise(cared: Cared, visit_id: str, today: date) -> Decision:
    """Somebody looked at what was said there, and none of it goes upward."""
    return nothing() if visit_id in cared.looked_at else facts(NothingToRaise(visit_id=visit_id), on=today)


def take_up(cared: Cared, voice_id: str, command: TakeUp, today: date) -> Decision:
    """Somebody looks after it; said again with another office, the other one does."""
    voice = _with_an_office(cared, voice_id)
    if isinstance(voice, Refused):
        return voice
    if voice.stage is VoiceStage.TAKEN_UP and voice.by == command.by:
        return nothing()
    return facts(VoiceTakenUp(voice_id=voice_id, level=voice.level, by=command.by), on=today)


def pass_on(cared: Cared, voice_id: str, command: PassOn, rules: VoicePolicy, today: date) -> Decision:
    """A higher level is asked, and has its own days from today. No level is left out."""
    voice = _with_an_office(cared, voice_id)
    if isinstance(voice, Refused):
        return voice
    if command.to is voice.level:
        return nothing()
    above = rules.next_level(voice.topic, voice.level)
    if LEVELS.index(command.to) < LEVELS.index(voice.level):
        return refused("not_higher", level=voice.level)
    if above is None or command.to is not above:
        return refused("highest_level", level=voice.level) if above is None else refused("next_is", level=above)
    return facts(_passed(voice_id, voice, above, rules, today, WhyPassed.BEYOND_US, command.note), on=today)


def _passed(
    voice_id: str, voice: Voice, to: VoiceLevel, rules: VoicePolicy, today: date, why: WhyPassed, note: str | None
) -> VoicePassedOn:
    due, clause = rules.due(voice.topic, to, today)
    return VoicePassedOn(voice_id=voice_id, level=to, due=due, clause=clause, why=why, note=note)


def answer_voice(cared: Cared, voice_id: str, command: AnswerVoice, rules: VoicePolicy, today: date) -> Decision:
    """There is an answer, and the member is to be told. Another answer needs the first one taken back."""
    known = cared.voices.get(voice_id)
    if known and known.stage is VoiceStage.ANSWERED and (known.answered_on, known.by) == (command.on, command.by):
        return nothing()
    voice = _with_an_office(cared, voice_id)
    if isinstance(voice, Refused):
        return voice
    if command.on > today:
        return refused("in_future", day=command.on, today=today)
    if command.on < voice.since:
        return refused("before_raised", on=voice.since)
    answered = VoiceAnswered(
        voice_id=voice_id,
        level=voice.level,
        by=command.by,
        answer=command.answer,
        tell_by=command.on + timedelta(days=rules.tell_days),
        clause=rules.clause,
    )
    return facts(answered, on=command.on)


def take_answer_back(cared: Cared, voice_id: str, today: date) -> Decision:
    """It was a slip: its level has the days it had, as if nothing had been said."""
    voice = cared.voices.get(voice_id)
    if voice is None:
        return refused("no_voice")
    if voice.stage in (VoiceStage.RAISED, VoiceStage.TAKEN_UP):
        return nothing()
    if voice.stage is not VoiceStage.ANSWERED:
        return refused("told_already", on=voice.told_on)
    return facts(VoiceAnswerTakenBack(voice_id=voice_id, due=voice.due, clause=voice.clause), on=today)


def tell_back(cared: Cared, voice_id: str, command: TellBack, rules: VoicePolicy, today: date) -> Decision:
    """The member was told, and perhaps said whether that will do. Not content: it goes up once more, as long as there
    is somebody higher; otherwise it ends with their word as it is.
    """
    voice = cared.voices.get(voice_id)
    if voice is None:
        return refused("no_voice")
    if voice.word is not None and voice.word is command.word:
        return nothing()
    if voice.stage not in TO_TELL:
        return refused("voice_over") if voice.stage in OVER else refused("no_answer_yet")
    if command.on > today:
        return refused("in_future", day=command.on, today=today)
    if voice.answered_on is not None and command.on < voice.answered_on:
        return refused("before_answer", on=voice.answered_on)
    known = (voice.told_on, voice.told_way) == (command.on, command.way)
    told: list[Fact] = [] if known else [VoiceToldBack(voice_id=voice_id, way=command.way)]
    return facts(*told, *_after(voice_id, voice, command, rules, today), on=command.on)


def _after(voice_id: str, voice: Voice, command: TellBack, rules: VoicePolicy, today: date) -> list[Fact]:
    """What the member's word leads to."""
    if command.word is None:
        return []
    above = rules.next_level(voice.topic, voice.level)
    if command.word is TheirWord.NOT_SATISFIED and above is not None:
        return [_passed(voice_id, voice, above, rules, today, WhyPassed.NOT_SATISFIED, command.note)]
    return [VoiceClosed(voice_id=voice_id, word=command.word, note=command.note)]


def take_voice_back(cared: Cared, voice_id: str, today: date) -> Decision:
    """It does not go upward after all, as long as nobody has answered."""
    known = cared.voices.get(voice_id)
    if known is not None and known.stage is VoiceStage.TAKEN_BACK:
        return nothing()
    voice = _with_an_office(cared, voice_id)
    return voice if isinstance(voice, Refused) else facts(VoiceTakenBack(voice_id=voice_id), on=today)


def _with_an_office(cared: Cared, voice_id: str) -> Voice | Refused:
    """The item, if somebody has to answer it; why not."""
    voice = cared.voices.get(voice_id)
    if voice is None:
        return refused("no_voice")
    if voice.stage in OVER:
        return refused("voice_over")
    return refused("already_answered", on=voice.answered_on) if voice.stage in TO_TELL else voice
