"""What was awarded, what a person said of a record, and points by hand, as the tables say after the facts."""

from __future__ import annotations

from datetime import date

import pytest

from events.facts.base import HIDDEN
from events.facts.member_honours import (
    Honoured,
    HonourKind,
    HonourReconsidered,
    HonourSetAside,
    HonourTakenBack,
    RecordConfirmed,
)
from events.facts.member_points import PointsAwarded, PointsTakenBack
from services.registry.project import honour, member, points
from tests.registry.project.folding import WHO, folded, row_of, zhang

JULY = date(2027, 7, 1)
MEDAL = Honoured(honour_id="h", kind=HonourKind.MEDAL, number="2027-0001", since=date(1977, 3, 1), clause="§16.2")
TAKEN = HonourTakenBack(honour_id="h", kind=HonourKind.MEDAL, number="2027-0001")


def test_an_award_stays_on_record_when_it_was_a_slip() -> None:
    row = row_of(honour.view, (MEDAL, JULY))
    assert (row["kind"], row["number"], row["day"], row["taken_back_on"]) == ("medal", "2027-0001", JULY, None)
    assert row_of(honour.view, (MEDAL, JULY), (TAKEN, date(2027, 7, 3)))["taken_back_on"] == date(2027, 7, 3)
    with pytest.raises(LookupError):
        folded(honour.view, TAKEN)


def test_the_last_word_of_a_record_holds_until_it_is_open_again() -> None:
    good = RecordConfirmed(kind=HonourKind.MEDAL, year=2027, since=JULY, clause="§16.2", decided_by="支委会")
    aside = HonourSetAside(kind=HonourKind.MEDAL, year=2027, why="待查")
    assert row_of(honour.said, aside, good)["decided_by"] == "支委会"
    row = row_of(honour.said, good, aside)
    assert (row["good"], row["decided_by"], row["why"]) == (False, None, "待查")
    assert row_of(honour.said, aside.model_copy(update={"why": HIDDEN}))["why"] is None
    assert set(folded(honour.said, good)) == {(WHO, "medal")}
    assert folded(honour.said, good, HonourReconsidered(kind=HonourKind.MEDAL)) == {}


def test_the_card_moves_on_to_the_version_of_an_award() -> None:
    assert row_of(member.view, zhang(), MEDAL, TAKEN)["seq"] == 3


def test_points_by_hand_stay_on_record_when_they_were_a_slip() -> None:
    given, back = PointsAwarded(award_id="a", points=3, clause="§11.4", what="帮忙"), PointsTakenBack(award_id="a")
    row = row_of(points.view, (given, JULY))
    assert (row["points"], row["day"], row["what"], row["taken_back_on"]) == (3, JULY, "帮忙", None)
    assert row_of(points.view, (given, JULY), (back, JULY))["taken_back_on"] == JULY
    assert row_of(points.view, given.model_copy(update={"what": HIDDEN}))["what"] is None
    with pytest.raises(LookupError):
        folded(points.view, back)
