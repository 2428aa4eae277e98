from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given as forall
from hypothesis import strategies as st
from pydantic import ValidationError

from events.facts.receipts import DuesHandedUp, HandUpWithdrawn, NumberIssued
from services.registry.decide.dues_report import Line, Sums, lines_of, sums, total
from services.registry.decide.hand_up import HandUp, hand_up, withdraw_hand_up
from services.registry.decide.member import MEMBER, Member
from services.registry.decide.receipts import RECEIPTS
from services.shell.money import in_capitals
from tests.given import Decide, given
from tests.registry.decide.people import TODAY, enrolled
from tests.registry.decide.test_dues import in_force, paid
from tests.registry.decide.test_dues_correct import refunded

UP = HandUp(first="2026-07", last="2026-09", amount_fen=5000, reference="回单 77")
HANDED = DuesHandedUp(hand_up_id="u1", first="2026-07", last="2026-09", amount_fen=5000, reference="回单 77")


def handing(in_hand_fen: int, **other: Any) -> Decide:
    command = UP.model_copy(update=other)
    return lambda book: hand_up(book, command, in_hand_fen, TODAY, hand_up_id="u1")


class TestHandingUp:
    def test_what_is_there_goes_up_once(self) -> None:
        given(RECEIPTS).when(handing(5000)).then(HANDED, on=TODAY).then_again_nothing()

    def test_more_than_is_there_only_if_somebody_says_so(self) -> None:
        given(RECEIPTS).when(handing(4999)).then_refused("more_than_in_hand", in_hand_fen=4999, given_fen=5000)
        given(RECEIPTS).when(handing(4999, even_so=True)).then(HANDED)

    def test_not_before_it_happens_and_no_months_backwards(self) -> None:
        given(RECEIPTS).when(handing(5000, on=date(2026, 11, 22))).then_refused("in_future")
        with pytest.raises(ValidationError, match="last must not be before first"):
            HandUp(first="2026-09", last="2026-07", amount_fen=1, reference="回单")

    def test_a_slip_is_taken_back_for_good(self) -> None:
        def back(book: Any) -> Any:
            return withdraw_hand_up(book, "u1", TODAY)

        given(RECEIPTS, HANDED).when(back).then(HandUpWithdrawn(hand_up_id="u1"), on=TODAY).then_again_nothing()
        given(RECEIPTS).when(back).then_refused("no_hand_up")
        given(RECEIPTS, HANDED, HandUpWithdrawn(hand_up_id="u1")).when(handing(5000)).then_nothing()

    def test_numbers_go_on_after_a_hand_over(self) -> None:
        book = RECEIPTS.evolve(RECEIPTS.initial, NumberIssued(number="2026-0007", member="m1"), TODAY)
        assert RECEIPTS.evolve(book, HANDED, TODAY).next_number(TODAY) == "2026-0008"


def one(*past: Any) -> Member:
    member = MEMBER.initial
    for fact, on in [enrolled(), *((fact, date(2026, 11, 1)) for fact in past)]:
        member = MEMBER.evolve(member, fact, on)
    return member


class TestThePeriod:
    def test_months_before_the_roll_are_not_owed_and_later_ones_are(self) -> None:
        lines = lines_of(one(), [], "2024-01", "2024-04", in_force)
        assert [line.month for line in lines] == ["2024-03", "2024-04"]

    def test_a_month_paid_for_the_time_before_was_right(self) -> None:
        (line,) = lines_of(one(paid("2024-02")), [], "2024-01", "2024-02", in_force)
        assert (line.assessed_fen, line.paid_fen, line.open_fen) == (1980, 1980, 0)

    def test_what_another_record_of_the_person_paid_is_paid(self) -> None:
        (line,) = lines_of(one(), [one(paid("2026-08"))], "2026-08", "2026-08", in_force)
        assert (line.open_fen, line.receipts) == (0, ("2026-0001",))

    def test_what_was_given_back_is_owing(self) -> None:
        (line,) = lines_of(one(paid("2026-08"), refunded("2026-08")), [], "2026-08", "2026-08", in_force)
        assert (line.open_fen, line.receipts) == (1980, ())


fen = st.integers(0, 10_000)


@forall(st.lists(st.tuples(fen, fen, fen), max_size=8), st.integers(0, 8))
def test_sums_balance_however_they_are_split(months: list[tuple[int, int, int]], cut: int) -> None:
    lines = [
        Line("2026-01", assessed, min(assessed, waived), paid_fen, "§2.1") for assessed, waived, paid_fen in months
    ]
    whole = sums(lines, people=2)
    assert whole.assessed_fen == whole.paid_fen + whole.waived_fen + whole.owing_fen - whole.over_fen
    assert total([sums(lines[:cut]), sums(lines[cut:])]) == whole
    assert total([]) == Sums()


@pytest.mark.parametrize(
    ("given_fen", "words"),
    [
        (0, "人民币零元整"),
        (1, "人民币壹分"),
        (20, "人民币贰角整"),
        (1710, "人民币壹拾柒元壹角整"),
        (1005, "人民币壹拾元零伍分"),
        (10100, "人民币壹佰零壹元整"),
        (100100, "人民币壹仟零壹元整"),
        (600700, "人民币陆仟零柒元整"),
        (10_000_000, "人民币壹拾万元整"),
        (10_000_500_00, "人民币壹仟万零伍佰元整"),
        (100_010_000_00, "人民币壹亿零壹万元整"),
        (-1710, "人民币负壹拾柒元壹角整"),
    ],
)
def test_an_amount_in_capitals(given_fen: int, words: str) -> None:
    assert in_capitals(given_fen) == words
