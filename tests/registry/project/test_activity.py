"""Activities, their people and their money, as the tables say after the facts."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from events.facts.activity import (
    ActivityChanged,
    ActivityKind,
    ActivityOffered,
    ActivityTerms,
    CalledOff,
    CameAlong,
    CameTakenBack,
    MaterialDelivered,
    MoneyAllocated,
    MoneySpent,
    MovedUp,
    SignedUp,
    SignUpCancelled,
    SpendingTakenBack,
)
from services.registry.project import activity
from tests.registry.project.folding import WHO, folded, row_of

DAY = date(2026, 11, 20)
TERMS = ActivityTerms(
    title="参观", kind=ActivityKind.OUTING, starts_at=datetime(2026, 11, 20, 1, tzinfo=UTC), capacity=1
)
OFFERED = ActivityOffered(terms=TERMS)


def test_an_activity_is_what_it_was_last_changed_to() -> None:
    changed = ActivityChanged(terms=TERMS.model_copy(update={"title": "参观一大会址"}))
    money = MoneyAllocated(amount_fen=500, source="党建经费")
    row = row_of(activity.view, OFFERED, money, changed, SignedUp(member_id="a"), (CalledOff(), DAY))
    assert (row["title"], row["kind"], row["allocated_fen"], row["called_off_on"], row["seq"]) == (
        "参观一大会址", "outing", 500, DAY, 5,
    )  # fmt: skip
    with pytest.raises(LookupError):
        folded(activity.view, CalledOff())


def test_people_sign_up_wait_move_up_come_and_get_material() -> None:
    rows = folded(
        activity.persons, SignedUp(member_id="a"), SignedUp(member_id="b", waiting=True),
        SignUpCancelled(member_id="a"), MovedUp(member_id="b"), (CameAlong(member_ids=("b", "c")), DAY),
        CameTakenBack(member_id="c"), (MaterialDelivered(member_id="a", delivered_by="王组长"), DAY),
    )  # fmt: skip
    assert (rows[WHO, "b"]["standing"], rows[WHO, "b"]["moved_up"], rows[WHO, "b"]["came_on"]) == ("signed", True, DAY)
    assert (rows[WHO, "a"]["standing"], rows[WHO, "a"]["delivered_by"]) == (None, "王组长")
    assert rows[WHO, "c"]["came_on"] is None


def test_a_payment_stays_on_record_when_it_was_a_slip() -> None:
    paid = MoneySpent(spending_id="s", amount_fen=80, what="茶点")
    back = SpendingTakenBack(spending_id="s")
    assert row_of(activity.payments, (paid, DAY), (back, DAY))["taken_back_on"] == DAY
    with pytest.raises(LookupError):
        folded(activity.payments, back)
