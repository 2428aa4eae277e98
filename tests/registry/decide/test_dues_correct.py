from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from hypothesis import given as forall
from hypothesis import strategies as st

from events.facts.base import Fact
from events.facts.member import Classified, Died, DuesAmount, DuesPaid, MonthDue, PayMethod, PensionBasisSet
from events.facts.member_dues import (
    DuesReductionDecided,
    DuesReductionDropped,
    DuesRefunded,
    DuesWaived,
    DuesWaiverEnded,
    ReceiptIssued,
)
from events.facts.receipts import NumberIssued
from services.registry.decide import dues_correct
from services.registry.decide.days import first_day, months_between
from services.registry.decide.dues import assessed
from services.registry.decide.dues_correct import (
    ApproveReduction,
    DecideReduction,
    EndWaiver,
    NoteDuesCall,
    RefundDues,
    unpaid_months,
)
from services.registry.decide.member import MEMBER, Member
from services.registry.decide.receipts import ReceiptBook, pay_dues
from tests.given import Decide, given
from tests.registry.decide.people import POLICY, TODAY, enrolled
from tests.registry.decide.test_dues import BOOK, in_force, life, paid, pay

RULE = POLICY.dues.reduction
WISH = DecideReduction(first="2026-11", last="2027-04", pays_fen=0, reason="老伴住院")
DECIDED = DuesReductionDecided(
    reduction_id="r1", first="2026-11", last="2027-04", pays_fen=0, why="老伴住院", decided_by="shuji", clause="§2.7"
)
WAIVED = DuesWaived(reduction_id="r1", first="2026-11", last="2027-04", pays_fen=0, clause="§2.7")
ON = date(2026, 11, 20)


def refunding(*months: str, receipt_no: str = "2026-0001", **other: Any) -> Decide:
    command = RefundDues(**{"months": months, "reason": "重复收", "on": ON} | other)

    def decide(member: Member, book: ReceiptBook) -> Any:
        return dues_correct.refund(member, book, receipt_no, command, in_force, TODAY, member_id="m1", book_id=BOOK)

    return decide


def refunded(*months: str, refund_no: str = "2026-0001", due_fen: int = 1980) -> DuesRefunded:
    due = tuple(MonthDue(month=month, due_fen=due_fen, clause="§2.1") for month in months)
    amount = DuesAmount(total_fen=due_fen * len(months), months=due)
    return DuesRefunded(
        months=months, amount=amount, receipt_no="2026-0001", refund_no=refund_no, method=PayMethod.CASH
    )


class TestGivingBack:
    def test_some_months_of_a_receipt_are_given_back_under_a_number_of_the_book(self) -> None:
        outcome = life(paid("2026-08", "2026-09"), book=[NumberIssued(number="2026-0001", member="m1")]).when(
            refunding("2026-09")
        )
        outcome.then(refunded("2026-09", refund_no="2026-0002"), on=ON)
        outcome.then(NumberIssued(number="2026-0002", member="m1"), on=TODAY, of=BOOK)
        outcome.then_again_refused("not_on_receipt", months=["2026-09"])

    def test_without_months_all_that_is_left_on_it(self) -> None:
        outcome = life(paid("2026-08", "2026-09"), refunded("2026-08", refund_no="2026-0002")).when(refunding())
        outcome.then(refunded("2026-09"))
        outcome.then_again_refused("not_on_receipt")

    def test_a_month_that_was_given_back_may_be_paid_again(self) -> None:
        def paying(member: Member, book: ReceiptBook) -> Any:
            command = pay("2026-08", amount_fen=1980)
            return pay_dues(member, book, command, in_force, TODAY, member_id="m1", book_id=BOOK)

        life(paid("2026-08"), refunded("2026-08", refund_no="2026-0002")).when(paying).then(paid("2026-08"))

    def test_the_family_of_who_died_gets_back_what_was_paid_ahead(self) -> None:
        life(paid("2026-12"), Died()).when(refunding("2026-12")).then(refunded("2026-12"))

    def test_no_other_receipt_and_not_before_it_happens(self) -> None:
        life(paid("2026-08")).when(refunding(receipt_no="2026-0009")).then_refused("no_receipt")
        life(paid("2026-08")).when(refunding(on=date(2026, 11, 22))).then_refused("in_future")


def test_a_receipt_is_printed_once_and_then_copied() -> None:
    life_of_one = given(MEMBER, enrolled(), paid("2026-08"), called="m1")
    life_of_one.when(lambda one: dues_correct.issue_receipt(one, "2026-0001", TODAY)).then(
        ReceiptIssued(receipt_no="2026-0001")
    ).then_again_nothing()
    life_of_one.when(lambda one: dues_correct.issue_receipt(one, "2026-0002", TODAY)).then_refused("no_receipt")


class TestReducing:
    def deciding(self, command: DecideReduction = WISH, reduction_id: str = "r1") -> Decide:
        return lambda one: dues_correct.decide_reduction(
            one, command, RULE, TODAY, reduction_id=reduction_id, by="shuji"
        )

    def approving(self, by: str) -> Decide:
        return lambda one: dues_correct.approve_reduction(one, "r1", ApproveReduction(), TODAY, by=by)

    def test_the_branch_decides(self) -> None:
        given(MEMBER, enrolled()).when(self.deciding()).then(DECIDED, on=TODAY).then_again_nothing()

    def test_months_are_reduced_once_and_for_a_year_at_most(self) -> None:
        given(MEMBER, enrolled(), DECIDED).when(self.deciding(reduction_id="r2")).then_refused("already_reduced")
        given(MEMBER, enrolled(), DECIDED, DuesReductionDropped(reduction_id="r1")).when(
            self.deciding(reduction_id="r2")
        ).then_facts()
        long = DecideReduction(first="2026-01", last="2027-01", reason="大病")
        given(MEMBER, enrolled()).when(self.deciding(long)).then_refused("too_long", limit="2026-12", clause="§2.7")

    def test_somebody_else_approves(self) -> None:
        given(MEMBER, enrolled(), DECIDED).when(self.approving("qian")).then(WAIVED, on=TODAY).then_again_nothing()
        given(MEMBER, enrolled(), DECIDED).when(self.approving("shuji")).then_refused("same_person", clause="§2.7")
        given(MEMBER, enrolled(), DECIDED, Died()).when(self.approving("qian")).then_refused("died")
        dropped = DuesReductionDropped(reduction_id="r1")
        given(MEMBER, enrolled(), DECIDED, dropped).when(self.approving("qian")).then_refused("reduction_dropped")
        given(MEMBER, enrolled()).when(self.approving("qian")).then_refused("no_reduction")

    def test_it_is_taken_back_until_it_is_approved(self) -> None:
        def dropping(one: Member) -> Any:
            return dues_correct.drop_reduction(one, "r1", TODAY, withdrawn=True)

        taken_back = DuesReductionDropped(reduction_id="r1", withdrawn=True)
        given(MEMBER, enrolled(), DECIDED).when(dropping).then(taken_back).then_again_nothing()
        given(MEMBER, enrolled(), DECIDED, WAIVED).when(dropping).then_refused("already_approved")

    def test_it_ends_early_or_never_held(self) -> None:
        def ending(last: str | None) -> Decide:
            return lambda one: dues_correct.end_waiver(one, "r1", EndWaiver(last=last, reason="好转"), TODAY)

        one = given(MEMBER, enrolled(), DECIDED, WAIVED)
        one.when(ending("2026-12")).then(DuesWaiverEnded(reduction_id="r1", last="2026-12")).then_again_nothing()
        never = DuesWaiverEnded(reduction_id="r1", last="2026-10")
        given(MEMBER, enrolled(), DECIDED, WAIVED).when(ending(None)).then(never).then_again_nothing()
        given(MEMBER, enrolled(), DECIDED).when(ending("2026-12")).then_refused("no_reduction")


def test_a_call_names_what_is_unpaid() -> None:
    def calling(one: Member) -> Any:
        return dues_correct.note_call(one, NoteDuesCall(), unpaid_months(one, "2024-06"), TODAY)

    [(fact, on)] = given(MEMBER, enrolled(), paid("2024-04")).when(calling).then_facts()
    assert (fact.months, on) == (("2024-03", "2024-05", "2024-06"), TODAY)


# ── at every date assessed = paid (net of refunds) + waived + owing, and late corrections commute ────────────────

MONTHS = list(months_between("2026-01", "2026-06"))
days = st.dates(date(2025, 12, 1), date(2026, 6, 30))
basis = st.integers(0, 1_000_000)


def _basis(day: date, basis_fen: int) -> tuple[Fact, date]:
    return PensionBasisSet(basis_fen=basis_fen), day


def _relief(day: date, granted: bool) -> tuple[Fact, date]:
    return Classified(minimum_living=granted), day


def each_once(one: st.SearchStrategy[Any], other: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[Any, Any]]:
    """What was said of each day, once."""
    return st.dictionaries(one, other, max_size=4)


@st.composite
def waivers(draw: Callable[..., Any]) -> list[tuple[Fact, date]]:
    """Reductions that do not overlap, some of them ended early."""
    cuts = draw(st.lists(st.sampled_from(MONTHS), unique=True, max_size=4).map(sorted))
    found: list[tuple[Fact, date]] = []
    for number, (first, last) in enumerate(zip(cuts[::2], cuts[1::2], strict=False)):
        span = {"reduction_id": f"r{number}", "first": first, "last": last, "clause": "§2.7"}
        found.append((DuesWaived(**span, pays_fen=draw(st.integers(0, 3000))), first_day(last)))
    return found


corrections = st.builds(
    lambda bases, relief, waived: [
        *(_basis(day, fen) for day, fen in bases.items()),
        *(_relief(day, granted) for day, granted in relief.items()),
        *waived,
    ],
    each_once(days, basis),
    each_once(days, st.booleans()),
    waivers(),
)


def folded(happened: list[tuple[Fact, date]], until: date = date.max) -> Member:
    member = MEMBER.initial
    for fact, on in [enrolled(), *happened]:
        if on <= until:
            member = MEMBER.evolve(member, fact, on)
    return member


@forall(corrections, st.randoms(use_true_random=False))
def test_late_corrections_commute(happened: list[tuple[Fact, date]], chance: Any) -> None:
    otherwise = chance.sample(happened, len(happened))
    assert folded(otherwise).terms == folded(happened).terms


payments = st.lists(st.tuples(st.sampled_from(MONTHS), st.integers(0, 9000), days, st.none() | days), max_size=6)


def receipts(paying: list[tuple[str, int, date, date | None]]) -> list[tuple[Fact, date]]:
    found: list[tuple[Fact, date]] = []
    for number, (month, fen, on, back) in enumerate(paying):
        receipt_no = f"2026-{number:04}"
        found.append((paid(month, due_fen=fen, receipt_no=receipt_no), on))
        if back is not None:
            gone = refunded(month, refund_no=f"2026-9{number:03}", due_fen=fen)
            found.append((gone.model_copy(update={"receipt_no": receipt_no}), max(on, back)))
    return found


@forall(corrections, payments, days)
def test_at_every_date_what_is_assessed_is_paid_or_waived_or_owing(
    corrected: list[tuple[Fact, date]], paying: list[tuple[str, int, date, date | None]], until: date
) -> None:
    money = receipts(paying)
    member = folded([*corrected, *money], until)
    lines = [one for month in MONTHS if (one := assessed(month, member.terms, in_force))]
    assert len(lines) == len(MONTHS)
    assessed_fen = sum(one.full_fen for one in lines)
    waived_fen = sum(one.waived_fen for one in lines)
    owing_fen = sum(one.due.due_fen - (member.dues.paid_fen(one.month) or 0) for one in lines)

    # the money by itself, fact by fact
    received = sum(f.amount.total_fen for f, on in money if isinstance(f, DuesPaid) and on <= until)
    given_back = sum(f.amount.total_fen for f, on in money if isinstance(f, DuesRefunded) and on <= until)
    assert assessed_fen == received - given_back + waived_fen + owing_fen
    assert all(0 <= one.waived_fen <= one.full_fen for one in lines)


@forall(corrections, payments)
def test_a_correction_touches_no_receipt(
    corrected: list[tuple[Fact, date]], paying: list[tuple[str, int, date, date | None]]
) -> None:
    money = receipts(paying)
    assert folded([*money, *corrected]).dues.receipts == folded(money).dues.receipts
