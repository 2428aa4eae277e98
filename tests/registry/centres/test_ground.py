"""Coordinates as metres: beside the great circle, and a slip of a digit."""

from __future__ import annotations

from math import asin, cos, radians, sin, sqrt

from hypothesis import given
from hypothesis import strategies as st

from services.registry.centres.ground import far_from_the_rest, ground

EARTH_METRES = 6_371_009
LAT, LON = 31_245_600, 121_601_200


def great_circle(one: tuple[int, int], other: tuple[int, int]) -> float:
    (x1, y1), (x2, y2) = ((radians(x / 1e6), radians(y / 1e6)) for x, y in (one, other))
    h = sin((y2 - y1) / 2) ** 2 + cos(y1) * cos(y2) * sin((x2 - x1) / 2) ** 2
    return 2 * EARTH_METRES * asin(sqrt(h))


@given(st.integers(-30_000, 30_000), st.integers(-30_000, 30_000), st.integers(4_000_000, 53_000_000))
def test_within_a_few_kilometres_it_is_the_great_circle_to_a_hundredth(east: int, north: int, latitude: int) -> None:
    spots = {"one": (LON, latitude), "other": (LON + east, latitude + north)}
    placed = ground(spots)
    (x1, y1), (x2, y2) = placed["one"], placed["other"]
    assert min(x1, x2) == min(y1, y2) == 0, "metres count from the south-western corner"
    expected = great_circle(spots["one"], spots["other"])
    assert abs(sqrt((x1 - x2) ** 2 + (y1 - y2) ** 2) - expected) <= 2 + expected / 100


def test_who_stands_far_from_the_rest_is_named() -> None:
    spots = {f"{n}号": (LON + 200 * n, LAT + 100 * n) for n in range(9)} | {"错": (LON + 1_000_000, LAT)}
    assert far_from_the_rest(spots, 5000) == {"错"}
    assert not far_from_the_rest({}, 5000)
    assert not ground({})
