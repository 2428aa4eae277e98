"""Keeps one server process alive as long as, and no longer than, the box that asked for it.

Run by path with the standard library only: `python -I -S keeper.py PLAN`, PLAN a JSON object with the fields of
`Plan`. The box holds the other end of this process's standard input:

* a byte on it says that the server answered: from then on a server that dies is started again;
* its end says that the box is gone, by whatever death: the server is stopped, and then this process.

Should this process be killed itself, the kernel (Linux) takes the server down at once.
"""

from __future__ import annotations

import ctypes
import json
import os
import select
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

PR_SET_PDEATHSIG = 1
RESTART_DELAY_SECONDS_MAX = 5.0
STEADY_SECONDS = 10.0  # A server that ran this long is restarted without delay when it dies.


@dataclass(frozen=True)
class Plan:
    """What to run and how to stop it."""

    command: list[str]
    log: str
    stop_signal: int  # Asks the server to end in order.
    orphan_signal: int  # Sent by the kernel when the keeper died without a word.
    grace_seconds: float  # After `stop_signal` and this time the server is killed.
    inherit: list[int]  # File descriptors the server holds as long as it lives.
    uid: int | None = None
    gid: int | None = None
    environment: dict[str, str] = field(default_factory=dict)  # Beside this process's own.


class Keeper:
    """Starts the server of a plan, starts it again, and ends it."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.confirmed = False
        self.delay_seconds = 0.0
        self.wake_read, wake_write = os.pipe()
        for end in (self.wake_read, wake_write):
            os.set_blocking(end, False)
        # A signal handler must exist for the wake-up byte to be written; both do nothing else.
        signal.set_wakeup_fd(wake_write)
        for number in (signal.SIGCHLD, signal.SIGTERM):
            signal.signal(number, lambda *_: None)
        signal.signal(signal.SIGINT, signal.SIG_IGN)

    def run(self) -> int:
        while True:
            started = time.monotonic()
            server = self.spawn()
            if not self.wait(server):
                return self.stop(server)
            if not self.confirmed:
                return abs(server.returncode) or 1
            self.log(f"ended with {server.returncode}, starting it again")
            lasted = time.monotonic() - started
            self.delay_seconds = (
                0.0 if lasted > STEADY_SECONDS else min(RESTART_DELAY_SECONDS_MAX, 0.1 + 2 * self.delay_seconds)
            )
            if not self.wait(None, self.delay_seconds):
                return 0

    def spawn(self) -> subprocess.Popen[bytes]:
        keeper = os.getpid()

        def bind_to_keeper() -> None:
            # After the change of user, which would clear it.
            if sys.platform == "linux":
                ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, self.plan.orphan_signal)
                if os.getppid() != keeper:
                    os._exit(1)

        with Path(self.plan.log).open("ab") as log:
            return subprocess.Popen(
                self.plan.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env=os.environ | self.plan.environment,
                pass_fds=self.plan.inherit,
                user=self.plan.uid,
                group=self.plan.gid,
                extra_groups=None if self.plan.uid is None else [],
                preexec_fn=bind_to_keeper,  # noqa: PLW1509 - this process has no threads
            )

    def wait(self, server: subprocess.Popen[bytes] | None, seconds: float | None = None) -> bool:
        """True when the server ended (or the time is over), False when the box wants an end."""
        deadline = None if seconds is None else time.monotonic() + seconds
        while server is None or server.poll() is None:
            left = None if deadline is None else deadline - time.monotonic()
            if left is not None and left <= 0:
                return True
            readable, _, _ = select.select([0, self.wake_read], [], [], left)
            if 0 in readable:
                if not os.read(0, 64):
                    return False
                self.confirmed = True
            if self.wake_read in readable and signal.SIGTERM in os.read(self.wake_read, 64):
                return False
        return True

    def stop(self, server: subprocess.Popen[bytes]) -> int:
        server.send_signal(self.plan.stop_signal)
        try:
            server.wait(self.plan.grace_seconds)
        except subprocess.TimeoutExpired:
            self.log(f"did not end within {self.plan.grace_seconds} s, killed")
            server.kill()
            server.wait()
        return 0

    def log(self, words: str) -> None:
        with Path(self.plan.log).open("a", encoding="utf-8") as log:
            log.write(f"keeper: {Path(self.plan.command[0]).name} {words}\n")


if __name__ == "__main__":
    sys.exit(Keeper(Plan(**json.loads(sys.argv[1]))).run())
