"""The clocks of somebody who is away, by the pack."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from events.facts.member import AwayKind
from services.registry.decide.away_policy import RemindersRule
from services.registry.pages.clocks import card_soon, clocks_of, silent_since
from tests.registry.decide.people import POLICY, TODAY

AWAY = POLICY.away


def stay(**differently: Any) -> dict[str, Any]:
    row = {
        "kind": AwayKind.INTERMITTENT, "clause": "§3.3", "since": date(2026, 1, 5), "card_until": None,
        "fixed_place": False, "expected_return": None, "last_contact": TODAY,
        "letter_no": None, "letter_to": None, "letter_sent_on": None, "letter_until": None, "received_on": None,
        "lost_since": None,
    }  # fmt: skip
    return row | differently


@pytest.mark.parametrize(
    ("silent_days", "tone", "clause"), [(29, "", ""), (30, "soon", ""), (89, "soon", ""), (90, "late", "§3.4")]
)
def test_each_reminder_is_more_urgent_than_the_one_before(silent_days: int, tone: str, clause: str) -> None:
    clocks = clocks_of(stay(last_contact=TODAY - timedelta(days=silent_days)), AWAY, TODAY)
    assert (clocks.silence, clocks.clause) == (tone, clause)
    assert (TODAY - timedelta(days=silent_days) <= silent_since(AWAY, TODAY)) is (tone == "late")


@pytest.mark.parametrize(("last", "clause"), [(date(2026, 5, 22), "§3.4"), (date(2026, 5, 21), "§3.5")])
def test_from_six_months_on_a_person_looks_into_it(last: date, clause: str) -> None:
    assert clocks_of(stay(last_contact=last), AWAY, TODAY).clause == clause


def test_one_reminder_is_enough() -> None:
    once = AWAY.model_copy(update={"reminders": RemindersRule(card_days=5, contact_days=(7,), clause="x")})
    clocks = clocks_of(stay(last_contact=TODAY - timedelta(days=7)), once, TODAY)
    assert (clocks.silence, clocks.clause) == ("late", "x")
    assert card_soon(once, TODAY) == TODAY + timedelta(days=5)


def test_a_card_ends_soon_by_the_pack_and_keeps_the_clause_it_was_given_by() -> None:
    card = {"kind": AwayKind.CARD, "clause": "市五", "since": TODAY - timedelta(days=20)}
    faces = [clocks_of(stay(**card, card_until=TODAY + timedelta(days=left)), AWAY, TODAY).main for left in (31, 30)]
    assert [(face.tone, face.clause) for face in faces] == [("away", "市五"), ("soon", "市五")]


def test_the_span_of_who_is_away_without_an_end_begins_anew_with_each_report() -> None:
    began = clocks_of(stay(since=date(2024, 11, 21)), AWAY, TODAY).main
    assert (began.part, began.text) == (0, "已外出 730 天")
    assert clocks_of(stay(since=date(2025, 11, 22)), AWAY, TODAY).main.part == pytest.approx(364 / 365)


def test_reminders_that_do_not_grow_are_refused() -> None:
    with pytest.raises(ValueError, match="each later"):
        RemindersRule(card_days=30, contact_days=(60, 30), clause="§3.4")
