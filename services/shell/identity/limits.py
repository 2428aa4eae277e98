"""How often somebody may try: a sliding window per key, in this process, of bounded size."""

import math
from collections import OrderedDict, deque
from collections.abc import Callable
from time import monotonic

from services.shell.problems import TooMany


class Limit:
    """At most `attempts` per `seconds` for one key. The least recently used of `keys_max` keys are forgotten."""

    def __init__(
        self, attempts: int, seconds: float, *, keys_max: int = 50_000, clock: Callable[[], float] = monotonic
    ) -> None:
        assert attempts > 0
        assert seconds > 0
        self._attempts = attempts
        self._seconds = seconds
        self._keys_max = keys_max
        self._clock = clock
        self._tried: OrderedDict[str, deque[float]] = OrderedDict()

    def attempt(self, key: str) -> None:
        """Count one attempt, before it is carried out, so that parallel ones count too. Errors: `TooMany`."""
        now = self._clock()
        tried = self._tried.setdefault(key, deque())
        self._tried.move_to_end(key)
        while tried and tried[0] <= now - self._seconds:
            tried.popleft()
        if len(tried) >= self._attempts:
            raise TooMany(max(1, math.ceil(tried[0] + self._seconds - now)))
        tried.append(now)
        if len(self._tried) > self._keys_max:
            self._tried.popitem(last=False)

    def forgive(self, key: str) -> None:
        """It went well: earlier attempts no longer count."""
        self._tried.pop(key, None)

    def take_back(self, key: str) -> None:
        """The latest attempt does not count, earlier ones do."""
        tried = self._tried.get(key)
        if tried:
            tried.pop()
