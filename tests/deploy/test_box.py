"""One box a directory, whatever the directory and whoever starts it; servers of somebody else's by their URL."""

from __future__ import annotations

import json
import os
import stat
import subprocess
from pathlib import Path

import asyncpg
import nats
import pytest

from deploy.box.account import Account, let_pass
from deploy.box.addresses import attach
from deploy.box.box import provision_nats, running_box
from deploy.box.locks import BoxBusy
from deploy.box.permissions import inbox_prefix
from deploy.box.provision import UnsafeStream, fact_stream, streams
from tests.architecture.house import ROOT
from tests.deploy.bare_box import PASSWORD
from tests.deploy.boxes import Box, connected, remember, remembered


async def test_a_second_box_on_the_same_directory_is_told_why_not(box: Box) -> None:
    addresses = box.start()
    with pytest.raises(BoxBusy, match=r"already runs on .*--data"):
        async with running_box(box.data):
            pass
    await remember(addresses, "undisturbed")


async def test_who_joins_finds_the_box_while_it_runs_and_not_after(box: Box) -> None:
    assert attach(box.data) is None
    addresses = box.start()
    assert attach(box.data) == addresses
    box.stop()
    assert attach(box.data) is None


async def test_a_deep_directory_with_blanks_is_as_good_as_any(place: Path) -> None:
    box = Box(place / ("街道 office" * 12) / "var")
    addresses = box.start()
    try:
        await remember(addresses, "deep")
        assert await remembered(addresses) == (["deep"], ["deep"])
    finally:
        box.stop()


def test_secrets_are_readable_by_their_owner_only(box: Box) -> None:
    box.start()
    private = [*(box.data / "keys").iterdir(), box.data / "box.json", box.data / "nats.conf"]
    assert len(private) > 15
    assert {stat.S_IMODE(path.stat().st_mode) for path in private} == {0o600}
    assert stat.S_IMODE((box.data / "keys").stat().st_mode) == 0o700


def test_keys_of_the_first_start_are_kept_by_the_next(box: Box) -> None:
    box.start()
    before = {path.name: path.read_bytes() for path in (box.data / "keys").iterdir()}
    box.stop()
    box.start()
    assert {path.name: path.read_bytes() for path in (box.data / "keys").iterdir()} == before
    assert {len(key) for name, key in before.items() if name.endswith(".key")} == {32}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else; as somebody else every test is one")
def test_an_ordinary_user_starts_a_box(place: Path) -> None:
    nobody = Account("nobody", 65534, 65534)
    python = ROOT / ".venv" / "bin" / "python"
    home = place / "home"
    home.mkdir()
    os.chown(home, nobody.uid, nobody.gid)
    # Root's own directories may keep everybody else out, which is not what is tested: let this one pass for the while.
    changed = [*let_pass(nobody, python.resolve()), *let_pass(nobody, python), *let_pass(nobody, home)]
    try:
        ran = subprocess.run(
            [str(python), "-m", "tests.deploy.bare_box", str(home / "var")],
            cwd=ROOT,
            env={"HOME": str(home), "PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1"},
            input="",
            capture_output=True,
            text=True,
            timeout=120,
            user=nobody.uid,
            group=nobody.gid,
            extra_groups=[],
            check=False,
        )
    finally:
        for directory in set(changed) - set(ROOT.parents):  # Those root's own boxes need open.
            directory.chmod(stat.S_IMODE(directory.stat().st_mode) & ~stat.S_IXOTH)
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout)["data"] == str(home / "var")
    assert {path.stat().st_uid for path in (home / "var").iterdir()} == {nobody.uid}


async def test_servers_that_run_already_are_used_and_provisioned(box: Box, place: Path) -> None:
    outside = box.start()
    own = {f"HEARTH_NATS_URL_{user.upper()}": url for user, url in outside.nats.items()}
    servers = {"HEARTH_NATS_URL": outside.nats["provision"], "HEARTH_POSTGRES_URL": outside.postgres["admin"]}
    guest = Box(place / "guest", environment={**servers, **own})
    addresses = guest.start()
    try:
        assert guest.processes() == []
        assert addresses.nats["care"] == outside.nats["care"]
        await remember(addresses, "elsewhere")
        assert await remembered(addresses) == (["elsewhere"], ["elsewhere"])
    finally:
        guest.stop()


async def test_a_stream_that_lost_its_safety_is_refused_and_named(box: Box) -> None:
    place = box.start("RAW").nats["provision"].rpartition("@")[2]
    url = f"nats://RAW-provision:{PASSWORD}@{place}"
    client = await nats.connect(url, inbox_prefix=inbox_prefix("provision").encode())
    unsafe = {**fact_stream("registry"), "deny_delete": False, "discard": "old", "max_msgs": 1000}
    await client.request("$JS.API.STREAM.CREATE.REGISTRY", json.dumps(unsafe).encode())
    await client.close()
    with pytest.raises(UnsafeStream, match="REGISTRY") as refused:
        await provision_nats(url)
    assert [difference.split()[0] for difference in refused.value.differences] == ["discard", "deny_delete", "max_msgs"]


async def test_provisioning_again_changes_nothing(box: Box) -> None:
    addresses = box.start()
    await provision_nats(addresses.nats["provision"])
    async with connected(addresses, "provision") as client:
        for wanted in streams():
            answer = json.loads((await client.request(f"$JS.API.STREAM.INFO.{wanted['name']}", b"")).data)
            assert answer["config"]["storage"] == "file"
            assert answer["config"].get("deny_delete", False) == wanted["deny_delete"]


async def test_postgres_is_as_durable_as_it_must_be(box: Box) -> None:
    connection = await asyncpg.connect(box.start().postgres["admin"])
    shown = {
        name: await connection.fetchval(f"SHOW {name}") for name in ("fsync", "synchronous_commit", "full_page_writes")
    }
    listening = await connection.fetchval("SHOW listen_addresses")
    await connection.close()
    assert set(shown.values()) == {"on"}
    assert listening == ""
