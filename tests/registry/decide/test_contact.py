"""The office's own contacts: noted once, taken back, and a long silence that a person looked into (DOMAIN R8)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import given as each
from hypothesis import strategies as st

from events.facts.member import Died
from events.facts.member_contact import (
    ContactOutcome,
    ContactTakenBack,
    ContactTried,
    ContactWay,
    LostContactSetAside,
)
from services.registry.decide import contact
from services.registry.decide.contact import SetSilenceAside, TakeContactBack, TryContact
from services.registry.decide.contact_memory import REMEMBERED
from services.registry.decide.member import MEMBER
from tests.given import given
from tests.registry.decide.leavers import gone
from tests.registry.decide.people import ENROLLED_ON, POLICY, TODAY, enrolled

REACHED, NOBODY, WRONG = ContactOutcome.REACHED, ContactOutcome.NOT_REACHED, ContactOutcome.WRONG_NUMBER


def trying(outcome: ContactOutcome = REACHED, contact_id: str = "c1", **more: Any) -> Any:
    command = TryContact(outcome=outcome, **more)
    return lambda one: contact.try_contact(one, command, TODAY, contact_id=contact_id)


def rung(outcome: ContactOutcome = REACHED, contact_id: str = "c1", **more: Any) -> ContactTried:
    return ContactTried(contact_id=contact_id, way=ContactWay.PHONE, outcome=outcome, number="13912348862", **more)


def test_a_call_is_noted_with_the_number_that_was_dialled_and_only_once() -> None:
    number = "15020256261"
    said = ContactTried(contact_id="c1", way=ContactWay.PHONE, outcome=REACHED, number=number, note="身体好")
    given(MEMBER, enrolled()).when(trying(note="身体好")).then(said, on=TODAY).then_again_nothing()
    late = given(MEMBER, enrolled()).when(trying(NOBODY, on=TODAY - timedelta(days=3)))
    late.then(
        ContactTried(contact_id="c1", way=ContactWay.PHONE, outcome=NOBODY, number=number),
        on=TODAY - timedelta(days=3),
    )


def test_who_is_away_is_rung_up_there_and_the_family_has_a_number_of_its_own() -> None:
    moved, on = gone()
    there = moved.model_copy(update={"phone": "13500001111"})
    ((tried, _),) = given(MEMBER, enrolled(), (there, on)).when(trying()).then_facts()
    assert tried.number == "13500001111"
    ((family, _),) = given(MEMBER, enrolled()).when(trying(way=ContactWay.FAMILY)).then_facts()
    assert family.number is None


def test_what_cannot_have_been_is_refused() -> None:
    given(MEMBER, enrolled()).when(trying(on=TODAY + timedelta(days=1))).then_refused("in_future")
    early = ENROLLED_ON - timedelta(days=1)
    given(MEMBER, enrolled()).when(trying(on=early)).then_refused("before_enrolment", enrolled_on=ENROLLED_ON)
    given(MEMBER, enrolled()).when(trying(WRONG, way=ContactWay.IN_PERSON)).then_refused("no_number_in_person")
    given(MEMBER, enrolled(), (Died(), date(2026, 11, 1))).when(trying()).then_refused("died")
    given(MEMBER).when(trying()).then_refused("not_enrolled")


def test_a_slip_is_taken_back_once_and_only_one_that_is_known() -> None:
    def back(one: Any) -> Any:
        return contact.take_back(one, TakeContactBack(contact="c1"))

    day = date(2026, 11, 3)
    known = given(MEMBER, enrolled(), (rung(), day))
    known.when(back).then(ContactTakenBack(contact_id="c1", way=ContactWay.PHONE, was=REACHED), on=day)
    known.when(back).then_again_nothing()
    given(MEMBER, enrolled()).when(back).then_refused("no_contact")
    many = [(rung(contact_id=f"d{number}"), day) for number in range(REMEMBERED)]
    given(MEMBER, enrolled(), (rung(), day), *many).when(back).then_refused("no_contact")


def aside(last: date) -> Any:
    command = SetSilenceAside(reason="邻居说住在女儿家")
    return lambda one: contact.set_aside(one, command, last, POLICY.away, POLICY.contact, TODAY)


def test_a_silence_is_looked_into_by_a_person_and_not_before_its_time() -> None:
    until = TODAY + timedelta(days=30)
    rests = LostContactSetAside(until=until, clause="§1.4", why="邻居说住在女儿家")
    given(MEMBER, enrolled()).when(aside(date(2026, 5, 21))).then(rests, on=TODAY).then_again_nothing()
    given(MEMBER, enrolled()).when(aside(date(2026, 5, 22))).then_refused("contact_too_recent", clause="§3.5")
    given(MEMBER, enrolled(), (Died(), date(2026, 11, 1))).when(aside(date(2026, 1, 1))).then_refused("died")


@each(st.lists(st.sampled_from(["a", "b", "c"]), max_size=8), st.sampled_from(list(ContactOutcome)))
def test_the_same_contact_never_happens_twice(pressed: list[str], outcome: ContactOutcome) -> None:
    state = MEMBER.evolve(MEMBER.initial, *enrolled())
    written = []
    for contact_id in pressed:
        decision: Any = contact.try_contact(state, TryContact(outcome=outcome), TODAY, contact_id=contact_id)
        for fact, on in decision.facts:
            state = MEMBER.evolve(state, fact, on)
            written.append(fact.contact_id)
    assert written == list(dict.fromkeys(pressed))
