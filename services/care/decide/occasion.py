"""What befalls somebody: the fact, and in the same append the visit that it calls for (DOMAIN R13).

A visit's id follows from the person, the reason and the day: the same occasion told twice is one visit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from events.facts.base import Fact
from events.facts.care import Severity, VisitCancelled, VisitPlanned, VisitReason, VisitWay, WhyCancelled
from events.facts.care_occasion import Bereaved, Discharged, HardshipReported, Hospitalised
from events.facts.decision import Decision, Happened, nothing, refused
from services.care.decide.care import not_now, planned
from services.care.decide.cared import Cared
from services.care.decide.commands import ReportBereavement, ReportDischarge, ReportHardship, ReportHospital
from services.care.decide.plan import (
    Situation,
    Window,
    visit_for_illness,
    visit_id_of,
    visit_on_occasion,
    visits_to_the_widowed,
)
from services.care.decide.policy import CarePolicy


def report_hospital(
    cared: Cared, member_id: str, command: ReportHospital, situation: Situation, policy: CarePolicy, today: date
) -> Decision:
    """In hospital: whoever was to be visited at home because of the illness is visited there; otherwise soon."""
    if refusal := not_now(situation, command.on, today):
        return refusal
    if cared.hospital_since is not None:
        since = cared.hospital_since
        return nothing() if since == command.on else refused("in_hospital", since=since)
    admitted = Hospitalised(hospital=command.hospital, note=command.note)
    plans = list(_there_instead(cared)) or _soon_there(cared, member_id, command.on, situation, policy, today)
    return _together(admitted, command.on, plans, today)


def _there_instead(cared: Cared) -> Iterator[VisitPlanned]:
    """The open visits to the sick, in the same days, at the hospital."""
    for visit_id, visit in cared.open_visits():
        if visit.window.reason is VisitReason.FELL_ILL:
            window = visit.window.model_copy(update={"way": VisitWay.HOSPITAL})
            yield planned(visit_id, window, Situation(usual_visitor=visit.visitor))


def _soon_there(
    cared: Cared, member_id: str, on: date, situation: Situation, policy: CarePolicy, today: date
) -> list[VisitPlanned]:
    """Nobody had told of an illness: an admission is a serious one."""
    window = visit_for_illness(Severity.SERIOUS, on, policy, today, VisitWay.HOSPITAL)
    visit_id = visit_id_of(member_id, window)
    return [] if visit_id in cared.visits else [planned(visit_id, window, situation)]


def report_discharge(
    cared: Cared, member_id: str, command: ReportDischarge, situation: Situation, policy: CarePolicy, today: date
) -> Decision:
    """Out of hospital: what was to be done there is done at home, within the rule's days."""
    if refusal := not_now(situation, command.on, today):
        return refusal
    since = cared.hospital_since or _told_with_the_illness(cared)
    if since is None:
        again = cared.told.get(VisitReason.DISCHARGED) == command.on
        return nothing() if again else refused("not_in_hospital")
    if command.on < since:
        return refused("before_hospital", on=command.on, since=since)
    no_longer = [
        VisitCancelled(visit_id=visit_id, why=WhyCancelled.DISCHARGED)
        for visit_id, visit in cared.open_visits()
        if visit.window.way is VisitWay.HOSPITAL
    ]
    visit = _visit(cared, member_id, VisitReason.DISCHARGED, command.on, situation, policy, today)
    return _together(Discharged(note=command.note), command.on, [*no_longer, *visit], today)


def _told_with_the_illness(cared: Cared) -> date | None:
    """Since when somebody is in hospital of whom nothing was told but the illness, and a visit was planned there."""
    since, left = cared.ill_since, cared.told.get(VisitReason.DISCHARGED)
    if since is None or (left is not None and left >= since):
        return None
    there = any(
        visit.window.way is VisitWay.HOSPITAL and visit.window.start >= since for visit in cared.visits.values()
    )
    return since if there else None


def report_hardship(
    cared: Cared, member_id: str, command: ReportHardship, situation: Situation, policy: CarePolicy, today: date
) -> Decision:
    """In difficulties: somebody goes and asks."""
    fact = HardshipReported(what=command.what)
    return _told(cared, member_id, VisitReason.HARDSHIP, fact, command.on, situation, policy, today)


def report_bereavement(
    cared: Cared, member_id: str, command: ReportBereavement, situation: Situation, policy: CarePolicy, today: date
) -> Decision:
    """Somebody of the family died: somebody goes; to who lost wife or husband, again and again."""
    fact = Bereaved(whom=command.whom, note=command.note)
    told = _told(cared, member_id, VisitReason.BEREAVED, fact, command.on, situation, policy, today)
    if not isinstance(told, Happened) or not told.facts or not policy.spouse.is_meant(command.whom):
        return told
    windows = visits_to_the_widowed(command.on, policy, today, _way(situation))
    visits = {visit_id_of(member_id, window): window for window in windows}
    more = [planned(one, window, situation) for one, window in visits.items() if one not in cared.visits]
    return Happened((*told.facts, *((visit, today) for visit in more)))


def _told(
    cared: Cared,
    member_id: str,
    reason: VisitReason,
    fact: Fact,
    on: date,
    situation: Situation,
    policy: CarePolicy,
    today: date,
) -> Decision:
    if refusal := not_now(situation, on, today):
        return refusal
    if cared.told.get(reason) == on:
        return nothing()
    return _together(fact, on, _visit(cared, member_id, reason, on, situation, policy, today), today)


def _visit(
    cared: Cared,
    member_id: str,
    reason: VisitReason,
    on: date,
    situation: Situation,
    policy: CarePolicy,
    today: date,
) -> list[Fact]:
    """The visit; none if it was planned already, or if its time was over before anybody told of it."""
    window: Window = visit_on_occasion(reason, on, policy, today, _way(situation))
    visit_id = visit_id_of(member_id, window)
    return [] if visit_id in cared.visits else [planned(visit_id, window, situation)]


def _way(situation: Situation) -> VisitWay:
    return VisitWay.HOME if situation.away_since is None else VisitWay.CALL


def _together(fact: Fact, on: date, plans: Sequence[Fact], today: date) -> Happened:
    return Happened(((fact, on), *((plan, today) for plan in plans)))
