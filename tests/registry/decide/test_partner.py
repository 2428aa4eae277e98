"""Partner units: registered, described, offering, paired with branches, leaving and back."""

from __future__ import annotations

from datetime import date
from typing import Any

from events.facts.base import HIDDEN
from events.facts.branch import Formed, Merged, PartnerPaired, PartnerPairingEnded
from events.facts.partner import (
    OfferEnded,
    OfferKind,
    OfferMade,
    PartnerContact,
    PartnerContactSet,
    PartnerDescribed,
    PartnerKind,
    PartnerLeft,
    PartnerRegistered,
    PartnerResumed,
)
from services.registry.decide.branch import BRANCH
from services.registry.decide.partner import (
    PARTNER,
    DescribePartner,
    EndPairing,
    MakeOffer,
    PairPartner,
    RegisterPartner,
    describe,
    end_offer,
    end_pairing,
    leave,
    make_offer,
    pair,
    register,
    resume,
)
from tests.given import given

TODAY = date(2026, 11, 21)
CLINIC = PartnerRegistered(name="卫生服务中心", kind=PartnerKind.CLINIC, office_phone="021-50001234")
WISH = RegisterPartner(
    name="卫生服务中心", kind=PartnerKind.CLINIC, community="demo.jinqiao", office_phone="021-50001234"
)
BLOOD = OfferMade(offer_id="o1", kind=OfferKind.CHECK_UP, what="测血压", since=TODAY)
FORMED = Formed(name="第三党支部")
PAIRED = PartnerPaired(partner_id="p", name="卫生服务中心")
OVER = PartnerPairingEnded(partner_id="p", name="卫生服务中心")
PAIR, APART = PairPartner(partner="p"), EndPairing(partner="p", reason="到期")


def test_a_unit_is_registered_once_and_its_person_is_sealed_apart() -> None:
    given(PARTNER).when(lambda one: register(one, WISH, TODAY)).then(CLINIC, on=TODAY).then_again_nothing()
    with_person = WISH.model_copy(update={"contact_name": "顾医生"})
    contact = PartnerContactSet(contact=PartnerContact(name="顾医生"))
    given(PARTNER).when(lambda one: register(one, with_person, TODAY)).then(CLINIC, contact, on=TODAY)
    state = PARTNER.evolve(PARTNER.initial, PartnerContactSet(contact=HIDDEN), TODAY)
    assert state.contact == PartnerContact()


def test_only_what_is_otherwise_is_described() -> None:
    moved = DescribePartner(
        name="卫生服务中心", kind=PartnerKind.CLINIC, office_address="金桥路122号", contact_name="顾医生"
    )
    given(PARTNER, CLINIC).when(lambda one: describe(one, moved, TODAY)).then(
        PartnerDescribed(name="卫生服务中心", kind=PartnerKind.CLINIC, office_address="金桥路122号"),
        PartnerContactSet(contact=PartnerContact(name="顾医生")),
        on=TODAY,
    ).then_again_nothing()
    given(PARTNER).when(lambda one: describe(one, moved, TODAY)).then_refused("no_partner")


def test_an_offer_is_made_once_and_ended_once() -> None:
    offer = MakeOffer(kind=OfferKind.CHECK_UP, what="测血压")
    given(PARTNER, CLINIC).when(lambda one: make_offer(one, offer, TODAY, offer_id="o1")).then(
        BLOOD, on=TODAY
    ).then_again_nothing()
    offering = given(PARTNER, CLINIC, BLOOD)
    offering.when(lambda one: end_offer(one, "o1", TODAY)).then(
        OfferEnded(offer_id="o1"), on=TODAY
    ).then_again_nothing()
    backwards = MakeOffer(kind=OfferKind.ROOM, what="会议室", since=TODAY, until=date(2026, 11, 1))
    given(PARTNER, CLINIC).when(lambda one: make_offer(one, backwards, TODAY, offer_id="o2")).then_refused(
        "ends_before_begin", since=TODAY, until=date(2026, 11, 1)
    )


def test_an_offer_that_ran_out_can_be_made_again() -> None:
    past = OfferMade(
        offer_id="o1", kind=OfferKind.CHECK_UP, what="测血压", since=date(2025, 1, 1), until=date(2025, 12, 31)
    )
    offer = MakeOffer(kind=OfferKind.CHECK_UP, what="测血压", until=date(2025, 12, 31), since=date(2025, 1, 1))
    given(PARTNER, CLINIC, past).when(lambda one: make_offer(one, offer, TODAY, offer_id="o2")).then(
        past.model_copy(update={"offer_id": "o2"}), on=TODAY
    )


def test_a_branch_is_paired_once_and_parted_once() -> None:
    both = given(BRANCH, FORMED).given(PARTNER, CLINIC)
    both.when(lambda branch, unit: pair(branch, unit, PAIR, TODAY)).then(PAIRED, on=TODAY).then_again_nothing()
    paired = given(BRANCH, FORMED, PAIRED).given(PARTNER, CLINIC)
    paired.when(lambda branch, unit: end_pairing(branch, unit, APART, TODAY)).then(OVER, on=TODAY).then_again_nothing()


def test_neither_a_merged_branch_nor_a_unit_that_left_is_paired() -> None:
    merged = given(BRANCH, FORMED, (Merged(into="b2", name="第一", members=0), TODAY)).given(PARTNER, CLINIC)
    merged.when(lambda branch, unit: pair(branch, unit, PAIR, TODAY)).then_refused(
        "branch_closed", name="第三党支部", into="b2", on=TODAY
    )
    gone = given(BRANCH, FORMED).given(PARTNER, CLINIC, PartnerLeft())
    gone.when(lambda branch, unit: pair(branch, unit, PAIR, TODAY)).then_refused("partner_left", name="卫生服务中心")
    late = PairPartner(partner="p", on=date(2027, 1, 1))
    given(BRANCH, FORMED).given(PARTNER, CLINIC).when(
        lambda branch, unit: pair(branch, unit, late, TODAY)
    ).then_refused("in_future", day=date(2027, 1, 1), today=TODAY)
    given(BRANCH).given(PARTNER, CLINIC).when(lambda branch, unit: pair(branch, unit, PAIR, TODAY)).then_refused(
        "no_branch"
    )


def test_leaving_ends_every_pairing_in_the_same_append() -> None:
    def left(unit: Any, paired: Any, other: Any) -> Any:
        return leave(unit, {"b1": paired, "b2": other}, TODAY, partner_id="p")

    outcome = given(PARTNER, CLINIC, called="p").given(BRANCH, FORMED, PAIRED, called="b1")
    gone = outcome.given(BRANCH, FORMED, called="b2").when(left)
    gone.then(PartnerLeft(), on=TODAY).then(OVER, on=TODAY, of="b1").then_again_nothing()


def test_a_unit_that_left_comes_back_and_is_not_registered_anew() -> None:
    gone = given(PARTNER, CLINIC, PartnerLeft())
    gone.when(lambda one: register(one, WISH, TODAY)).then_refused("partner_left", name="卫生服务中心")
    gone.when(lambda one: resume(one, TODAY)).then(PartnerResumed(), on=TODAY).then_again_nothing()
    given(PARTNER).when(lambda one: resume(one, TODAY)).then_refused("no_partner")
