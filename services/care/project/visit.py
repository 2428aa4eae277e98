"""Every visit and call that was planned, and what became of it: one row each."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Column, Date, Index, Integer, MetaData, Table, Text, text
from sqlalchemy.dialects.postgresql import JSONB

from events.facts.care import (
    MissedExplained,
    ThreeQuestionsAnswered,
    VisitCancelled,
    VisitMade,
    VisitMissed,
    VisitorAssigned,
    VisitPlanned,
)
from events.facts.care_rota import VisitorUnassigned
from events.facts.care_visit import PhotoTaken, VisitAttempted
from events.log.envelope import About
from events.log.project import Row, View, community_column

OPEN, MADE, CANCELLED, MISSED = "open", "made", "cancelled", "missed"
"""What became of it. Whether an open one is a draft or ready depends on the day and is asked, not stored."""

table = Table(
    "visit",
    MetaData(),
    Column("visit_id", Text, primary_key=True),
    community_column(),
    Column("member_id", Text, nullable=False),
    Column("stage", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("way", Text, nullable=False),
    Column("start_on", Date, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("end_on", Date, nullable=False),
    Column("clause", Text, nullable=False),
    Column("also", JSONB, nullable=False),
    Column("proposed", Text),
    Column("assigned", Text),
    Column("because", Text, nullable=False),
    Column("planned_on", Date, nullable=False),
    Column("closed_on", Date),
    Column("made_by", Text),
    Column("why", Text),
    Column("answers_seq", BigInteger),
    Column("missed_why", Text),
    Column("missed_on", Date),
    Column("set_for", Date),
    Column("rota_id", Text),
    Column("tried_on", Date),
    Column("tried_why", Text),
    Column("tries", Integer),
    Column("photos", JSONB),
    Index("visit_of_member", "member_id", "due_on"),
    Index("visit_by_stage", "stage", "due_on", "visit_id"),
    Index("visit_by_rota", "rota_id", postgresql_where=text("rota_id IS NOT NULL")),
)

view = View("visit", version=5, table=table, doc="Visits and calls: planned, made, missed, cancelled.")


def _its_visit(fact: Any, _about: About) -> list[tuple[str]]:
    """A visit that nobody had planned has no row."""
    return [(fact.visit_id,)] if fact.visit_id else []


@view.on(VisitPlanned, keys=_its_visit)
def _(_row: Row | None, fact: VisitPlanned, about: About) -> Row:
    """Planned again after it was cancelled, it is open as if nothing had been."""
    return {
        "member_id": about.entity,
        "stage": OPEN,
        "reason": fact.reason.value,
        "way": fact.way.value,
        "start_on": fact.start,
        "due_on": fact.due,
        "end_on": fact.end,
        "clause": fact.clause,
        "also": [one.model_dump(mode="json") for one in fact.also],
        "proposed": fact.proposed_visitor,
        "because": fact.because,
        "planned_on": about.effective,
    }


@view.on(VisitorAssigned, keys=_its_visit)
def _(row: Row | None, fact: VisitorAssigned, _about: About) -> Row | None:
    if row is None:
        return None
    return row | {"assigned": fact.visitor, "set_for": fact.on, "rota_id": fact.rota_id or None}


@view.on(VisitorUnassigned, keys=_its_visit)
def _(row: Row | None, _fact: VisitorUnassigned, _about: About) -> Row | None:
    """Nobody is proposed any more either."""
    return None if row is None else row | dict.fromkeys(("assigned", "proposed", "set_for", "rota_id"))


@view.on(VisitMade, keys=_its_visit)
def _(row: Row | None, fact: VisitMade, about: About) -> Row | None:
    return None if row is None else row | {"stage": MADE, "closed_on": about.effective, "made_by": fact.by}


@view.on(ThreeQuestionsAnswered, keys=_its_visit)
def _(row: Row | None, _fact: ThreeQuestionsAnswered, about: About) -> Row | None:
    """What was said stays sealed; the row only remembers which fact tells it."""
    return None if row is None else row | {"answers_seq": about.seq}


@view.on(VisitCancelled, keys=_its_visit)
def _(row: Row | None, fact: VisitCancelled, about: About) -> Row | None:
    return None if row is None else row | {"stage": CANCELLED, "closed_on": about.effective, "why": fact.why.value}


@view.on(VisitMissed, keys=_its_visit)
def _(row: Row | None, _fact: VisitMissed, about: About) -> Row | None:
    return None if row is None else row | {"stage": MISSED, "closed_on": about.effective, "missed_on": about.effective}


@view.on(MissedExplained, keys=_its_visit)
def _(row: Row | None, fact: MissedExplained, _about: About) -> Row | None:
    return None if row is None else row | {"missed_why": fact.why.value}


@view.on(VisitAttempted, keys=_its_visit)
def _(row: Row | None, fact: VisitAttempted, about: About) -> Row | None:
    """The latest attempt is shown, whatever order they become known in."""
    if row is None:
        return None
    counted = row | {"tries": (row.get("tries") or 0) + 1}
    if row.get("tried_on") is not None and row["tried_on"] > about.effective:
        return counted
    return counted | {"tried_on": about.effective, "tried_why": fact.why.value}


@view.on(PhotoTaken, keys=_its_visit)
def _(row: Row | None, fact: PhotoTaken, _about: About) -> Row | None:
    """Which photos there are, and who took each; the pictures are no business of a table."""
    if row is None:
        return None
    return row | {"photos": [*(row.get("photos") or []), {"photo_id": fact.photo_id, "by": fact.by}]}
