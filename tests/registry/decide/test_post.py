"""A post opens, changes and closes; members take its places and leave them, never more than there are."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from hypothesis import given as chosen
from hypothesis import strategies as st
from pydantic import ValidationError

from events.facts.decision import Decision, Decisions, Refused
from events.facts.member import AwayKind, Died, MovedAway
from events.facts.member_service import PostLeft, PostTaken, ServiceHoursLogged
from events.facts.post import PlaceFreed, PlaceTaken, PostChanged, PostClosed, PostOpened, PostTerms, ServiceKind
from services.registry.decide import post as deciding
from services.registry.decide.member import MEMBER, Member
from services.registry.decide.post import POST, ChangePost, LeavePost, OpenPost, ServicePost, TakePost
from tests.given import Given, given
from tests.registry.decide.people import TODAY, enrolled

EARLIER = TODAY - timedelta(days=30)
TERMS = PostTerms(name="调解站", kind=ServiceKind.MEDIATION, places=2, needs=("法律", "调解"), weekdays=(2, 4))
OPEN = PostOpened(terms=TERMS), EARLIER
TAKEN = PostTaken(post_id="post", kind=ServiceKind.MEDIATION)
AWAY = MovedAway(kind=AwayKind.CARD, clause="§3.2", destination="杭州", fixed_place=False, reason="带孙子")
GONE = LeavePost(reason="身体不便")


def opening(**differently: object) -> OpenPost:
    asked = {"name": "调解站", "kind": "mediation", "places": 2, "needs": "法律、调解", "weekdays": (4, 2, 2)}
    return OpenPost.model_validate(asked | differently)


def taking(p: ServicePost, m: Member) -> Decisions:
    return deciding.take(p, m, TakePost(), TODAY, post_id="post", member_id="m")


def leaving(p: ServicePost, m: Member) -> Decisions:
    return deciding.leave(p, m, GONE, TODAY, post_id="post", member_id="m")


def test_a_post_opens_once_and_is_changed_as_a_whole() -> None:
    given(POST).when(lambda p: deciding.open_post(p, opening(), TODAY)).then(
        PostOpened(terms=TERMS), on=TODAY
    ).then_again_nothing()
    tomorrow = opening(on=TODAY + timedelta(days=1))
    given(POST).when(lambda p: deciding.open_post(p, tomorrow, TODAY)).then_refused("in_future")

    def changing(p: ServicePost, **differently: object) -> Decision:
        return deciding.change(p, ChangePost.model_validate(opening(**differently).model_dump()), TODAY)

    given(POST, OPEN).when(changing).then_nothing()
    more = TERMS.model_copy(update={"places": 3})
    given(POST, OPEN).when(lambda p: changing(p, places=3)).then(PostChanged(terms=more), on=TODAY).then_again_nothing()
    two = [PlaceTaken(member_id=who) for who in "ab"]
    given(POST, OPEN, *two).when(lambda p: changing(p, places=1)).then_refused("more_serve", serving=2)
    given(POST, OPEN, PostClosed()).when(changing).then_refused("no_post")
    given(POST).when(changing).then_refused("no_post")


def test_what_a_post_cannot_be() -> None:
    for wrong in ({"places": 0}, {"places": 999}, {"weekdays": (8,)}, {"kind": "chess"}, {"name": ""}):
        with pytest.raises(ValidationError):
            opening(**wrong)
    with pytest.raises(ValidationError, match="ends must be later"):
        opening(begins=time(11), ends=time(9))


def test_a_place_is_taken_and_left_by_both_sides_at_once() -> None:
    outcome = given(POST, OPEN).given(MEMBER, enrolled(), called="m").when(taking)
    outcome.then(PlaceTaken(member_id="m"), on=TODAY).then(TAKEN, of="m", on=TODAY).then_again_nothing()
    spec = given(POST, OPEN, (PlaceTaken(member_id="m"), EARLIER)).given(
        MEMBER, enrolled(), (TAKEN, EARLIER), called="m"
    )
    spec.when(leaving).then(PlaceFreed(member_id="m"), on=TODAY).then(
        PostLeft(post_id="post"), of="m"
    ).then_again_nothing()


def test_what_stands_in_the_way_of_taking() -> None:
    def refused_with(code: str, *past: Given, on: date | None = None, person: tuple[Given, ...] = ()) -> None:
        spec = given(POST, *past).given(MEMBER, *person, called="m")
        spec.when(lambda p, m: deciding.take(p, m, TakePost(on=on), TODAY, post_id="post", member_id="m")).then_refused(
            code
        )

    here: tuple[Given, ...] = (enrolled(),)
    refused_with("no_post", person=here)
    refused_with("no_post", OPEN, PostClosed(), person=here)
    refused_with("not_enrolled", OPEN)
    refused_with("died", OPEN, person=(enrolled(), Died()))
    refused_with("in_future", OPEN, on=TODAY + timedelta(days=1), person=here)
    refused_with("before_post", OPEN, on=EARLIER - timedelta(days=1), person=here)
    refused_with("post_full", OPEN, PlaceTaken(member_id="a"), PlaceTaken(member_id="b"), person=here)
    before: tuple[Given, ...] = (enrolled(), (TAKEN, EARLIER), (PostLeft(post_id="post"), TODAY))
    refused_with("served_then", OPEN, on=TODAY - timedelta(days=1), person=before)
    again = given(POST, OPEN).given(MEMBER, *before, called="m").when(taking)
    again.then(PlaceTaken(member_id="m"), on=TODAY)
    given(POST, OPEN).given(MEMBER, enrolled(), AWAY, called="m").when(taking).then(PlaceTaken(member_id="m"))


def test_who_died_or_left_town_is_let_go_by_a_person() -> None:
    for gone in (Died(), AWAY):
        spec = given(POST, OPEN, (PlaceTaken(member_id="m"), EARLIER)).given(
            MEMBER, enrolled(), (TAKEN, EARLIER), gone, called="m"
        )
        spec.when(leaving).then(PlaceFreed(member_id="m")).then(PostLeft(post_id="post"), of="m")


def test_nobody_leaves_before_coming_or_before_hours_that_count() -> None:
    hours = ServiceHoursLogged(entry_id="e", post_id="post", minutes=60, what="巡逻"), TODAY
    spec = given(POST, OPEN, (PlaceTaken(member_id="m"), EARLIER)).given(
        MEMBER, enrolled(), (TAKEN, EARLIER), hours, called="m"
    )

    def on(day: date) -> Decisions:
        post, member = spec.entities["post"].state, spec.entities["m"].state
        return deciding.leave(post, member, LeavePost(on=day, reason="换人"), TODAY, post_id="post", member_id="m")

    day = timedelta(days=1)
    codes = [
        decided.code for each in (EARLIER - day, TODAY - day, TODAY + day) if isinstance(decided := on(each), Refused)
    ]
    assert codes == ["before_taking", "hours_after", "in_future"]
    assert not isinstance(on(TODAY), Refused)
    given(POST).given(MEMBER, enrolled(), called="m").when(leaving).then_refused("no_post")


def test_a_post_closes_for_everybody_who_serves_there() -> None:
    def closing(p: ServicePost, *people: Member) -> Decisions:
        return deciding.close(p, dict(zip("ab", people, strict=False)), TODAY, post_id="post")

    spec = given(POST, OPEN, *(PlaceTaken(member_id=who) for who in "ab"))
    spec.given(MEMBER, enrolled(), TAKEN, called="a").given(MEMBER, enrolled(), TAKEN, Died(), called="b")
    left = PostLeft(post_id="post")
    spec.when(closing).then(PostClosed(), on=TODAY).then(left, of="a").then(left, of="b").then_again_nothing()
    late = given(POST, OPEN, PlaceTaken(member_id="c")).given(MEMBER, enrolled(), called="a")
    late.when(closing).then_refused("served_meanwhile")
    given(POST).when(closing).then_refused("no_post")


@chosen(st.lists(st.tuples(st.sampled_from("abcde"), st.booleans()), max_size=40), st.integers(1, 3))
def test_never_more_people_than_places(steps: list[tuple[str, bool]], places: int) -> None:
    """Whatever is asked for in whatever order, the post and its people always say the same."""
    spec = given(POST, (PostOpened(terms=TERMS.model_copy(update={"places": places})), EARLIER))
    for who in "abcde":
        spec.given(MEMBER, enrolled(), called=who)
    for who, comes in steps:
        known, member = spec.entities["post"].state, spec.entities[who].state
        names = {"post_id": "post", "member_id": who}
        decided = (
            deciding.take(known, member, TakePost(), TODAY, **names)
            if comes
            else deciding.leave(known, member, GONE, TODAY, **names)
        )
        if isinstance(decided, Refused):
            assert (decided.code, len(known.serving)) == ("post_full", places)
            continue
        for entity, happened in decided.items():
            for fact, day in happened.facts:
                spec.entities[entity].evolve(fact, day)
        serving = spec.entities["post"].state.serving
        assert len(serving) <= places
        assert set(serving) == {each for each in "abcde" if spec.entities[each].state.serving.here("post")}
