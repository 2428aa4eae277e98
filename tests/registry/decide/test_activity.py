"""Activities: places that never run over, a waiting list that moves up, who came, material at the door, money."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

from hypothesis import given as drawn
from hypothesis import strategies as st

from events.facts.activity import (
    ActivityChanged,
    ActivityKind,
    ActivityOffered,
    ActivityTerms,
    CalledOff,
    CameAlong,
    CameTakenBack,
    MaterialDelivered,
    MoneyAllocated,
    MoneySpent,
    MovedUp,
    SignedUp,
    SignUpCancelled,
    SpendingTakenBack,
)
from events.facts.decision import Decision, Happened
from events.facts.member import Died
from services.registry.decide import activity as deciding
from services.registry.decide.activity import (
    ACTIVITY,
    Activity,
    Allocate,
    ChangeActivity,
    Deliver,
    OfferActivity,
    Spend,
)
from services.registry.decide.member import MEMBER, Member
from tests.given import given
from tests.registry.decide.people import TODAY, enrolled

NINE = datetime(2026, 11, 20, 9, tzinfo=timezone(timedelta(hours=8)))
OFFER = OfferActivity(title="参观", kind=ActivityKind.OUTING, starts_at=NINE, capacity=2, material="路线图")
TERMS = ActivityTerms(title="参观", kind=ActivityKind.OUTING, starts_at=NINE, capacity=2, material="路线图")
OFFERED = ActivityOffered(terms=TERMS)
FULL = (OFFERED, SignedUp(member_id="a"), SignedUp(member_id="b"), SignedUp(member_id="c", waiting=True))
SOMEBODY = MEMBER.evolve(Member(), *enrolled())


def sign_up(activity: Activity, member: Member = SOMEBODY, member_id: str = "c") -> Decision:
    return deciding.sign_up(activity, member, TODAY, member_id=member_id)


def cancel(activity: Activity, member_id: str = "a") -> Decision:
    return deciding.cancel(activity, TODAY, member_id=member_id)


def test_it_is_offered_once_and_changed_as_a_whole() -> None:
    given(ACTIVITY).when(lambda one: deciding.offer(one, OFFER, TODAY)).then(OFFERED, on=TODAY).then_again_nothing()
    more = ChangeActivity.model_validate(OFFER.model_dump() | {"capacity": 3})
    terms = TERMS.model_copy(update={"capacity": 3})
    given(ACTIVITY, *FULL).when(lambda one: deciding.change(one, more, TODAY)).then(
        ActivityChanged(terms=terms), MovedUp(member_id="c"), on=TODAY
    ).then_again_nothing()
    fewer = ChangeActivity.model_validate(OFFER.model_dump() | {"capacity": 1})
    given(ACTIVITY, *FULL).when(lambda one: deciding.change(one, fewer, TODAY)).then_refused("more_signed_up", signed=2)
    unlimited = ChangeActivity.model_validate(OFFER.model_dump() | {"capacity": 0})
    assert len(given(ACTIVITY, *FULL).when(lambda one: deciding.change(one, unlimited, TODAY)).then_facts()) == 2


def test_a_place_then_the_waiting_list_and_a_freed_place_goes_to_its_first() -> None:
    given(ACTIVITY, OFFERED).when(sign_up).then(SignedUp(member_id="c"), on=TODAY).then_again_nothing()
    given(ACTIVITY, *FULL[:3]).when(sign_up).then(SignedUp(member_id="c", waiting=True), on=TODAY).then_again_nothing()
    given(ACTIVITY, *FULL).when(cancel).then(
        SignUpCancelled(member_id="a"), MovedUp(member_id="c"), on=TODAY
    ).then_again_nothing()
    given(ACTIVITY, *FULL).when(lambda one: cancel(one, "c")).then(SignUpCancelled(member_id="c"), on=TODAY)
    given(ACTIVITY, *FULL, CameAlong(member_ids=("a",))).when(cancel).then_refused("was_there")
    over = OFFERED.model_copy(update={"terms": TERMS.model_copy(update={"sign_up_until": TODAY - timedelta(days=1)})})
    given(ACTIVITY, over).when(sign_up).then_refused("sign_up_over")
    given(ACTIVITY, OFFERED, CalledOff()).when(sign_up).then_refused("activity_called_off")
    given(ACTIVITY).when(sign_up).then_refused("no_activity")
    given(ACTIVITY, OFFERED).when(lambda one: sign_up(one, Member())).then_refused("not_enrolled")


@drawn(st.integers(0, 4), st.lists(st.tuples(st.booleans(), st.sampled_from("abcdefg")), max_size=30))
def test_places_never_run_over_and_nobody_waits_beside_a_free_one(capacity: int, acts: list[tuple[bool, str]]) -> None:
    activity = ACTIVITY.evolve(
        Activity(), ActivityOffered(terms=TERMS.model_copy(update={"capacity": capacity})), TODAY
    )
    for signs, who in acts:
        decided = sign_up(activity, member_id=who) if signs else cancel(activity, who)
        assert isinstance(decided, Happened)
        for fact, on in decided.facts:
            activity = ACTIVITY.evolve(activity, fact, on)
        assert not capacity or len(activity.signed) <= capacity
        assert not activity.waiting or len(activity.signed) == capacity
        everybody = (*activity.signed, *activity.waiting)
        assert len(set(everybody)) == len(everybody)


def test_who_came_is_noted_on_the_day_and_taken_back() -> None:
    day = NINE.date()
    people = {"a": SOMEBODY, "z": SOMEBODY}

    def came(one: Activity) -> Decision:
        return deciding.came(one, people, {"a": "甲", "z": "乙"}, TODAY, day)

    given(ACTIVITY, *FULL).when(came).then(CameAlong(member_ids=("a", "z")), on=day).then_again_nothing()
    early = day - timedelta(days=1)
    given(ACTIVITY, *FULL).when(lambda one: deciding.came(one, people, {}, early, day)).then_refused("not_begun")
    dead = MEMBER.evolve(SOMEBODY, Died(), date(2026, 11, 1))
    given(ACTIVITY, *FULL).when(lambda one: deciding.came(one, {"a": dead}, {"a": "甲"}, TODAY, day)).then_refused(
        "died", who="甲"
    )
    given(ACTIVITY, *FULL, CameAlong(member_ids=("a",))).when(
        lambda one: deciding.came_taken_back(one, TODAY, member_id="a")
    ).then(CameTakenBack(member_id="a"), on=TODAY).then_again_nothing()
    given(ACTIVITY, *FULL, CameAlong(member_ids=("a",))).when(lambda one: deciding.call_off(one, TODAY)).then_refused(
        "took_place", came=1
    )
    given(ACTIVITY, *FULL).when(lambda one: deciding.call_off(one, TODAY)).then(
        CalledOff(), on=TODAY
    ).then_again_nothing()


def test_material_is_brought_to_a_door_once() -> None:
    command = Deliver(on=TODAY, delivered_by="王组长")

    def deliver(one: Activity) -> Decision:
        return deciding.deliver(one, SOMEBODY, command, TODAY, member_id="z")

    given(ACTIVITY, OFFERED).when(deliver).then(
        MaterialDelivered(member_id="z", delivered_by="王组长"), on=TODAY
    ).then_again_nothing()
    bare = ActivityOffered(terms=TERMS.model_copy(update={"material": None}))
    given(ACTIVITY, bare).when(deliver).then_refused("no_material")


def test_money_is_set_apart_paid_and_a_slip_taken_back() -> None:
    apart = Allocate(amount_fen=200_000, source="党建经费")
    given(ACTIVITY, OFFERED).when(lambda one: deciding.allocate(one, apart, TODAY)).then(
        MoneyAllocated(amount_fen=200_000, source="党建经费"), on=TODAY
    ).then_again_nothing()
    command = Spend(amount_fen=80_000, what="租车", on=TODAY)
    paid = MoneySpent(spending_id="s", amount_fen=80_000, what="租车")
    for past in ((OFFERED,), (OFFERED, CalledOff())):
        given(ACTIVITY, *past).when(lambda one: deciding.spend(one, command, TODAY, spending_id="s")).then(
            paid, on=TODAY
        ).then_again_nothing()
    given(ACTIVITY, OFFERED, paid).when(lambda one: deciding.take_spending_back(one, TODAY, spending_id="s")).then(
        SpendingTakenBack(spending_id="s"), on=TODAY
    ).then_again_nothing()
    given(ACTIVITY, OFFERED).when(lambda one: deciding.take_spending_back(one, TODAY, spending_id="s")).then_refused(
        "no_spending"
    )
    tomorrow = command.model_copy(update={"on": TODAY + timedelta(days=1)})
    given(ACTIVITY, OFFERED).when(lambda one: deciding.spend(one, tomorrow, TODAY, spending_id="s")).then_refused(
        "in_future"
    )
