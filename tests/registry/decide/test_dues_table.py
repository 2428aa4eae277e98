"""The table of dues, row by row: the facts as they were written down, and what a month comes to."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from events.facts.base import Fact
from events.facts.member import Classified, DuesAmount, DuesPaid, MonthDue, PayMethod, PensionBasisSet
from events.facts.member_dues import DuesReductionDecided, DuesWaived, DuesWaiverEnded
from services.registry.decide.dues import assessed
from services.registry.decide.member import MEMBER, Member
from tests.registry.decide.people import POLICY, enrolled
from tests.tables import cases

CLAUSE = POLICY.dues.reduction.clause


def fen(yuan: str) -> int:
    return int(Decimal(yuan or "0") * 100)


def happened(row: dict[str, str]) -> Iterator[tuple[Fact, date]]:
    yield enrolled(pension_basis_fen=None)
    for said in filter(None, row["基数"].split(";")):
        since, yuan = said.split()
        yield PensionBasisSet(basis_fen=fen(yuan)), date.fromisoformat(since)
    for said in filter(None, row["低保"].split(";")):
        since, word = said.split()
        yield Classified(minimum_living=word == "是"), date.fromisoformat(since)
    if row["已缴"]:
        due = (MonthDue(month=row["月份"], due_fen=fen(row["已缴"]), clause="§2.1"),)
        amount = DuesAmount(total_fen=due[0].due_fen, months=due)
        paid = DuesPaid(months=(row["月份"],), amount=amount, receipt_no="2026-0001", method=PayMethod.CASH)
        yield paid, date(2026, 11, 1)
    if row["减免"]:
        first, _to, last, _pays, yuan, *ended = row["减免"].split()
        span = {"reduction_id": "r1", "first": first, "last": last, "pays_fen": fen(yuan), "clause": CLAUSE}
        yield DuesReductionDecided(**span, why="生活困难", decided_by="shuji"), date(2026, 11, 2)
        yield DuesWaived(**span), date(2026, 11, 3)
        if ended:
            yield DuesWaiverEnded(reduction_id="r1", last=ended[0].removeprefix("至")), date(2026, 11, 4)


@cases("dues")
def test_a_month_comes_to_what_the_table_says(row: dict[str, str]) -> None:
    if "至" in row["减免"]:
        row = row | {"减免": row["减免"].replace("至 ", "至")}
    member: Member = MEMBER.initial
    for fact, on in happened(row):
        member = MEMBER.evolve(member, fact, on)
    known = assessed(row["月份"], member.terms, lambda _day: POLICY.dues)
    if known is None:
        assert (row["应缴"], row["依据"]) == ("—", "")
        return
    open_fen = known.due.due_fen - (member.dues.paid_fen(row["月份"]) or 0)
    assert (known.due.due_fen, known.waived_fen, open_fen, known.due.clause) == (
        fen(row["应缴"]),
        fen(row["减"]),
        fen(row["差"]),
        row["依据"],
    )
