"""Stream `building`, owned by registry: where the buildings of a community stand.

A building is what cards write of an address up to the house (金桥路36弄28号). It may stand in no grid, and a grid may
be drawn anew over it: so all of a community's buildings are an entity of their own (`buildings_of`).
"""

from __future__ import annotations

from enum import StrEnum

from events.facts.base import Fact


class BuildingFact(Fact, owner="registry", stream="building"):
    """About the buildings of one community; the entity is `buildings_of(community)`."""


class Datum(StrEnum):
    """What a coordinate is counted from. They differ by hundreds of metres, so those of two are never compared."""

    GCJ02 = "gcj02"
    """高德、腾讯地图"""
    WGS84 = "wgs84"
    """手机定位、测绘"""
    BD09 = "bd09"
    """百度地图"""


class BuildingPlaced(BuildingFact, name="hearth.building.placed", version=1, published=True):
    """The building stands there, as of the effective day. Source: DOMAIN R4.

    Degrees east and north, in millionths (a tenth of a metre). `source` says who or what knew it; `paste_id` what was
    put on record together.
    """

    building: str
    longitude_microdegrees: int
    latitude_microdegrees: int
    datum: Datum = Datum.GCJ02
    source: str
    paste_id: str | None = None


class BuildingUnplaced(BuildingFact, name="hearth.building.unplaced", version=1, published=True):
    """Where the building stands is not known after all, from the effective day on. Source: DOMAIN R4."""

    building: str
    paste_id: str | None = None


def buildings_of(community: str) -> str:
    """The entity id of a community's buildings: `demo.jinqiao` -> `buildings:demo:jinqiao`."""
    return f"buildings:{community.replace('.', ':')}"
