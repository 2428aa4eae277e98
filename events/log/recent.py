"""What was used lately, in bounded memory: records of keys, rows of a view."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Recent(Generic[K, V]):
    """Two generations: what was put or touched since the last turn, and what was before it.

    When the young half is full it becomes the old one, and the old one is let go. So nothing is let go within `most`/2
    later entries, and no entry is ever moved about, which an order of use would cost (a tenth of a replay, ADR 23).
    One call may put more than `most`: all of it stays until the next turn.
    """

    def __init__(self, most: int) -> None:
        self._half = max(1, most // 2)
        self._young: dict[K, V] = {}
        self._old: dict[K, V] = {}

    def __len__(self) -> int:
        return len(self._young.keys() | self._old.keys())

    def get(self, key: K, otherwise: Any = None) -> V | Any:
        """What is known under this key; looking does not keep it longer."""
        young = self._young
        return young[key] if key in young else self._old.get(key, otherwise)

    def touch(self, key: K) -> None:
        """Keep this one, if it is known, as long as those put now."""
        if key not in self._young and key in self._old:
            self._young[key] = self._old[key]

    def put(self, entries: Mapping[K, V]) -> bool:
        """Remember these. True if others were let go for them."""
        lost = False
        if len(self._young) >= self._half:
            lost = bool(self._old)
            self._old, self._young = self._young, {}
        self._young.update(entries)
        return lost

    def forget(self, key: K) -> None:
        """Drop this one."""
        self._young.pop(key, None)
        self._old.pop(key, None)

    def clear(self) -> None:
        """Drop everything."""
        self._young, self._old = {}, {}
