"""Overlapping works: in order, few at a time, and nothing left running."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Coroutine
from contextlib import aclosing
from typing import Any

import pytest

from services.registry.import_roster.overlap import overlapped


class Works:
    """Numbered works: the first is the slowest. It remembers what began, what came to its end, and the crowd."""

    def __init__(self, count: int, *, failing: int | None = None) -> None:
        self.count, self.failing = count, failing
        self.running = self.most = 0
        self.ended: list[int] = []
        self.cancelled: list[int] = []
        self.let_go, self.at_the_last = asyncio.Event(), asyncio.Event()

    async def all(self) -> AsyncGenerator[Coroutine[Any, Any, int], None]:
        for number in range(self.count):
            yield self._one(number)

    async def _one(self, number: int) -> int:
        self.running += 1
        self.most = max(self.most, self.running)
        try:
            if number == self.failing:
                raise RuntimeError("this one fails")
            if number == self.count - 1:
                self.at_the_last.set()
                await self.let_go.wait()
            for _ in range(3 * (self.count - number)):
                await asyncio.sleep(0)
        except asyncio.CancelledError:
            self.cancelled.append(number)
            raise
        finally:
            self.running -= 1
        self.ended.append(number)
        return number


@pytest.mark.parametrize("at_once", [1, 2, 3])
async def test_results_come_in_order_and_few_run_at_a_time(at_once: int) -> None:
    works = Works(7)
    works.let_go.set()
    assert [one async for one in overlapped(works.all(), at_once)] == list(range(7))
    assert works.most == at_once


async def test_of_no_works_there_are_no_results() -> None:
    assert [one async for one in overlapped(Works(0).all(), 2)] == []


async def test_when_one_fails_those_begun_come_to_their_end_and_no_more_begin() -> None:
    works = Works(9, failing=3)
    with pytest.raises(RuntimeError, match="this one fails"):
        async for _ in overlapped(works.all(), 2):
            pass
    assert sorted(works.ended) == [0, 1, 2, 4]
    assert works.running == 0


async def test_when_the_listener_stops_early_those_begun_come_to_their_end() -> None:
    works = Works(9)
    async with aclosing(overlapped(works.all(), 2)) as results:
        assert await anext(results) == 0
    assert sorted(works.ended) == [0, 1]


async def test_whoever_is_cancelled_cancels_them() -> None:
    works = Works(2)

    async def listen() -> None:
        async for _ in overlapped(works.all(), 2):
            pass

    listening = asyncio.create_task(listen())
    await works.at_the_last.wait()
    listening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await listening
    assert 1 in works.cancelled
    assert works.running == 0
