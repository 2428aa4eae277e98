"""What members raised: where each item stands, the steps of its course, and what was said that nobody raised yet.

No word that was said stands in these tables, nor the copy without names: they stay sealed in the second copy, so that
they go with the person, and are opened for whoever handles the item (`record.py`).
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Date, Index, Integer, MetaData, Table, Text

from events.facts.base import is_hidden
from events.facts.care import ThreeQuestionsAnswered
from events.facts.care_voice import (
    NothingToRaise,
    VoiceAnswered,
    VoiceAnswerTakenBack,
    VoiceClosed,
    VoiceFact,
    VoicePassedOn,
    VoiceRaised,
    VoiceTakenBack,
    VoiceTakenUp,
    VoiceToldBack,
    WhyPassed,
)
from events.log.envelope import About
from events.log.project import Row, View, community_column

RAISED, TAKEN_UP, ANSWERED, TOLD, CLOSED, TAKEN_BACK = "raised", "taken_up", "answered", "told", "closed", "taken_back"
WITH_AN_OFFICE, TO_TELL = (RAISED, TAKEN_UP), (ANSWERED, TOLD)
OPEN = (*WITH_AN_OFFICE, *TO_TELL)

table = Table(
    "voice",
    MetaData(),
    Column("voice_id", Text, primary_key=True),
    community_column(),
    Column("member_id", Text, nullable=False),
    Column("topic", Text, nullable=False),
    Column("stage", Text, nullable=False),
    Column("level", Text, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("clause", Text, nullable=False),
    Column("raised_on", Date, nullable=False),
    Column("raised_by", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("source_id", Text, nullable=False),
    Column("said_seq", BigInteger, nullable=False),
    Column("by", Text),
    Column("answer_seq", BigInteger),
    Column("answered_on", Date),
    Column("answered_late", Boolean),
    Column("told_on", Date),
    Column("told_way", Text),
    Column("word", Text),
    Column("over_on", Date),
    Column("rounds", Integer, nullable=False),
    Index("voice_by_stage", "stage", "due_on", "voice_id"),
    Index("voice_of_member", "member_id", "raised_on"),
)

view = View("voice", version=1, table=table, doc="What members raised: topic, who has it, until when, how it ended.")


def _item(fact: VoiceFact, _about: About) -> list[tuple[str]]:
    return [(fact.voice_id,)]


@view.on(VoiceRaised, keys=_item)
def _(_row: Row | None, fact: VoiceRaised, about: About) -> Row:
    return {
        "member_id": about.entity,
        "topic": fact.topic,
        "stage": RAISED,
        "level": fact.level.value,
        "due_on": fact.due,
        "clause": fact.clause,
        "raised_on": about.effective,
        "raised_by": about.actor,
        "source": fact.source.value,
        "source_id": fact.source_id,
        "said_seq": about.seq,
        "rounds": 0,
    }


@view.on(VoiceTakenUp, keys=_item)
def _(row: Row | None, fact: VoiceTakenUp, _about: About) -> Row | None:
    return None if row is None else row | {"stage": TAKEN_UP, "by": fact.by}


@view.on(VoicePassedOn, keys=_item)
def _(row: Row | None, fact: VoicePassedOn, _about: About) -> Row | None:
    if row is None:
        return None
    asked = {"stage": RAISED, "level": fact.level.value, "due_on": fact.due, "clause": fact.clause, "by": None}
    again = {"rounds": row["rounds"] + 1} if fact.why is WhyPassed.NOT_SATISFIED else {}
    return row | asked | again | {"answered_on": None, "answered_late": None, "answer_seq": None}


@view.on(VoiceAnswered, keys=_item)
def _(row: Row | None, fact: VoiceAnswered, about: About) -> Row | None:
    if row is None:
        return None
    answered = {"answer_seq": about.seq, "answered_on": about.effective, "by": fact.by}
    late = {"answered_late": about.effective > row["due_on"], "told_on": None, "told_way": None}
    return row | answered | late | {"stage": ANSWERED, "due_on": fact.tell_by, "clause": fact.clause}


@view.on(VoiceAnswerTakenBack, keys=_item)
def _(row: Row | None, fact: VoiceAnswerTakenBack, _about: About) -> Row | None:
    if row is None:
        return None
    unsaid = {"answer_seq": None, "answered_on": None, "answered_late": None}
    return row | unsaid | {"stage": TAKEN_UP, "due_on": fact.due, "clause": fact.clause}


@view.on(VoiceToldBack, keys=_item)
def _(row: Row | None, fact: VoiceToldBack, about: About) -> Row | None:
    return None if row is None else row | {"stage": TOLD, "told_on": about.effective, "told_way": fact.way.value}


@view.on(VoiceClosed, keys=_item)
def _(row: Row | None, fact: VoiceClosed, about: About) -> Row | None:
    return None if row is None else row | {"stage": CLOSED, "word": fact.word.value, "over_on": about.effective}


@view.on(VoiceTakenBack, keys=_item)
def _(row: Row | None, _fact: VoiceTakenBack, about: About) -> Row | None:
    return None if row is None else row | {"stage": TAKEN_BACK, "over_on": about.effective}


# ── the course ───────────────────────────────────────────────────────────────────────────────────────────────────

steps = Table(
    "voice_step",
    MetaData(),
    Column("voice_id", Text, primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    community_column(),
    Column("kind", Text, nullable=False),
    Column("happened_on", Date, nullable=False),
    Column("actor", Text, nullable=False),
    Column("level", Text),
    Column("by", Text),
    Column("why", Text),
    Column("noted", Boolean, nullable=False),
)

course = View("voice_step", version=1, table=steps, doc="What happened to each item, step by step; words stay sealed.")


def _step(fact: VoiceFact, about: About) -> list[tuple[str, int]]:
    return [(fact.voice_id, about.seq)]


def _fold_step(_row: Row | None, fact: Any, about: About) -> Row:
    note, level = getattr(fact, "note", None), getattr(fact, "level", None)
    why = getattr(fact, "why", None) or getattr(fact, "word", None) or getattr(fact, "way", None)
    return {
        "kind": fact.NAME.rpartition(".")[2].removeprefix("voice_"),
        "happened_on": about.effective,
        "actor": about.actor,
        "level": level.value if level else None,
        "by": getattr(fact, "by", None),
        "why": why.value if why else (about.reason or None),
        "noted": note is not None and not is_hidden(note),
    }


for _kind in (
    VoiceRaised, VoiceTakenUp, VoicePassedOn, VoiceAnswered, VoiceAnswerTakenBack, VoiceToldBack, VoiceClosed,
    VoiceTakenBack,
):  # fmt: skip
    course.on(_kind, keys=_step)(_fold_step)


# ── what was said and not raised ─────────────────────────────────────────────────────────────────────────────────

said = Table(
    "voice_said",
    MetaData(),
    Column("visit_id", Text, primary_key=True),
    community_column(),
    Column("member_id", Text, nullable=False),
    Column("said_on", Date, nullable=False),
    Column("difficulties", Boolean, nullable=False),
    Column("suggestions", Boolean, nullable=False),
    Column("raised", Boolean, nullable=False),
    Column("looked_at", Boolean, nullable=False),
    Index("voice_said_waiting", "raised", "looked_at", "said_on"),
)

hints = View("voice_said", version=1, table=said, doc="Visits at which difficulties or suggestions were told of.")


def _visit(fact: Any, _about: About) -> list[tuple[str]]:
    return [(fact.visit_id,)]


@hints.on(ThreeQuestionsAnswered, keys=_visit)
def _(_row: Row | None, fact: ThreeQuestionsAnswered, about: About) -> Row | None:
    """That something was said, not what: the table may be read by those who may not read the words."""
    if is_hidden(fact.answers) or not (fact.answers.difficulties or fact.answers.suggestions):
        return None
    return {
        "member_id": about.entity,
        "said_on": about.effective,
        "difficulties": fact.answers.difficulties is not None,
        "suggestions": fact.answers.suggestions is not None,
        "raised": False,
        "looked_at": False,
    }


@hints.on(VoiceRaised, keys=lambda fact, _about: [(fact.source_id,)] if fact.source_id else [])
def _(row: Row | None, _fact: VoiceRaised, _about: About) -> Row | None:
    return None if row is None else row | {"raised": True}


@hints.on(NothingToRaise, keys=_visit)
def _(row: Row | None, _fact: NothingToRaise, _about: About) -> Row | None:
    return None if row is None else row | {"looked_at": True}
