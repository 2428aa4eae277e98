"""An illness as one course: fell ill, visited, out of hospital, looked after at home, well again (DOMAIN R13).

Pure: what happened, in the order it was written down, and what has become of the visits give the steps, what comes next
and by when, and what each fact changed in the plan. A course ends with the day of health, or, of a stay in hospital of
which no illness was told, when the visit after it is over.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from pydantic import BaseModel, ConfigDict

from events.facts.care import VisitReason, VisitWay
from services.care.decide.policy import CarePolicy


class Told(BaseModel):
    """One fact of the course, or one change of the plan. `visit_id` of a proposal is the assistance."""

    model_config = ConfigDict(frozen=True)

    kind: str
    happened_on: date
    fact_id: str = ""
    because: str = ""
    recorded: datetime | None = None
    visit_id: str | None = None
    reason: str | None = None
    way: str | None = None
    due_on: date | None = None
    clause: str | None = None


class StepName(StrEnum):
    """The steps, in their order."""

    FELL_ILL = "fell_ill"
    HOSPITAL = "hospitalised"
    VISIT = "visit"
    DISCHARGED = "discharged"
    FOLLOW_UP = "follow_up"
    RECOVERED = "recovered"


class StepState(StrEnum):
    """Whether it is behind."""

    DONE = "done"
    DUE = "due"
    """A visit that waits to be made."""
    MISSED = "missed"
    DROPPED = "dropped"
    """The visit was not needed any more."""
    WAITING = "waiting"
    """Nobody knows yet when."""


class VisitNow(BaseModel):
    """What has become of a visit: `open`, `made`, `missed`, `cancelled`."""

    model_config = ConfigDict(frozen=True)

    stage: str
    closed_on: date | None = None


class Step(BaseModel):
    """One step: `on` when it is done, `due` when it is to be done, with the clause."""

    model_config = ConfigDict(frozen=True)

    name: StepName
    state: StepState
    on: date | None = None
    due: date | None = None
    clause: str = ""
    visit_id: str = ""
    within_days: int | None = None
    """So many days after what is not known yet."""


class ChangeKind(StrEnum):
    """What a fact did to the plan."""

    PLANNED = "planned"
    MOVED = "moved"
    """The same visit, another way."""
    CANCELLED = "cancelled"
    PROPOSED = "proposed"


class Change(BaseModel):
    """One change and the fact that made it."""

    model_config = ConfigDict(frozen=True)

    by: str
    on: date
    kind: ChangeKind
    reason: str = ""
    way: str = ""
    due: date | None = None
    clause: str = ""
    target: str = ""


class Course(BaseModel):
    """The whole of it."""

    model_config = ConfigDict(frozen=True)

    since: date
    steps: tuple[Step, ...]
    changes: tuple[Change, ...]
    in_hospital: date | None = None

    @property
    def next(self) -> Step | None:
        """What comes next: the first visit to be made, or else what waits to be told."""
        due = (step for step in self.steps if step.state is StepState.DUE)
        waiting = (step for step in self.steps if step.state is StepState.WAITING)
        return next(due, None) or next(waiting, None)

    @property
    def over(self) -> bool:
        """Nothing is left to be done."""
        return self.next is None


FACTS: Final = ("fell_ill", "hospitalised", "discharged", "recovered")
_MADE: Final = {"made": StepState.DONE, "missed": StepState.MISSED, "cancelled": StepState.DROPPED}


def latest_course(told: Sequence[Told], visits: Mapping[str, VisitNow], policy: CarePolicy) -> Course | None:
    """The course that is going on, or the last one; None if the person was never ill as far as anybody told."""
    own = _since_it_began(told)
    if not own:
        return None
    happened = {name: [one for one in own if one.kind == name] for name in FACTS}
    ill, well = happened["fell_ill"], happened["recovered"]
    admitted, left = _stay(own)
    steps = []
    if ill:
        steps.append(Step(name=StepName.FELL_ILL, state=StepState.DONE, on=ill[0].happened_on))
    if admitted is not None:
        steps.append(Step(name=StepName.HOSPITAL, state=StepState.DONE, on=admitted))
    steps += _visited(StepName.VISIT, VisitReason.FELL_ILL, own, visits)
    if admitted is not None:
        steps.append(_known(StepName.DISCHARGED, left))
        steps += _visited(StepName.FOLLOW_UP, VisitReason.DISCHARGED, own, visits) or _after_leaving(left, policy)
    if ill:
        steps.append(_known(StepName.RECOVERED, well[-1].happened_on if well else None))
    over = bool(well) or left is not None
    return Course(
        since=own[0].happened_on,
        steps=tuple(_settled(steps, well=bool(well))),
        changes=tuple(_changes(own)),
        in_hospital=None if over else admitted,
    )


def _since_it_began(told: Sequence[Told]) -> list[Told]:
    """The facts of the last course. Who falls ill, or is admitted, when nothing is going on begins a new one."""
    course: list[Told] = []
    going_on = ill = False
    for one in told:
        if one.kind in ("fell_ill", "hospitalised") and not going_on:
            course, going_on, ill = [], True, False
        ill = ill or one.kind == "fell_ill"
        course.append(one)
        if one.kind == "recovered" or (one.kind == "discharged" and not ill):
            going_on = False
    return course if any(one.kind in FACTS for one in course) else []


def _stay(own: Sequence[Told]) -> tuple[date | None, date | None]:
    """(admitted, left): the last stay. Told with the illness, it is known from the visit that was planned there."""
    admitted = left = None
    for one in own:
        there = one.kind == "planned" and one.way == VisitWay.HOSPITAL and admitted is None
        if one.kind == "hospitalised":
            admitted, left = one.happened_on, None
        elif there:
            admitted = own[0].happened_on
        elif one.kind == "discharged":
            left = one.happened_on
    return admitted, left


def _known(name: StepName, on: date | None) -> Step:
    return Step(name=name, state=StepState.WAITING if on is None else StepState.DONE, on=on)


def _visited(name: StepName, reason: VisitReason, own: Sequence[Told], visits: Mapping[str, VisitNow]) -> list[Step]:
    """The visit for that reason: the nearest that waits, else the last that was made, else the last planned."""
    planned = [one for one in own if one.kind == "planned" and one.reason == reason and one.visit_id]
    steps = []
    for one in planned:
        now = visits.get(one.visit_id or "", VisitNow(stage="open"))
        state = _MADE.get(now.stage, StepState.DUE)
        steps.append(
            Step(
                name=name,
                state=state,
                on=None if state is StepState.DUE else now.closed_on,
                due=one.due_on,
                clause=one.clause or "",
                visit_id=one.visit_id or "",
            )
        )
    due = [step for step in steps if step.state is StepState.DUE]
    done = [step for step in steps if step.state is StepState.DONE]
    return [min(due, key=lambda step: step.due or date.max)] if due else (done or steps)[-1:]


def _after_leaving(left: date | None, policy: CarePolicy) -> list[Step]:
    """Nothing is planned for after the stay: it is not over, or its time had passed before anybody told of it."""
    if left is not None:
        return []
    rule = policy.occasions[VisitReason.DISCHARGED]
    return [
        Step(name=StepName.FOLLOW_UP, state=StepState.WAITING, clause=rule.clause, within_days=rule.days),
    ]


def _settled(steps: Sequence[Step], *, well: bool) -> Iterator[Step]:
    """Whoever is well again waits for nothing more; a visit that was planned is still made."""
    for step in steps:
        if well and step.state is StepState.WAITING:
            continue
        yield step


def _changes(own: Sequence[Told]) -> Iterator[Change]:
    """Written down with a fact, or because of it: what it changed in the plan."""
    known: dict[str, str] = {}
    for one in own:
        if one.kind not in ("planned", "cancelled", "proposed"):
            continue
        cause = next((fact for fact in own if fact.kind in FACTS and _caused(fact, one)), None)
        kind = ChangeKind(one.kind)
        if kind is ChangeKind.PLANNED and one.visit_id in known:
            kind = ChangeKind.MOVED
        if one.kind == "planned":
            known[one.visit_id or ""] = one.way or ""
        yield Change(
            by=cause.kind if cause else "",
            on=cause.happened_on if cause else one.happened_on,
            kind=kind,
            reason=one.reason or "",
            way=one.way or "",
            due=one.due_on,
            clause=one.clause or "",
            target=one.visit_id or "",
        )


def _caused(fact: Told, change: Told) -> bool:
    if change.because:
        return change.because == fact.fact_id
    return fact.recorded is not None and fact.recorded == change.recorded
