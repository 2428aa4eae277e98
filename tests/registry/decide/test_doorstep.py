"""News from a door: confirmed together with what it changes, or set aside; nothing by itself, nothing twice."""

from __future__ import annotations

from datetime import date
from typing import Any

from events.facts.doorstep import NewsConfirmed, NewsSetAside, WhySetAside
from events.facts.member import ContactChanged, Died, DuesPaid
from events.facts.receipts import NumberIssued
from services.registry.decide.commands import PayDues
from services.registry.decide.doorstep import (
    DOORSTEP,
    ConfirmPhone,
    Doorstep,
    SetNewsAside,
    confirm_dues,
    confirm_phone,
    set_aside,
)
from services.registry.decide.member import MEMBER, Member
from services.registry.decide.receipts import RECEIPTS, ReceiptBook, pay_dues
from tests.given import Decide, Given, Spec, given
from tests.registry.decide.people import TODAY, enrolled
from tests.registry.decide.test_dues import in_force

TOLD_ON = date(2026, 11, 20)
PHONE = ConfirmPhone(phone="13912348863", on=TOLD_ON)
CONFIRMED = NewsConfirmed(member="m1")


def news(*past: Given) -> Spec:
    return given(MEMBER, enrolled(), called="m1").given(DOORSTEP, *past, called="n1")


def test_a_number_goes_on_the_card_with_its_confirmation() -> None:
    outcome = news().when(lambda m, d: confirm_phone(m, d, PHONE, TODAY, member_id="m1", news_id="n1"))
    ((changed, on),) = outcome.then_facts()
    assert isinstance(changed, ContactChanged)
    assert (changed.contact.phone, on) == ("13912348863", TOLD_ON)
    outcome.then(CONFIRMED, on=TODAY, of="n1").then_again_nothing()


def test_a_number_that_stands_there_already_is_confirmed_all_the_same() -> None:
    first = news().when(lambda m, d: confirm_phone(m, d, PHONE, TODAY, member_id="m1", news_id="n1"))
    changed = first.then_facts()[0]
    again = given(MEMBER, enrolled(), changed, called="m1").given(DOORSTEP, called="n1")
    again.when(lambda m, d: confirm_phone(m, d, PHONE, TODAY, member_id="m1", news_id="n1")).then().then(
        CONFIRMED, of="n1"
    )


def test_what_was_set_aside_may_be_confirmed_and_the_other_way_round_not() -> None:
    aside = (NewsSetAside(member="m1", why=WhySetAside.MISTAKEN), TODAY)
    news(aside).when(lambda m, d: confirm_phone(m, d, PHONE, TODAY, member_id="m1", news_id="n1")).then(
        CONFIRMED, of="n1"
    )
    given(DOORSTEP, (CONFIRMED, TODAY)).when(
        lambda d: set_aside(d, SetNewsAside(why=WhySetAside.OTHER), TODAY, member_id="m1")
    ).then_refused("news_settled")


def test_setting_aside_says_why_and_once() -> None:
    command = SetNewsAside(why=WhySetAside.KNOWN)
    given(DOORSTEP).when(lambda d: set_aside(d, command, TODAY, member_id="m1")).then(
        NewsSetAside(member="m1", why=WhySetAside.KNOWN), on=TODAY
    ).then_again_nothing()


def test_who_died_is_not_reached_anywhere() -> None:
    dead = given(MEMBER, enrolled(), (Died(), TODAY), called="m1").given(DOORSTEP, called="n1")
    dead.when(lambda m, d: confirm_phone(m, d, PHONE, TODAY, member_id="m1", news_id="n1")).then_refused("died")


def paying(amount_fen: int) -> PayDues:
    return PayDues(months=("2026-11",), amount_fen=amount_fen, paid_on=TOLD_ON)


def test_money_is_receipted_with_its_confirmation_and_once() -> None:
    spec = given(MEMBER, enrolled(), called="m1").given(RECEIPTS, called="b1").given(DOORSTEP, called="n1")

    def decide(fen: int) -> Decide:
        def of(member: Member, book: ReceiptBook, doorstep: Doorstep) -> Any:
            paid = pay_dues(member, book, paying(fen), in_force, TODAY, member_id="m1", book_id="b1")
            return confirm_dues(doorstep, paid, TODAY, member_id="m1", news_id="n1")

        return of

    spec.when(decide(1700)).then_refused("amount_differs", expected_fen=1980)
    outcome = spec.when(decide(1980))
    ((paid, _on),) = outcome.then_facts()
    assert isinstance(paid, DuesPaid)
    ((number, _),) = outcome.then_facts("b1")
    assert isinstance(number, NumberIssued)
    outcome.then(CONFIRMED, on=TODAY, of="n1").then_again_refused("news_settled")
