from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given as forall
from hypothesis import strategies as st
from pydantic import ValidationError

from events.facts.member import Died, DuesAmount, DuesPaid, MonthDue, PayMethod, PensionBasisSet
from events.facts.receipts import NumberIssued, receipt_book
from services.registry.decide.commands import PayDues
from services.registry.decide.days import months_after, months_between
from services.registry.decide.dues import DuesTerms, due_of, dues_of
from services.registry.decide.member import MEMBER, Member
from services.registry.decide.policy import DuesPolicy, policy_of
from services.registry.decide.receipts import RECEIPTS, ReceiptBook, pay_dues
from tests.given import Decide, Spec, given
from tests.registry.decide.people import POLICY, TODAY, enrolled

DUES = POLICY.dues


def in_force(_day: date) -> DuesPolicy:
    """One pack for ever."""
    return DUES


BOOK = receipt_book("demo.jinqiao")
PAID_ON = date(2026, 9, 28)
fen = st.integers(min_value=0, max_value=5_000_000)


def pay(*months: str, amount_fen: int, **other: Any) -> PayDues:
    return PayDues.model_validate(
        {"months": months, "amount_fen": amount_fen, "method": "cash", "paid_on": PAID_ON} | other
    )


def paying(command: PayDues) -> Decide:
    def decide(member: Member, book: ReceiptBook) -> Any:
        return pay_dues(member, book, command, in_force, TODAY, member_id="m1", book_id=BOOK)

    return decide


def life(*past: Any, book: Any = ()) -> Spec:
    return given(MEMBER, enrolled(), *past, called="m1").given(RECEIPTS, *book, called=BOOK)


def paid(*months: str, due_fen: int = 1980, receipt_no: str = "2026-0001") -> DuesPaid:
    due = tuple(MonthDue(month=month, due_fen=due_fen, clause="§2.1") for month in months)
    amount = DuesAmount(total_fen=due_fen * len(months), months=due)
    return DuesPaid(months=months, amount=amount, receipt_no=receipt_no, method=PayMethod.CASH)


class TestWhatIsDue:
    @pytest.mark.parametrize(
        ("basis_fen", "due_fen", "clause"),
        [
            (342000, 1710, "§2.1"),
            (500000, 2500, "§2.1"),
            (500001, 5000, "§2.2"),
            (500050, 5001, "§2.2"),
            (620000, 6200, "§2.2"),
            (100, 1, "§2.1"),
            (99, 0, "§2.1"),
            (0, 0, "§2.1"),
        ],
    )
    def test_a_share_of_the_whole_pension(self, basis_fen: int, due_fen: int, clause: str) -> None:
        terms = DuesTerms().with_basis(date(2026, 1, 1), basis_fen)
        assert due_of("2026-03", terms, in_force) == MonthDue(month="2026-03", due_fen=due_fen, clause=clause)

    def test_the_pension_in_force_on_the_first_of_the_month_counts(self) -> None:
        terms = DuesTerms().with_basis(date(2026, 1, 1), 342000).with_basis(date(2026, 7, 2), 620000)
        assert [due.due_fen for due in dues_of(["2026-07", "2026-08"], terms, in_force)] == [1710, 6200]

    def test_the_first_known_pension_also_holds_before(self) -> None:
        terms = DuesTerms().with_basis(date(2026, 7, 1), 342000)
        assert [due.due_fen for due in dues_of(["2026-05"], terms, in_force)] == [1710]

    def test_relief_costs_twenty_fen_whatever_the_pension(self) -> None:
        terms = DuesTerms().with_basis(date(2026, 1, 1), 620000).with_relief(date(2026, 5, 1), granted=True)
        assert [(due.due_fen, due.clause) for due in dues_of(["2026-04", "2026-05"], terms, in_force)] == [
            (6200, "§2.2"),
            (20, "§2.3"),
        ]

    def test_without_a_pension_on_record_nobody_guesses(self) -> None:
        assert due_of("2026-05", DuesTerms(), in_force) is None

    def test_each_month_follows_the_rules_of_its_own_first_day(self) -> None:
        dearer = DUES.model_copy(update={"low": DUES.low.model_copy(update={"permille": 6, "clause": "市三"})})
        terms = DuesTerms().with_basis(date(2026, 1, 1), 342000)
        due = dues_of(["2026-11", "2026-12"], terms, lambda day: dearer if day >= date(2026, 12, 1) else DUES)
        assert [(one.due_fen, one.clause) for one in due] == [(1710, "§2.1"), (2052, "市三")]

    @forall(fen, fen)
    def test_a_larger_pension_never_costs_less(self, one: int, other: int) -> None:
        smaller, larger = sorted((one, other))
        assert DUES.due(smaller)[0] <= DUES.due(larger)[0]

    @forall(fen)
    def test_it_is_the_clause_s_share_to_the_nearest_fen_half_a_fen_up(self, basis_fen: int) -> None:
        due_fen, clause = DUES.due(basis_fen)
        permille = {"§2.1": 5, "§2.2": 10}[clause]
        assert -500 < basis_fen * permille - due_fen * 1000 < 500 or basis_fen * permille - due_fen * 1000 == -500


class TestPaying:
    def test_months_are_paid_with_a_number_of_the_receipt_book(self) -> None:
        outcome = life().when(paying(pay("2026-09", "2026-07", "2026-08", amount_fen=5940)))
        outcome.then(paid("2026-07", "2026-08", "2026-09"), on=PAID_ON)
        outcome.then(NumberIssued(number="2026-0001", member="m1"), on=TODAY, of=BOOK)
        outcome.then_again_refused("already_paid", month="2026-07", receipt_no="2026-0001")

    def test_one_month_paid_before_refuses_the_whole(self) -> None:
        life(paid("2026-08", receipt_no="2026-0017")).when(
            paying(pay("2026-07", "2026-08", amount_fen=3960))
        ).then_refused("already_paid", month="2026-08", receipt_no="2026-0017")

    def test_another_amount_is_refused_with_the_right_one(self) -> None:
        life().when(paying(pay("2026-07", "2026-08", amount_fen=4000))).then_refused(
            "amount_differs", expected_fen=3960, given_fen=4000
        )

    def test_each_month_by_its_own_pension(self) -> None:
        raised = (PensionBasisSet(basis_fen=620000), date(2026, 8, 1))
        [(fact, _)] = life(raised).when(paying(pay("2026-07", "2026-08", amount_fen=1980 + 6200))).then_facts()
        assert [month.due_fen for month in fact.amount.months] == [1980, 6200]

    def test_the_month_of_joining_is_the_first(self) -> None:
        life().when(paying(pay("1993-11", amount_fen=1980))).then_refused("before_joining", month="1993-11")
        assert life().when(paying(pay("1993-12", amount_fen=1980))).then_facts()

    def test_a_year_in_advance_is_the_last(self) -> None:
        assert life().when(paying(pay("2027-11", amount_fen=1980))).then_facts()
        life().when(paying(pay("2027-12", amount_fen=1980))).then_refused("too_far_ahead", limit="2027-11")

    def test_tomorrow_is_refused(self) -> None:
        life().when(paying(pay("2026-11", amount_fen=1980, paid_on="2026-11-22"))).then_refused("in_future")

    def test_the_dead_owe_nothing(self) -> None:
        life(Died()).when(paying(pay("2026-11", amount_fen=1980))).then_refused("died")

    def test_without_a_pension_on_record_it_is_refused(self) -> None:
        given(MEMBER, enrolled(pension_basis_fen=None), called="m1").given(RECEIPTS, called=BOOK).when(
            paying(pay("2026-11", amount_fen=1980))
        ).then_refused("basis_unknown")

    def test_a_month_named_twice_is_no_command(self) -> None:
        with pytest.raises(ValidationError, match="twice"):
            pay("2026-07", "2026-07", amount_fen=3960)

    @forall(st.sets(st.sampled_from(list(months_between("2025-01", "2026-11"))), min_size=1), fen)
    def test_what_was_due_is_what_was_paid(self, months: set[str], basis_fen: int) -> None:
        terms = DuesTerms().with_basis(date(2025, 1, 1), basis_fen)
        total_fen = sum(due.due_fen for due in dues_of(months, terms, in_force))
        spec = given(MEMBER, enrolled(pension_basis_fen=basis_fen), called="m1").given(RECEIPTS, called=BOOK)
        [(fact, _)] = spec.when(paying(pay(*months, amount_fen=total_fen))).then_facts()
        assert fact.amount.total_fen == sum(month.due_fen for month in fact.amount.months) == total_fen
        assert fact.months == tuple(sorted(months))


class TestNumbers:
    def test_follow_each_other(self) -> None:
        assert ReceiptBook(year=2026, last=340).next_number(TODAY) == "2026-0341"

    def test_begin_again_each_year(self) -> None:
        assert ReceiptBook(year=2025, last=812).next_number(TODAY) == "2026-0001"

    def test_never_fall_back_when_a_clock_does(self) -> None:
        assert ReceiptBook(year=2027, last=3).next_number(TODAY) == "2027-0004"

    def test_have_no_end_in_a_large_community(self) -> None:
        assert ReceiptBook(year=2026, last=9999).next_number(TODAY) == "2026-10000"


@forall(st.dates(date(1950, 1, 1), date(2100, 1, 1)), st.integers(-600, 600))
def test_months_are_counted_as_people_count_them(day: date, months: int) -> None:
    later = months_after(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day <= day.day


def test_a_pack_that_cites_a_clause_without_words_is_refused() -> None:
    with pytest.raises(ValueError, match="without words: §9"):
        policy_of(_pack().replace('clause = "§2.2"', 'clause = "§9"'))


def _pack() -> str:
    from pathlib import Path

    return (Path(__file__).resolve().parents[3] / "services/registry/policy/national.toml").read_text()
