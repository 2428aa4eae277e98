"""A proposal for a town: near homes, people who know each other together, as little change as that is worth."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from services.registry.centres.flow import FORBIDDEN, Chosen, Costs, Flow, Limits
from services.registry.centres.nearness import metres
from services.registry.centres.town import Change, House, Proposal, Somebody, Totals, Town, WhyNot

ROUNDS_MAX: Final = 8
"""Acquaintances are priced by where they were in the round before; rounds go on while the whole gets better."""
ASKED_MAX: Final = 3
"""So many people are named who might be asked to open another house."""


def propose(town: Town) -> Proposal:
    """Where everybody might go. The same town gives the same proposal."""
    people = {each.member_id: each for each in town.people}
    houses = [house for house in town.houses if house.host_id in people]
    hosts = {house.host_id: number for number, house in enumerate(houses)}
    guests = [each for each in town.people if each.member_id not in hosts]
    chosen = _assigned(town, guests, houses, people)
    placed = {
        guest.member_id: houses[number].centre_id
        for guest, number in zip(guests, chosen, strict=True)
        if number != FORBIDDEN
    }
    known = {house.centre_id: house for house in houses}
    before = {each.member_id: each.centre_id for each in guests if each.centre_id in known}
    unplaced = {each.member_id: _why_not(each, houses) for each in guests if each.member_id not in placed}
    missing = -(-len(unplaced) // town.weights.members_max)
    return Proposal(
        placed=placed,
        changes=_changes(town, people, known, placed),
        unplaced=unplaced,
        hosts_missing=missing,
        might_be_asked=_near(town, people, hosts, unplaced),
        short=_short(town, houses, placed),
        before=_totals(town, people, houses, {one: at for one, at in before.items() if at}),
        after=_totals(town, people, houses, placed),
    )


def _assigned(town: Town, guests: list[Somebody], houses: list[House], people: Mapping[str, Somebody]) -> Chosen:
    if not guests or not houses:
        return np.full(len(guests), FORBIDDEN)
    weights = town.weights
    ways = np.array(
        [[metres(guest.place, people[house.host_id].place, weights.steps) for house in houses] for guest in guests],
        dtype=float,
    )
    allowed = np.array([[house.host_id not in guest.declined for house in houses] for guest in guests])
    number_of = {house.centre_id: number for number, house in enumerate(houses)}
    for row, guest in enumerate(guests):
        if guest.centre_id in number_of:
            ways[row] += weights.change
            ways[row, number_of[guest.centre_id]] -= weights.change
    known_max = max((len(guest.known) for guest in guests), default=0)
    spread = float(np.ptp(ways)) + weights.known * (known_max + 1)
    flow = Flow(allowed, Limits(weights.members_min - 1, weights.members_max - 1), spread)
    return _together(flow, ways, town, guests, {house.host_id: number for number, house in enumerate(houses)})


def _together(flow: Flow, ways: Costs, town: Town, guests: list[Somebody], hosts: Mapping[str, int]) -> Chosen:
    """Rounds of exact assignments: whoever an acquaintance was with in the last one is cheaper to be with in the next.

    The best round by the true sum is taken, so the result is never worse than without acquaintances.
    """
    row_of = {guest.member_id: row for row, guest in enumerate(guests)}
    pairs = sorted({(row, row_of[other]) for row, one in enumerate(guests) for other in one.known if other in row_of})
    to_hosts = ways.copy()
    for row, guest in enumerate(guests):
        for other in guest.known:
            if other in hosts:
                to_hosts[row, hosts[other]] -= town.weights.known
    costs, best, least = to_hosts, None, float("inf")
    for _round in range(ROUNDS_MAX):
        chosen = flow.best(costs)
        placed = chosen != FORBIDDEN
        total = float(to_hosts[np.arange(len(guests))[placed], chosen[placed]].sum())
        total -= town.weights.known * sum(chosen[first] == chosen[second] != FORBIDDEN for first, second in pairs)
        if total >= least:
            break
        best, least = chosen, total
        costs = to_hosts.copy()
        for first, second in pairs:
            for row, mate in ((first, second), (second, first)):
                if chosen[mate] != FORBIDDEN:
                    costs[row, chosen[mate]] -= town.weights.known / 2
    assert best is not None
    return best


def _changes(
    town: Town, people: Mapping[str, Somebody], known: Mapping[str, House], placed: Mapping[str, str]
) -> tuple[Change, ...]:
    found = []
    for member_id, centre_id in placed.items():
        one = people[member_id]
        if one.centre_id == centre_id:
            continue
        host = people[known[centre_id].host_id]
        old = known.get(one.centre_id or "")
        there = [other for other in one.known if other == host.member_id or placed.get(other) == centre_id]
        found.append(
            Change(
                member_id=member_id,
                came_from=one.centre_id,
                centre_id=centre_id,
                metres_before=metres(one.place, people[old.host_id].place, town.weights.steps) if old else None,
                metres=metres(one.place, host.place, town.weights.steps),
                same_building=bool(host.place.building) and one.place.building == host.place.building,
                measured=one.place.spot is not None and host.place.spot is not None,
                with_known=tuple(sorted(there, key=lambda other: other != host.member_id)),
            )
        )
    return tuple(found)


def _why_not(one: Somebody, houses: list[House]) -> WhyNot:
    if not houses:
        return "no_house"
    return "all_declined" if all(house.host_id in one.declined for house in houses) else "all_full"


def _near(
    town: Town, people: Mapping[str, Somebody], hosts: Mapping[str, int], unplaced: Mapping[str, WhyNot]
) -> tuple[str, ...]:
    """Who lives nearest to those without a place, the nearest first: they might be asked to open a house."""
    lost = [people[each].place for each, why in unplaced.items() if why != "all_declined"]
    if not lost:
        return ()
    way = {
        each.member_id: sum(metres(each.place, place, town.weights.steps) for place in lost)
        for each in town.people
        if each.member_id not in hosts and each.place.building
    }
    return tuple(sorted(way, key=lambda each: (way[each], each))[:ASKED_MAX])


def _short(town: Town, houses: list[House], placed: Mapping[str, str]) -> dict[str, int]:
    sizes = _sizes(houses, placed)
    return {at: town.weights.members_min - size for at, size in sizes.items() if size < town.weights.members_min}


def _sizes(houses: list[House], placed: Mapping[str, str]) -> dict[str, int]:
    """How many are in each house, the host included."""
    sizes = {house.centre_id: 1 for house in houses}
    for centre_id in placed.values():
        sizes[centre_id] += 1
    return sizes


def _totals(town: Town, people: Mapping[str, Somebody], houses: list[House], placed: Mapping[str, str]) -> Totals:
    host_of = {house.centre_id: house.host_id for house in houses}
    where = {**placed, **{house.host_id: house.centre_id for house in houses}}
    pairs = {
        (min(one.member_id, other), max(one.member_id, other))
        for one in town.people
        for other in one.known
        if where.get(one.member_id) is not None and where.get(one.member_id) == where.get(other)
    }
    sizes = _sizes(houses, placed).values()
    limits = range(town.weights.members_min, town.weights.members_max + 1)
    return Totals(
        placed=len(placed),
        metres=sum(
            metres(people[one].place, people[host_of[at]].place, town.weights.steps) for one, at in placed.items()
        ),
        acquaintances=len(pairs),
        outside_limits=sum(size not in limits for size in sizes),
    )
