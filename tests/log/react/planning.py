"""A reaction with an effect of its own, and a process that runs it and can be killed.

python -m tests.log.react.planning BOX.json
"""

from __future__ import annotations

import asyncio
import sys
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson
from pydantic import BaseModel

from deploy.box.addresses import BoxAddresses
from events.facts.base import Fact
from events.facts.care import VisitPlanned, VisitReason, VisitWay
from events.facts.decision import Decider, Decision, facts, nothing
from events.facts.ids import derived_uuid7
from events.facts.member import Attended
from events.log.command import Asked, Commands, NoStates
from events.log.envelope import About
from events.log.jetstream import JetStreamLog
from events.log.react import command_id, reaction
from events.log.seal import KeyRing, MemoryKeyStore
from tests.log.react.stage import DAY, SERVICE, Stage, now, staged

POLICY = "visit-after-attendance"


class Visits(BaseModel):
    planned: tuple[str, ...] = ()


def evolve(state: Visits, fact: Fact, _: date) -> Visits:
    assert isinstance(fact, VisitPlanned)
    return Visits(planned=(*state.planned, fact.visit_id))


VISITS = Decider("care", "care", Visits(), evolve)


@reaction(POLICY, on=Attended)
async def plan_visit(fact: Attended, about: About, commands: Commands) -> None:
    """Plan one visit for every fact."""
    visit_id = derived_uuid7(about.recorded, about.id, POLICY)
    visit = VisitPlanned(
        visit_id=visit_id, reason=VisitReason.YEARLY, way=VisitWay.HOME, start=DAY, due=DAY, end=DAY,
        clause=fact.meeting_id, because=about.id,
    )  # fmt: skip

    def decide(state: Visits) -> Decision:
        return nothing() if visit_id in state.planned else facts(visit, on=DAY)

    asked = Asked("system", about.community, command_id(POLICY, about), causation=about.id)
    await commands.act(asked, VISITS, about.entity, decide)


def commands(log: JetStreamLog) -> Commands:
    keys = KeyRing(SERVICE, {}, MemoryKeyStore())
    return Commands(SERVICE, "demo", log, keys, NoStates(), now, lambda: str(uuid4()))


async def causes(stage: Stage) -> list[tuple[str, str]]:
    """(entity, causing fact) of every visit that was planned, in the order of care's log."""
    last = (await stage.care.ends("CARE")).last
    found: list[tuple[str, str]] = []
    async for page in stage.care.read_range("CARE", 1, last):
        found += [(m.subject.rsplit(".", 1)[-1], _because(m.body)) for m in page]
    return found


def _because(body: bytes) -> str:
    return str(orjson.loads(body)["data"]["because"])


async def main(cell: Any) -> None:
    """React until killed."""
    async with staged(cell) as stage, stage.reactor(commands(stage.care), [plan_visit]):
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(BoxAddresses.model_validate_json(Path(sys.argv[1]).read_bytes())))
