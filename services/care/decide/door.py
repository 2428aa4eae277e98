"""At the door: whether a visit can be put on record, what was brought back from it, and an attempt in vain."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from events.facts.base import Fact
from events.facts.care import Answers, MissedExplained, ThreeQuestionsAnswered
from events.facts.care_visit import News, PhotoTaken, ToldAtTheDoor, VisitAttempted
from events.facts.decision import Decision, Refused, facts, nothing, refused
from services.care.decide.cared import Cared, Stage, Visit
from services.care.decide.commands import AttemptVisit, RecordVisit

PHOTOS_MAX: Final = 3
"""Of one visit: a photo shows what words cannot, it is no album."""


def unmade(visit: Visit, command: RecordVisit, today: date) -> Refused | None:
    """Why the visit cannot be put on record as this; None if it can, or is on record already.

    What two people noted of one visit is not thrown away: the second of them is told.
    """
    if visit.stage is Stage.CANCELLED:
        return refused("visit_cancelled", on=visit.closed_on)
    if visit.stage is Stage.MADE:
        if visit.closed_on != command.made_on:
            return refused("already_made", on=visit.closed_on)
        if visit.answered and answers_of(command) != Answers() and visit.made_by not in ("", command.by):
            return refused("already_told", by=visit.made_by)
    if command.made_on > today:
        return refused("in_future", day=command.made_on, today=today)
    if command.made_on < visit.window.start:
        return refused("before_start", start=visit.window.start)
    return None


def answers_of(command: RecordVisit) -> Answers:
    """The three answers."""
    return Answers(difficulties=command.difficulties, suggestions=command.suggestions, plans=command.plans)


def brought_back(visit: Visit, visit_id: str, command: RecordVisit, photo: PhotoTaken | None) -> Iterator[Fact]:
    """What is not on record yet of what the visitor has from the door."""
    answers = answers_of(command)
    if answers != Answers() and not visit.answered:
        yield ThreeQuestionsAnswered(visit_id=visit_id, answers=answers)
    if photo is not None and photo.photo_id not in visit.photos:
        yield photo
    if command.phone is not None and News.PHONE not in visit.told:
        yield ToldAtTheDoor(visit_id=visit_id, by=command.by, news=News.PHONE, phone=command.phone)
    if command.handed_over_fen is not None and News.DUES not in visit.told:
        yield ToldAtTheDoor(visit_id=visit_id, by=command.by, news=News.DUES, amount_fen=command.handed_over_fen)


def attach_photo(cared: Cared, visit_id: str, photo: PhotoTaken) -> Decision:
    """A photo of a visit that is on record, a later one or the first."""
    visit = cared.visits.get(visit_id)
    if visit is None:
        return refused("no_visit")
    if visit.stage is not Stage.MADE or visit.closed_on is None:
        return refused("not_made")
    if photo.photo_id in visit.photos:
        return nothing()
    if len(visit.photos) >= PHOTOS_MAX:
        return refused("photos_full", most=PHOTOS_MAX)
    return facts(photo, on=visit.closed_on)


def attempt_visit(cared: Cared, visit_id: str, command: AttemptVisit, today: date) -> Decision:
    """Nobody was met. The visit stays to be made; one that was missed meanwhile is explained by it."""
    visit = cared.visits.get(visit_id)
    if visit is None:
        return refused("no_visit")
    if visit.stage in (Stage.MADE, Stage.CANCELLED):
        return refused("visit_closed", stage=visit.stage, on=visit.closed_on)
    if command.on > today:
        return refused("in_future", day=command.on, today=today)
    if command.on < visit.window.start:
        return refused("before_start", start=visit.window.start)
    if command.on in visit.tried:
        return nothing()
    tried = VisitAttempted(visit_id=visit_id, by=command.by, why=command.why, note=command.note)
    if visit.stage is Stage.MISSED and visit.missed_why is None:
        return facts(tried, MissedExplained(visit_id=visit_id, why=command.why), on=command.on)
    return facts(tried, on=command.on)
