"""One community as a proposal sees it, out of the registry's own tables."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.centres.ground import ground
from services.registry.centres.nearness import Place, Steps, metres
from services.registry.centres.town import House, Somebody, Town, Weights
from services.registry.decide.centre_policy import CentresPolicy
from services.registry.decide.grid_places import spelt
from services.registry.project import building, centre


def steps_of(policy: CentresPolicy) -> Steps:
    """The pack's metres."""
    rule = policy.nearness
    return Steps(
        rule.building_metres, rule.lane_metres_max, rule.road_metres, rule.road_metres_max, rule.elsewhere_metres
    )


Spots = Mapping[str, tuple[int, int]]
"""Building -> metres east and north, of those whose place is known."""


async def spots_in(db: AsyncConnection, community: str) -> Spots:
    """Where a community's buildings stand. Should two datums have come together, the more common one counts."""
    rows = await building.spots(db, community)
    if not rows:
        return {}
    (datum, _count), *_others = Counter(row["datum"] for row in rows.values()).most_common(1)
    return ground({name: (row["longitude"], row["latitude"]) for name, row in rows.items() if row["datum"] == datum})


def home_of(row: Mapping[str, Any], spots: Spots) -> Place:
    """Where somebody lives, by all that is known of it."""
    return Place(row["building"] or "", row.get("grid") or "", spots.get(spelt(row["building"] or "")))


async def town_of(db: AsyncConnection, community: str, policy: CentresPolicy, today: date) -> Town:
    """Everybody who is here, the houses whose hosts are here, the wishes, and who knows whom."""
    rule, size = policy.nearness, policy.size
    rows = await centre.everybody(db, community)
    spots = await spots_in(db, community)
    here = {row["member_id"] for row in rows}
    houses = [row for row in await centre.centres(db, community) if row["host_id"] in here]
    declined: dict[str, set[str]] = defaultdict(set)
    for wish in await centre.wishes_in(db, community=community):
        declined[wish["member_id"]].add(wish["host_id"])
    met = await centre.met(db, community, today - timedelta(days=rule.meetings_days))
    known = acquaintances(rows, [one for one in met if one[2] >= rule.meetings_min], rule.known_max)
    people = tuple(
        Somebody(
            row["member_id"],
            home_of(row, spots),
            row["centre_id"],
            frozenset(declined[row["member_id"]]),
            tuple(sorted(known[row["member_id"]])),
        )
        for row in sorted(rows, key=lambda row: str(row["member_id"]))
    )
    weights = Weights(size.members_min, size.members_max, steps_of(policy), rule.change_metres, rule.known_metres)
    found = sorted((House(row["centre_id"], row["host_id"]) for row in houses), key=lambda house: house.centre_id)
    return Town(people, tuple(found), weights)


def acquaintances(
    rows: Iterable[Mapping[str, Any]], met: Iterable[tuple[str, str, int]], most: int
) -> Mapping[str, set[str]]:
    """Who knows whom, both ways: for each the few met most often, neighbours of the building after them."""
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    living: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        counts[row["member_id"]] = {}
        if row["building"]:
            living[row["building"]].append(row["member_id"])
    for neighbours in living.values():
        for one in neighbours:
            counts[one] |= {other: 0 for other in neighbours if other != one}
    for one, other, times in met:
        if one in counts and other in counts:
            counts[one][other] = counts[other][one] = times
    known: dict[str, set[str]] = defaultdict(set)
    for one, others in counts.items():
        for other in sorted(others, key=lambda each: (-others[each], each))[:most]:
            known[one].add(other)
            known[other].add(one)
    return known


def way_between(one: Mapping[str, Any], other: Mapping[str, Any], steps: Steps, spots: Spots) -> int:
    """Metres between two rows with a `building`."""
    return metres(home_of(one, spots), home_of(other, spots), steps)
