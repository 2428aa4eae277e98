"""The rules about household centres (DOMAIN R4): how many belong to one, and what a proposal weighs, in metres."""

from __future__ import annotations

from typing import Self

from pydantic import Field, NonNegativeInt, model_validator

from services.registry.decide.rule import Rule


class SizeRule(Rule):
    """So many belong to a centre, its host included. Flagged, never enforced against a person's decision."""

    members_min: int = Field(ge=1)
    members_max: int = Field(ge=1)
    clause: str

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.members_min > self.members_max:
            raise ValueError("members_min must not exceed members_max")
        return self


class NearnessRule(Rule):
    """How far it is, estimated from written addresses, and what else counts as much as so many metres."""

    building_metres: NonNegativeInt
    """From one building number of a lane to the next."""
    lane_metres_max: NonNegativeInt
    """Within one lane it is never further."""
    road_metres: NonNegativeInt
    """From one number of a road to the next, between lanes."""
    road_metres_max: NonNegativeInt
    elsewhere_metres: NonNegativeInt
    """To another road, or where an address is not known."""
    change_metres: NonNegativeInt
    """Leaving today's centre counts as a way so much longer."""
    known_metres: NonNegativeInt
    """Meeting an acquaintance there counts as a way so much shorter."""
    known_max: NonNegativeInt
    """Of so many acquaintances, those met most often."""
    meetings_min: int = Field(ge=1)
    """Acquainted is who was at so many meetings together within the days below."""
    meetings_days: int = Field(ge=1)
    clause: str


class SpotsRule(Rule):
    """Where a building of ours can stand: a box in degrees east and north, which a city may draw narrower."""

    longitude_min_degrees: float = Field(ge=-180, le=180)
    longitude_max_degrees: float = Field(ge=-180, le=180)
    latitude_min_degrees: float = Field(ge=-90, le=90)
    latitude_max_degrees: float = Field(ge=-90, le=90)
    far_metres: NonNegativeInt
    """Further than this from the middle of the community's other buildings a person is asked to look twice."""
    clause: str

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.longitude_min_degrees >= self.longitude_max_degrees:
            raise ValueError("longitude_min_degrees must be below longitude_max_degrees")
        if self.latitude_min_degrees >= self.latitude_max_degrees:
            raise ValueError("latitude_min_degrees must be below latitude_max_degrees")
        return self

    def holds(self, longitude: float, latitude: float) -> bool:
        """Whether a place lies in the box."""
        return (
            self.longitude_min_degrees <= longitude <= self.longitude_max_degrees
            and self.latitude_min_degrees <= latitude <= self.latitude_max_degrees
        )


class CentresPolicy(Rule):
    """Household centres."""

    size: SizeRule
    nearness: NearnessRule
    spots: SpotsRule
