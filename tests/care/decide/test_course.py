"""The course of an illness as the office lives through it: the same decisions, the same view, the same steps."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from events.facts.base import Fact
from events.facts.care import Severity, VisitPlanned, VisitReason
from events.facts.care_assistance import AssistanceKind, AssistanceProposed
from events.facts.decision import Decision, Happened
from services.care.decide import care, occasion
from services.care.decide.cared import Cared, evolve
from services.care.decide.commands import (
    PlanIllnessVisit,
    RecordVisit,
    Recover,
    ReportDischarge,
    ReportHospital,
    ReportIllness,
)
from services.care.decide.course import ChangeKind, Course, Step, StepState, Told, VisitNow, latest_course
from services.care.decide.plan import Situation
from services.care.project import course
from tests.care.decide.test_plan import POLICY
from tests.care.project.folding import MEMBER, rows_of, told
from tests.care.project.folding import Told as Stored
from tests.tables import cases

HERE = Situation()


class Story:
    """What is told to the office, one word after the other, and the facts that follow."""

    def __init__(self) -> None:
        self.cared = Cared()
        self.facts: list[Stored] = []

    def tell(self, words: str) -> None:
        match words.split():
            case ["ill", severity, day, *hospital]:
                on = _day(day)
                where = "一院" if hospital else None
                report = ReportIllness(severity=Severity(severity), since=on, hospital=where)
                (ill,) = self._happened(care.report_illness(self.cared, report, HERE, on), on)
                self._plan(ill, report, on)
            case ["hospital", day]:
                on = _day(day)
                stay = ReportHospital(on=on, hospital="一院")
                self._happened(occasion.report_hospital(self.cared, MEMBER, stay, HERE, POLICY, on), on)
            case ["home", day]:
                on = _day(day)
                back = ReportDischarge(on=on)
                self._happened(occasion.report_discharge(self.cared, MEMBER, back, HERE, POLICY, on), on)
            case ["well", day]:
                on = _day(day)
                self._happened(care.recover(self.cared, Recover(on=on), on), on)
            case ["visited", day]:
                self._visit(VisitReason.FELL_ILL, _day(day))
            case ["followed", day]:
                self._visit(VisitReason.DISCHARGED, _day(day))
            case ["missed", day]:
                self._happened(care.mark_missed(self.cared, _day(day)), _day(day))
            case _:
                raise ValueError(words)

    def _plan(self, ill: Stored, report: ReportIllness, on: date) -> None:
        """As the policy does that hears of it."""
        plan = PlanIllnessVisit(
            visit_id=f"visit-{ill.about.id}",
            because=ill.about.id,
            severity=report.severity,
            since=on,
            in_hospital=report.hospital is not None,
        )
        self._happened(care.plan_illness_visit(self.cared, plan, HERE, POLICY, on), on)

    def _visit(self, reason: VisitReason, on: date) -> None:
        visit_id = next(name for name, one in self.cared.open_visits() if one.window.reason is reason)
        self._happened(care.record_visit(self.cared, visit_id, RecordVisit(made_on=on, by="laoli"), on), on)

    def _happened(self, decision: Decision, today: date) -> list[Stored]:
        assert isinstance(decision, Happened), decision
        recorded = datetime.combine(today, datetime.min.time(), UTC) + timedelta(seconds=len(self.facts))
        new = [self._stored(fact, on, recorded) for fact, on in decision.facts]
        self.facts += new
        return new

    def _stored(self, fact: Fact, on: date, recorded: datetime) -> Stored:
        self.cared = evolve(self.cared, fact, on)
        one = told(fact, on, len(self.facts) + 1)
        unique = f"{len(self.facts)}-{type(fact).__name__}-{on}"
        return Stored(fact, one.about._replace(id=unique, recorded=recorded, seq=_next()))

    def course(self) -> Course | None:
        rows = sorted(rows_of(course.view, self.facts).values(), key=lambda row: row["seq"])
        visits = {
            name: VisitNow(stage=one.stage.value, closed_on=one.closed_on) for name, one in self.cared.visits.items()
        }
        happened = [Told.model_validate({name: row[name] for name in Told.model_fields}) for row in rows]
        return latest_course(happened, visits, POLICY)


_sequence = iter(range(1, 1_000_000))


def _next() -> int:
    return next(_sequence)


def _day(words: str) -> date:
    month, day = map(int, words.split("-"))
    return date(2026, month, day)


def _said(step: Step) -> str:
    match step.state:
        case StepState.DONE:
            return f"{step.name} {step.on:%m-%d}"
        case StepState.DUE:
            return f"{step.name} <{step.due:%m-%d}"
        case StepState.WAITING:
            return f"{step.name} ?"
        case StepState.MISSED:
            return f"{step.name} !"
        case StepState.DROPPED:
            return f"{step.name} dropped"


@cases("illness_course")
def test_the_steps_of_a_story(row: dict[str, str]) -> None:
    story = Story()
    for words in row["happened"].split(";"):
        story.tell(words.strip())
    found = story.course()
    assert found is not None
    assert ", ".join(map(_said, found.steps)) == row["steps"]
    assert (found.next.name if found.next else "") == row["next"]
    if found.next is not None and found.next.state is StepState.DUE:
        assert (f"{found.next.due:%m-%d}", found.next.clause) == (row["by"], row["clause"])
    assert found.over is (row["next"] == "")


def test_who_was_never_ill_has_no_course() -> None:
    assert Story().course() is None


def test_what_each_fact_changed_in_the_plan() -> None:
    story = Story()
    for words in ("ill serious 11-10", "hospital 11-11", "home 11-12", "well 11-20"):
        story.tell(words)
    found = story.course()
    assert found is not None
    assert [(one.by, one.kind, one.clause) for one in found.changes] == [
        ("fell_ill", ChangeKind.PLANNED, "§4.6"),
        ("hospitalised", ChangeKind.MOVED, "§4.6"),
        ("discharged", ChangeKind.CANCELLED, ""),
        ("discharged", ChangeKind.PLANNED, "§4.7"),
    ]


def test_a_proposal_stands_among_the_changes() -> None:
    story = Story()
    story.tell("ill serious 11-10")
    ill = story.facts[0]
    flag = AssistanceProposed(assistance_id="a1", kind=AssistanceKind.ILLNESS, clause="§5.8", because=ill.about.id)
    story._happened(Happened(((flag, _day("11-10")),)), _day("11-10"))
    found = story.course()
    assert found is not None
    last = found.changes[-1]
    assert (last.by, last.kind, last.clause, last.target) == ("fell_ill", ChangeKind.PROPOSED, "§5.8", "a1")


def test_visits_of_the_calendar_are_no_part_of_it() -> None:
    calendar = VisitPlanned(
        visit_id="v1", reason=VisitReason.EIGHTY, way="home", start=_day("11-01"), due=_day("11-20"),
        end=_day("11-30"), clause="§4.2",
    )  # fmt: skip
    assert rows_of(course.view, [told(calendar, _day("11-01"), 1)]) == {}
