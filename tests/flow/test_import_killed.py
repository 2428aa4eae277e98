"""Thousands come in, everything is killed in the middle, the file is sent again: everybody once, refusals once."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.registry.roster.made_up import HEADER, made_up_people
from services.registry.roster.workbook import write_workbook
from tests.cli.typed import hearth
from tests.deploy.boxes import until
from tests.deploy.conftest import place  # noqa: F401 - a fixture
from tests.deploy.test_up import Run
from tests.desk import JINQIAO, NOW

PEOPLE, NAMELESS_EVERY = 2500, 100
API = "/registry/api/imports"


@pytest.fixture
def run(place: Path) -> Iterator[Run]:  # noqa: F811 - the fixture imported above
    run = Run(place / "var")
    yield run
    if run.process.poll() is None:
        run.end(signal.SIGTERM)


def roster(path: Path) -> Path:
    """A roster in which every hundredth row has lost its name."""
    people = enumerate(made_up_people(PEOPLE, seed=21, today=NOW.date()))
    rows = ([row[0], "" if n % NAMELESS_EVERY == 0 else row[1], *row[2:]] for n, row in people)
    write_workbook(path, [("花名册", [HEADER, *rows])])
    return path


def asking(run: Run, url: str) -> httpx.Client:
    token = hearth("token", "--role", "secretary", "--data", str(run.data)).stdout.strip()
    return httpx.Client(base_url=url, headers={"authorization": f"Bearer {token}"}, timeout=60, trust_env=False)


def sent(client: httpx.Client, file: Path) -> str:
    with file.open("rb") as content:
        answer = client.post(API, data={"community": JINQIAO}, files={"file": (file.name, content)})
    assert answer.status_code == httpx.codes.ACCEPTED, answer.text
    return str(answer.json()["import_id"])


def found(client: httpx.Client, import_id: str, *, rejected: bool = False) -> dict[str, Any]:
    answer = client.get(f"{API}/{import_id}", params={"rejected": rejected})
    assert answer.status_code == httpx.codes.OK, answer.text
    result: dict[str, Any] = answer.json()
    return result


def everybody(client: httpx.Client, import_id: str) -> list[str]:
    ids: list[str] = []
    token = ""
    while True:
        answer = client.get(f"{API}/{import_id}/members", params={"page_size": 1000, "page_token": token}).json()
        ids += [one["member_id"] for one in answer["items"]]
        token = answer["next_page_token"]
        if not token:
            return ids


def test_killed_in_the_middle_and_sent_again_it_is_whole(run: Run, tmp_path: Path) -> None:
    file = roster(tmp_path / "many.xlsx")
    nameless = PEOPLE // NAMELESS_EVERY
    url = run.start("--port", "0")
    with asking(run, url) as client:
        import_id = sent(client, file)
        until(lambda: found(client, import_id)["accepted"] > 0, "the first batch is in")
        run.process.kill()
        run.process.communicate()
    with asking(run, run.start()) as client:
        before = found(client, import_id, rejected=True)
        assert before["stage"] == "interrupted"
        assert 0 < before["accepted"] < PEOPLE - nameless
        assert sent(client, file) == import_id
        assert sent(client, file) == import_id
        until(lambda: found(client, import_id)["stage"] == "committed", "the import is complete")
        after = found(client, import_id, rejected=True)
        assert (after["accepted"], after["rejected_rows"]) == (PEOPLE - nameless, nameless)
        assert [one["row"] for one in after["rejected"]] == [2 + n for n in range(0, PEOPLE, NAMELESS_EVERY)]
        people = everybody(client, import_id)
        assert (len(people), len(set(people))) == (PEOPLE - nameless, PEOPLE - nameless)
    checked = hearth("check", "--json", "--data", str(run.data))
    assert checked.returncode == 0, checked.stdout
    registry = next(one for one in json.loads(checked.stdout)["services"] if one["service"] == "registry")
    tables = {table["name"]: table["live_rows"] for table in registry["tables"]}
    assert tables["member"] == PEOPLE - nameless
