"""What holds of every proposal, whatever the town; and what it says of towns a person can look over."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import given, settings
from hypothesis import strategies as st

from services.registry.centres.nearness import Place, Steps, metres, parts_of
from services.registry.centres.propose import propose
from services.registry.centres.town import House, Proposal, Somebody, Town, Weights

STEPS = Steps(building=20, lane_max=300, road=8, road_max=1500, elsewhere=2000)
WEIGHTS = Weights(members_min=3, members_max=5, steps=STEPS, change=150, known=60)
ADDRESSES = ["金桥路36弄28号", "金桥路36弄30号", "金桥路50弄2号", "金桥路120号", "石泉路5弄1号", ""]


@st.composite
def towns(draw: st.DrawFn) -> Town:
    """Small towns with every kind of trouble in them."""
    count = draw(st.integers(0, 24))
    names = [f"m{number:02}" for number in range(count)]
    hosts = draw(st.lists(st.sampled_from(names), max_size=5, unique=True)) if names else []
    houses = tuple(House(f"c-{host}", host) for host in hosts)
    at = st.sampled_from([None, "closed", *(house.centre_id for house in houses)])
    some = st.frozensets(st.sampled_from(names), max_size=3) if names else st.just(frozenset())
    people = tuple(
        Somebody(
            name,
            Place(draw(st.sampled_from(ADDRESSES))),
            f"c-{name}" if name in hosts else draw(at),
            draw(some) - {name},
            tuple(sorted(draw(some) - {name})),
        )
        for name in names
    )
    return Town(people, houses, WEIGHTS)


def cost_of(town: Town, placed: Mapping[str, str]) -> tuple[int, int, int]:
    """Without a place, lacking in houses, metres with the changes: what is looked at in this order."""
    people = {each.member_id: each for each in town.people}
    hosts = {house.centre_id: house.host_id for house in town.houses}
    guests = len(people) - len(hosts)
    sizes = {house.centre_id: 1 + sum(at == house.centre_id for at in placed.values()) for house in town.houses}
    way = 0
    for member_id, at in placed.items():
        one = people[member_id]
        way += metres(one.place, people[hosts[at]].place, STEPS)
        way += WEIGHTS.change if one.centre_id in hosts and one.centre_id != at else 0
    return guests - len(placed), sum(max(0, WEIGHTS.members_min - size) for size in sizes.values()), way


def greedy(town: Town) -> dict[str, str]:
    """Everybody in turn to the nearest house with room that they have nothing against."""
    people = {each.member_id: each for each in town.people}
    hosts = {house.host_id for house in town.houses}
    placed: dict[str, str] = {}
    for one in town.people:
        if one.member_id in hosts:
            continue
        open_houses = [
            house
            for house in town.houses
            if house.host_id not in one.declined
            and sum(at == house.centre_id for at in placed.values()) < WEIGHTS.members_max - 1
        ]
        if open_houses:
            nearest = min(open_houses, key=lambda house: metres(one.place, people[house.host_id].place, STEPS))
            placed[one.member_id] = nearest.centre_id
    return placed


@given(towns())
@settings(max_examples=120, deadline=None)
def test_every_proposal_keeps_its_word(town: Town) -> None:
    made = propose(town)
    people = {each.member_id: each for each in town.people}
    hosts = {house.centre_id: house.host_id for house in town.houses}
    assert set(made.placed) | set(made.unplaced) | set(hosts.values()) == set(people), "nobody is forgotten"
    assert not set(made.placed) & set(made.unplaced)
    assert not set(made.placed) & set(hosts.values()), "a host stays in the own house"
    for member_id, at in made.placed.items():
        assert hosts[at] not in people[member_id].declined
    for house in town.houses:
        size = 1 + sum(at == house.centre_id for at in made.placed.values())
        assert size <= WEIGHTS.members_max
        assert made.short.get(house.centre_id, 0) == max(0, WEIGHTS.members_min - size)
    assert {change.member_id for change in made.changes} == {
        each for each, at in made.placed.items() if people[each].centre_id != at
    }
    assert propose(town) == made, "the same town, the same proposal"


@given(towns())
@settings(max_examples=120, deadline=None)
def test_no_proposal_is_worse_than_going_round_in_turn(town: Town) -> None:
    strangers = Town(
        tuple(Somebody(one.member_id, one.place, one.centre_id, one.declined) for one in town.people),
        town.houses,
        WEIGHTS,
    )
    made = propose(strangers)
    assert cost_of(strangers, made.placed) <= cost_of(strangers, greedy(strangers))
    with_known = propose(town)
    assert cost_of(town, with_known.placed)[:2] == cost_of(strangers, made.placed)[:2], "acquaintance costs no place"


def neighbours(count: int, building: str) -> list[Somebody]:
    return [Somebody(f"{building}-{number}", Place(building)) for number in range(count)]


def proposal(people: list[Somebody], *hosts: str) -> Proposal:
    return propose(Town(tuple(people), tuple(House(f"c-{host}", host) for host in hosts), WEIGHTS))


def test_neighbours_stay_together() -> None:
    near, far = neighbours(4, "金桥路36弄28号"), neighbours(4, "石泉路5弄1号")
    made = proposal(near + far, near[0].member_id, far[0].member_id)
    assert all(at == f"c-{member_id.split('-')[0]}-0" for member_id, at in made.placed.items())
    assert (made.after.metres, made.before.placed, made.after.placed) == (0, 0, 6)
    assert made.after.outside_limits == 0
    assert all(change.same_building for change in made.changes)


def test_a_far_house_is_better_than_none() -> None:
    people = [*neighbours(3, "金桥路36弄28号"), *neighbours(1, "石泉路5弄1号")]
    made = proposal(people, "石泉路5弄1号-0")
    assert set(made.placed.values()) == {"c-石泉路5弄1号-0"}
    assert made.unplaced == {}


def test_too_few_houses_are_told_with_who_might_be_asked() -> None:
    people = neighbours(8, "金桥路36弄28号")
    made = proposal(people, people[0].member_id)
    assert len(made.placed) == 4
    assert set(made.unplaced.values()) == {"all_full"}
    assert made.hosts_missing == 1
    assert len(made.might_be_asked) == 3
    nobody = proposal(people)
    assert (set(nobody.unplaced.values()), nobody.hosts_missing) == ({"no_house"}, 2)


def test_who_wants_none_of_the_hosts_is_named() -> None:
    people = [
        *neighbours(3, "金桥路36弄28号"),
        Somebody("x", Place("金桥路36弄30号"), None, frozenset({"金桥路36弄28号-0"})),
    ]
    made = proposal(people, "金桥路36弄28号-0")
    assert made.unplaced == {"x": "all_declined"}
    assert made.might_be_asked == ()


def test_too_few_people_for_the_houses_are_told() -> None:
    people = neighbours(4, "金桥路36弄28号")
    made = proposal(people, people[0].member_id, people[1].member_id)
    assert sum(made.short.values()) == 2


def test_a_small_gain_is_not_worth_a_change_and_an_acquaintance_breaks_a_tie() -> None:
    hosts = [Somebody("a", Place("金桥路36弄28号"), "c-a"), Somebody("b", Place("金桥路36弄30号"), "c-b")]
    stays = Somebody("s", Place("金桥路36弄28号"), "c-b")
    friend = Somebody("f", Place("金桥路36弄29号"), None, frozenset(), ("b",))
    made = proposal([*hosts, stays, friend], "a", "b")
    assert made.placed["s"] == "c-b", "forty metres are less than a change costs"
    [change] = made.changes
    assert (change.member_id, change.centre_id, change.with_known) == ("f", "c-b", ("b",))


def test_an_address_is_taken_apart() -> None:
    assert parts_of("金桥路36弄28号") == ("金桥路", 36, 28)
    assert parts_of("石泉路 120号") == ("石泉路", None, 120)
    assert parts_of("不知道") == ("", None, None)


def test_ways_are_estimated_from_the_best_that_is_known() -> None:
    here = Place("金桥路36弄28号")
    assert metres(here, here, STEPS) == 0
    assert metres(here, Place("金桥路36弄30号"), STEPS) == 40
    assert metres(here, Place("金桥路46弄1号"), STEPS) == 380
    assert metres(here, Place("石泉路1号"), STEPS) == metres(here, Place(), STEPS) == 2000
    assert metres(Place("a", "g1"), Place("b", "g1"), STEPS) == 300
    assert metres(Place("a", "", (0, 0)), Place("b", "", (30, 40)), STEPS) == 70
