"""The yearly certification for a pension: whose turn, by which way, what is written down, and that it is once."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given as forall
from hypothesis import strategies as st

from events.facts.care_certification import (
    CertificationDone,
    CertificationDue,
    CertificationReminded,
    CertificationTakenBack,
    CertificationWay,
)
from events.facts.people import RetirementKind
from services.care.decide.cared import CARE
from services.care.decide.certification import (
    Pensioner,
    RecordCertification,
    TakeCertificationBack,
    coming_turns,
    look,
    record,
    take_back,
    turn_of,
    turn_on,
    way_for,
)
from services.care.decide.missed import level_on
from services.care.decide.policy import CertificationBegins
from tests.care.decide.test_plan import POLICY
from tests.given import given
from tests.tables import cases

RULE = POLICY.certification
NONE = "—"
PHONE = CertificationWay.OWN_PHONE
BORN = date(1960, 11, 2)
TODAY = date(2026, 11, 21)
ONE = Pensioner(birth=BORN, kind=RetirementKind.RETIRED)
DONE = CertificationDone(year=2026, way=PHONE)


def day(text: str) -> date | None:
    return None if text == NONE else date.fromisoformat(text)


@cases("certification")
def test_whose_turn_it_is(row: dict[str, str]) -> None:
    born, today, certified_on = (
        date.fromisoformat(row["born"]),
        date.fromisoformat(row["today"]),
        day(row["certified on"]),
    )
    away = today - timedelta(days=40) if row["lives"] == "elsewhere" else None
    kind = RetirementKind(row["lives from"].replace(" ", "_"))
    one = Pensioner(birth=born, kind=kind, away_since=away)
    turn = turn_on(born, today, RULE)
    assert f"{turn.start} – {turn.end}" == row["turn"]

    past = []
    if certified_on is not None:
        past = [(CertificationDone(year=turn_of(born, certified_on, RULE).year, way=PHONE), certified_on)]
    spec = given(CARE, *past)
    happened = spec.when(lambda cared: look(cared, one, RULE, today)).then_facts()
    words: dict[type, str] = {CertificationDue: "due", CertificationReminded: "reminder"}
    assert (", ".join(words[type(fact)] for fact, _on in happened) or NONE) == row["written down"]

    is_done = spec.entities["care"].state.certification.done.get(turn.year) is not None
    late = None if is_done or kind not in RULE.kinds else level_on(turn.end, today, RULE.overdue)
    assert (late or NONE) == row["matter of"]
    usual = way_for(one, today, RULE)
    assert (usual.way.value.replace("_", " "), usual.clause) == (row["usually by"], row["clause"])


def looking(today: date = TODAY, one: Pensioner = ONE) -> Any:
    return lambda cared: look(cared, one, RULE, today)


DUE = CertificationDue(year=2026, start=date(2026, 11, 1), end=date(2027, 1, 31), clause="§4.21")


def test_a_turn_falls_due_once_and_is_reminded_of_once() -> None:
    given(CARE).when(looking()).then(DUE, on=TODAY).then_again_nothing()
    late = date(2027, 1, 5)
    reminded = CertificationReminded(year=2026, end=date(2027, 1, 31))
    given(CARE, DUE).when(looking(late)).then(reminded, on=late).then_again_nothing()
    given(CARE, DUE, (DONE, TODAY)).when(looking(late)).then_nothing()
    given(CARE, DUE, (DONE, TODAY), (CertificationTakenBack(year=2026), TODAY)).when(looking(late)).then(reminded)


@pytest.mark.parametrize(
    "one",
    [
        ONE.model_copy(update={"on_roll": False}),
        ONE.model_copy(update={"died_on": TODAY}),
        ONE.model_copy(update={"merged_into": "another"}),
        ONE.model_copy(update={"birth": None}),
        ONE.model_copy(update={"kind": None}),
    ],
    ids=["withdrawn", "died", "merged", "born unknown", "kind unknown"],
)
def test_nobody_is_asked_who_cannot_be(one: Pensioner) -> None:
    given(CARE).when(looking(one=one)).then_nothing()


def test_the_turns_of_the_coming_twelve_months_are_those_not_done() -> None:
    ahead = coming_turns(CARE.initial, ONE, RULE, TODAY)
    assert ahead == sorted(ahead)
    assert all(turn.end >= TODAY and turn.start <= TODAY + timedelta(days=366) for turn in ahead)
    cared = given(CARE, (CertificationDone(year=ahead[0].year, way=PHONE), TODAY)).entities["care"].state
    assert coming_turns(cared, ONE, RULE, TODAY) == ahead[1:]
    gone = ONE.model_copy(update={"died_on": TODAY})
    assert coming_turns(CARE.initial, gone, RULE, TODAY) == []


def test_a_turn_may_begin_in_one_month_for_everybody() -> None:
    rule = RULE.model_copy(update={"begins": CertificationBegins.FIXED_MONTH, "month": 4, "window_months": 2})
    assert turn_on(BORN, TODAY, rule) == (date(2026, 4, 1), date(2026, 5, 31))
    assert turn_on(BORN, date(2026, 3, 31), rule).year == 2025


def done(on: date = TODAY, one: Pensioner = ONE, **more: Any) -> Any:
    return lambda cared: record(cared, RecordCertification(on=on, way=PHONE, **more), one, RULE, TODAY)


def test_it_is_noted_once_for_a_turn_also_before_anybody_looked() -> None:
    given(CARE).when(done()).then(DONE, on=TODAY).then_again_nothing()
    given(CARE, (DONE, date(2026, 11, 3))).when(done()).then_refused("already_certified", year=2026)
    given(CARE).when(done(TODAY + timedelta(days=1))).then_refused("in_future")
    given(CARE).when(done(one=ONE.model_copy(update={"birth": None}))).then_refused("birth_unknown")
    given(CARE).when(done(one=Pensioner(on_roll=False))).then_refused("not_on_roll")
    given(CARE).when(done(one=ONE.model_copy(update={"died_on": TODAY}))).then_refused("died")


def test_a_slip_opens_the_turn_again() -> None:
    def back(cared: Any) -> Any:
        return take_back(cared, TakeCertificationBack(year=2026))

    given(CARE, (DONE, TODAY)).when(back).then(CertificationTakenBack(year=2026), on=TODAY).then_again_nothing()
    given(CARE).when(back).then_refused("not_certified", year=2026)
    given(CARE, (DONE, TODAY), (CertificationTakenBack(year=2026), TODAY)).when(done()).then(DONE, on=TODAY)


@forall(st.dates(date(1925, 1, 1), date(1966, 1, 1)), st.dates(date(2024, 1, 1), date(2030, 1, 1)), st.integers(0, 400))
def test_every_day_belongs_to_one_turn_and_turns_never_overlap(born: date, today: date, later: int) -> None:
    turn, then = turn_on(born, today, RULE), turn_on(born, today + timedelta(days=later), RULE)
    assert turn.start <= today
    assert (then.start > turn.end) or then == turn
    assert turn_of(born, turn.start, RULE) == turn, "done on its first day it counts for it"
    assert turn_of(born, turn.end, RULE) == turn
