"""What stands in a box after a city was written: the told facts and no others, however often the writer was stopped."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

import asyncpg
import pytest

from deploy.box.addresses import BoxAddresses
from deploy.city.community import Told
from deploy.city.plan import CityPlan
from deploy.city.progress import OtherFacts, begun, note
from deploy.city.writer import Interfered, Tally, write_city
from events.facts.care import Recovered
from events.log.command import Asked
from events.log.envelope import Recorded, open_fact, parse
from events.log.jetstream import JetStreamLog
from events.log.jetstream.client import connect
from events.log.keystore import NatsKeyStore
from events.log.port import Unavailable
from events.log.project.ddl import prepare
from events.log.seal import KeyRing
from services.registry.handle.registry import ID_NUMBER, blinded
from services.registry.projection import PROJECTION
from tests.city.towns import SMALL, stories
from tests.desk import Clock
from tests.registry.office import care_of

PURPOSES = {"registry": ("identity", "contact", "dues"), "care": ("identity", "contact", "care")}


async def stand(cell: BoxAddresses, service: str) -> list[Recorded]:
    """Everything that stands in a service's stream, opened."""
    connection = await connect(cell.nats[service], inbox_prefix=f"_INBOX_{service}".encode())
    try:
        log = JetStreamLog(connection, service)
        keks = {purpose: cell.kek(purpose).read_bytes() for purpose in PURPOSES[service]}
        keys = KeyRing(service, keks, NatsKeyStore(log))  # type: ignore[arg-type]  # literals above
        found = []
        async for page in log.read_range(service.upper(), 1, (await log.ends(service.upper())).last):
            await keys.prefetch({(service, parse(message).about.entity) for message in page})
            found += [open_fact(parse(message), keys.open) for message in page]
        return found
    finally:
        await connection.close()


def told_of(stories_: Sequence[Told], service: str) -> list[tuple[object, ...]]:
    return sorted(
        (
            line.fact_id,
            line.entity,
            line.effective,
            act.recorded,
            act.actor,
            story.place.code,
            line.fact.model_dump_json(),
        )
        for story in stories_
        for act in story.acts
        for line in act.lines
        if act.service == service
    )


def seen_of(found: Sequence[Recorded]) -> list[tuple[object, ...]]:
    return sorted(
        (a.id, a.entity, a.effective, a.recorded, a.actor, a.community, fact.model_dump_json())
        for a, fact in ((one.about, one.fact) for one in found)
    )


@pytest.fixture
async def cell(cell: BoxAddresses) -> BoxAddresses:
    """With the registry's tables in it, as a running box has them."""
    owner = await asyncpg.connect(cell.postgres["registry_owner"])
    await prepare(owner, PROJECTION)
    await owner.close()
    return cell


async def write(cell: BoxAddresses, plan: CityPlan = SMALL) -> Tally:
    progress, again = await begun(cell, plan)

    def noting(complete: int, _: Tally) -> None:
        note(cell.data, progress.model_copy(update={"done": complete}))

    return await write_city(progress.plan, cell, progress.done, noting, may_stand=again)


async def test_what_was_told_stands_in_the_log_once(cell: BoxAddresses) -> None:
    tally = await write(cell)
    assert (tally.communities, tally.members) == (SMALL.communities, SMALL.communities * SMALL.members)
    for service in ("registry", "care"):
        found = await stand(cell, service)
        assert all(one.about.carried_over for one in found)
        assert seen_of(found) == told_of(stories(), service)
    assert (await write(cell)).facts == 0
    connection = await asyncpg.connect(cell.postgres["registry_app"])
    number, member_id = next(iter(stories()[0].people.items()))
    key = blinded((cell.keys / "index.key").read_bytes(), ID_NUMBER, number)
    assert (
        await connection.fetchval("SELECT entity FROM claim WHERE kind = $1 AND key = $2", ID_NUMBER, key) == member_id
    )
    await connection.close()


@pytest.mark.parametrize("appends", [0, 1, 2, 3])
async def test_a_writer_that_ended_anywhere_goes_on(
    cell: BoxAddresses, appends: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It ends behind so many appends, its note not written; what it had in hand was never sent."""
    left, real = appends, JetStreamLog.append

    async def some(log: JetStreamLog, stream: str, writes: Sequence[object]) -> list[int]:
        nonlocal left
        if stream.startswith("KV_"):
            return await real(log, stream, writes)  # type: ignore[arg-type]  # handed through
        if not left:
            raise Unavailable("the writer ends here")
        left -= 1
        return await real(log, stream, writes)  # type: ignore[arg-type]  # the same

    with monkeypatch.context() as broken:
        broken.setattr(JetStreamLog, "append", some)
        with contextlib.suppress(Unavailable):
            await write(cell)
    await write(cell)
    for service in ("registry", "care"):
        assert seen_of(await stand(cell, service)) == told_of(stories(), service)


async def test_a_box_with_other_facts_stays_as_it_is(cell: BoxAddresses) -> None:
    async with care_of(cell, Clock()) as care:
        await care.note(Asked("wang", "demo.one"), "care", "somebody", Recovered(), SMALL.until)
    with pytest.raises(OtherFacts, match="facts of its own"):
        await begun(cell, SMALL)


async def test_a_box_holds_one_city(cell: BoxAddresses) -> None:
    await begun(cell, SMALL)
    later = SMALL.model_copy(update={"until": SMALL.until.replace(day=21)})
    assert (await begun(cell, later))[0].plan == SMALL, "a later day goes on with the history as it was begun"
    with pytest.raises(OtherFacts, match="--seed 7"):
        await begun(cell, SMALL.model_copy(update={"seed": 8}))


async def test_who_writes_into_an_unfinished_history_is_named(cell: BoxAddresses) -> None:
    await begun(cell, SMALL)
    member_id = next(iter(stories()[0].people.values()))
    async with care_of(cell, Clock()) as care:
        await care.note(Asked("wang", "demo.one"), "care", member_id, Recovered(), SMALL.until)
    with pytest.raises(Interfered, match=member_id):
        await write(cell)
