"""`hearth demo-city`: a whole box is filled, the writer killed on the way, and nothing reacts to what it wrote."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.architecture.house import ROOT
from tests.cells import quick_directory
from tests.cli.typed import hearth
from tests.deploy.boxes import SECONDS_MAX, until
from tests.deploy.test_up import CLEAN, Run

CITY = ("--communities", "6", "--members", "40", "--seed", "3", "--until", "2026-11-20", "--json")


@pytest.fixture(scope="module")
def city_box() -> Iterator[Run]:
    """`hearth up` on an empty directory."""
    directory = Path(tempfile.mkdtemp(prefix="hearth-city-", dir=quick_directory()))
    run = Run(directory / "var")
    run.start("--port", "0")
    yield run
    if run.process.poll() is None:
        run.end(signal.SIGTERM)
    shutil.rmtree(directory)


def done(data: Path) -> int:
    note = data / "city.json"
    return int(json.loads(note.read_bytes())["done"]) if note.exists() else 0


def notices(box: Run) -> list[object]:
    """Everything that somebody is to be told."""
    url = next(line.split()[1] for line in box.lines if line.startswith("READY "))
    token = hearth("token", "--role", "secretary", "--data", str(box.data)).stdout.strip()
    asked = {"headers": {"Authorization": f"Bearer {token}"}, "trust_env": False}
    found: list[object] = httpx.get(f"{url}/notify/api/notices", **asked).json()["items"]  # type: ignore[arg-type]  # two options
    return found


def test_a_killed_writer_goes_on_and_nobody_reacts_to_history(city_box: Run) -> None:
    place = ("--data", str(city_box.data))
    command = [sys.executable, "-m", "deploy.cli", "demo-city", *CITY, *place]
    writer = subprocess.Popen(command, cwd=ROOT, env=CLEAN, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    until(lambda: done(city_box.data) > 0 or writer.poll() is not None, "a community is complete")
    writer.kill()
    writer.communicate(timeout=SECONDS_MAX)
    again = hearth("demo-city", *CITY, *place)
    assert again.returncode == 0, again.stderr
    report = json.loads(again.stdout)
    assert (report["communities"], report["until"], done(city_box.data)) == (6, "2026-11-20", 6)
    assert json.loads(hearth("demo-city", *CITY, *place).stdout)["written"]["facts"] == 0
    checked = hearth("check", "--json", *place)
    assert checked.returncode == 0, checked.stdout
    rows = {
        table["name"]: table["live_rows"]
        for service in json.loads(checked.stdout)["services"]
        for table in service["tables"]
    }
    assert (rows["member"], rows["notice"], rows["cause"]) == (240, 0, 0)
    assert notices(city_box) == []


def test_a_box_holds_one_city_and_no_other(city_box: Run) -> None:
    other = hearth("demo-city", "--communities", "2", "--seed", "4", "--data", str(city_box.data))
    assert other.returncode == 1
    assert "--seed 3" in other.stderr


@pytest.mark.parametrize("wrong", [("--members", "0"), ("--until", "2999-01-01"), ("--until", "soon")])
def test_what_cannot_be_is_wrong_use(wrong: tuple[str, str], tmp_path: Path) -> None:
    refused = hearth("demo-city", *wrong, "--data", str(tmp_path / "var"))
    assert (refused.returncode, refused.stdout) == (2, "")
    assert not (tmp_path / "var").exists()
