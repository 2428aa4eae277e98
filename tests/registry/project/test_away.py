"""Contact cards, folded."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from events.facts.base import HIDDEN
from events.facts.member import AwayKind, MovedAway, Returned
from events.facts.member_application import (
    AwayApplicationApproved,
    AwayApplicationRefused,
    AwayApplicationWithdrawn,
    AwayApplied,
)
from events.facts.member_away import (
    AwayDayCorrected,
    ContactCardInspected,
    ContactCardIssued,
    ContactCardRevoked,
    ContactReestablished,
    LostContactFlagged,
    RelationTransferReceived,
    RelationTransferSent,
    RelationTransferWithdrawn,
    ReportedFromAfar,
)
from services.registry.project import away_application, contact_card, ledger, member
from services.registry.project.as_of import card_as_of
from services.registry.project.ledger_as_of import then
from tests.registry.project.folding import folded, recorded, row_of, zhang

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


def test_a_letter_is_on_its_way_until_it_is_received_or_withdrawn() -> None:
    moved = MovedAway(kind=AwayKind.CARD, clause="§3.2", destination="杭州", fixed_place=True, reason="带孙子")
    sent = RelationTransferSent(
        letter_no="2026-0001", to_organisation="文三街道", valid_until=UNTIL, clause="§3.7", kind_clause="§3.1",
        kind_before=AwayKind.CARD, clause_before="§3.2",
    )  # fmt: skip
    row = row_of(ledger.view, moved, sent)
    assert (row["kind"], row["clause"], row["letter_to"], row["received_on"]) == (
        "temporary_transfer", "§3.1", "文三街道", None,
    )  # fmt: skip
    assert row_of(member.view, zhang(), moved, sent)["away_kind"] == "temporary_transfer"
    received = (RelationTransferReceived(letter_no="2026-0001", told_by=HIDDEN), UNTIL)
    row = row_of(ledger.view, moved, sent, received)
    assert (row["received_on"], row["received_told_by"]) == (UNTIL, None)
    back = RelationTransferWithdrawn(letter_no="2026-0001", kind=AwayKind.CARD, clause="§3.2", why="写错了")
    row = row_of(ledger.view, moved, sent, back)
    assert (row["kind"], row["clause"], row["letter_no"]) == ("card", "§3.2", None)
    assert row_of(member.view, zhang(), moved, sent, back)["away_kind"] == "card"


ASKED = AwayApplied(application_id="a1", since=UNTIL, destination="杭州", reason=HIDDEN, phone="13900001234")


@pytest.mark.parametrize(
    ("happened", "state", "why"),
    [
        ([], away_application.APPLIED, None),
        ([AwayApplicationRefused(application_id="a1", why="去处未定")], away_application.REFUSED, "去处未定"),
        ([AwayApplicationWithdrawn(application_id="a1", why=HIDDEN)], away_application.WITHDRAWN, None),
        (
            [AwayApplicationApproved(application_id="a1", kind=AwayKind.CARD, clause="§3.2")],
            away_application.APPROVED,
            None,
        ),
    ],
)
def test_what_became_of_an_application(happened: list[Any], state: str, why: str | None) -> None:
    row = row_of(away_application.view, ASKED, *happened)
    assert (row["state"], row.get("why"), row["reason"], row["phone"]) == (state, why, None, "13900001234")
    assert row.get("decided_by") == ("shuji" if happened else None)


def test_who_left_has_an_application_that_is_done_and_who_left_without_one_has_none() -> None:
    moved = MovedAway(kind=AwayKind.CARD, clause="§3.2", destination="杭州", fixed_place=False, reason="带孙子")
    assert folded(away_application.view, moved) == {}
    left = moved.model_copy(update={"application_id": "a1"})
    row = row_of(away_application.view, ASKED, left)
    assert (row["state"], row["kind"]) == (away_application.LEFT, "card")


def test_a_report_is_contact_and_a_lost_contact_ends_when_it_is_found() -> None:
    moved = MovedAway(kind=AwayKind.CARD, clause="§3.2", destination="杭州", fixed_place=False, reason="带孙子")
    first, late = (ReportedFromAfar(said="都好"), UNTIL), (ReportedFromAfar(said="刚到"), JAN_10)
    row = row_of(ledger.view, (moved, JAN_10), first, late)
    assert (row["reported_on"], row["report_said"]) == (UNTIL, "都好"), "what was written late does not push it aside"
    assert row_of(member.view, zhang(), (moved, JAN_10), first)["last_seen"] == UNTIL
    lost = LostContactFlagged(last_contact=JAN_10, clause="§3.5", why=HIDDEN)
    row = row_of(ledger.view, (moved, JAN_10), (lost, UNTIL))
    assert (row["lost_since"], row["lost_why"]) == (UNTIL, None)
    found = (ContactReestablished(how="女儿来电"), UNTIL)
    assert row_of(ledger.view, (moved, JAN_10), (lost, UNTIL), found)["lost_since"] is None


def test_the_ledger_as_of_a_day_knows_stays_before_and_letters_that_came_later() -> None:
    moved = MovedAway(kind=AwayKind.CARD, clause="§3.2", destination="杭州", fixed_place=True, reason="带孙子")
    again = moved.model_copy(update={"destination": "南京"})
    sent = RelationTransferSent(
        letter_no="2026-0001", to_organisation="南京", valid_until=date(2027, 1, 1), clause="§3.7", kind_clause="§3.1",
        kind_before=AwayKind.CARD, clause_before="§3.2",
    )  # fmt: skip
    march, june, august, september = (date(2026, month, 1) for month in (3, 6, 8, 9))
    received = RelationTransferReceived(letter_no="2026-0001", told_by="陈老师")
    row = dict.fromkeys(column.name for column in ledger.table.columns) | row_of(
        ledger.view, (moved, march), (Returned(), june), (again, august), (sent, september),
        (received, date(2026, 10, 1)),
    )  # fmt: skip
    assert then(row, date(2026, 2, 28)) is None
    assert then(row, june) is None, "the day of return is a day at home"
    april = then(row, date(2026, 4, 1))
    assert april is not None
    assert (april["destination"], april["kind"], april["letter_no"]) == ("杭州", "card", None)
    before = then(row, date(2026, 8, 15))
    assert before is not None
    assert (before["destination"], before["kind"], before["clause"]) == ("南京", "card", "§3.2")
    after = then(row, september)
    assert after is not None
    assert (after["kind"], after["letter_no"], after["received_on"]) == ("temporary_transfer", "2026-0001", None)


def test_another_day_of_leaving_counts_in_the_ledger_the_card_and_for_care() -> None:
    moved = MovedAway(kind=AwayKind.CARD, clause="§3.2", destination="杭州", fixed_place=True, reason="带孙子")
    march, june = date(2026, 3, 1), date(2026, 6, 1)
    right = AwayDayCorrected(
        was=june, kind=AwayKind.TEMPORARY_TRANSFER, clause="§3.1", destination="杭州", why="女儿说三月就去了"
    )
    row = row_of(ledger.view, (moved, june), (right, march))
    assert (row["since"], row["kind"], row["clause"], row["reason"]) == (march, "temporary_transfer", "§3.1", "带孙子")
    row = row_of(member.view, (zhang(), JAN_10), (moved, june), (right, march))
    assert (row["state"], row["away_since"], row["away_kind"]) == (member.AWAY, march, "temporary_transfer")


@pytest.mark.parametrize(("really", "day", "state"), [
    (date(2026, 3, 1), date(2026, 2, 28), "enrolled"),
    (date(2026, 3, 1), date(2026, 4, 1), "away"),
    (date(2026, 3, 1), date(2026, 7, 1), "away"),
    (date(2026, 8, 1), date(2026, 7, 1), "enrolled"),
    (date(2026, 8, 1), date(2026, 8, 1), "away"),
])  # fmt: skip
def test_as_of_a_day_only_the_right_day_of_leaving_counts(really: date, day: date, state: str) -> None:
    moved = MovedAway(kind=AwayKind.CARD, clause="§3.2", destination="杭州", fixed_place=False, reason="带孙子")
    june = date(2026, 6, 1)
    right = AwayDayCorrected(was=june, kind=AwayKind.CARD, clause="§3.2", destination="杭州", why="女儿说的")
    again = AwayDayCorrected(was=date(2026, 5, 1), kind=AwayKind.CARD, clause="§3.2", destination="杭州", why="查实")
    first = right.model_copy()
    facts = recorded([(zhang(), JAN_10), (moved, june), (first, date(2026, 5, 1)), (again, really)])
    card = card_as_of(facts, day)
    assert card is not None
    assert (card["state"], card.get("away_since")) == (state, really if state == "away" else None)
