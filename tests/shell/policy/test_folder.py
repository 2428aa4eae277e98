"""What lies in the folder is taken up whole, while the service runs; a bad file changes nothing and is told."""

from __future__ import annotations

import asyncio
import logging
from datetime import date
from pathlib import Path

import pytest

from services.shell.policy import BadPacks, Policies
from services.shell.policy.policies import put
from tests.shell.policy.made_up import NATIONAL, SCHEMA, Rules, head

DAY = date(2026, 6, 1)
CITY = "ahead = 8\n" + head("a")
OTHER = "ahead = 9\n" + head("a.b")


@pytest.fixture
def policies(tmp_path: Path) -> Policies[Rules]:
    (tmp_path / "national.toml").write_text(NATIONAL)
    found = Policies(SCHEMA, tmp_path / "national.toml", tmp_path / "packs")
    found.start()
    return found


def test_a_pack_is_taken_up_once_and_logged(policies: Policies[Rules], caplog: pytest.LogCaptureFixture) -> None:
    put(CITY, policies.folder, "city.toml")
    with caplog.at_level(logging.INFO):
        assert policies.refresh()
    assert not policies.refresh()
    assert policies.at("a.b", DAY).ahead == 8
    assert policies.at("b", DAY).ahead == 7
    assert [one.message.split(" (")[0] for one in caplog.records] == ["sample:a@2026-01-01/1 is taken up"]


def test_a_pack_that_is_taken_away_no_longer_holds(policies: Policies[Rules], caplog: pytest.LogCaptureFixture) -> None:
    there = put(CITY, policies.folder, "city.toml")
    policies.refresh()
    there.unlink()
    with caplog.at_level(logging.INFO):
        assert policies.refresh()
    assert policies.at("a", DAY).ahead == 7
    assert "sample:a@2026-01-01/1 no longer holds" in caplog.text


def test_a_bad_file_changes_nothing_not_even_what_is_good_beside_it(policies: Policies[Rules]) -> None:
    put(CITY, policies.folder, "city.toml")
    policies.refresh()
    bad = put("ahead = 'x'\n" + head("a", "2026-05-01"), policies.folder, "bad.toml")
    put(OTHER, policies.folder, "other.toml")
    assert not policies.refresh()
    assert policies.at("a.b", DAY).ahead == 8
    assert [str(one) for one in policies.trouble] == [f"{bad}:1: ahead: should be a valid integer, and is 'x'"]

    bad.unlink()
    assert policies.refresh()
    assert policies.at("a.b", DAY).ahead == 9
    assert policies.trouble == ()


def test_a_service_does_not_start_on_a_bad_file(policies: Policies[Rules]) -> None:
    put("ahead = 'x'\n" + head("a"), policies.folder, "bad.toml")
    put("never", policies.folder, "worse.toml")
    (policies.folder / "latin.toml").write_bytes(b"\xff")
    with pytest.raises(BadPacks) as refused:
        Policies(SCHEMA, policies.national, policies.folder).start()
    assert [Path(one.file).name for one in refused.value.problems] == ["bad.toml", "latin.toml", "worse.toml"]


def test_what_is_being_written_is_not_seen(policies: Policies[Rules]) -> None:
    put(CITY, policies.folder, "city.toml")
    assert [path.name for path in policies.folder.iterdir()] == ["city.toml"]
    assert put(CITY.replace("8", "9"), policies.folder, "city.toml").read_text().startswith("ahead = 9")


async def test_the_folder_is_looked_into_while_the_service_runs(policies: Policies[Rules]) -> None:
    async with policies.watched(0.01):
        put(CITY, policies.folder, "city.toml")
        async with asyncio.timeout(10):
            while policies.at("a", DAY).ahead != 8:  # noqa: ASYNC110 - a folder tells nobody
                await asyncio.sleep(0.01)
