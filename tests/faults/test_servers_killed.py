"""NATS, PostgreSQL, or all there is, is killed in the middle of the work of sixteen clerks."""

from __future__ import annotations

from functools import partial

import pytest

from tests.faults.clerks import Book, broken
from tests.faults.town import OneBox
from tests.faults.truth import expect_all_well


@pytest.mark.parametrize("server", ["nats-server", "postgres"])
async def test_a_server_is_killed_twice(one_box: OneBox, book: Book, server: str) -> None:
    kill = partial(one_box.kill, server)
    await broken(one_box, book, [(0.3, kill), (0.6, kill)])
    assert any(deed.interrupted for deed in book.deeds) or server == "nats-server", "nobody noticed: killed too late"
    await expect_all_well(one_box, book)


async def test_the_power_fails(one_box: OneBox, book: Book) -> None:
    def power_fails() -> None:
        one_box.kill_everything()
        one_box.start()

    await broken(one_box, book, [(0.5, power_fails)])
    assert book.unknown, "nobody noticed: killed too late"
    await expect_all_well(one_box, book)
