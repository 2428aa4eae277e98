"""`hearth check` and `hearth rebuild`, and commands while no box runs."""

from __future__ import annotations

import asyncio
import json
import signal
from pathlib import Path

import asyncpg
import pytest

from deploy.box.addresses import attach
from services.registry.roster.made_up import write_made_up_roster
from tests.cli.typed import hearth
from tests.deploy.test_up import Run
from tests.desk import JINQIAO, NOW


@pytest.fixture(scope="module")
def roster(box: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("roster") / "some.xlsx"
    write_made_up_roster(path, 30, seed=12, today=NOW.date())
    done = hearth("import-roster", str(path), "--community", JINQIAO, "--data", str(box.data))
    assert done.returncode == 0, done.stderr
    return path


async def falsify(box: Run) -> str:
    """Somebody writes into a table; returns whose row it was."""
    addresses = attach(box.data)
    assert addresses is not None
    connection = await asyncpg.connect(addresses.postgres["registry_app"])
    try:
        async with connection.transaction():
            await connection.execute("SELECT set_config('hearth.scope', '{\"\"}', true)")
            member_id = await connection.fetchval(
                "UPDATE member SET name = '某某' WHERE member_id = (SELECT min(member_id) FROM member) "
                "RETURNING member_id"
            )
    finally:
        await connection.close()
    return str(member_id)


def test_a_row_that_differs_is_named_and_a_rebuild_mends_it(box: Run, roster: Path) -> None:
    place = ("--data", str(box.data))
    clean = hearth("check", *place)
    assert clean.returncode == 0, clean.stdout + clean.stderr
    assert "No differences." in clean.stdout
    member_id = asyncio.run(falsify(box))
    found = hearth("check", "registry", "--json", *place)
    assert found.returncode == 1
    [service] = json.loads(found.stdout)["services"]
    tables = {table["name"]: table for table in service["tables"]}
    assert tables["member"]["differences"] == [{"key": member_id, "way": "different", "columns": ["name"]}]
    told = hearth("check", "registry", *place)
    assert (told.returncode, f"{member_id} is different: name" in told.stdout) == (1, True)
    rebuilt = hearth("rebuild", "registry", "--view", "member", *place)
    assert rebuilt.returncode == 0, rebuilt.stderr
    assert "The new tables are in use" in rebuilt.stdout
    assert hearth("check", "registry", *place).returncode == 0


@pytest.mark.parametrize(
    "arguments", [("check", "parish"), ("rebuild", "parish"), ("rebuild", "registry", "--view", "horoscope")]
)
def test_what_does_not_exist_is_wrong_use(box: Run, arguments: tuple[str, ...]) -> None:
    done = hearth(*arguments, "--data", str(box.data))
    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr


def test_without_a_running_box_a_command_runs_one_for_itself(box: Run, roster: Path) -> None:
    place = ("--data", str(box.data))
    first = next(line.split()[1] for line in box.lines if line.startswith("READY "))
    assert box.end(signal.SIGTERM)[0] == 0
    again = hearth("import-roster", str(roster), "--community", JINQIAO, "--json", *place)
    assert again.returncode == 0, again.stderr
    assert json.loads(again.stdout)["accepted"] == 0
    checked = hearth("check", "registry", *place)
    assert checked.returncode == 0, checked.stderr
    assert box.start() == first
