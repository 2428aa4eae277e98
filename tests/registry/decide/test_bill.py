from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from events.facts.member import MonthDue, PayMethod
from events.facts.receipts import BillRowMatched, BillRowReleased, NumberIssued
from services.registry.decide.bill import (
    Found,
    Payment,
    Proposal,
    Row,
    Somebody,
    match_row,
    pay_by_row,
    proposals,
    release_row,
)
from services.registry.decide.receipts import RECEIPTS
from tests.given import given
from tests.registry.decide.people import POLICY, TODAY
from tests.registry.decide.test_dues import BOOK, PAID_ON, in_force, life, paid, pay
from tests.tables import cases

DAYS = POLICY.dues.bill.days_apart
WORDS = {
    Found.SURE: "对得上",
    Found.PERHAPS: "拿不准",
    Found.NEW: "新的",
    Found.UNKNOWN: "不知道",
    Found.CONFIRMED: "已确认",
}
MATCHED = BillRowMatched(row="k", receipt_no="2026-0001")


def fen(yuan: str) -> int:
    return int(Decimal(yuan) * 100)


def payments(cell: str) -> list[Payment]:
    found = []
    for one in filter(None, cell.split(";")):
        number, name, on, yuan, *payer = one.split()
        taken, _, back = yuan.partition("-")
        left = fen(taken) - fen(back or "0")
        found.append(Payment(number, name, name, "".join(payer), date.fromisoformat(on), left, fen(taken)))
    return found


def people(cell: str) -> list[Somebody]:
    found = []
    for one in filter(None, cell.split(";")):
        name, family, months = one.split()
        due = tuple(MonthDue(month=month, due_fen=1710, clause="§2.1") for month in months.split(","))
        found.append(Somebody(name, name, () if family == "-" else (family,), due))
    return found


def told(one: Proposal) -> str:
    receipts = ",".join(each.receipt_no for each in one.payments)
    members = " ".join(f"{who.name} {','.join(months)}".strip() for who, months in one.members)
    return " ".join(filter(None, (WORDS[one.found], receipts, members)))


@cases("bill")
def test_a_row_belongs_to_what_the_table_says(row: dict[str, str]) -> None:
    line = Row("k", date.fromisoformat(row["账单日期"]), fen(row["元"]), row["付款人和备注"])
    (one,) = proposals([line], payments(row["收据"]), people(row["党员"]), {}, DAYS)
    assert told(one) == row["结果"]


def test_a_receipt_is_never_proposed_for_two_rows() -> None:
    lines = [Row(key, date(2026, 11, 20), 3420, "常宝珍") for key in ("a", "b")]
    known = payments("1 常宝珍 2026-11-20 34.20")
    assert [one.found for one in proposals(lines, known, [], {}, DAYS)] == [Found.SURE, Found.UNKNOWN]
    confirmed = proposals(lines, known, [], {"b": "1"}, DAYS)
    assert [one.found for one in confirmed] == [Found.UNKNOWN, Found.CONFIRMED]


class TestConfirming:
    def matching(self, receipt_no: str = "2026-0001", row: str = "k", *, known: bool = True) -> Any:
        return lambda book: match_row(book, row, receipt_no, PAID_ON, known=known)

    def test_a_row_is_confirmed_once(self) -> None:
        given(RECEIPTS).when(self.matching()).then(MATCHED, on=PAID_ON).then_again_nothing()

    def test_neither_a_row_nor_a_receipt_twice(self) -> None:
        given(RECEIPTS, MATCHED).when(self.matching("2026-0002")).then_refused("row_confirmed")
        given(RECEIPTS, MATCHED).when(self.matching(row="other")).then_refused("receipt_confirmed")
        given(RECEIPTS).when(self.matching(known=False)).then_refused("no_receipt")

    def test_it_is_taken_back(self) -> None:
        given(RECEIPTS, MATCHED).when(lambda book: release_row(book, "k", TODAY)).then(
            BillRowReleased(row="k"), on=TODAY
        ).then_again_nothing()
        given(RECEIPTS, MATCHED, BillRowReleased(row="k")).when(self.matching("2026-0002")).then_facts()


class TestARowBecomesAPayment:
    def paying(self, fen: int) -> Any:
        row = Row("k", PAID_ON, fen, "田林生")
        command = pay("2026-08", amount_fen=fen, method="transfer")
        return lambda member, book: pay_by_row(
            member, book, row, command, in_force, TODAY, member_id="m1", book_id=BOOK
        )

    def test_it_pays_once_and_is_confirmed_by_it(self) -> None:
        outcome = life().when(self.paying(1980))
        outcome.then(paid("2026-08").model_copy(update={"method": PayMethod.TRANSFER}), on=PAID_ON)
        [(number, _), (matched, on)] = outcome.then_facts(of=BOOK)
        assert (number, matched, on) == (NumberIssued(number="2026-0001", member="m1"), MATCHED, PAID_ON)
        outcome.then_again_nothing()

    def test_what_was_paid_already_or_is_another_amount_is_refused(self) -> None:
        life(paid("2026-08")).when(self.paying(1980)).then_refused("already_paid")
        life().when(self.paying(2000)).then_refused("amount_differs", expected_fen=1980)
