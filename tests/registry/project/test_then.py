"""Which facts were so on a day: corrections reach back, slips never were, and nothing else does."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from hypothesis import given as forall
from hypothesis import strategies as st

from events.facts.base import Fact
from events.facts.member import (
    Assigned,
    AwayKind,
    CorrectableField,
    DetailsCorrected,
    EnrolmentWithdrawn,
    MovedAway,
    Returned,
)
from events.facts.member_away import AwayDayCorrected
from events.facts.member_points import PointsAwarded, PointsTakenBack
from events.facts.merging import Merged, MergeSide, Unmerged
from services.registry.project import belonging, ledger
from services.registry.project.as_of import card_as_of
from services.registry.project.then import days_in_life, so_on
from tests.registry.project.folding import JAN_10, WHO, folded, recorded, zhang

MARCH = date(2026, 3, 12)


def left(on: date) -> tuple[Fact, date]:
    return MovedAway(kind=AwayKind.CARD, clause="§3.2", destination="杭州市", fixed_place=False, reason="x"), on


def corrected(was: date, to: date) -> tuple[Fact, date]:
    return AwayDayCorrected(was=was, kind=AwayKind.CARD, clause="§3.2", destination="杭州市", why="x"), to


def kinds(happened: Sequence[tuple[Fact, date]], day: date) -> list[str]:
    return [type(one.fact).__name__ for one in so_on(recorded(happened), day)]


def test_a_fact_counts_from_its_day() -> None:
    story = [(zhang(), JAN_10), left(MARCH), (Returned(), date(2026, 9, 30))]
    assert kinds(story, date(2026, 1, 9)) == []
    assert kinds(story, JAN_10) == ["Enrolled"]
    assert kinds(story, date(2026, 4, 1)) == ["Enrolled", "MovedAway"]
    assert kinds(story, date(2026, 10, 1)) == ["Enrolled", "MovedAway", "Returned"]


def test_a_corrected_day_of_leaving_moves_the_absence_both_ways() -> None:
    earlier = [(zhang(), JAN_10), left(MARCH), corrected(MARCH, date(2026, 3, 5))]
    assert kinds(earlier, date(2026, 3, 4)) == ["Enrolled"]
    assert kinds(earlier, date(2026, 3, 8)) == ["Enrolled", "MovedAway", "AwayDayCorrected"]
    later = [(zhang(), JAN_10), left(MARCH), corrected(MARCH, date(2026, 3, 20))]
    assert kinds(later, date(2026, 3, 15)) == ["Enrolled"]
    assert kinds(later, date(2026, 3, 20)) == ["Enrolled", "MovedAway", "AwayDayCorrected"]
    assert kinds(later[:2], date(2026, 3, 15)) == ["Enrolled", "MovedAway"], "as it was known before"


def test_a_slip_never_was() -> None:
    award = PointsAwarded(award_id="p1", points=5, clause="§8", what="x")
    story = [(zhang(), JAN_10), (award, MARCH), (PointsTakenBack(award_id="p1"), date(2026, 11, 1))]
    assert kinds(story, date(2026, 3, 11)) == ["Enrolled"]
    assert kinds(story, MARCH) == ["Enrolled", "PointsAwarded", "PointsTakenBack"]
    assert kinds(story[:2], MARCH) == ["Enrolled", "PointsAwarded"]
    gone = [(zhang(), JAN_10), (EnrolmentWithdrawn(enrolled_on=JAN_10), MARCH)]
    card = card_as_of(recorded(gone), date(2026, 2, 1))
    assert card is not None
    assert card["state"] == "withdrawn"


def test_two_records_of_one_person_always_were() -> None:
    merged = (Merged(side=MergeSide.ABSORBED, other_id="m2"), date(2026, 11, 1))
    story = [(zhang(), JAN_10), left(MARCH), merged]
    card = card_as_of(recorded(story), date(2026, 4, 1))
    assert card is not None
    assert (card["state"], card["state_before"], card["merged_into"]) == ("merged", "away", "m2")
    apart = [*story, (Unmerged(side=MergeSide.ABSORBED, other_id="m2"), date(2026, 11, 5))]
    card = card_as_of(recorded(apart), date(2026, 4, 1))
    assert card is not None
    assert (card["state"], card["merged_into"]) == ("away", None)


def test_a_correction_counts_from_the_day_it_names() -> None:
    wrong = DetailsCorrected(field=CorrectableField.NAME, identity="张桂蓝", wrong_since=date(2026, 2, 1))
    story = [(zhang(), JAN_10), (wrong, date(2026, 11, 1))]
    assert kinds(story, date(2026, 1, 31)) == ["Enrolled"]
    assert kinds(story, date(2026, 2, 1)) == ["Enrolled", "DetailsCorrected"]


DAYS = st.dates(date(2026, 2, 1), date(2026, 12, 1))


@forall(DAYS, st.lists(DAYS, min_size=1, max_size=5), DAYS)
def test_an_absence_begins_on_the_day_said_last_whatever_was_said_before(
    first: date, said: list[date], asked: date
) -> None:
    story: list[tuple[Fact, date]] = [(zhang(), JAN_10), left(first)]
    was = first
    for to in said:
        story.append(corrected(was, to))
        was = to
    so = kinds(story, asked)
    assert so == (["Enrolled", "MovedAway", *["AwayDayCorrected"] * len(said)] if asked >= was else ["Enrolled"])
    rows = [one for one in so_on(recorded(story), asked) if type(one.fact) in ledger.view.handlers]
    assert bool(rows) == (asked >= was)


@forall(st.lists(DAYS, max_size=6), DAYS)
def test_of_facts_that_correct_nothing_those_count_whose_day_has_come(days: list[date], asked: date) -> None:
    known = recorded([(zhang(), day) for day in days])
    assert so_on(known, asked) == [one for one in known if one.about.effective <= asked]
    assert days_in_life(known) == days


@forall(DAYS, DAYS, DAYS)
def test_what_one_member_says_does_not_touch_another(mine: date, theirs: date, asked: date) -> None:
    one = recorded([(zhang(), JAN_10), left(MARCH), corrected(MARCH, mine)], "m1")
    other = recorded([(zhang(), JAN_10), left(MARCH), corrected(MARCH, theirs)], "m2", 2)
    together = sorted([*one, *other], key=lambda each: (each.about.seq, each.about.entity))
    so = so_on(together, asked)
    assert [each for each in so if each.about.entity == "m1"] == so_on(one, asked)
    assert [each for each in so if each.about.entity == "m2"] == so_on(other, asked)


def test_a_day_that_was_said_otherwise_first_is_remembered_for_who_asks_what_was_known() -> None:
    story = [(zhang(branch_id="b1"), JAN_10), (Assigned(branch_id="b2"), JAN_10), (Assigned(branch_id="b2"), JAN_10)]
    assert folded(belonging.view, *story)[WHO, JAN_10]["before"] == ["b1"]
    later = JAN_10 + timedelta(days=1)
    assert folded(belonging.view, *story, (Assigned(branch_id="b3"), later))[WHO, later]["before"] is None
