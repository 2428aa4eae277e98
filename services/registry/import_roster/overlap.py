"""Works that overlap while their results come in order."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


async def overlapped(works: AsyncIterable[Coroutine[Any, Any, T]], at_once: int) -> AsyncGenerator[T, None]:
    """The results of the works in the order in which they came; at most `at_once` of them are under way.

    When one fails, or whoever listens does, those under way come to their end first: what they write is then known.
    When the listener's task is cancelled, so are they. Close it (`aclosing`) if it is not read to its end.
    """
    begun: deque[asyncio.Task[T]] = deque()
    try:
        async for work in works:
            begun.append(asyncio.create_task(work))
            if len(begun) == at_once:
                yield await begun.popleft()
        while begun:
            yield await begun.popleft()
    finally:
        here = asyncio.current_task()
        if here is not None and here.cancelling():
            for task in begun:
                task.cancel()
        await asyncio.gather(*begun, return_exceptions=True)
