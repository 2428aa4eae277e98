"""Two kinds of time: as it was on a day, as it was known at a moment."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from events.facts.base import Fact
from events.facts.member import AwayKind, ContactChanged, CorrectableField, DetailsCorrected, MovedAway, Returned
from events.facts.people import ContactCard
from services.registry.project.as_of import card_as_of
from tests.registry.project.folding import JAN_10, recorded, zhang

AWAY = MovedAway(kind=AwayKind.CARD, clause="§3.2", destination="杭州市", fixed_place=False, reason="x")


def then(day: date, *happened: Fact | tuple[Fact, date], known_at: datetime | None = None) -> dict[str, Any] | None:
    facts = [one for one in recorded(happened) if known_at is None or one.about.recorded <= known_at]
    return card_as_of(facts, day)


def test_nobody_is_on_the_roll_before_the_first_day() -> None:
    assert then(date(2026, 1, 9), (zhang(), JAN_10)) is None
    assert then(JAN_10, (zhang(), JAN_10)) is not None


def test_a_stay_written_down_late_was_a_stay_all_the_same() -> None:
    happened = ((zhang(), JAN_10), (AWAY, date(2026, 3, 12)), (Returned(), date(2026, 9, 30)))
    summer = then(date(2026, 7, 1), *happened)
    assert summer is not None
    assert summer["state"] == "away"
    autumn = then(date(2026, 10, 1), *happened)
    assert autumn is not None
    assert autumn["state"] == "enrolled"


def test_what_was_not_known_yet_does_not_show() -> None:
    happened = ((zhang(), JAN_10), (AWAY, date(2026, 1, 10)))
    the_day_itself = datetime.fromisoformat("2026-01-10T23:59:59+08:00")
    card = then(JAN_10, *happened, known_at=the_day_itself)
    assert card is not None
    assert card["state"] == "enrolled"
    known_now = then(JAN_10, *happened)
    assert known_now is not None
    assert known_now["state"] == "away"


def test_a_correction_reaches_back_as_far_as_the_mistake_did() -> None:
    right = DetailsCorrected(field=CorrectableField.NAME, identity="张桂蓝", wrong_since=JAN_10)
    late = (right, date(2026, 11, 1))
    card = then(date(2026, 5, 1), (zhang(), JAN_10), late)
    assert card is not None
    assert card["name"] == "张桂蓝"
    undated = (DetailsCorrected(field=CorrectableField.NAME, identity="张桂蓝"), date(2026, 11, 1))
    card = then(date(2026, 5, 1), (zhang(), JAN_10), undated)
    assert card is not None
    assert card["name"] == "张桂兰"


def test_facts_take_effect_in_the_order_of_life() -> None:
    june = (ContactChanged(contact=ContactCard(phone="110")), date(2026, 6, 1))
    march = (ContactChanged(contact=ContactCard(phone="120")), date(2026, 3, 1))
    for happened in ((june, march), (march, june)):
        spring = then(date(2026, 4, 1), (zhang(), JAN_10), *happened)
        now = then(date(2026, 11, 1), (zhang(), JAN_10), *happened)
        assert spring is not None
        assert now is not None
        assert (spring["phone"], now["phone"]) == ("120", "110")
