"""Large batches are written behind the folding: each is one transaction, and what was folded on a failed one goes."""

from __future__ import annotations

from functools import partial

import pytest

from events.facts.base import Fact
from events.log.project import batches, parts
from events.log.project.check import check
from events.log.project.runner import Runner
from tests.log.project.office import STREAM, Office, away, paid, projection, runner_of, running, sat_in, until
from tests.log.project.test_take_over import end_sessions

PEOPLE = 40
FACTS = 1200
BATCH = 50


@pytest.fixture(autouse=True)
def _large_batches_are_small(monkeypatch: pytest.MonkeyPatch) -> None:
    """What needs a long log otherwise: many batches behind one another, and fewer rows kept than one of them has."""
    monkeypatch.setattr(batches, "BEHIND_FROM", 20)
    monkeypatch.setattr(parts, "ROWS_KEPT_MAX", 1)


def history() -> list[tuple[str, Fact]]:
    """The same people again and again, so that every batch goes on from rows of the one before."""
    return [
        (f"m{n % PEOPLE}", paid(f"{2000 + n // PEOPLE}-10") if n % 3 == 0 else sat_in(f"s{n}")) for n in range(FACTS)
    ]


async def expect_all_of(office: Office, facts: int) -> None:
    assert await office.value("SELECT count(*) FROM fact") == facts
    assert await office.value("SELECT sum((state->>'facts')::int) FROM snapshot") == facts
    assert (await check(projection(), office.log, office.database, office.keys)).clean


async def _has_folded(runner: Runner, facts: int) -> bool:
    """Counted a moment after the commit that others may hear of first."""
    return runner.counters.facts >= facts


async def test_every_batch_goes_on_from_the_one_before(office: Office) -> None:
    seq = (await office.write_many(history()))[-1]
    async with runner_of(office.cell, projection(), batch_max=BATCH) as runner, running(runner):
        assert await runner.wait_for([f"{STREAM}:{seq}"], 30)
        await until(partial(_has_folded, runner, FACTS))
        assert runner.counters.restarts == 0
    assert await office.value("SELECT sum(seen) FROM ledger") == FACTS - FACTS // 3
    await expect_all_of(office, FACTS)


async def test_a_bad_value_in_one_batch_is_parked_and_the_next_is_folded_anew(office: Office) -> None:
    facts = history()
    bad = {130, 179, 660, FACTS - 1}
    for at in bad:
        facts[at] = (f"bad{at}", away("a text with \x00 in it"))
    seq = (await office.write_many(facts))[-1]
    async with runner_of(office.cell, projection(), batch_max=BATCH) as runner, running(runner):
        assert await runner.wait_for([f"{STREAM}:{seq}"], 30)

        async def all_parked() -> bool:
            return runner.counters.parked == len(bad)

        await until(all_parked)
        assert runner.counters.restarts == 0
    assert await office.value("SELECT count(*) FROM parked") == len(bad)
    assert await office.value("SELECT count(*) FROM fact") == FACTS
    seen = sum(type(fact) is type(sat_in()) for _, fact in facts)
    assert await office.value("SELECT sum(seen) FROM ledger") == seen
    assert await office.value("SELECT sum((state->>'facts')::int) FROM snapshot") == FACTS


async def test_sessions_that_end_in_the_middle_cost_nothing(office: Office) -> None:
    seq = (await office.write_many(history()))[-1]
    async with runner_of(office.cell, projection(), batch_max=BATCH) as runner, running(runner):
        for step in range(1, 5):
            await office.folded(step * FACTS // 6)
            await end_sessions(office)
        assert await runner.wait_for([f"{STREAM}:{seq}"], 30)
        assert runner.halted is None
    await expect_all_of(office, FACTS)


async def test_one_that_is_stopped_in_the_middle_leaves_what_it_committed(office: Office) -> None:
    seq = (await office.write_many(history()))[-1]
    for _ in range(3):
        async with runner_of(office.cell, projection(), batch_max=BATCH) as runner, running(runner):
            await until(partial(_has_folded, runner, 1))
    async with runner_of(office.cell, projection(), batch_max=BATCH) as runner, running(runner):
        assert await runner.wait_for([f"{STREAM}:{seq}"], 30)
    await expect_all_of(office, FACTS)
