"""Stream `care`: what may happen in the care of a member."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta

from events.facts.base import Fact
from events.facts.care import (
    SOON,
    FellIll,
    Recovered,
    Severity,
    VisitCancelled,
    VisitMade,
    VisitMissed,
    VisitorAssigned,
    VisitPlanned,
    VisitReason,
    VisitWay,
    WhyCancelled,
)
from events.facts.care_visit import PhotoTaken
from events.facts.decision import Decision, Happened, Refused, facts, nothing, refused
from events.facts.ids import derived_uuid7
from services.care.decide import door
from services.care.decide.cared import Cared, Stage, Visit, done
from services.care.decide.commands import (
    AssignVisitor,
    CancelVisits,
    NoteContact,
    PlanIllnessVisit,
    RecordVisit,
    Recover,
    ReportIllness,
)
from services.care.decide.plan import GREETED, Situation, Window, plan, visit_for_illness, visit_id_of
from services.care.decide.policy import CarePolicy
from services.care.decide.year import Year


def unable(situation: Situation) -> Refused | None:
    """Why nobody can be cared for any more; None if they can."""
    if situation.died_on is not None:
        return refused("died", on=situation.died_on)
    return None if situation.on_roll else refused("not_on_roll")


def not_now(situation: Situation, on: date, today: date) -> Refused | None:
    """Why nothing that happened on this day can be put on this record; None if it can."""
    if refusal := unable(situation):
        return refusal
    if situation.merged_into is not None:
        return refused("merged", into=situation.merged_into)
    return refused("in_future", day=on, today=today) if on > today else None


def report_illness(cared: Cared, command: ReportIllness, situation: Situation, today: date) -> Decision:
    """The member fell ill, or the illness known of has become worse."""
    if refusal := not_now(situation, command.since, today):
        return refusal
    if cared.ill_since is not None and not _is_worse(command.severity, cared.severity):
        return nothing() if command.since == cared.ill_since else refused("already_ill", since=cared.ill_since)
    fell_ill = FellIll(severity=command.severity, hospital=command.hospital, note=command.note)
    return facts(fell_ill, on=command.since)


def _is_worse(severity: Severity, than: Severity | None) -> bool:
    order = list(Severity)
    return than is None or order.index(severity) > order.index(than)


def recover(cared: Cared, command: Recover, today: date) -> Decision:
    """The member is well again, and the visit because of the illness is not needed any more."""
    if command.on > today:
        return refused("in_future", day=command.on, today=today)
    if cared.ill_since is None:
        return nothing() if cared.recovered_on == command.on else refused("not_ill")
    if command.on < cared.ill_since:
        return refused("before_falling_ill", on=command.on, since=cared.ill_since)
    no_longer = [
        (VisitCancelled(visit_id=visit_id, why=WhyCancelled.RECOVERED), today)
        for visit_id, visit in cared.open_visits()
        if visit.window.reason is VisitReason.FELL_ILL
    ]
    return Happened(((Recovered(), command.on), *no_longer))


def plan_illness_visit(
    cared: Cared, command: PlanIllnessVisit, situation: Situation, policy: CarePolicy, today: date
) -> Decision:
    """Plan the visit within the policy's days; nothing if it is planned already or the member is well again."""
    if refusal := unable(situation):
        return refusal
    if command.visit_id in cared.visits or cared.ill_since is None:
        return nothing()
    way = VisitWay.HOSPITAL if command.in_hospital else VisitWay.HOME
    if situation.away_since is not None:
        way = VisitWay.CALL
    window = visit_for_illness(command.severity, command.since, policy, today, way)
    return facts(planned(command.visit_id, window, situation, command.because), on=today)


def replan(cared: Cared, member_id: str, situation: Situation, year: Year, *, because: str = "") -> Decision:
    """Plan what the calendar's rules ask for now, and drop what they do not ask for any more.

    Who went away is called instead of visited; who came back is visited again. `because` is the id of the fact that
    changed the situation, if one did. A window that was used, missed or dropped by hand is not planned again. What is
    planned for a record that another one stands for rests. What was planned stays as it is while the rules ask for the
    same visit in the same days: their words are those of the day on which it was planned.
    """
    if refusal := unable(situation):
        return refusal
    if situation.merged_into is not None:
        return nothing()
    was_done = done(cared)
    coming = plan(situation, was_done, year, member_id)
    wanted = {
        visit_id_of(member_id, window): window
        for window in coming
        if year.is_near(window) or window.own_start <= was_done.known_upto
    }
    happened: list[Fact] = []
    for visit_id, visit in cared.open_visits():
        if (why := _no_longer_needed(visit_id, visit, wanted, situation, year.today)) is not None:
            happened.append(VisitCancelled(visit_id=visit_id, why=why, because=because))
            if visit.window.reason in SOON:
                happened.append(_call_instead(visit_id, visit.window, situation, because))
    for visit_id, window in wanted.items():
        known = cared.visits.get(visit_id)
        if year.is_near(window) and (known is None or _is_another(known, window)):
            happened.append(planned(visit_id, window, _with_visitor(situation, known), because))
    return facts(*happened, on=year.today)


def _is_another(known: Visit, window: Window) -> bool:
    """The visit was dropped and is needed again, or serves other reasons in other days than when it was planned."""
    if known.stage is Stage.CANCELLED:
        return True
    was = known.window
    return (was.start, was.end, was.reasons) != (window.start, window.end, window.reasons)


def _with_visitor(situation: Situation, known: Visit | None) -> Situation:
    """Whoever was to go before goes still."""
    if known is None or known.stage is not Stage.OPEN or known.visitor is None:
        return situation
    return situation.model_copy(update={"usual_visitor": known.visitor})


def _no_longer_needed(
    visit_id: str, visit: Visit, wanted: Mapping[str, Window], situation: Situation, today: date
) -> WhyCancelled | None:
    window, is_away = visit.window, situation.away_since is not None
    if window.reason in SOON:
        return WhyCancelled.WENT_AWAY if is_away and window.way is VisitWay.HOME else None
    if visit_id in wanted:
        return None
    if is_away and (window.way is VisitWay.HOME or window.reason is VisitReason.ALONE):
        return WhyCancelled.WENT_AWAY
    if not is_away and (window.reason is VisitReason.AWAY or _is_visited_instead(window, wanted)):
        return WhyCancelled.RETURNED
    if window.end < today:  # whoever looks for what was missed says so
        return None
    return WhyCancelled.MET_OTHERWISE if _was_met(visit, situation) else WhyCancelled.NOT_DUE


def _is_visited_instead(call: Window, wanted: Mapping[str, Window]) -> bool:
    """Somebody was to be greeted by telephone, being away, and is visited for the same reason now."""
    if call.way is not VisitWay.CALL:
        return False
    return any(call.reason in one.reasons and one.way is VisitWay.HOME for one in wanted.values())


def _was_met(visit: Visit, situation: Situation) -> bool:
    """Somebody has met the person in the days of the visit, in a way that counts for it."""
    if not GREETED.isdisjoint(visit.window.reasons):
        return False
    day = situation.last_contact if visit.window.way is VisitWay.CALL else situation.last_visit
    return day is not None and visit.window.contains(day)


def _call_instead(visit_id: str, window: Window, situation: Situation, because: str) -> VisitPlanned:
    """Who went away is called in the time in which they would have been visited because of what happened."""
    call_id = derived_uuid7(datetime.combine(window.start, time(), UTC), visit_id, VisitWay.CALL)
    return planned(call_id, window.model_copy(update={"way": VisitWay.CALL}), situation, because)


def planned(visit_id: str, window: Window, situation: Situation, because: str = "") -> VisitPlanned:
    """The fact of a window, with whoever usually goes."""
    return VisitPlanned(
        visit_id=visit_id,
        reason=window.reason,
        way=window.way,
        start=window.start,
        due=window.due,
        end=window.end,
        clause=window.clause,
        proposed_visitor=situation.usual_visitor,
        because=because,
        also=window.also,
    )


def assign_visitor(cared: Cared, visit_id: str, command: AssignVisitor, today: date) -> Decision:
    """Somebody else goes."""
    visit = cared.visits.get(visit_id)
    if visit is None:
        return refused("no_visit")
    if visit.stage is not Stage.OPEN:
        return refused("visit_closed", stage=visit.stage, on=visit.closed_on)
    if command.visitor in cared.refused:
        return refused("visitor_refused", visitor=command.visitor)
    if visit.visitor == command.visitor and command.on in (None, visit.on):
        return nothing()
    return facts(VisitorAssigned(visit_id=visit_id, visitor=command.visitor, on=command.on), on=today)


def record_visit(
    cared: Cared,
    visit_id: str,
    command: RecordVisit,
    today: date,
    photo: PhotoTaken | None = None,
    *,
    visit_counts: bool = True,
) -> Decision:
    """Somebody went. A visit made late, or recorded late, counts; calls meanwhile due are not needed any more, nor,
    if `visit_counts`, what else of the calendar was to be done at the person's door in that time.

    What was brought back may follow later the same day; what is on record already is not written twice.
    """
    visit = cared.visits.get(visit_id)
    if visit is None:
        return refused("no_visit")
    if refusal := door.unmade(visit, command, today):
        return refusal
    made = [] if visit.stage is Stage.MADE else [VisitMade(visit_id=visit_id, by=command.by, way=visit.window.way)]
    met = [
        VisitCancelled(visit_id=other, why=WhyCancelled.MET_OTHERWISE)
        for other in _met(cared, command.made_on, at_home=visit_counts and visit.window.way is VisitWay.HOME)
        if made and other != visit_id
    ]
    return facts(*made, *door.brought_back(visit, visit_id, command, photo), *met, on=command.made_on)


def note_contact(cared: Cared, command: NoteContact) -> Decision:
    """Somebody met the member: the calls whose time that was are not needed any more."""
    met = [
        VisitCancelled(visit_id=visit_id, why=WhyCancelled.MET_OTHERWISE, because=command.because)
        for visit_id in _met(cared, command.on, at_home=False)
    ]
    return facts(*met, on=command.on)


def _met(cared: Cared, on: date, *, at_home: bool) -> list[str]:
    """The open visits of the calendar's rules in whose window the day lies: the calls, and `at_home` all of them; but
    no greetings for a festival or a birthday.
    """
    return [
        visit_id
        for visit_id, visit in cared.open_visits()
        if SOON.isdisjoint(visit.window.reasons)
        and GREETED.isdisjoint(visit.window.reasons)
        and visit.window.contains(on)
        and (at_home or visit.window.way is VisitWay.CALL)
    ]


def cancel_visit(cared: Cared, visit_id: str, today: date) -> Decision:
    """A person decided that one visit is not needed; it is not planned again in its window."""
    visit = cared.visits.get(visit_id)
    if visit is None:
        return refused("no_visit")
    if visit.stage is Stage.CANCELLED:
        return nothing()
    if visit.stage is not Stage.OPEN:
        return refused("visit_closed", stage=visit.stage, on=visit.closed_on)
    return facts(VisitCancelled(visit_id=visit_id, why=WhyCancelled.BY_HAND), on=today)


def cancel_visits(cared: Cared, command: CancelVisits, today: date) -> Decision:
    """Nothing planned is needed any more."""
    cancelled = [
        VisitCancelled(visit_id=visit_id, why=command.why, because=command.because)
        for visit_id, _ in cared.open_visits()
    ]
    return facts(*cancelled, on=today)


def mark_missed(cared: Cared, today: date) -> Decision:
    """The windows that have closed with nobody having gone."""
    return Happened(
        tuple(
            (VisitMissed(visit_id=visit_id), visit.window.end + timedelta(days=1))
            for visit_id, visit in cared.open_visits()
            if visit.window.end < today
        )
    )
