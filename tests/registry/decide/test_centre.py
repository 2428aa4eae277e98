"""A member opens the house, people come and go, a wish is kept, a proposal is carried out as far as it still can."""

from __future__ import annotations

from datetime import date

import pytest
from pydantic import ValidationError

from events.facts.centre import CentreClosed, CentreDesignated
from events.facts.decision import Decision, Decisions
from events.facts.member import AwayKind, Died, MovedAway
from events.facts.member_centre import CentreJoined, CentreLeft, HostDeclined, HostDeclineWithdrawn
from services.registry.decide import centre as deciding
from services.registry.decide.centre import (
    CENTRE,
    AcceptPlacings,
    Centre,
    DeclineHost,
    DesignateHost,
    JoinCentre,
    Placing,
    WithdrawDecline,
)
from services.registry.decide.member import MEMBER, Member
from tests.given import given
from tests.registry.decide.people import TODAY, enrolled

AGREED = date(2026, 11, 18)
OPEN = CentreDesignated(host_id="host", agreed_on=AGREED)
AWAY = MovedAway(kind=AwayKind.CARD, clause="§3.2", destination="杭州", fixed_place=False, reason="带孙子")
HOSTING = CentreJoined(centre_id="c1", hosts=True)


def designating(c: Centre, m: Member) -> Decisions:
    return deciding.designate(c, m, DesignateHost(host="host", agreed_on=AGREED), TODAY, centre_id="c1")


def joining(m: Member, c: Centre) -> Decision:
    return deciding.join(m, c, JoinCentre(centre="c1"), TODAY)


def test_a_member_opens_the_house_once() -> None:
    spec = given(CENTRE, called="c1").given(MEMBER, enrolled(), called="host")
    outcome = spec.when(designating)
    outcome.then(OPEN, on=TODAY).then(HOSTING, of="host").then_again_nothing()


def test_only_who_is_here_and_agreed_can_host() -> None:
    given(CENTRE, called="c1").given(MEMBER, enrolled(), AWAY, called="host").when(designating).then_refused(
        "host_away"
    )
    given(CENTRE, called="c1").given(MEMBER, enrolled(), Died(), called="host").when(designating).then_refused("died")
    given(CENTRE, called="c1").given(MEMBER, called="host").when(designating).then_refused("not_enrolled")
    tomorrow = DesignateHost(host="host", agreed_on=date(2030, 1, 1))
    given(CENTRE, called="c1").given(MEMBER, enrolled(), called="host").when(
        lambda c, m: deciding.designate(c, m, tomorrow, TODAY, centre_id="c1")
    ).then_refused("in_future")


def test_a_house_closes_and_everybody_of_it_is_free() -> None:
    spec = given(CENTRE, OPEN, called="c1").given(MEMBER, enrolled(), HOSTING, called="host")
    spec.given(MEMBER, enrolled(), CentreJoined(centre_id="c1"), called="m")
    spec.given(MEMBER, enrolled(), CentreJoined(centre_id="c2"), called="gone")
    outcome = spec.when(
        lambda c, *people: deciding.close(
            c, dict(zip(("host", "m", "gone"), people, strict=True)), TODAY, centre_id="c1"
        )
    )
    left = CentreLeft(centre_id="c1")
    outcome.then(CentreClosed()).then(left, of="host").then(left, of="m").then(of="gone").then_again_nothing()
    given(CENTRE).when(lambda c: deciding.close(c, {}, TODAY, centre_id="c1")).then_refused("no_centre")


def test_joining_and_leaving() -> None:
    spec = given(MEMBER, enrolled(), CentreJoined(centre_id="c0")).given(CENTRE, OPEN)
    spec.when(joining).then(CentreJoined(centre_id="c1", came_from="c0"), on=TODAY).then_again_nothing()
    leaving = given(MEMBER, enrolled(), CentreJoined(centre_id="c1")).when(lambda m: deciding.leave(m, TODAY))
    leaving.then(CentreLeft(centre_id="c1"), on=TODAY).then_again_nothing()


def test_what_stands_in_the_way_of_joining() -> None:
    given(MEMBER, enrolled()).given(CENTRE, OPEN, CentreClosed()).when(joining).then_refused("no_centre")
    given(MEMBER, enrolled(), CentreJoined(centre_id="c9", hosts=True)).given(CENTRE, OPEN).when(joining).then_refused(
        "hosts_already"
    )
    given(MEMBER, enrolled(), HostDeclined(host_id="host", why="不合")).given(CENTRE, OPEN).when(joining).then_refused(
        "host_declined"
    )
    given(MEMBER, enrolled(), HOSTING).when(lambda m: deciding.leave(m, TODAY)).then_refused("hosts_already")


def test_a_wish_is_kept_and_withdrawn() -> None:
    command = DeclineHost(host="host", reason="不合")
    wish = given(MEMBER, enrolled()).when(lambda m: deciding.decline(m, command, TODAY, member_id="m"))
    wish.then(HostDeclined(host_id="host", why="不合"), on=TODAY).then_again_nothing()
    given(MEMBER, enrolled()).when(lambda m: deciding.decline(m, command, TODAY, member_id="host")).then_refused(
        "own_house"
    )
    back = given(MEMBER, enrolled(), HostDeclined(host_id="host", why="不合")).when(
        lambda m: deciding.withdraw_decline(m, WithdrawDecline(host="host"), TODAY)
    )
    back.then(HostDeclineWithdrawn(host_id="host"), on=TODAY).then_again_nothing()


def test_a_proposal_is_carried_out_as_far_as_it_still_can() -> None:
    asked = AcceptPlacings(
        proposal_id="p", changes=tuple(Placing(member=each, centre="c1") for each in ("free", "moved", "away", "wish"))
    )
    pasts = ((), (CentreJoined(centre_id="c7"),), (AWAY,), (HostDeclined(host_id="host", why="不合"),))
    states = [given(MEMBER, enrolled(), *past).entities["member"].state for past in pasts]
    houses = {"c1": given(CENTRE, OPEN).entities["centre"].state}
    happened, left_out = deciding.place(states, houses, asked, TODAY)
    assert {who: [fact for fact, _on in each.facts] for who, each in happened.items()} == {
        "free": [CentreJoined(centre_id="c1", proposal_id="p")]
    }
    assert left_out == {"moved": "moved_meanwhile", "away": "away_meanwhile", "wish": "host_declined"}
    with pytest.raises(ValidationError):
        AcceptPlacings(proposal_id="p", changes=())
