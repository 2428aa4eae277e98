"""A branch's money as the tables say after the facts."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from events.facts.branch_funds import (
    FundsAllocated,
    FundsAllocationTakenBack,
    FundsSource,
    FundsSpendingAsked,
    FundsSpendingDropped,
    FundsSpendingTakenBack,
    FundsSpent,
)
from services.registry.project import funds
from tests.registry.project.folding import WHO, folded, row_of

DAY = date(2026, 11, 20)
SAID: dict[str, Any] = {
    "amount_fen": 500, "purpose": "study", "called": "学习", "what": "订报", "voucher": "1", "asked_by": "shuji",
}  # fmt: skip


def test_what_was_given_stays_on_record_when_it_was_a_slip() -> None:
    given = FundsAllocated(allocation_id="a", year=2026, amount_fen=500, source=FundsSource.OTHER)
    row = row_of(funds.given, (given, DAY), (FundsAllocationTakenBack(allocation_id="a"), DAY))
    assert (row["amount_fen"], row["source"], row["on"], row["taken_back_on"]) == (500, "other", DAY, DAY)
    with pytest.raises(LookupError):
        folded(funds.given, FundsAllocationTakenBack(allocation_id="a"))


def test_a_payment_waits_is_approved_and_taken_back() -> None:
    asked, spent = FundsSpendingAsked(spending_id="s", **SAID), FundsSpent(spending_id="s", approved_by="z", **SAID)
    assert row_of(funds.paid, (asked, DAY))["state"] == funds.ASKED
    row = row_of(funds.paid, (asked, DAY), (spent, DAY))
    assert (row["state"], row["approved_by"], row["on"]) == (funds.SPENT, "z", DAY)
    row = row_of(funds.paid, (spent, DAY), (FundsSpendingTakenBack(spending_id="s"), DAY))
    assert (row["state"], row["ended_on"], row["ended_by"]) == (funds.TAKEN_BACK, DAY, "shuji")
    for withdrawn, state in ((False, funds.REFUSED), (True, funds.WITHDRAWN)):
        dropped = FundsSpendingDropped(spending_id="s", withdrawn=withdrawn)
        assert row_of(funds.paid, asked, dropped)["state"] == state


def test_a_correction_says_whose_place_it_takes() -> None:
    right = FundsSpent(spending_id="s2", instead_of="s", **SAID | {"amount_fen": 700})
    rows = folded(funds.paid, FundsSpent(spending_id="s", **SAID), right)
    old, new = rows[WHO, "s"], rows[WHO, "s2"]
    assert (old["state"], old["replaced_by"], old["amount_fen"]) == (funds.REPLACED, "s2", 500)
    assert (new["state"], new["instead_of"], new["amount_fen"]) == (funds.SPENT, "s", 700)
    waits = FundsSpendingAsked(spending_id="s2", instead_of="s", **SAID)
    assert folded(funds.paid, FundsSpent(spending_id="s", **SAID), waits)[WHO, "s"]["state"] == funds.SPENT
