"""What may be put on record of a visit, and of an attempt in vain, row by row; and photos."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from events.facts.base import Fact
from events.facts.care import (
    Answers,
    MissedExplained,
    ThreeQuestionsAnswered,
    VisitCancelled,
    VisitMade,
    VisitMissed,
    VisitWay,
    WhyCancelled,
    WhyMissed,
)
from events.facts.care_visit import News, PhotoTaken, ToldAtTheDoor, VisitAttempted
from services.care.decide.care import record_visit
from services.care.decide.cared import CARE
from services.care.decide.commands import AttemptVisit, RecordVisit
from services.care.decide.door import PHOTOS_MAX, attach_photo, attempt_visit
from tests.care.decide.test_care import planned
from tests.given import Given, Outcome, given
from tests.tables import cases

TODAY = date(2026, 11, 21)
YESTERDAY = date(2026, 11, 20)
PHOTO = PhotoTaken(visit_id="v1", photo_id="f" * 32, by="laoli", digest="0" * 64, size_bytes=9)
MADE = (VisitMade(visit_id="v1", by="laoli", way=VisitWay.HOME), TODAY)
SAID = Answers(difficulties="腿脚不便")
BEFORE: dict[str, tuple[Given, ...]] = {
    "none": (),
    "planned": (planned(),),
    "tried": (planned(), (VisitAttempted(visit_id="v1", by="laoli", why=WhyMissed.NOT_AT_HOME), YESTERDAY)),
    "missed": (planned(), (VisitMissed(visit_id="v1"), TODAY)),
    "explained": (
        planned(),
        (VisitMissed(visit_id="v1"), TODAY),
        (MissedExplained(visit_id="v1", why=WhyMissed.NO_VISITOR), TODAY),
    ),
    "cancelled": (planned(), (VisitCancelled(visit_id="v1", why=WhyCancelled.BY_HAND), TODAY)),
    "made": (planned(), MADE),
    "answered": (planned(), MADE, (ThreeQuestionsAnswered(visit_id="v1", answers=SAID), TODAY)),
    "told": (planned(), MADE, (ToldAtTheDoor(visit_id="v1", by="laoli", news=News.PHONE, phone="1391234"), TODAY)),
}


def day(cell: str) -> date:
    return date.fromisoformat(f"2026-{cell}")


def name_of(fact: Fact) -> str:
    match fact:
        case ToldAtTheDoor():
            return fact.news.value
        case VisitMade():
            return "made"
        case ThreeQuestionsAnswered():
            return "answers"
        case PhotoTaken():
            return "photo"
        case VisitAttempted():
            return "attempt"
        case MissedExplained():
            return "explained"
        case _:
            return fact.TYPE


def check(outcome: Outcome, wanted: str, on: date) -> None:
    wanted, _, twice = wanted.partition("; then ")
    if wanted == "nothing":
        outcome.then_nothing()
    elif "_" in wanted:
        outcome.then_refused(wanted)
    else:
        happened = outcome.then_facts()
        assert [name_of(fact) for fact, _ in happened] == wanted.split(", ")
        assert {effective for _, effective in happened} == {on}
        outcome.then_again_refused(twice) if twice else outcome.then_again_nothing()


def brought(row: dict[str, str]) -> RecordVisit:
    says = row["says"].split()
    more: dict[str, Any] = {}
    if "words" in says:
        more["difficulties"] = "腿脚不便"
    if "phone" in says:
        more["phone"] = "13912348863"
    if "dues" in says:
        more["handed_over_fen"] = 1710
    return RecordVisit(made_on=day(row["day"]), by=row["who"], **more)


@cases("door")
def test_what_is_recorded(row: dict[str, str]) -> None:
    spec = given(CARE, *BEFORE[row["before"]])
    if "recorded" in row:
        photo = PHOTO if "photo" in row["says"] else None
        outcome = spec.when(lambda c: record_visit(c, "v1", brought(row), TODAY, photo))
        check(outcome, row["recorded"], day(row["day"]))
    else:
        command = AttemptVisit(on=day(row["day"]), by=row["who"], why=WhyMissed(row["says"]))
        check(spec.when(lambda c: attempt_visit(c, "v1", command, TODAY)), row["tried"], day(row["day"]))


def test_a_photo_follows_a_visit_that_was_made() -> None:
    given(CARE, planned()).when(lambda c: attach_photo(c, "v1", PHOTO)).then_refused("not_made")
    given(CARE).when(lambda c: attach_photo(c, "v1", PHOTO)).then_refused("no_visit")
    given(CARE, planned(), MADE).when(lambda c: attach_photo(c, "v1", PHOTO)).then(PHOTO, on=TODAY).then_again_nothing()


def test_a_visit_is_no_album() -> None:
    taken = [(PHOTO.model_copy(update={"photo_id": str(number)}), TODAY) for number in range(PHOTOS_MAX)]
    given(CARE, planned(), MADE, *taken).when(lambda c: attach_photo(c, "v1", PHOTO)).then_refused(
        "photos_full", most=PHOTOS_MAX
    )


@pytest.mark.parametrize(
    "wrong", [{"phone": "home"}, {"phone": "1"}, {"handed_over_fen": 0}, {"handed_over_fen": 10**7}]
)
def test_what_is_no_number_is_not_told(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        RecordVisit(made_on=TODAY, by="laoli", **wrong)
