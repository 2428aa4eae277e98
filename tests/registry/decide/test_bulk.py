"""Many members changed at once: exactly those who were shown, as they were shown; each step once."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from events.facts.bulk import BulkCommitted, BulkField, BulkStarted, BulkStepped, ChangedOne, LeftOut
from events.facts.member import Assigned, Classified, Died
from events.facts.people import ContactCard, RetirementKind
from services.registry.decide import bulk
from services.registry.decide.bulk import BULK, Bulk, Chosen, Found, StartBulk
from services.registry.decide.classify import Classify, classify
from services.registry.decide.member import MEMBER, Member
from tests.given import given
from tests.registry.decide.people import TODAY, enrolled

STARTED = BulkStarted(field=BulkField.KIND, people=2, to="in_service")
IN_SERVICE = Classified(kind=RetirementKind.IN_SERVICE)


def member_after(*past: Any) -> Member:
    return given(MEMBER, *past).entities["member"].state  # type: ignore[no-any-return]  # a Member


def stepped(bulk_state: Bulk, *people: tuple[Chosen, Found], number: int = 1) -> Any:
    chosen, found = [one for one, _ in people], [now for _, now in people]
    return bulk.step(bulk_state, number, chosen, found, TODAY, bulk_id="b")


def test_it_begins_once() -> None:
    wish = StartBulk(field=BulkField.KIND, people=2, to="in_service")
    given(BULK).when(lambda one: bulk.start(one, wish, TODAY)).then(STARTED, on=TODAY).then_again_nothing()


def test_those_who_are_as_they_were_shown_are_changed_and_the_others_named() -> None:
    zhang, li, wang = member_after(enrolled()), member_after(enrolled()), member_after(enrolled(), Died())
    people = [
        (Chosen("zhang", 7, "in_service"), Found(zhang, 7)),
        (Chosen("li", 7, "in_service"), Found(li, 8)),
        (Chosen("wang", 9, "in_service"), Found(wang, 9)),
        (Chosen("zhao", 3, "retired"), Found(zhang, 3)),
        (Chosen("qian", 4, None), Found(zhang, 4)),
    ]
    step = BulkStepped(
        number=1,
        changed=(ChangedOne(member_id="zhang", before="retired", after="in_service"),),
        left_out=(
            LeftOut(member_id="li", why="changed_meanwhile"),
            LeftOut(member_id="wang", why="died"),
            LeftOut(member_id="zhao", why="already_so"),
            LeftOut(member_id="qian", why="none_before"),
        ),
    )
    decide = lambda one: stepped(one, *people)  # noqa: E731 - the same wish, twice
    outcome = given(BULK, STARTED).when(decide)
    assert outcome.then_facts("zhang") == [(IN_SERVICE, TODAY)]
    assert outcome.then_facts("b") == [(step, TODAY)]
    assert set(outcome.decided) == {"zhang", "b"}  # type: ignore[arg-type]  # it was not refused
    given(BULK, STARTED, step).when(decide).then_nothing()


def test_it_is_complete_once() -> None:
    step = BulkStepped(number=1, changed=(ChangedOne(member_id="zhang", before=None, after="b3"),))
    given(BULK, STARTED, step).when(lambda one: bulk.commit(one, TODAY)).then(
        BulkCommitted(changed=1, left_out=0), on=TODAY
    ).then_again_nothing()
    given(BULK).when(lambda one: bulk.commit(one, TODAY)).then_refused("not_started")
    given(BULK).when(stepped).then_refused("not_started")


@pytest.mark.parametrize(
    ("field", "to", "fact"),
    [
        (BulkField.BRANCH, "b3", Assigned(branch_id="b3")),
        (BulkField.KIND, "in_service", IN_SERVICE),
        (BulkField.MINIMUM_LIVING, "true", Classified(minimum_living=True)),
        (BulkField.LIVES_ALONE, "true", Classified(lives_alone=True)),
    ],
)
def test_each_field_becomes_a_fact_of_the_member(field: BulkField, to: str, fact: Any) -> None:
    given(MEMBER, enrolled()).when(lambda one: bulk.change(one, field, to, TODAY)).then(fact).then_again_nothing()
    assert bulk.value_of(member_after(enrolled(), fact), field) == to


def test_a_member_is_counted_otherwise_from_a_day_on() -> None:
    wish = Classify(kind=RetirementKind.RETIRED, lives_alone=True, minimum_living=True, on=date(2026, 5, 1))
    outcome = given(MEMBER, enrolled()).when(lambda one: classify(one, wish, TODAY))
    outcome.then(Classified(lives_alone=True, minimum_living=True), on=date(2026, 5, 1)).then_again_nothing()
    after = member_after(enrolled(), (Classified(minimum_living=True), date(2026, 5, 1)))
    assert after.contact == ContactCard(phone="15020256261", minimum_living=True)
    assert after.terms != member_after(enrolled()).terms, "dues are those of relief from then on"


def test_nobody_is_counted_otherwise_tomorrow_or_after_death_or_without_a_word() -> None:
    late = Classify(lives_alone=True, on=date(2027, 1, 1))
    given(MEMBER, enrolled()).when(lambda one: classify(one, late, TODAY)).then_refused("in_future")
    given(MEMBER, enrolled(), Died()).when(lambda one: classify(one, Classify(lives_alone=True), TODAY)).then_refused(
        "died"
    )
    with pytest.raises(ValidationError):
        Classify()
