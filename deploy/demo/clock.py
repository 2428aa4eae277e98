"""The clock of a demonstration: it goes at its usual pace, but months behind, until the story has come to today."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import uuid_utils

_NANOSECONDS = 1_000_000_000


class DemoClock:
    """Give it to hosts as their clock. It never runs ahead of the real time."""

    def __init__(self) -> None:
        self._behind = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) - self._behind

    def turn_to(self, moment: datetime) -> None:
        """Go on from this moment; from now, if it has not come yet."""
        self._behind = max(datetime.now(UTC) - moment, timedelta())

    def arrive(self) -> None:
        """Be the real time from now on."""
        self._behind = timedelta()

    def new_id(self) -> str:
        """A new UUIDv7 that carries this clock's time, as the ids of that day would have."""
        return str(uuid_utils.uuid7(nanoseconds=int(self().timestamp() * _NANOSECONDS)))
