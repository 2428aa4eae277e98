"""Chance without a generator: the same words always fall the same way, whatever was asked before.

So the story of a day does not depend on the days before it, and a day that is written again is the same day.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Final, TypeVar

T = TypeVar("T")

SEED: Final = "金桥"
"""Another word here is another city."""


def chance(*words: object) -> float:
    """A number in [0, 1) that belongs to these words."""
    digest = hashlib.sha256("/".join((SEED, *map(str, words))).encode("utf-8")).digest()
    return int.from_bytes(digest[:7]) / 2**56


def between(first: int, last: int, *words: object) -> int:
    """A whole number from `first` to `last`, both included."""
    return first + int(chance(*words) * (last - first + 1))


def one_of(things: Sequence[T], *words: object) -> T:
    """One of these."""
    return things[int(chance(*words) * len(things))]
