from __future__ import annotations

from datetime import date
from typing import Any

from events.facts.base import HIDDEN
from events.facts.handover import (
    Cancelled,
    Closed,
    DecisionWithdrawn,
    Opened,
    PersonAccepted,
    PersonRefused,
    PersonUnlisted,
    Reopened,
    WhyRefused,
)
from events.facts.member_handover import TakenOver, TakeOverWithdrawn
from events.facts.merging import Merged, MergeSide, Unmerged
from events.facts.nominee import Nominated, Nominee, Remarked
from services.registry.project import handed_over, handover, member
from tests.registry.project.folding import JAN_10, folded, recorded, row_of, zhang

PATH = "employers.demo.jichuangchang"
OPENED = Opened(employer=PATH, employer_name="机床厂")
NUMBER = "310101194003070016"
NAMED = Nominated(batch_id="b", row=1, employer=PATH, funds_fen=600, person=Nominee(name="周秀芳", id_number=NUMBER))
TAKEN = TakenOver(employer=PATH, employer_name="机床厂", batch_id="b", row=1, funds_fen=600)


def lines(view: Any, *facts: Any) -> dict[Any, Any]:
    return folded(view, *facts, entity="b")


def test_a_batch_stands_with_the_community_and_with_the_unit() -> None:
    for view, place in ((handover.view, "demo.jinqiao"), (handover.unit_view, PATH)):
        closed = row_of(view, OPENED, (Closed(accepted=1, refused=0, funds_fen=600), JAN_10))
        assert (closed.get("community", "demo.jinqiao"), closed["place"]) == (place, "demo.jinqiao")
        assert (closed["state"], closed["closed_on"], closed["funds_fen"]) == ("closed", JAN_10, 600)
        again = row_of(view, OPENED, Closed(accepted=1, refused=0, funds_fen=600), Reopened())
        assert (again["state"], again["closed_on"], again["funds_fen"]) == ("open", None, None)
        assert row_of(view, OPENED, Cancelled())["state"] == "cancelled"


def test_a_line_says_what_was_decided_and_never_the_whole_number() -> None:
    for view, place in ((handover.listed, None), (handover.unit_listed, PATH)):
        (line,) = lines(view, NAMED).values()
        assert (line["name"], line["id_masked"], line.get("community")) == ("周秀芳", "3101** **** **** 0016", place)
        assert NUMBER not in str(line)
        (taken,) = lines(view, NAMED, (PersonAccepted(row=1, member_id="m"), JAN_10)).values()
        assert (taken["state"], taken["member_id"], taken["decided_on"]) == ("accepted", "m", JAN_10)
        (back,) = lines(view, NAMED, PersonAccepted(row=1, member_id="m"), DecisionWithdrawn(row=1)).values()
        assert (back["state"], back["member_id"]) == ("open", None)
        final = DecisionWithdrawn(row=1, final=True)
        (gone,) = lines(view, NAMED, PersonAccepted(row=1, member_id="m"), (final, JAN_10)).values()
        assert (gone["state"], gone["member_id"], gone["withdrawn_on"]) == ("withdrawn", "m", JAN_10)
        note = Remarked(batch_id="b", row=1, note="已迁走")
        (out,) = lines(view, NAMED, PersonRefused(row=1, why=WhyRefused.LIVES_ELSEWHERE), note).values()
        assert (out["state"], out["why"], out["note"]) == ("refused", "lives_elsewhere", "已迁走")
        assert lines(view, NAMED, PersonUnlisted(row=1)) == {}


def test_somebody_forgotten_leaves_an_empty_line() -> None:
    hidden = NAMED.model_copy(update={"person": HIDDEN})
    (line,) = lines(handover.listed, hidden, Remarked(batch_id="b", row=1, note=HIDDEN)).values()
    assert (line["name"], line["id_masked"], line["note"]) == (None, None, None)


def test_a_wrong_number_is_shown_as_far_as_it_says_nothing() -> None:
    assert handover.masked("3101 0119 3902") == "3101** **** **** 3902"
    assert handover.masked("无") == "无"
    assert handover.masked("") == ""


def test_whom_a_unit_handed_over_stands_with_the_unit() -> None:
    for view, place in ((handed_over.view, None), (handed_over.unit_view, PATH)):
        row = row_of(view, (TAKEN, JAN_10))
        assert (row["since"], row["funds_fen"], row["place"]) == (JAN_10, 600, "demo.jinqiao")
        assert row.get("community") == place
        assert folded(view, TAKEN, TakeOverWithdrawn(employer=PATH, batch_id="b", row=1)) == {}
        assert len(folded(view, TAKEN, TakeOverWithdrawn(employer=PATH, batch_id="other", row=1))) == 1


def test_the_unit_goes_on_seeing_a_person_by_the_record_that_stands_for_them() -> None:
    fact = Merged(side=MergeSide.KEPT, other_id="absorbed")
    handler = handed_over.unit_view.handlers[Merged]
    assert handler.keys is not None
    assert row_of(member.view, zhang(), TAKEN)["seq"] == 2
    (one,) = recorded([fact], "kept")
    assert handler.keys(fact, one.about) == [("absorbed",)]
    assert handler.keys(Merged(side=MergeSide.ABSORBED, other_id="kept"), one.about) == []
    row = row_of(handed_over.unit_view, TAKEN)
    moved = handler.fold(row, fact, one.about)
    assert moved is not None
    assert moved["person_id"] == "kept"
    assert handler.fold(None, fact, one.about) is None
    apart = Unmerged(side=MergeSide.ABSORBED, other_id="kept")
    (back,) = recorded([apart], "absorbed")
    keys = handed_over.unit_view.handlers[Unmerged].keys
    assert keys is not None
    assert keys(apart, back.about) == [("absorbed",)]


def test_the_day_it_became_so_is_kept() -> None:
    assert row_of(handed_over.view, (TAKEN, date(2026, 1, 3)))["since"] == date(2026, 1, 3)
