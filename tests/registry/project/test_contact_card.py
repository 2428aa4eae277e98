"""Contact cards, folded."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from events.facts.base import HIDDEN
from events.facts.member import AwayKind, MovedAway, Returned
from events.facts.member_away import ContactCardInspected, ContactCardIssued, ContactCardRevoked
from services.registry.project import contact_card, ledger, member
from tests.registry.project.folding import folded, row_of, zhang

JAN_10, UNTIL = date(2026, 1, 10), date(2026, 7, 10)


def issued(card_id: str, number: str, replaces: str | None = None, until: date = UNTIL) -> ContactCardIssued:
    return ContactCardIssued(
        card_id=card_id, number=number, valid_until=until, destination="杭州", clause="§3.2", replaces=replaces
    )


def test_a_renewal_ends_the_card_before_it_and_an_inspection_the_last() -> None:
    inspected = ContactCardInspected(card_id="c2", handed_in=True, inspected_by="王敏", written_there="学习两次")
    rows = folded(
        contact_card.view, (issued("c1", "2026-0001"), JAN_10), (issued("c2", "2026-0002", "c1"), UNTIL), inspected
    )
    first, second = rows[("c1",)], rows[("c2",)]
    assert (first["state"], first["ended_on"]) == (contact_card.REPLACED, UNTIL)
    assert (second["state"], second["written_there"]) == (contact_card.HANDED_IN, "学习两次")


@pytest.mark.parametrize(
    ("fact", "state"),
    [
        (ContactCardRevoked(card_id="c1", why=HIDDEN), contact_card.REVOKED),
        (ContactCardInspected(card_id="c1", handed_in=False, inspected_by="王敏"), contact_card.LOST),
    ],
)
def test_how_a_card_ends(fact: Any, state: str) -> None:
    (row,) = folded(contact_card.view, (issued("c1", "2026-0001"), JAN_10), fact).values()
    assert (row["state"], row.get("why")) == (state, None)


def test_the_ledger_shows_the_card_that_was_given_and_the_card_of_the_member_goes_on() -> None:
    moved = MovedAway(kind=AwayKind.CARD, clause="§3.2", destination="杭州", fixed_place=False, reason="带孙子")
    row = row_of(ledger.view, moved, issued("c1", "2026-0001"))
    assert (row["card_until"], row["card_no"]) == (UNTIL, "2026-0001")
    closed = row_of(ledger.view, moved, Returned(), issued("c1", "2026-0001"))
    assert closed.get("card_no") is None
    assert row_of(member.view, zhang(), moved, issued("c1", "2026-0001"))["seq"] == 3
