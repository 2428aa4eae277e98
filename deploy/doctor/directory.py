"""Checks of the data directory and of the installation; they need no running box."""

from __future__ import annotations

import shutil
import stat
from collections.abc import AsyncIterator

from deploy.box.child import ServerFailed
from deploy.box.keys import key_names
from deploy.box.locks import is_held
from deploy.box.nats import nats_binary
from deploy.box.postgres import postgres_binaries
from deploy.doctor.finding import Finding, Installation

DISK_BYTES_MIN = 2_000_000_000
"""Below this an import of a large roster, or PostgreSQL's write-ahead log, may fill the disk."""


async def programs(_: Installation) -> AsyncIterator[Finding]:
    """The servers' programs are there."""
    for name, find in (("nats-server", nats_binary), ("PostgreSQL", postgres_binaries)):
        try:
            yield Finding("programs", True, f"{name} is {find()}")
        except ServerFailed as missing:
            yield Finding("programs", False, str(missing), "delete .venv and run `make demo` again")


async def disk(installation: Installation) -> AsyncIterator[Finding]:
    """There is room to write."""
    place = installation.layout.data
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    says = f"{free / 1e9:.1f} GB are free at {place}"
    if free < DISK_BYTES_MIN:
        yield Finding("disk", False, says, "make room: a full disk stops every write")
    else:
        yield Finding("disk", True, says)


async def keys(installation: Installation) -> AsyncIterator[Finding]:
    """No key is missing, none can be read by others."""
    directory = installation.layout.keys
    if not directory.exists():
        if installation.layout.nats.exists():
            yield Finding("keys", False, f"{directory} is gone", "restore it from the backup: without it nothing opens")
        return
    open_to_others = [path.name for path in directory.iterdir() if stat.S_IMODE(path.stat().st_mode) & 0o077]
    missing = sorted(name for name in key_names() if not (directory / name).exists())
    if open_to_others:
        yield Finding("keys", False, f"others can read {', '.join(open_to_others)}", f"chmod 600 {directory}/*")
    if missing:
        yield Finding(
            "keys", False, f"missing: {', '.join(missing)}", "restore them from the backup before the next start"
        )
    if not open_to_others and not missing:
        yield Finding("keys", True, f"complete and private in {directory}")


async def leftovers(installation: Installation) -> AsyncIterator[Finding]:
    """What an earlier run left behind."""
    layout = installation.layout
    if installation.addresses is not None:
        yield Finding("box", True, f"runs on {layout.data}")
    elif is_held(layout.owner_lock):
        yield Finding("box", True, f"is just starting on {layout.data}")
    elif is_held(layout.servers_lock):
        yield Finding(
            "box", True, "was killed; its servers are ending", "wait a moment, or start: a start waits for them"
        )
    elif layout.addresses.exists():
        yield Finding(
            "box", True, "was killed and left box.json behind, which does no harm", f"hearth up --data {layout.data}"
        )
    else:
        yield Finding("box", True, "is not running", f"hearth up --data {layout.data}")
