"""A roster that breaks off while several batches of it are under way."""

from __future__ import annotations

import asyncpg
import httpx

from deploy.box.addresses import BoxAddresses
from services.registry.handle.registry import ID_NUMBER
from services.registry.roster.made_up import HEADER, made_up_people
from tests.desk import NOW
from tests.registry.office import Office
from tests.registry.pages.test_import_api import brought_in, result, sent
from tests.registry.roster.sheets import xlsx

PEOPLE, NAMELESS = 1400, (100, 500, 950, 1300)
"""Four batches, a row without a name in each."""
UNLUCKY = 700
"""Somebody in the second batch, at whom the database stumbles."""


async def stumbling(connection: asyncpg.Connection, key: str) -> None:
    """Have the database refuse to take this claim."""
    await connection.execute(
        "CREATE FUNCTION stumble() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the disk is full' USING ERRCODE = 'disk_full'; END $$"
    )
    await connection.execute(
        f"CREATE TRIGGER stumble BEFORE INSERT ON claim FOR EACH ROW WHEN (NEW.key = '{key}') "
        "EXECUTE FUNCTION stumble()"
    )


async def steady(connection: asyncpg.Connection) -> None:
    await connection.execute("DROP FUNCTION stumble CASCADE")


async def test_what_was_under_way_is_in_and_the_file_can_be_sent_again(
    address: BoxAddresses, office: Office, clerk: httpx.AsyncClient
) -> None:
    people = list(made_up_people(PEOPLE, seed=31, today=NOW.date()))
    for n in NAMELESS:
        people[n][1] = ""
    book = xlsx(HEADER, *people)
    number = HEADER.index("身份证号")
    key = office.service.state.registry.blind(ID_NUMBER, str(people[UNLUCKY][number]))
    owner = await asyncpg.connect(address.postgres["registry_owner"])
    try:
        await stumbling(owner, key)
        answer = await sent(clerk, book)
        assert answer.status_code == 202, answer.text
        progress = office.service.state.importer.watched[answer.json()["import_id"]]
        await progress.done.wait()
        await steady(owner)
    finally:
        await owner.close()
    assert "DiskFull" in progress.failed
    await office.service.state.caught_up()
    broken = await result(clerk, answer.json()["status"])
    members = f"/registry/api/imports/{progress.import_id}/members?page_size=1000"
    first = [one["member_id"] for one in (await result(clerk, members))["items"]]
    # The first and the third batch are whole, the second is not there, and what is shown is what was written.
    assert len(first) == len(set(first)) == progress.accepted == broken["accepted"]
    assert 700 < len(first) < 950
    assert [one["row"] for one in broken["rejected"]] == [2 + NAMELESS[0]]

    whole = await brought_in(clerk, book)
    assert whole["import_id"] == progress.import_id
    assert (whole["stage"], whole["accepted"]) == ("committed", PEOPLE - len(NAMELESS))
    assert [one["row"] for one in whole["rejected"]] == [2 + n for n in NAMELESS]
    undone = await clerk.post(f"/registry/api/imports/{progress.import_id}/undo")
    assert (undone.status_code, undone.json()["withdrawn"]) == (201, PEOPLE - len(NAMELESS))
