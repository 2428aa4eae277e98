"""Load, decide, append: guarded, chained, and never twice for the same key."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, date, datetime
from itertools import count

import orjson
import pytest
from pydantic import BaseModel

from events.facts.base import Fact
from events.facts.branch import BranchContact, ContactSet, Formed
from events.facts.decision import Decider, Decision, Happened, Refused, facts, nothing, refused
from events.log.command import Asked, ChangedMeanwhile, CommandRefused, Commands, NoStates
from events.log.envelope import digest
from events.log.memory import MemoryLog
from events.log.port import Log, Unknown, Write
from events.log.seal import KeyRing, MemoryKeyStore

DAY = date(2026, 11, 21)
ASKED = Asked("secretary", "demo.jinqiao", reason="because")


class Branch(BaseModel):
    name: str = ""
    phones: int = 0


def evolve(state: Branch, fact: Fact, _: date) -> Branch:
    match fact:
        case Formed():
            return state.model_copy(update={"name": fact.name})
        case ContactSet():
            return state.model_copy(update={"phones": state.phones + 1})
        case _:
            raise TypeError(fact)


BRANCH = Decider("registry", "branch", Branch(), evolve)


def form(state: Branch) -> Decision:
    return nothing() if state.name else facts(Formed(name="第一党支部"), on=DAY)


def form_or_refuse(state: Branch) -> Decision:
    return refused("already_formed", name=state.name) if state.name else form(state)


def call(phone: str) -> Happened:
    return facts(ContactSet(contact=BranchContact(phone=phone)), on=DAY)


def commands(log: Log, store: MemoryKeyStore | None = None) -> Commands:
    keys = KeyRing("registry", {"identity": b"i" * 32, "contact": b"c" * 32}, store or MemoryKeyStore())
    ids = count(1)
    return Commands(
        "registry",
        "demo",
        log,
        keys,
        NoStates(),
        lambda: datetime(2026, 11, 21, 8, tzinfo=UTC),
        lambda: f"f{next(ids)}",
    )


async def envelopes(log: Log, entity: str = "b1") -> Sequence[dict[str, object]]:
    return [orjson.loads(m.body) for m in await log.read_entity("REGISTRY", f"fact.registry.branch.{entity}", 0)]


async def test_a_fact_is_an_event_with_the_names_outsiders_hold_on_to() -> None:
    log = MemoryLog()
    receipt = await commands(log).act(ASKED, BRANCH, "b1", lambda _: call("139"))
    (event,) = await envelopes(log)
    sealed = event.pop("data")
    assert event == {
        "specversion": "1.0",
        "id": "f1",
        "source": "/hearth/demo/registry",
        "type": "hearth.branch.contact_set.v1",
        "subject": "b1",
        "time": "2026-11-21T08:00:00Z",
        "datacontenttype": "application/json",
        "effective": "2026-11-21",
        "community": "demo.jinqiao",
        "actor": "secretary",
        "correlationid": "f1",
        "causationid": "",
        "commandid": "",
        "previoushash": "",
        "reason": "because",
    }
    assert isinstance(sealed, dict)
    assert set(sealed["contact"]) == {"sealed"}
    assert receipt.position == "REGISTRY:1"


async def test_the_facts_of_an_entity_are_chained() -> None:
    log = MemoryLog()
    desk = commands(log)
    await desk.act(ASKED, BRANCH, "b1", form)
    await desk.act(ASKED, BRANCH, "b1", lambda _: Happened(call("1").facts + call("2").facts))
    stored = await log.read_entity("REGISTRY", "fact.registry.branch.b1", 0)
    chain = [event["previoushash"] for event in await envelopes(log)]
    assert chain == ["", digest(stored[0].body), digest(stored[1].body)]


async def test_already_so_writes_nothing() -> None:
    log = MemoryLog()
    desk = commands(log)
    await desk.act(ASKED, BRANCH, "b1", form)
    again = await desk.act(ASKED, BRANCH, "b1", form)
    assert (again.facts, again.position) == ((), "")
    assert len(await envelopes(log)) == 1


async def test_a_refusal_carries_its_reason_and_writes_nothing() -> None:
    log = MemoryLog()
    desk = commands(log)
    await desk.act(ASKED, BRANCH, "b1", form)
    with pytest.raises(CommandRefused) as refusal:
        await desk.act(ASKED, BRANCH, "b1", form_or_refuse)
    assert (refusal.value.code, refusal.value.details) == ("already_formed", {"name": "第一党支部"})
    assert len(await envelopes(log)) == 1


async def test_the_same_key_is_answered_again_and_writes_nothing() -> None:
    log = MemoryLog()
    desk = commands(log)
    asked = Asked("secretary", "demo.jinqiao", command="call/k1")
    first = await desk.act(asked, BRANCH, "b1", lambda _: call("1"))
    await desk.act(ASKED, BRANCH, "b1", lambda _: call("2"))
    second = await desk.act(asked, BRANCH, "b1", lambda _: call("1"))
    assert second.again
    assert second.facts == first.facts
    assert len(await envelopes(log)) == 2


async def test_the_same_key_many_times_at_once_writes_once() -> None:
    log = MemoryLog()
    asked = Asked("secretary", "demo.jinqiao", command="call/k1")
    store = MemoryKeyStore()
    desks = [commands(log, store) for _ in range(10)]  # ten processes
    receipts = await asyncio.gather(*(desk.act(asked, BRANCH, "b1", lambda _: call("1")) for desk in desks))
    assert len(await envelopes(log)) == 1
    assert len({receipt.position for receipt in receipts}) == 1


async def test_two_clerks_at_once_one_wins_and_one_is_told() -> None:
    log = MemoryLog()
    store = MemoryKeyStore()
    one, two = commands(log, store), commands(log, store)
    outcomes = await asyncio.gather(
        *(desk.act(ASKED, BRANCH, "b1", form_or_refuse) for desk in (one, two)), return_exceptions=True
    )
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["CommandRefused", "Receipt"]


async def test_a_page_that_showed_older_facts_is_told_to_look_again() -> None:
    log = MemoryLog()
    desk = commands(log)
    receipt = await desk.act(ASKED, BRANCH, "b1", form)
    seen = receipt.facts[-1].about.seq
    await desk.act(ASKED, BRANCH, "b1", lambda _: call("1"))
    with pytest.raises(ChangedMeanwhile):
        await desk.act(Asked("s", "demo", expected=seen), BRANCH, "b1", lambda _: call("2"))
    await desk.act(Asked("s", "demo", expected=seen + 1), BRANCH, "b1", lambda _: call("2"))


async def test_several_entities_together_or_not_at_all() -> None:
    log = MemoryLog()
    desk = commands(log)
    targets = [(BRANCH, "b1"), (BRANCH, "b2")]

    def both(states: Sequence[Branch]) -> dict[str, Decision] | Refused:
        return {"b1": form(states[0]), "b2": form_or_refuse(states[1])}

    receipt = await desk.act_together(ASKED, targets, both)
    assert [one.about.entity for one in receipt.facts] == ["b1", "b2"]
    with pytest.raises(CommandRefused):
        await desk.act_together(
            ASKED, [(BRANCH, "b3"), (BRANCH, "b2")], lambda s: {"b3": form(s[0]), "b2": form_or_refuse(s[1])}
        )
    assert await envelopes(log, "b3") == []


async def test_commands_over_the_same_entities_in_any_order_do_not_wait_for_each_other_for_ever() -> None:
    log = MemoryLog()
    desk = commands(log)

    async def add(*entities: str) -> None:
        await desk.act_together(ASKED, [(BRANCH, e) for e in entities], lambda _: {e: call("1") for e in entities})

    async with asyncio.timeout(10):
        await asyncio.gather(*(add("b1", "b2") if n % 2 else add("b2", "b1") for n in range(20)))
    assert len(await envelopes(log, "b1")) == len(await envelopes(log, "b2")) == 20


class SilentLog(MemoryLog):
    """Stores the write and then says that it does not know."""

    async def append(self, stream: str, writes: Sequence[Write]) -> list[int]:
        await super().append(stream, writes)
        raise Unknown("no answer")


async def test_an_unknown_outcome_is_said_and_the_same_key_finds_it() -> None:
    log, store = SilentLog(), MemoryKeyStore()
    asked = Asked("secretary", "demo.jinqiao", command="call/k1")
    with pytest.raises(Unknown):
        await commands(log, store).act(asked, BRANCH, "b1", lambda _: call("1"))
    receipt = await commands(log, store).act(asked, BRANCH, "b1", lambda _: call("1"))
    assert receipt.again
    assert len(await envelopes(log)) == 1
