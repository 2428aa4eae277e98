"""Whose turn to certify is seen, reminded of, done, and not; and what somebody lives from."""

from __future__ import annotations

from datetime import date

from events.facts.care_certification import (
    CertificationDone,
    CertificationDue,
    CertificationTakenBack,
    CertificationWay,
)
from events.facts.member import Classified, CorrectableField, DetailsCorrected
from events.facts.people import RetirementKind
from services.care.project import certification, person
from tests.care.office import enrolled
from tests.care.project.folding import MEMBER, history, rows_of

MAY, NOV = date(2026, 5, 1), date(2026, 11, 20)
DUE = CertificationDue(year=2026, start=date(2026, 11, 1), end=date(2027, 1, 31), clause="§4.21")
DONE = CertificationDone(year=2026, way=CertificationWay.AT_HOME)


def test_a_turn_is_one_row_whatever_comes_first() -> None:
    rows = rows_of(certification.view, history((DUE, NOV), (DONE, NOV)))
    assert rows[MEMBER, 2026]["done_on"] == NOV
    early = rows_of(certification.view, history((DONE, MAY)))[MEMBER, 2026]
    assert (early["end_on"], early["done_on"], early["done_by"]) == (None, MAY, "shuji")
    again = rows_of(certification.view, history((DONE, MAY), (CertificationTakenBack(year=2026), MAY)))
    assert again[MEMBER, 2026]["done_on"] is None


def test_how_it_was_done_is_in_no_table() -> None:
    assert not {"way", "note"} & set(certification.table.columns.keys())


def test_what_somebody_lives_from_follows_the_day() -> None:
    first = rows_of(person.view, history((enrolled(), MAY)))[(MEMBER,)]
    assert first["kind"] == "other"
    retired = Classified(kind=RetirementKind.RETIRED)
    late = Classified(kind=RetirementKind.IN_SERVICE)
    facts = history((enrolled(), MAY), (retired, NOV), (late, MAY))
    assert rows_of(person.view, facts)[(MEMBER,)]["kind"] == "retired"
    corrected = DetailsCorrected(field=CorrectableField.KIND, plain="laid_off")
    assert rows_of(person.view, history((enrolled(), MAY), (corrected, NOV)))[(MEMBER,)]["kind"] == "laid_off"
