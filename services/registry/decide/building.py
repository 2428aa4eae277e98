"""Stream `building`: where the buildings of a community stand is put on record, corrected, and taken back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from events.facts.base import Fact
from events.facts.building import BuildingPlaced, BuildingUnplaced, Datum
from events.facts.decision import Command, Decider, Decision, Happened, UnknownFact, facts, nothing, refused
from services.registry.decide.centre_policy import SpotsRule
from services.registry.decide.grid_places import spelt
from services.registry.decide.values import Line

MICRO: Final = 1_000_000
LINES_MAX: Final = 1000

BuildingName = Annotated[Line, AfterValidator(spelt)]
Community = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$")]
Degrees = Annotated[Decimal, Field(ge=-180, le=180)]


class BuildingAt(BaseModel):
    """A building, and where it stands in degrees east and north."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    building: BuildingName
    longitude: Degrees
    latitude: Degrees


class PlaceBuildings(Command):
    """These buildings of a community stand there, as of a day (today). One that cannot be right refuses them all."""

    community: Community
    as_of: date | None = None
    datum: Datum = Datum.GCJ02
    source: Line = "人工录入"
    buildings: Annotated[tuple[BuildingAt, ...], Field(min_length=1, max_length=LINES_MAX)]


class UnplaceBuilding(Command):
    """Where this building stands is not known after all."""

    community: Community
    building: BuildingName


class TakeBackPlaces(Command):
    """What was put on record together is taken back: each building is again where it was before."""

    community: Community


# ── State ────────────────────────────────────────────────────────────────────────────────────────────────────────


class Spot(BaseModel):
    """Where a building stands, in millionths of a degree, as of a day."""

    model_config = ConfigDict(frozen=True)

    longitude: int
    latitude: int
    datum: Datum
    source: str
    as_of: date


class Said(BaseModel):
    """What was put on record of a building, and in which paste; without a spot, that it is not known."""

    model_config = ConfigDict(frozen=True)

    spot: Spot | None
    paste_id: str | None


class Buildings(BaseModel):
    """What was said of every building last, and before: as much as taking a paste back needs."""

    model_config = ConfigDict(frozen=True)

    said: Mapping[str, tuple[Said, ...]] = {}

    def spot_of(self, building: str) -> Spot | None:
        """Where it stands, if that is known."""
        said = self.said.get(building)
        return said[-1].spot if said else None

    def spots(self) -> dict[str, Spot]:
        """Every building of which it is known."""
        return {building: said[-1].spot for building, said in self.said.items() if said[-1].spot is not None}


# ── evolve ───────────────────────────────────────────────────────────────────────────────────────────────────────


def evolve(buildings: Buildings, fact: Fact, effective: date) -> Buildings:
    """The buildings after a fact. Raises `UnknownFact` on a fact of another stream."""
    match fact:
        case BuildingPlaced():
            return _told(buildings, fact, _spot_in(fact, effective))
        case BuildingUnplaced():
            return _told(buildings, fact, None)
        case _:
            raise UnknownFact("building", fact)


def _spot_in(fact: BuildingPlaced, as_of: date) -> Spot:
    return Spot(
        longitude=fact.longitude_microdegrees,
        latitude=fact.latitude_microdegrees,
        datum=fact.datum,
        source=fact.source,
        as_of=as_of,
    )


def _told(buildings: Buildings, fact: BuildingPlaced | BuildingUnplaced, spot: Spot | None) -> Buildings:
    before = buildings.said.get(fact.building, ())
    said = (*before[-1:], Said(spot=spot, paste_id=fact.paste_id))
    return Buildings(said={**buildings.said, fact.building: said})


BUILDINGS: Final = Decider(owner="registry", stream="building", initial=Buildings(), evolve=evolve)


# ── decide ───────────────────────────────────────────────────────────────────────────────────────────────────────


def unlikely(longitude: int, latitude: int, rule: SpotsRule) -> Literal["swapped", "out_of_bounds"] | None:
    """Why no building of ours can stand there; None if it can."""
    if rule.holds(longitude / MICRO, latitude / MICRO):
        return None
    return "swapped" if rule.holds(latitude / MICRO, longitude / MICRO) else "out_of_bounds"


def micro(degrees: Decimal) -> int:
    """Degrees in whole millionths."""
    return round(degrees * MICRO)


def place(buildings: Buildings, command: PlaceBuildings, rule: SpotsRule, today: date, *, paste_id: str) -> Decision:
    """The buildings stand there. What is on record already is no news; an older day does not push aside a newer one.

    Coordinates of a community are all counted from one datum, or no two could be compared.
    """
    as_of = command.as_of or today
    if as_of > today:
        return refused("in_future", day=as_of, today=today)
    after = buildings.spots()
    placed: dict[str, Fact] = {}
    for one in command.buildings:
        longitude, latitude = micro(one.longitude), micro(one.latitude)
        if why := unlikely(longitude, latitude, rule):
            return refused("unlikely_spot", building=one.building, why=why, clause=rule.clause)
        spot = Spot(longitude=longitude, latitude=latitude, datum=command.datum, source=command.source, as_of=as_of)
        before = after.get(one.building)
        if before is not None and same_place(before, spot):
            continue
        if one.building in placed:
            return refused("building_twice", building=one.building)
        if before is not None and before.as_of > as_of:
            return refused("known_later", building=one.building, since=before.as_of)
        after[one.building] = spot
        placed[one.building] = _placed(one.building, spot, paste_id)
    if len({spot.datum for spot in after.values()}) > 1:
        other = next(spot.datum for spot in after.values() if spot.datum is not command.datum)
        return refused("two_datums", given=command.datum, datum=other)
    return facts(*placed.values(), on=as_of) if placed else nothing()


def same_place(before: Spot, spot: Spot) -> bool:
    """Whether both say the same place, whoever says so and of whatever day."""
    return (before.longitude, before.latitude, before.datum) == (spot.longitude, spot.latitude, spot.datum)


def _placed(building: str, spot: Spot, paste_id: str) -> BuildingPlaced:
    return BuildingPlaced(
        building=building,
        longitude_microdegrees=spot.longitude,
        latitude_microdegrees=spot.latitude,
        datum=spot.datum,
        source=spot.source,
        paste_id=paste_id,
    )


def unplace(buildings: Buildings, command: UnplaceBuilding, today: date, *, paste_id: str) -> Decision:
    """Where it stands is not known after all."""
    if command.building not in buildings.said:
        return refused("building_unknown", building=command.building)
    if buildings.spot_of(command.building) is None:
        return nothing()
    return facts(BuildingUnplaced(building=command.building, paste_id=paste_id), on=today)


def take_back(buildings: Buildings, paste_id: str, today: date) -> Decision:
    """Every building is where it was before this paste, except those of which something else was said since."""
    back = f"undo-{paste_id}"
    happened: list[tuple[Fact, date]] = []
    for building, said in buildings.said.items():
        if said[-1].paste_id != paste_id:
            continue
        spot = said[-2].spot if len(said) > 1 else None
        if spot is not None:
            happened.append((_placed(building, spot, back), spot.as_of))
        elif said[-1].spot is not None:
            happened.append((BuildingUnplaced(building=building, paste_id=back), today))
    if happened:
        return Happened(tuple(happened))
    pastes = {each.paste_id for said in buildings.said.values() for each in said}
    if back in pastes:
        return nothing()
    return refused("changed_since") if paste_id in pastes else refused("no_paste")
