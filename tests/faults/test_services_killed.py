"""Each service, in a process of its own, is killed in the middle of the work and started again."""

from __future__ import annotations

import signal
from collections.abc import Callable

from tests.faults.clerks import Book, broken
from tests.faults.town import Apart
from tests.faults.truth import expect_all_well


async def test_one_service_after_the_other_is_killed(apart: Apart, book: Book) -> None:
    def killed(name: str) -> Callable[[], None]:
        def happens() -> None:
            apart.end(name, signal.SIGKILL)
            apart.spawn(name)

        return happens

    await broken(apart, book, [(0.2, killed("registry")), (0.45, killed("care")), (0.7, killed("notify"))])
    assert {deed.service for deed in book.deeds if deed.interrupted} == {"registry", "care"}, "killed too late"
    await expect_all_well(apart, book)
