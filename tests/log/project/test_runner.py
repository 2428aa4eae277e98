"""What the runner makes of facts: rows, snapshots, the second copy; and what becomes of those it cannot fold."""

from __future__ import annotations

import asyncio

import asyncpg
import orjson
import pytest

from events.facts.base import Fact
from events.facts.member import Died, Returned
from events.log.envelope import digest
from events.log.project.parked import dismiss, parked_facts
from events.log.project.runner import Runner
from events.log.project.scope import scoped
from events.log.project.store import claim, entity_history, find_command, load_snapshot
from tests.architecture.row_security import readable_without_scope, unguarded
from tests.log.project.office import (
    COMMUNITY,
    STREAM,
    Office,
    away,
    ledger,
    paid,
    projection,
    runner_of,
    running,
    sat_in,
    until,
)


def envelope(**fields: str) -> bytes:
    """An envelope of the member `anna` with these fields."""
    usual = {
        "specversion": "1.0",
        "source": "/hearth/demo/registry",
        "subject": "anna",
        "time": "2026-11-20T08:00:00Z",
        "effective": "2026-11-20",
        "community": COMMUNITY,
        "actor": "a",
        "correlationid": "x",
        "causationid": "",
    }
    return orjson.dumps({**usual, **fields, "data": {}})


async def _parked(runner: Runner, count: int) -> bool:
    """Counted a moment after the commit that others may hear of first."""
    return runner.counters.parked == count


async def test_facts_become_rows_snapshots_and_a_second_copy(office: Office) -> None:
    async with runner_of(office.cell, projection()) as runner, running(runner):
        await office.write("anna", sat_in("m1"), away(), sat_in("m2"))
        seq = await office.write("bo", paid("2026-10", "2026-11"), sat_in(), Died())
        assert await runner.wait_for([f"{STREAM}:{seq}"], 20)

        (row,) = await office.rows("SELECT *, community::text AS c FROM ledger")
        assert (row["member_id"], row["seen"], row["reason"], row["c"]) == ("anna", 2, "带孙子", COMMUNITY)
        assert row["meetings"] == ["m1", "m2"]
        months = await office.rows("SELECT month, due_fen, times FROM dues ORDER BY month")
        assert [tuple(month.values()) for month in months] == [("2026-10", 1500, 1), ("2026-11", 1500, 1)]

        message = await office.log.read_last(STREAM, "fact.registry.member.bo")
        assert message is not None
        async with scoped(office.owner, ""):
            state = await load_snapshot(office.owner, "bo")
            assert state == ('{"last": "hearth.member.died", "facts": 3}', seq, digest(message.body))
            history = await entity_history(office.owner, "registry", "bo")
            assert [one.seq for one in history] == [seq, seq - 1, seq - 2]
            assert (history[0].body, history[0].subject) == (message.body, message.subject)
            command = (await office.owner.fetchval("SELECT command FROM fact WHERE seq = $1", seq)) or ""
            assert [found[2] for found in await find_command(office.owner, "bo", command)] == [seq]


async def test_a_second_batch_goes_on_from_the_rows_of_the_first(office: Office) -> None:
    for _ in range(2):
        async with runner_of(office.cell, projection()) as runner, running(runner):
            seq = await office.write("anna", sat_in())
            assert await runner.wait_for([f"{STREAM}:{seq}"], 20)
    assert await office.value("SELECT seen FROM ledger") == 2


async def test_nothing_is_read_without_a_scope_and_a_neighbour_is_not_seen(office: Office) -> None:
    async with runner_of(office.cell, projection()) as runner, running(runner):
        await office.write("anna", sat_in(), paid("2026-10"))
        await office.write_raw("anna", b"no fact")
        seq = await office.write("bo", sat_in(), community="demo.lujiazui")
        assert await runner.wait_for([f"{STREAM}:{seq}"], 20)
    assert len(await office.rows("SELECT 1 FROM ledger")) == 2
    assert [row["member_id"] for row in await office.rows("SELECT * FROM ledger", scope=COMMUNITY)] == ["anna"]
    assert await office.rows("SELECT 1 FROM fact", scope="demo.lujiazui") == [{"?column?": 1}]
    for table in ("ledger", "dues", "snapshot", "fact", "parked"):
        assert await office.rows(f"SELECT 1 FROM {table}", scope=None) == []
    reader = await office.database.app()
    assert await unguarded(reader) == []
    assert await readable_without_scope(reader) == []
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await reader.fetch("SELECT 1 FROM fact_0")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await reader.execute("UPDATE fact SET type = ''")
    await reader.close()


async def test_what_cannot_be_decoded_is_parked_and_nothing_stops(office: Office) -> None:
    async with runner_of(office.cell, projection()) as runner, running(runner):
        await office.write("anna", sat_in())
        junk = [
            b"{ not json",
            b'{"id": 1}',
            envelope(id="x", type="hearth.member.beamed_up.v1"),
            envelope(id="x\x00", type="hearth.member.died.v1"),
        ]
        sequences = [await office.write_raw("anna", body) for body in junk]
        first = await office.write_raw("nobody", b"junk before anything else")
        seq = await office.write("anna", sat_in("m2"))
        assert await runner.wait_for([f"{STREAM}:{seq}"], 20)
        await until(lambda: _parked(runner, 5))
    assert await office.value("SELECT seen FROM ledger") == 2
    async with scoped(office.owner, ""):
        parked = await parked_facts(office.owner)
        assert [one.seq for one in parked] == [*sequences, first]
        assert [one.reason.split(":")[0] for one in parked[:3]] == [
            "not JSON", "not an envelope", "unknown fact type hearth.member.beamed_up.v1",
        ]  # fmt: skip
        assert parked[0].missing == ("dues", "ledger", "snapshot")
        # The next append must know of everything on the subject, understood or not.
        assert await load_snapshot(office.owner, "nobody") == (
            '{"last": "", "facts": 0}', first, digest(b"junk before anything else"),
        )  # fmt: skip
        assert await office.owner.fetchval("SELECT count(*) FROM fact") == 7
        with pytest.raises(ValueError, match="say why"):
            await dismiss(office.owner, STREAM, first, "operator", " ")
        assert await dismiss(office.owner, STREAM, first, "operator", "a test of ours")
        assert len(await parked_facts(office.owner)) == 4
        assert len(await parked_facts(office.owner, dismissed=True)) == 5


async def test_what_cannot_be_folded_is_parked_for_that_view_alone(office: Office) -> None:
    async with runner_of(office.cell, projection()) as runner, running(runner):
        await office.write(
            "anna", sat_in(), sat_in("spoils the ledger"), paid("2026-10", "2026-1", receipt="no such month")
        )
        seq = await office.write("anna", Returned(report="spoils the state"), sat_in())
        assert await runner.wait_for([f"{STREAM}:{seq}"], 20)
    assert await office.value("SELECT seen FROM ledger") == 2
    assert await office.value("SELECT count(*) FROM dues") == 0, "all rows of a fact or none"
    assert await office.value("SELECT (state->>'facts')::int FROM snapshot") == 4
    async with scoped(office.owner, ""):
        parked = await parked_facts(office.owner)
    assert [one.missing for one in parked] == [("ledger",), ("dues",), ("snapshot",)]
    assert parked[0].reason.startswith("ledger: KeyError in tests/log/project/office.py, line ")
    assert "王秀英" not in parked[0].reason, "an operator sees no personal data"


async def test_a_value_postgresql_refuses_does_not_take_its_batch_along(office: Office) -> None:
    facts: list[tuple[str, Fact]] = [(f"m{i}", sat_in()) for i in range(40)]
    facts[17] = ("m17", away("a text with \x00 in it"))
    seq = (await office.write_many(facts))[-1]
    async with runner_of(office.cell, projection()) as runner, running(runner):
        assert await runner.wait_for([f"{STREAM}:{seq}"], 20)
        await until(lambda: _parked(runner, 1))
    assert await office.value("SELECT count(*) FROM ledger") == 39
    assert await office.value("SELECT count(*) FROM fact") == 40
    assert await office.value("SELECT count(*) FROM snapshot") == 40


async def test_what_is_sealed_for_others_is_stored_as_nothing(office: Office) -> None:
    async with runner_of(office.cell, projection(), purposes=("identity", "dues")) as runner, running(runner):
        seq = await office.write("anna", away())
        assert await runner.wait_for([f"{STREAM}:{seq}"], 20)
    assert await office.rows("SELECT destination, reason FROM ledger") == [{"destination": "广州", "reason": None}]


async def test_waiting_for_a_position(office: Office) -> None:
    async with (
        runner_of(office.cell, projection()) as leader,
        runner_of(office.cell, projection()) as standby,
        running(leader),
    ):
        seq = await office.write("anna", sat_in())
        assert await leader.wait_for([f"{STREAM}:{seq}", "NOTIFY:99999"], 20)
        async with running(standby):
            assert await standby.wait_for([f"{STREAM}:{seq}"], 20), "it reads where the others stand"
            seq = await office.write("anna", sat_in())
            assert await standby.wait_for([f"{STREAM}:{seq}"], 20), "it hears of what others commit"
            assert not standby.leading
        assert not await leader.wait_for([f"{STREAM}:{seq + 1}"], 0.05)
        with pytest.raises(ValueError, match="not a position"):
            await leader.wait_for(["REGISTRY"])


async def test_claims_have_one_winner(office: Office) -> None:
    one, other = await office.database.app(), await office.database.app()
    async with one.transaction():
        assert await claim(one, "id_number", {"k1": "anna", "k2": "bo"}) == {"k1": "anna", "k2": "bo"}
        late = asyncio.create_task(claim(other, "id_number", {"k2": "carl", "k3": "carl"}))
    assert await late == {"k2": "bo", "k3": "carl"}
    assert await claim(one, "id_number", {"k2": "dora"}) == {"k2": "bo"}
    assert await claim(one, "phone", {}) == {}
    await one.close()
    await other.close()


async def test_the_first_start_of_a_changed_table_makes_it_anew(office: Office) -> None:
    changed = projection(ledger(extra_column=True))
    async with runner_of(office.cell, changed) as runner, running(runner):
        seq = await office.write("anna", sat_in())
        assert await runner.wait_for([f"{STREAM}:{seq}"], 20)
    assert await office.value("SELECT count(months) FROM ledger") == 0
