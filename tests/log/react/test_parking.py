"""What does not come through is written down, tried again with growing delays, and parked for a person at last."""

from __future__ import annotations

from datetime import timedelta

import pytest

from events.facts.base import Fact
from events.facts.decision import Refused
from events.facts.member import Attended
from events.log.command import CommandRefused
from events.log.envelope import About, Undecodable
from events.log.port import Conflict, Unavailable
from services.shell.reacting import UNREADABLE, Parked, State
from services.shell.reacting.faults import BACK_OFF_SECONDS, judge, what_follows
from tests.log.react.stage import Hand, Stage, now, until
from tests.log.react.test_reactor import HERE, settled

POLICY = "answer-attendance"


def failing(error: Exception, times: int, entity: str = "a") -> Hand:
    """A hand that fails so often for this entity."""
    left = [times]

    async def fail(_: Fact, about: About) -> None:
        if about.entity == entity and left[0] > 0:
            left[0] -= 1
            raise error

    return Hand(do=fail)


async def parked(stage: Stage, state: State = State.PARKED) -> list[Parked]:
    return [one for one in await stage.store.parked() if one.state is state]


async def test_a_passing_fault_is_tried_again_and_holds_up_nobody_else(stage: Stage) -> None:
    hand = failing(Conflict("others were faster"), 1)
    await stage.append(("a", HERE), ("b", HERE), ("a", HERE), ("c", HERE))
    async with stage.reactor(hand):
        await until(lambda: len(hand.seen) >= 2)
        assert {entity for entity, _ in hand.seen} == {"b", "c"}
        await until(lambda: settled(stage, 4))
        waiting = await parked(stage, State.WAITING)
        assert [(one.seq, one.tries, one.error) for one in waiting] == [
            (1, 1, "Conflict: others were faster"),
            (3, 0, "waits behind REGISTRY:1"),
        ]
        await until(lambda: hand.of("a") == [1, 3])
        await until(lambda: _nothing_open(stage))


async def test_what_waits_is_tried_again_by_the_next_process(stage: Stage) -> None:
    first, second = failing(Unavailable("no log"), 100), Hand()
    await stage.append(("a", HERE), ("a", HERE))
    async with stage.reactor(first):
        await until(lambda: settled(stage, 2))
    async with stage.reactor(second):
        await until(lambda: second.of("a") == [1, 2])
        await until(lambda: _nothing_open(stage))


async def test_a_mistake_is_parked_without_its_words_and_later_facts_go_on(stage: Stage) -> None:
    hand = failing(KeyError("王秀英"), 3)
    await stage.append(("a", HERE), ("a", HERE))
    async with stage.reactor(hand) as reactor:
        (one,) = await until(lambda: parked(stage))
        await until(lambda: hand.of("a") == [2])
        assert (one.seq, one.policy, one.tries, one.community, one.next_at) == (1, POLICY, 3, "demo.jinqiao", None)
        assert one.error.startswith("KeyError in tests/log/react/test_parking.py")
        assert "王" not in one.error
        assert (await reactor.health()).parked == 1
        assert one in await reactor.parked("demo.jinqiao")

        assert await reactor.retry(one.fact_id, POLICY)
        assert hand.of("a") == [2, 1]
        assert await parked(stage) == []
        with pytest.raises(KeyError):
            await reactor.retry(one.fact_id, POLICY)


async def test_a_retry_that_fails_again_stays_parked(stage: Stage) -> None:
    hand = failing(Undecodable("no such thing"), 2)
    await stage.append(("a", HERE))
    async with stage.reactor(hand) as reactor:
        (one,) = await until(lambda: parked(stage))
        assert not await reactor.retry(one.fact_id, POLICY)
        (again,) = await parked(stage)
        assert (again.tries, again.first_at) == (2, one.first_at)


async def test_a_person_dismisses_and_says_why(stage: Stage) -> None:
    hand = failing(Undecodable("no such thing"), 1)
    await stage.append(("a", HERE))
    async with stage.reactor(hand) as reactor:
        (one,) = await until(lambda: parked(stage))
        with pytest.raises(ValueError, match="why"):
            await reactor.dismiss(one.fact_id, POLICY, "operator", " ")
        assert await reactor.dismiss(one.fact_id, POLICY, "operator", "入院前已探望")
        assert not await reactor.dismiss(one.fact_id, POLICY, "operator", "again")
        assert await parked(stage) == []


async def test_a_refused_command_is_an_answer(stage: Stage) -> None:
    hand = failing(CommandRefused(Refused("already_away")), 1)
    await stage.append(("a", HERE), ("b", HERE))
    async with stage.reactor(hand):
        await until(lambda: settled(stage, 2))
    assert hand.seen == [("b", 2)]
    assert await stage.store.parked() == []


POISON = (
    b"{broken",
    b"",
    b"[1, 2]",
    b'{"type": 7}',
    b'\xff\xfe{"type":"hearth.member.attended.v1"}',
    b'{"type":"hearth.member.attended.v1"}',
    b'{"specversion":"1.0","id":"f","source":"/hearth/demo/registry","type":"hearth.member.attended.v1","data":',
    b'{"specversion":"1.0","id":"f","source":"/hearth/demo/registry","type":"hearth.member.attended.v99"}',
)


async def test_poison_is_parked_and_nothing_stops(stage: Stage) -> None:
    hand = Hand()
    await stage.append(("a", HERE))
    for poison in POISON:
        await stage.publish("a", poison)
    await stage.append(("a", HERE))
    async with stage.reactor(hand) as reactor:
        await until(lambda: len(hand.seen) == 2)
        found = await parked(stage)
        assert [one.seq for one in found] == [*range(2, 2 + len(POISON))]
        for one in found:
            assert (one.policy, one.entity, one.community) == (UNREADABLE, "a", "")
            assert not await reactor.retry(one.fact_id, UNREADABLE)
            assert await reactor.dismiss(one.fact_id, UNREADABLE, "operator", "not a fact")
        assert (await reactor.health()).parked == 0


async def test_an_envelope_of_odd_values_does_no_harm(stage: Stage) -> None:
    """A stranger's envelope may hold anything where a text is expected."""
    hand = Hand()
    await stage.append(("a", HERE))
    body = bytearray((await stage.registry.read_entity("REGISTRY", "fact.registry.member.a", 0))[0].body)
    odd = (
        bytes(body)
        .replace(b'"a-after-0"', b'["\\u0000"]')
        .replace(b'"demo.jinqiao"', b'"no path!"')
        .replace(b'"meeting_id":"m1"', b'"meeting_id":7')
    )
    await stage.publish("a", odd)
    async with stage.reactor(hand):
        (one,) = await until(lambda: parked(stage))
    assert (one.seq, one.community, one.type) == (2, "", Attended.TYPE)


async def test_rows_are_seen_in_their_scope_only(stage: Stage) -> None:
    hand = failing(Undecodable("no such thing"), 1)
    await stage.append(("a", HERE))
    await stage.publish("b", b"{broken")
    async with stage.reactor(hand):
        await until(lambda: _are_parked(stage, 2))
    assert [one.entity for one in await stage.store.parked("demo")] == ["a"]
    assert await stage.store.parked("demo.other") == []
    assert await stage.store.parked(None) == []


def test_delays_grow_and_end() -> None:
    moment = now()
    outage, crowd, mistake = judge(ConnectionError()), judge(Conflict("")), judge(KeyError("x"))
    delays = [what_follows(outage, tries, moment)[1] for tries in range(1, 9)]
    assert delays == [moment + timedelta(seconds=s) for s in (*BACK_OFF_SECONDS, 60, 60)]
    assert [what_follows(crowd, tries, moment)[0] for tries in (7, 8)] == [State.WAITING, State.PARKED]
    assert [what_follows(mistake, tries, moment)[0] for tries in (2, 3)] == [State.WAITING, State.PARKED]
    assert what_follows(judge(Undecodable("x")), 1, moment) == (State.PARKED, None)
    assert what_follows(outage, 100, moment)[0] is State.WAITING


async def _nothing_open(stage: Stage) -> bool:
    return await stage.store.parked() == []


async def _are_parked(stage: Stage, count: int) -> bool:
    return len(await parked(stage)) == count
