"""Stream `care`, what a member raised: passed upward by its topic, answered, told back, closed with the member's word.

Keys are one record a person (ADR 6), so an item lives among the member's facts and has an id of its own. There are two
texts: what was `said`, and the `gist` for those above, in which nobody is named. Both go when the person is erased.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from events.facts.base import Care, Sealed
from events.facts.care import CareFact


class VoiceFact(CareFact):
    """About something the member raised; `voice_id` says what."""

    voice_id: str


class VoiceLevel(StrEnum):
    """Who has to answer, from the ground up."""

    COMMUNITY = "community"
    STREET = "street"
    DISTRICT = "district"
    """The district, or a department of it."""


class VoiceSource(StrEnum):
    """Where it was said."""

    VISIT = "visit"
    MEETING = "meeting"
    PHONE = "phone"
    OFFICE = "office"
    """The member, or the family, came to the office."""
    OTHER = "other"


class VoiceRaised(VoiceFact, name="hearth.care.voice_raised", version=1, published=True):
    """A person decided that this goes upward. Effective on the day it was said. Source: DOMAIN R18.

    `topic` is a name of the policy's list, `level` who answers first and `due` by when, by `clause`. `source_id` is the
    visit it was said at; `where` says where, if nothing else tells it. Others learn only that something was raised.
    """

    topic: str
    level: VoiceLevel
    due: date
    clause: str
    source: VoiceSource
    source_id: str = ""
    said: Sealed[Care, str]
    gist: Sealed[Care, str]
    where: Sealed[Care, str | None] = None


class VoiceTakenUp(VoiceFact, name="hearth.care.voice_taken_up", version=1):
    """Somebody (`by`: an office or a post, no member) looks after it. Effective on that day. Source: DOMAIN R18."""

    level: VoiceLevel
    by: str


class WhyPassed(StrEnum):
    """Why it goes further up."""

    BEYOND_US = "beyond_us"
    """This level cannot settle it."""
    NOT_SATISFIED = "not_satisfied"
    """The member was told the answer and is not content with it."""


class VoicePassedOn(VoiceFact, name="hearth.care.voice_passed_on", version=1):
    """It is the matter of a higher `level` from the effective day on, to be answered by `due`. Source: DOMAIN R18."""

    level: VoiceLevel
    due: date
    clause: str
    why: WhyPassed
    note: Sealed[Care, str | None] = None


class VoiceAnswered(VoiceFact, name="hearth.care.voice_answered", version=1, published=True):
    """There is an answer, given by an office (`by`) of that level; the member is to be told by `tell_by`. Source: R18.

    Effective on the day of the answer. Others learn that there is one, and nothing of what it says.
    """

    level: VoiceLevel
    by: str
    answer: Sealed[Care, str]
    tell_by: date
    clause: str


class VoiceAnswerTakenBack(VoiceFact, name="hearth.care.voice_answer_taken_back", version=1):
    """The answer was written down by mistake; it is to be answered by `due` as before. Source: DOMAIN R18."""

    due: date
    clause: str


class ToldWay(StrEnum):
    """How the member was told."""

    VISIT = "visit"
    PHONE = "phone"
    MESSAGE = "message"


class VoiceToldBack(VoiceFact, name="hearth.care.voice_told_back", version=1):
    """The member was told the answer. Effective on that day; what they say to it comes apart. Source: DOMAIN R18."""

    way: ToldWay


class TheirWord(StrEnum):
    """What the member says to the answer."""

    SATISFIED = "satisfied"
    NOT_SATISFIED = "not_satisfied"
    CANNOT_BE_ASKED = "cannot_be_asked"
    """Died, moved away for good, or cannot say any more."""


class VoiceClosed(VoiceFact, name="hearth.care.voice_closed", version=1):
    """It ends with the member's own word; not satisfied only where nobody higher is left. Source: DOMAIN R18."""

    word: TheirWord
    note: Sealed[Care, str | None] = None


class VoiceTakenBack(VoiceFact, name="hearth.care.voice_taken_back", version=1):
    """It was raised by mistake, or the member does not want it raised; the envelope says why. Source: DOMAIN R18."""


class NothingToRaise(CareFact, name="hearth.care.nothing_to_raise", version=1):
    """Somebody looked at what was said at this visit: nothing of it goes upward. Source: DOMAIN R18."""

    visit_id: str
