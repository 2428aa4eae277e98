"""`hearth up`, `token` and `doctor` as a person types them."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psutil  # type: ignore[import-untyped]  # psutil ships no types
import pytest

from deploy.box.layout import SERVICES
from deploy.cli.main import main
from tests.architecture.house import ROOT
from tests.deploy.boxes import SECONDS_MAX, gone, until

NEWCOMER = {
    "name": "张桂兰", "sex": "女", "id_number": "310101194003079002", "joined_on": "1968-07-01",
    "full_member_on": "1969-07-01", "community": "demo.one", "kind": "退休",
}  # fmt: skip
CLEAN = {name: value for name, value in os.environ.items() if not name.startswith("HEARTH_")}


def hearth(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Type a command and wait for its end."""
    return subprocess.run(
        [sys.executable, "-m", "deploy.cli", *arguments],
        cwd=ROOT, env=CLEAN, capture_output=True, text=True, timeout=SECONDS_MAX, check=False,
    )  # fmt: skip


@dataclass
class Run:
    """`hearth up` in another terminal."""

    data: Path
    lines: list[str] = field(default_factory=list)
    process: subprocess.Popen[str] = field(init=False)

    def start(self, *arguments: str) -> str:
        """Wait for READY, which must be the last line; returns the address."""
        command = [sys.executable, "-m", "deploy.cli", "up", "--data", str(self.data), *arguments]
        self.process = subprocess.Popen(command, cwd=ROOT, env=CLEAN, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.lines = []
        for line in self.process.stdout:
            self.lines.append(line.rstrip())
            if line.startswith("READY "):
                return line.split()[1]
        raise AssertionError("\n".join(self.lines))

    def end(self, number: signal.Signals) -> tuple[int, str]:
        """Send a signal; returns the exit code and what was still printed."""
        self.process.send_signal(number)
        rest, _ = self.process.communicate(timeout=SECONDS_MAX)
        return self.process.returncode, rest


@pytest.fixture
def run(place: Path) -> Iterator[Run]:
    run = Run(place / "var")
    yield run
    if run.process.poll() is None:
        run.end(signal.SIGTERM)


def test_up_says_ready_last_and_goes_on_where_it_was(run: Run) -> None:
    first = run.start("--port", "0")
    assert run.lines[-1] == f"READY {first}"
    assert {line.split()[0] for line in run.lines[1:-1]} == {"secretary", "operator"}
    for service in SERVICES:
        assert httpx.get(f"{first}/{service}/readyz", trust_env=False).json()["ready"]
    token = hearth("token", "--role", "secretary", "--data", str(run.data)).stdout.strip()
    members = f"{first}/registry/api/members"
    assert (
        httpx.get(members, headers={"Authorization": f"Bearer {token}"}, trust_env=False).status_code == httpx.codes.OK
    )
    assert httpx.get(members, trust_env=False).status_code == httpx.codes.UNAUTHORIZED
    well = hearth("doctor", "--data", str(run.data))
    assert well.returncode == 0, well.stdout
    servers = psutil.Process(run.process.pid).children(recursive=True)
    assert run.end(signal.SIGTERM) == (0, "")
    assert gone(servers)
    assert run.start() == first
    assert run.lines == [f"READY {first}"]
    assert run.end(signal.SIGINT) == (0, "")


def test_a_port_that_is_taken_is_named(place: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused = hearth("up", "--data", str(place / "var"), "--port", str(port))
    assert refused.returncode == 1
    assert refused.stderr.startswith(f"hearth: port {port} on 127.0.0.1 cannot be used")
    assert "Traceback" not in refused.stderr


def test_the_directory_may_stand_before_or_after_the_command(place: Path) -> None:
    (place / "keys").mkdir(mode=0o700)
    (place / "keys" / "box.key").write_bytes(bytes(32))
    for arguments in (["--data", str(place), "token"], ["token", "--data", str(place)]):
        assert hearth(*arguments, "--role", "operator").returncode == 0


@pytest.mark.parametrize("wrong", [[], ["dance"], ["token", "--role", "king"], ["up", "--port", "70000"]])
def test_wrong_use_is_exit_code_two(wrong: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["hearth", *wrong])
    assert main() == 2


def test_a_token_needs_the_key_of_a_box(place: Path) -> None:
    refused = hearth("token", "--role", "auditor", "--data", str(place / "nowhere"))
    assert refused.returncode == 1
    assert "box.key does not exist" in refused.stderr
    assert refused.stdout == ""


def test_the_doctor_names_a_lost_and_an_open_key(place: Path) -> None:
    keys = place / "keys"
    keys.mkdir(mode=0o700)
    (keys / "box.key").write_bytes(bytes(32))
    (keys / "box.key").chmod(0o644)
    ill = hearth("doctor", "--json", "--data", str(place))
    assert ill.returncode == 1
    findings = [finding for finding in json.loads(ill.stdout) if not finding["well"]]
    assert any("box.key" in finding["says"] and finding["do"].startswith("chmod") for finding in findings)
    assert any("identity.key" in finding["says"] and "backup" in finding["do"] for finding in findings)


def test_killed_projectors_are_replaced_and_come_back(run: Run) -> None:
    url = run.start("--port", "0")
    killed = _projectors(run)
    killed.kill()
    until(lambda: gone([killed]), "the projectors end")
    token = hearth("token", "--role", "secretary", "--data", str(run.data)).stdout.strip()
    with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {token}"}, trust_env=False) as client:
        enrolled = client.post("/registry/api/members", json=NEWCOMER, headers={"Idempotency-Key": "one"})
        assert enrolled.status_code == httpx.codes.CREATED, enrolled.text
        seen = client.get("/registry/api/members", params={"after": "REGISTRY:1"})
        assert [each["name"] for each in seen.json()["items"]] == [NEWCOMER["name"]]
    back = _projectors(run)
    run.end(signal.SIGTERM)
    assert gone([back])


def _projectors(run: Run) -> psutil.Process:
    """The process that folds, once it is there."""

    def found() -> list[psutil.Process]:
        children = [child for keeper in psutil.Process(run.process.pid).children() for child in keeper.children()]
        return [child for child in children if "deploy.box.projectors" in child.cmdline()]

    until(lambda: len(found()) == 1, "the projectors run")
    return found()[0]
