"""The tables of then are those of a register that was given only the facts of then."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import asyncpg
import httpx
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from deploy.box.addresses import BoxAddresses
from events.facts.member import Assigned, Attended
from events.facts.member_meeting import AttendanceTakenBack, Noted
from events.facts.member_points import PointsAwarded, PointsTakenBack
from events.log.port import Message
from events.log.project.copy import use_ltree
from events.log.project.ddl import make_view
from events.log.project.decode import Decoder
from events.log.project.fold import Engine
from events.log.project.shadow import whole_box
from services.registry.project import belonging, branch, committee, dues, ledger, member, points
from services.registry.project.past import Past, Subject
from services.registry.project.then import Then, so_on
from services.registry.projection import PROJECTION
from tests.desk import JINQIAO
from tests.registry.office import Office, asked, enrolled
from tests.registry.pages.test_branches import formed
from tests.registry.pages.test_past import AWAY, BRANCHES, MEMBERS, due, said

COMPARED = (
    member.view,
    belonging.view,
    branch.view,
    committee.view,
    ledger.view,
    dues.accounts,
    dues.months,
    points.view,
)


async def test_it_is_what_a_register_would_have_that_was_given_only_those_facts(
    office: Office, clerk: httpx.AsyncClient, address: BoxAddresses
) -> None:
    """The engine folds those facts into tables of their own; the question gets the same rows."""
    branch_id = await formed(clerk, "对照支部", on="2026-01-05")
    other = await formed(clerk, "对照另支", on="2026-01-05")
    a, b, c = [await enrolled(clerk, branch="对照支部", on="2026-01-10") for _ in range(3)]
    await asked(clerk, f"{MEMBERS}/{a}/move-away", **AWAY)
    office.clock.go_on(minutes=1)
    await said(office, clerk, b, Assigned(branch_id=other), "2026-05-01")
    await asked(
        clerk, f"{MEMBERS}/{b}/pay-dues", months=["2026-02"], amount_fen=await due(clerk, b), paid_on="2026-02-03"
    )
    for number, day in ((3, "2026-04-01"), (4, "2026-06-05")):
        await said(office, clerk, c, PointsAwarded(award_id=f"p{number}", points=number, clause="§8", what="x"), day)
    for number, day in enumerate(("2026-02-10", "2026-06-10", "2026-03-10", "2026-04-10")):
        await said(office, clerk, b, Attended(meeting_id=f"m{number}"), day)
    for number, day in enumerate(("2026-02-10", "2026-03-10", "2026-04-05", "2026-04-10")):
        await said(office, clerk, c, Attended(meeting_id=f"m{number}"), day)
    await said(office, clerk, c, AttendanceTakenBack(meeting_id="m3", was=Noted.ATTENDED), "2026-04-10")
    office.clock.go_on(minutes=1)
    await asked(clerk, f"{MEMBERS}/{a}/away-day", since="2026-03-05", reason="车票")
    await asked(clerk, f"{BRANCHES}/{other}/rename", name="对照新名", on="2026-06-01", reason="改名")
    office.clock.go_on(minutes=1)
    await asked(clerk, f"{MEMBERS}/{a}/return", on="2026-09-01")
    await said(office, clerk, c, PointsTakenBack(award_id="p3"), "2026-09-02")
    last = await asked(clerk, f"{MEMBERS}/{c}/die", on="2026-10-01")
    moments = [office.clock() - timedelta(minutes=number, seconds=-1) for number in (4, 3, 2, 1, 0)]
    for known_at in moments:
        for day in ("2026-01-09", "2026-02-15", "2026-03-08", "2026-03-15", "2026-05-02", "2026-07-01", "2026-11-01"):
            then = Then(date.fromisoformat(day), known_at)
            await _same_rows(office, address, then, branch_id)
    assert last["facts"]


async def _same_rows(office: Office, address: BoxAddresses, then: Then, branch_id: str) -> None:
    handler = office.service.state.registry
    past = Past(then, Subject(branch_id=branch_id), office.service.state.views, handler.opened, lambda _known: {})
    async with office.service.state.database.reading(JINQIAO) as db:
        asked_for = {view.name: await _rows(db, past, view) for view in COMPARED}
        people = await past._entities(db, "member")
        branches = await past._entities(db, "branch")
        query = text("SELECT seq, stream, body FROM fact WHERE entity = ANY(:ids) AND recorded <= :at ORDER BY seq")
        found = await db.execute(query, {"ids": [*people, *branches], "at": then.known_at})
        messages = [
            Message("REGISTRY", seq, f"fact.registry.{stream}.{_entity(body)}", body) for seq, stream, body in found
        ]
    so = {one.about.seq for one in so_on(await handler.opened(messages), then.day)}
    owner = await asyncpg.connect(address.postgres["registry_owner"])
    try:
        await use_ltree(owner)
        await owner.execute("DROP SCHEMA IF EXISTS only_those CASCADE; CREATE SCHEMA only_those")
        names = [view.name for view in COMPARED]
        for view in COMPARED:
            await make_view(owner, view, "registry", "only_those", for_readers=False)
        engine = Engine(PROJECTION, names, "only_those", empty=True)
        items = await Decoder(PROJECTION, handler.commands.keys).decode([one for one in messages if one.seq in so])
        async with whole_box(owner):
            assert await engine.fold(owner, items) == []
            for view in COMPARED:
                rows = [dict(row) for row in await owner.fetch(f'SELECT * FROM only_those."{view.table.name}"')]
                differ = set(_plain(asked_for[view.name])) ^ set(_plain(rows))
                assert not differ, f"{view.name} on {then.day} as of {then.known_at}: {differ}"
    finally:
        await owner.close()


def _entity(body: bytes) -> str:
    found = re.search(rb'"subject":"([^"]+)"', body)
    assert found is not None
    return found[1].decode()


async def _rows(db: AsyncConnection, past: Past, view: Any) -> list[dict[str, Any]]:
    rows = await db.execute(await past.ask(db, select(*view.table.columns)))
    return [dict(row._mapping) for row in rows]


def _plain(rows: list[dict[str, Any]]) -> list[str]:
    """Every value with its row. What version a card of the past has nobody asks."""
    plain = []
    for row in rows:
        card = "id_masked" in row
        whose = "/".join(str(value) for value in list(row.values())[:2])
        plain += [f"{whose} {name}: {row[name]}" for name in row if not (card and name in ("seq", "recorded"))]
    return plain
