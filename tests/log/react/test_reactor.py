"""What a reactor does on an ordinary day."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from prometheus_client import REGISTRY, CollectorRegistry

from events.facts.base import Fact
from events.facts.member import Assigned, Attended, AwayKind, MovedAway
from events.log.envelope import About, encode
from events.log.jetstream.rpc import ApiError
from events.log.react import reaction
from events.log.seal import KeyRing, MemoryKeyStore
from services.shell.reacting import Reactor, ReactorHealth, broker_options
from tests.log.react.stage import CONSUMER, SERVICE, SOURCE, STREAM, Hand, Stage, about_of, answer, until

HERE = Attended(meeting_id="m1")
OTHER = Assigned(branch_id="b1")


async def settled(stage: Stage, seq: int) -> bool:
    """Everything up to here was acknowledged."""
    try:
        info = await stage.consumer()
    except ApiError:
        return False
    return bool(info["ack_floor"]["stream_seq"] == seq and info["num_ack_pending"] == 0)


async def well(reactor: Reactor[Any]) -> ReactorHealth | None:
    health = await reactor.health()
    return health if health.leading and health.ok and health.sources[0].lag == 0 else None


async def done(reactor: Reactor[Any], seq: int) -> bool:
    """It reacts, and has come so far."""
    health = await reactor.health()
    return health.leading and health.ok and health.sources[0].seq == seq and health.sources[0].waiting == 0


async def test_a_fact_is_answered_and_others_are_passed_by(stage: Stage) -> None:
    hand = Hand()
    await stage.append(("a", HERE), ("b", OTHER), ("c", HERE))
    async with stage.reactor(hand) as reactor:
        await until(lambda: len(hand.seen) == 2)
        await stage.append(("d", OTHER), ("e", HERE))
        await until(lambda: len(hand.seen) == 3)
        assert sorted(hand.seen) == [("a", 1), ("c", 3), ("e", 5)]
        await until(lambda: settled(stage, 5))
        source = (await until(lambda: well(reactor))).sources[0]
        assert (source.seq, source.consumer, source.waiting, source.differences) == (5, CONSUMER, 0, ())
        assert (await reactor.check()).ok


async def test_the_facts_of_one_entity_come_in_order(stage: Stage) -> None:
    async def dawdle(_: Fact, __: About) -> None:
        await asyncio.sleep(random.uniform(0, 0.01))

    hand = Hand(do=dawdle)
    people = [f"p{number}" for number in range(40)]
    for _ in range(5):
        await stage.append(*((one, HERE) for one in people))
    async with stage.reactor(hand):
        await until(lambda: len(hand.seen) >= 100)
        await stage.append(*((one, HERE) for one in people))
        await until(lambda: len(hand.seen) == 240)
    for one in people:
        assert hand.of(one) == sorted(hand.of(one))
    assert len(set(hand.seen)) == 240


async def test_nothing_of_an_entity_is_begun_before_what_was_done_of_it_is_noted(stage: Stage) -> None:
    """After a crash the facts behind the noted place are done again: a later one of the entity must not be done yet."""
    noted: dict[int, int | None] = {}

    async def look(_: Fact, about: About) -> None:
        noted[about.seq] = await stage.pool.fetchval("SELECT seq FROM reaction_position WHERE log_stream = $1", STREAM)

    hand = Hand(do=look)
    async with stage.reactor(hand) as reactor:
        await until(lambda: well(reactor))
        for number in range(1, 13):  # faster than places are noted
            await stage.append(("a", HERE))
            await until(partial(_seen, hand, number))
        await until(lambda: done(reactor, 12))
    for seq in range(2, 13):
        assert (noted[seq] or 0) >= seq - 1


def _seen(hand: Hand, count: int) -> bool:
    return len(hand.seen) == count


async def test_what_was_done_is_not_done_again_after_a_restart(stage: Stage) -> None:
    first, second = Hand(), Hand()
    await stage.append(("a", HERE), ("b", HERE))
    async with stage.reactor(first):
        await until(lambda: len(first.seen) == 2)
    await stage.append(("c", HERE))
    async with stage.reactor(second):
        await until(lambda: second.seen)
    assert second.seen == [("c", 3)]


async def test_a_batch_in_hand_is_finished_when_the_service_stops(stage: Stage) -> None:
    begun = asyncio.Event()

    async def take_time(_: Fact, __: About) -> None:
        begun.set()
        await asyncio.sleep(0.5)

    hand = Hand(do=take_time)
    await stage.append_together([f"p{number}" for number in range(20)], HERE)
    async with stage.reactor(hand):
        await begun.wait()
    assert len(hand.seen) == 20
    assert await settled(stage, 20)


async def test_a_long_reaction_is_not_handed_out_a_second_time(stage: Stage) -> None:
    async def take_long(_: Fact, __: About) -> None:
        await asyncio.sleep(2.5)

    hand = Hand(do=take_long)
    await stage.append(("a", HERE))
    async with stage.reactor(hand, ack_wait_seconds=1.0):
        await until(lambda: hand.seen)
        await until(lambda: settled(stage, 1))
        assert (await stage.consumer())["delivered"]["consumer_seq"] == 1


async def test_a_consumer_with_other_settings_is_reported_and_left_alone(stage: Stage) -> None:
    hand = Hand()
    config = {
        "durable_name": CONSUMER, "ack_policy": "explicit", "ack_wait": 5_000_000_000, "max_deliver": -1,
        "filter_subject": "fact.registry.>", "max_ack_pending": 100, "deliver_policy": "all",
    }  # fmt: skip
    await stage.care.requests.api(
        f"CONSUMER.CREATE.{STREAM}.{CONSUMER}", {"stream_name": STREAM, "config": config, "action": "create"}
    )
    await stage.append(("a", HERE))
    async with stage.reactor(hand) as reactor:
        await until(lambda: hand.seen)
        health = await until(lambda: well(reactor))
    assert health.sources[0].differences == (
        "ack_wait is 5000000000, expected 30000000000", "max_ack_pending is 100, expected 2000",
    )  # fmt: skip
    assert (await stage.consumer())["config"]["max_ack_pending"] == 100


async def test_one_process_reacts_and_the_next_takes_over(stage: Stage) -> None:
    first, second = Hand(), Hand()
    store = type(stage.store)(stage.pool)
    async with stage.reactor(second, store=store) as standby:
        async with stage.reactor(first) as leader:
            await stage.append(*((f"p{number}", HERE) for number in range(20)))
            await until(lambda: len(first.seen) + len(second.seen) == 20)
            told = [await leader.health(), await standby.health()]
            assert sorted(health.leading for health in told) == [False, True]
            assert all(health.ok for health in told)
            assert [] in (first.seen, second.seen)
        await stage.append(("z", HERE))
        await until(lambda: ("z", 21) in second.seen)
    assert len(first.seen) + len(second.seen) == 21


async def test_sealed_fields_are_open_to_who_holds_the_key_of_their_purpose(stage: Stage) -> None:
    heard: list[MovedAway] = []

    @reaction("hear-who-moved", on=MovedAway)
    async def hear(fact: MovedAway, _: About, __: Hand) -> None:
        heard.append(fact)

    records, kek = MemoryKeyStore(), b"c" * 32
    registry = KeyRing(SOURCE, {"contact": kek}, records)
    await registry.ensure(["a"])
    away = MovedAway(kind=AwayKind.CARD, clause="6.2", destination="成都", fixed_place=True, reason="照看孙子")
    await stage.publish("a", encode(about_of("f1", "a", away), away, "demo", registry.seal))
    async with stage.reactor(Hand(), [hear], keys=KeyRing(SERVICE, {"contact": kek}, records)):
        await until(lambda: heard)
    assert heard == [away]


async def test_what_is_settled_at_sight_is_not_opened_and_the_rest_is(stage: Stage) -> None:
    asked: list[str] = []
    heard: list[str] = []
    sighted: list[Any] = []

    class Asked(KeyRing):
        async def prefetch(self, people: Iterable[tuple[str, str]]) -> None:
            people = list(people)
            asked.extend(entity for _, entity in people)
            await super().prefetch(people)

    def carried(data: Mapping[str, Any], _: Hand) -> bool:
        sighted.append(data["reason"])
        return bool(data["carried_over"])

    @reaction("hear-who-moved", on=MovedAway, at_sight=carried)
    async def hear(fact: MovedAway, about: About, __: Hand) -> None:
        heard.append(f"{about.entity}: {fact.reason}")

    records, kek = MemoryKeyStore(), b"c" * 32
    registry = KeyRing(SOURCE, {"contact": kek}, records)
    await registry.ensure(["old", "new", "older"])
    away = MovedAway(kind=AwayKind.CARD, clause="6.2", destination="成都", fixed_place=True, reason="照看孙子")
    carried_over = away.model_copy(update={"carried_over": True})
    for entity, fact in (("old", carried_over), ("new", away), ("older", carried_over)):
        await stage.publish(entity, encode(about_of(f"f-{entity}", entity, fact), fact, "demo", registry.seal))
    async with stage.reactor(Hand(), [hear], keys=Asked(SERVICE, {"contact": kek}, records)) as reactor:
        await until(lambda: done(reactor, 3))
    assert (heard, asked) == (["new: 照看孙子"], ["new"])
    assert [list(one) for one in sighted] == [["sealed"]] * 3


async def test_who_stumbles_at_sight_is_parked_and_nothing_stops(stage: Stage) -> None:
    hand = Hand()

    def stumble(data: Mapping[str, Any], _: Hand) -> bool:
        return bool(data["no such field"])

    @reaction("look-twice", on=Attended, at_sight=stumble)
    async def look(_: Attended, __: About, ___: Hand) -> None:
        raise AssertionError("it was not to be opened")

    await stage.append(("a", HERE), ("b", OTHER))
    async with stage.reactor(hand, [look, answer]) as reactor:
        await until(lambda: done(reactor, 2))
        assert [(one.policy, one.entity) for one in await reactor.parked()] == [("look-twice", "a")]
    assert hand.seen == [("a", 1)]


async def test_three_services_of_one_process_share_one_registry_of_figures() -> None:
    registry = CollectorRegistry()
    for service in ("registry", "care", "notify", "care"):
        assert broker_options(service, registry)["middlewares"]


async def test_figures_are_labelled_by_policy_and_never_by_entity(stage: Stage) -> None:
    labels = {"service": "care", "policy": "answer-attendance", "outcome": "done"}
    before = REGISTRY.get_sample_value("hearth_reactions_total", labels) or 0
    hand = Hand()
    await stage.append(("p-4711", HERE))
    async with stage.reactor(hand):
        await until(lambda: hand.seen)
        await until(lambda: settled(stage, 1))
    assert REGISTRY.get_sample_value("hearth_reactions_total", labels) == before + 1
    texts = [str(metric) for registry in [REGISTRY, *stage.registries] for metric in registry.collect()]
    assert any(CONSUMER in text for text in texts)
    assert [text for text in texts if "p-4711" in text] == []


async def test_nobody_reacts_to_history(stage: Stage) -> None:
    hand = Hand()
    for entity, carried_over in (("then", True), ("now", False)):
        about = about_of(f"f-{entity}", entity, HERE)._replace(carried_over=carried_over)
        await stage.publish(entity, encode(about, HERE, "demo", lambda *_: ""))
    async with stage.reactor(hand) as reactor:
        await until(lambda: done(reactor, 2))
    assert hand.seen == [("now", 2)]
