"""A town's box as processes that may be killed: `hearth up`, or its servers and each service apart."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import httpx
import psutil  # type: ignore[import-untyped]  # psutil ships no types

from deploy.box.addresses import BoxAddresses, attach
from deploy.box.layout import SERVICES
from deploy.box.nats import free_port
from services.shell.identity.caller import Role
from services.shell.identity.tokens import box_key, mint_token
from tests.architecture.house import ROOT
from tests.deploy.boxes import Box, gone, until

CITY: Final = "demo"
START_SECONDS_MAX: Final = 60.0
CLEAN: Final = {name: value for name, value in os.environ.items() if not name.startswith("HEARTH_")}


@dataclass
class Town(ABC):
    """Where a box lives and how to ask it. `start` may be called again after any end."""

    data: Path

    @property
    def addresses(self) -> BoxAddresses:
        """Of the servers that run now."""
        found = attach(self.data)
        assert found is not None, f"no box runs on {self.data}"
        return found

    @abstractmethod
    def url(self, service: str) -> str:
        """The origin at which this service is served, whether it runs or not."""

    def asking(self, service: str, role: Role = Role.SECRETARY, scope: str = CITY) -> httpx.AsyncClient:
        """A client of one service, by bearer token."""
        key = box_key(self.data / "keys" / "box.key")
        token = mint_token(key, name="shuji", role=role, scope=scope, ttl_seconds=86_400, now=datetime.now(UTC))
        return httpx.AsyncClient(
            base_url=self.url(service), headers={"authorization": f"Bearer {token}"}, timeout=60, trust_env=False
        )


@dataclass
class OneBox(Town):
    """`hearth up`: the three services in the process that started the servers."""

    origin: str = ""
    process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start it, or start it again on what is there; READY when this returns."""
        command = [sys.executable, "-m", "deploy.cli", "up", "--data", str(self.data)]
        command += [] if self.origin else ["--port", "0"]
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=CLEAN, text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        assert self.process.stdout is not None
        ready = next((line for line in self.process.stdout if line.startswith("READY ")), "")
        assert ready, f"the box did not start: see {self.data / 'logs'}"
        assert self.origin in ("", ready.split()[1]), "people's bookmarks stay right"
        self.origin = ready.split()[1]

    def stop(self) -> None:
        """End it in order, if it runs."""
        self._end(signal.SIGTERM)

    def url(self, service: str) -> str:
        return self.origin

    def kill(self, name: str) -> None:
        """`kill -9` of `nats-server` or `postgres`; it is gone when this returns."""
        victims = [one for one in self._tree() if one.name() == name and one.parent().name() != name]
        assert len(victims) == 1, victims
        victims[0].kill()
        until(lambda: gone(victims), f"{name} ends")

    def kill_everything(self) -> None:
        """`kill -9` of every process at once, as if the power had failed."""
        tree = self._tree()
        for one in tree:
            with contextlib.suppress(psutil.NoSuchProcess):  # its keeper was quicker
                one.kill()
        self._end(signal.SIGKILL)
        until(lambda: gone(tree), "every process ends")

    def _tree(self) -> list[psutil.Process]:
        assert self.process is not None
        root = psutil.Process(self.process.pid)
        return [root, *root.children(recursive=True)]

    def _end(self, number: signal.Signals) -> None:
        process, self.process = self.process, None
        if process is not None:
            process.send_signal(number)
            process.communicate(timeout=START_SECONDS_MAX)


@dataclass
class Apart(Town):
    """The servers of a box, and each service in a process of its own (`python -m services.care`) beside them."""

    replicas: Mapping[str, int] = field(default_factory=dict)
    """A second registry, say: `{"registry": 2}`; its service is called `registry-2`."""
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    ports: dict[str, int] = field(default_factory=dict)
    box: Box = field(init=False)

    def __post_init__(self) -> None:
        self.box = Box(self.data)

    def start(self) -> None:
        """The servers, then every service at once; all of them ready when this returns."""
        self.box.start()
        names = [*SERVICES, *(f"{one}-2" for one, count in self.replicas.items() if count > 1)]
        for name in names:
            self.spawn(name)
        self.wait_ready(names)

    def stop(self) -> None:
        """End services and servers in order."""
        for name in list(self.running):
            self.end(name, signal.SIGTERM)
        self.box.stop()

    def url(self, service: str) -> str:
        if service not in self.ports:
            self.ports[service] = free_port()
        return f"http://127.0.0.1:{self.ports[service]}"

    def spawn(self, name: str) -> None:
        """Start a service, always at the same address."""
        port = self.url(name).rpartition(":")[2]
        environment = CLEAN | {"HEARTH_DATA": str(self.data), "HEARTH_PORT": port}
        self.data.joinpath("logs").mkdir(exist_ok=True)
        with (self.data / "logs" / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                [sys.executable, "-m", f"services.{name.partition('-')[0]}"],
                cwd=ROOT, env=environment, stdout=log, stderr=log,
            )  # fmt: skip

    def end(self, name: str, number: signal.Signals) -> None:
        """Send a service a signal that ends it; it is gone when this returns."""
        process = self.running.pop(name)
        process.send_signal(number)
        process.send_signal(signal.SIGCONT)  # one that was stopped hears nothing
        process.wait(START_SECONDS_MAX)

    def wait_ready(self, names: Sequence[str]) -> None:
        """Until each of these services says that it is ready."""
        for name in names:
            until(lambda name=name: self._is_ready(name), f"{name} is ready")  # type: ignore[misc]  # bound in the loop

    def _is_ready(self, name: str) -> bool:
        assert self.running[name].poll() is None, f"{name} ended by itself: see {self.data / 'logs'}"
        try:
            return httpx.get(f"{self.url(name)}/{name.partition('-')[0]}/readyz", trust_env=False).is_success
        except httpx.TransportError:
            return False
