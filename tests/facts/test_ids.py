from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.facts.ids import derived_uuid7

MOMENT = datetime(2026, 11, 21, 1, 2, 3, 456789, tzinfo=UTC)
moments = st.datetimes(datetime(1970, 1, 2), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - strategy bounds are naive
words = st.lists(st.text(), min_size=1, max_size=4)


@given(moments, words)
def test_it_is_a_uuid_of_version_7_with_the_moment_s_milliseconds(moment: datetime, parts: list[str]) -> None:
    uuid = UUID(derived_uuid7(moment, *parts))
    assert (uuid.version, uuid.variant) == (7, "specified in RFC 4122")
    assert uuid.int >> 80 == (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


@given(moments, words, words)
def test_the_same_cause_is_the_same_id_and_another_is_not(moment: datetime, one: list[str], other: list[str]) -> None:
    assert derived_uuid7(moment, *one) == derived_uuid7(moment, *one)
    assert (derived_uuid7(moment, *one) == derived_uuid7(moment, *other)) == (one == other)


def test_parts_are_not_run_together() -> None:
    assert derived_uuid7(MOMENT, "ab", "c") != derived_uuid7(MOMENT, "a", "bc")


def test_it_never_changes() -> None:
    """Ids of visits and notices already stored depend on this: a change here would plan and tell everything again."""
    assert derived_uuid7(MOMENT, "a", "b") == "01a1fb9f-e8c0-789d-9ef0-f5d0eb9dd9e0"


def test_the_clock_s_zone_does_not_matter() -> None:
    assert derived_uuid7(MOMENT.astimezone(timezone(timedelta(hours=8))), "a") == derived_uuid7(MOMENT, "a")


def test_a_moment_without_zone_or_no_cause_at_all_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        derived_uuid7(MOMENT.replace(tzinfo=None), "a")
    with pytest.raises(ValueError, match="at least one part"):
        derived_uuid7(MOMENT)
