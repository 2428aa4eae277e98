"""Stream `care`: what is remembered of a member's care to decide, and how each fact changes it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from typing import Final

from pydantic import BaseModel, ConfigDict

from events.facts.base import Fact, is_hidden
from events.facts.care import (
    FellIll,
    HealthGrade,
    HealthGraded,
    MissedExplained,
    Recovered,
    Severity,
    ThreeQuestionsAnswered,
    VisitCancelled,
    VisitMade,
    VisitMissed,
    VisitorAssigned,
    VisitPlanned,
    VisitReason,
    VisitWay,
    WhyCancelled,
    WhyMissed,
)
from events.facts.care_assistance import AssistanceFact
from events.facts.care_campaign import OfCampaign
from events.facts.care_certification import CertificationPart
from events.facts.care_occasion import Bereaved, Discharged, HardshipReported, Hospitalised
from events.facts.care_pairing import PairingFact, TrainingFact
from events.facts.care_rota import RefusalWithdrawn, VisitorRefused, VisitorUnassigned
from events.facts.care_visit import News, PhotoTaken, ToldAtTheDoor, VisitAttempted
from events.facts.care_voice import NothingToRaise, VoiceFact
from events.facts.decision import Decider, UnknownFact
from services.care.decide.assistance_state import Assistance, assistance_after
from services.care.decide.campaign_state import Part, parts_after
from services.care.decide.certification_memory import Certification
from services.care.decide.pairing_state import Pairing, Training, pairings_after, trainings_after
from services.care.decide.plan import Done
from services.care.decide.voice_state import Voice, voices_after
from services.care.decide.window import Window


class Stage(StrEnum):
    """What became of a planned visit."""

    OPEN = "open"
    MADE = "made"
    CANCELLED = "cancelled"
    MISSED = "missed"


class Visit(BaseModel):
    """A planned visit, as far as decisions need it. `closed_on` is the day it was made, cancelled or missed; `again`:
    it was dropped for a reason that may pass, and is planned again when the rules ask for it.
    """

    model_config = ConfigDict(frozen=True)

    window: Window
    visitor: str | None = None
    stage: Stage = Stage.OPEN
    closed_on: date | None = None
    again: bool = False
    missed_why: WhyMissed | None = None
    on: date | None = None
    """The day somebody said they would go on."""
    rota_id: str = ""
    """The week's plan that says who goes; `back_to` is who was to go, and on which day, before it."""
    back_to: tuple[str | None, date | None] = (None, None)
    made_by: str = ""
    answered: bool = False
    tried: tuple[date, ...] = ()
    """The days on which somebody went and met nobody."""
    told: tuple[News, ...] = ()
    photos: tuple[str, ...] = ()


SETTLING: Final = frozenset({WhyCancelled.MET_OTHERWISE, WhyCancelled.BY_HAND})
"""Cancelled for these reasons a window is done with; for others the visit is planned again if the rules ask for it."""
_OF_THE_WINDOW: Final = ("reason", "way", "start", "due", "end", "clause", "also")
CLOSED_KEPT: Final = 24
"""So many closed visits are remembered, so that recording one twice, or a missed one late, is understood."""


class Cared(BaseModel):
    """What decisions about a member's care need to remember.

    `settled`: for each reason a day in the latest window that was used, missed or dropped by hand; `visited_on`: the
    last visit at home, for whatever reason.
    """

    model_config = ConfigDict(frozen=True)

    ill_since: date | None = None
    severity: Severity | None = None
    recovered_on: date | None = None
    health: HealthGrade | None = None
    health_on: date | None = None
    """The day of the latest grade; what is reported late about an earlier one does not push it aside."""
    hospital_since: date | None = None
    told: dict[VisitReason, date] = {}
    """The latest day on which each occasion happened, so that telling it twice is understood."""
    visits: dict[str, Visit] = {}
    settled: dict[VisitReason, date] = {}
    visited_on: date | None = None
    refused: tuple[str, ...] = ()
    """The visitors (names of accounts) whom the member does not wish to see."""
    voices: dict[str, Voice] = {}
    campaigns: dict[str, Part] = {}
    looked_at: tuple[str, ...] = ()
    """Visits of which somebody said that nothing goes upward; the latest few."""
    certification: Certification = Certification()
    assistance: dict[str, Assistance] = {}
    pairings: dict[str, Pairing] = {}
    trainings: dict[str, Training] = {}

    def open_visits(self) -> Iterator[tuple[str, Visit]]:
        """What is still to be done, by visit id."""
        return ((visit_id, visit) for visit_id, visit in self.visits.items() if visit.stage is Stage.OPEN)


def done(cared: Cared) -> Done:
    """What need not be planned any more."""
    return Done(
        settled=cared.settled,
        closed={one for one, visit in cared.visits.items() if visit.stage is not Stage.OPEN and not visit.again},
        open={one for one, _ in cared.open_visits()},
        visited_on=cared.visited_on,
        known_upto=max((visit.window.start for visit in cared.visits.values()), default=date.min),
    )


def evolve(cared: Cared, fact: Fact, effective: date) -> Cared:
    """The member's care after a fact. Raises `UnknownFact` on a fact of another stream."""
    if isinstance(fact, CertificationPart):
        return cared.model_copy(update={"certification": cared.certification.after(fact, effective)})
    match fact:
        case FellIll():
            severity = None if is_hidden(fact.severity) else fact.severity
            return cared.model_copy(update={"ill_since": effective, "severity": severity})
        case Recovered():
            return cared.model_copy(update={"ill_since": None, "severity": None, "recovered_on": effective})
        case HealthGraded():
            return _graded(cared, None if is_hidden(fact.grade) else fact.grade, effective)
        case Hospitalised():
            return cared.model_copy(update={"hospital_since": effective})
        case Discharged() | HardshipReported() | Bereaved():
            return _befell(cared, fact, effective)
        case ThreeQuestionsAnswered() | VisitAttempted() | PhotoTaken() | ToldAtTheDoor():
            return _brought_back(cared, fact, effective)
        case VoiceFact() | NothingToRaise() | OfCampaign():
            return _raised_or_listed(cared, fact, effective)
        case AssistanceFact() | PairingFact() | TrainingFact():
            return _helped(cared, fact, effective)
        case _:
            return _visits_after(cared, fact, effective)


def _helped(cared: Cared, fact: AssistanceFact | PairingFact | TrainingFact, on: date) -> Cared:
    match fact:
        case AssistanceFact():
            return cared.model_copy(update={"assistance": assistance_after(cared.assistance, fact, on)})
        case PairingFact():
            return cared.model_copy(update={"pairings": pairings_after(cared.pairings, fact, on)})
        case TrainingFact():
            return cared.model_copy(update={"trainings": trainings_after(cared.trainings, fact, on)})


def _raised_or_listed(cared: Cared, fact: VoiceFact | NothingToRaise | OfCampaign, on: date) -> Cared:
    match fact:
        case VoiceFact():
            return cared.model_copy(update={"voices": voices_after(cared.voices, fact, on)})
        case NothingToRaise():
            return cared.model_copy(update={"looked_at": (*cared.looked_at, fact.visit_id)[-CLOSED_KEPT:]})
        case OfCampaign():
            return cared.model_copy(update={"campaigns": parts_after(cared.campaigns, fact, on)})


def _visits_after(cared: Cared, fact: Fact, effective: date) -> Cared:
    match fact:
        case VisitPlanned():
            window = Window(**{name: getattr(fact, name) for name in _OF_THE_WINDOW})
            visit = Visit(window=window, visitor=fact.proposed_visitor)
            return cared.model_copy(update={"visits": _remembered(cared.visits | {fact.visit_id: visit})})
        case VisitorAssigned():
            return _assigned(cared, fact)
        case VisitorUnassigned():
            return _changed(cared, fact.visit_id, visitor=None, on=None, rota_id="", back_to=(None, None))
        case VisitorRefused():
            return cared.model_copy(update={"refused": tuple(sorted({*cared.refused, fact.visitor}))})
        case RefusalWithdrawn():
            return cared.model_copy(update={"refused": tuple(one for one in cared.refused if one != fact.visitor)})
        case VisitMade():
            made = _closed(_visited(cared, fact.way, effective), fact.visit_id or "", Stage.MADE, effective)
            return _changed(made, fact.visit_id or "", made_by=fact.by)
        case VisitMissed():
            return _closed(cared, fact.visit_id, Stage.MISSED, effective)
        case MissedExplained():
            return _changed(cared, fact.visit_id, missed_why=fact.why)
        case VisitCancelled():
            return _closed(cared, fact.visit_id, Stage.CANCELLED, effective, again=fact.why not in SETTLING)
        case _:
            raise UnknownFact("care", fact)


def _brought_back(cared: Cared, fact: Fact, on: date) -> Cared:
    """What somebody has from the door; what it says stays sealed, and is not remembered here."""
    match fact:
        case ThreeQuestionsAnswered():
            return _changed(cared, fact.visit_id, answered=True)
        case VisitAttempted() if fact.visit_id in cared.visits:
            return _changed(cared, fact.visit_id, tried=(*cared.visits[fact.visit_id].tried, on))
        case ToldAtTheDoor() if fact.visit_id in cared.visits:
            return _changed(cared, fact.visit_id, told=(*cared.visits[fact.visit_id].told, fact.news))
        case PhotoTaken() if fact.visit_id in cared.visits:
            return _changed(cared, fact.visit_id, photos=(*cared.visits[fact.visit_id].photos, fact.photo_id))
        case _:
            return cared


_REASON_OF: Final[dict[type[Fact], VisitReason]] = {
    Discharged: VisitReason.DISCHARGED,
    HardshipReported: VisitReason.HARDSHIP,
    Bereaved: VisitReason.BEREAVED,
}


def _befell(cared: Cared, fact: Fact, on: date) -> Cared:
    reason = _REASON_OF[type(fact)]
    told = cared.told | {reason: max(on, cared.told.get(reason, on))}
    since = None if reason is VisitReason.DISCHARGED else cared.hospital_since
    return cared.model_copy(update={"told": told, "hospital_since": since})


def _graded(cared: Cared, grade: HealthGrade | None, on: date) -> Cared:
    if cared.health_on is not None and on < cared.health_on:
        return cared
    return cared.model_copy(update={"health": grade, "health_on": on})


def _assigned(cared: Cared, fact: VisitorAssigned) -> Cared:
    visit = cared.visits.get(fact.visit_id)
    if visit is None:
        return cared
    before = (visit.visitor, visit.on) if fact.rota_id else (None, None)
    return _changed(cared, fact.visit_id, visitor=fact.visitor, on=fact.on, rota_id=fact.rota_id, back_to=before)


def _changed(cared: Cared, visit_id: str, **changes: object) -> Cared:
    visit = cared.visits.get(visit_id)
    if visit is None:
        return cared
    return cared.model_copy(update={"visits": cared.visits | {visit_id: visit.model_copy(update=changes)}})


def _visited(cared: Cared, way: VisitWay, on: date) -> Cared:
    if way is not VisitWay.HOME or (cared.visited_on or date.min) >= on:
        return cared
    return cared.model_copy(update={"visited_on": on})


def _closed(cared: Cared, visit_id: str, stage: Stage, on: date, *, again: bool = False) -> Cared:
    """What was missed is only settled for the reason of the visit: what else it was for may have days left."""
    visit = cared.visits.get(visit_id)
    if visit is None:
        return cared
    after = _changed(cared, visit_id, stage=stage, closed_on=on, again=again)
    if again:
        return after
    reasons = visit.window.reasons[:1] if stage is Stage.MISSED else visit.window.reasons
    start = visit.window.start
    settled = after.settled | {one: max(start, after.settled.get(one, start)) for one in reasons}
    return after.model_copy(update={"settled": settled})


def _remembered(visits: dict[str, Visit]) -> dict[str, Visit]:
    """Forget the oldest closed visits beyond `CLOSED_KEPT`: by their days, for a snapshot keeps no order of names."""
    closed = sorted((visit.window.end, visit_id) for visit_id, visit in visits.items() if visit.stage is not Stage.OPEN)
    forgotten = {visit_id for _, visit_id in closed[: max(0, len(closed) - CLOSED_KEPT)]}
    return {visit_id: visit for visit_id, visit in visits.items() if visit_id not in forgotten}


CARE: Final = Decider(owner="care", stream="care", initial=Cared(), evolve=evolve)
