"""Locks of a data directory. The kernel keeps them, so a process that dies leaves none behind."""

from __future__ import annotations

import asyncio
import fcntl
import os
from pathlib import Path

from deploy.box.trouble import Trouble

_TRIES_SECONDS = 0.5  # Somebody who only looks holds the lock for a moment.


class BoxBusy(Trouble):
    """Another process runs a box on this data directory, or its servers have not ended."""


async def lock(path: Path, seconds_max: float = _TRIES_SECONDS) -> int:
    """Take the lock, waiting up to `seconds_max`; returns its descriptor, raises TimeoutError.

    A process that inherits the descriptor shares the lock: it is free when the last of them has ended.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    deadline = asyncio.get_running_loop().time() + seconds_max
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if asyncio.get_running_loop().time() > deadline:
                os.close(descriptor)
                raise TimeoutError(f"{path} is held") from None
            await asyncio.sleep(0.02)
        else:
            return descriptor


def is_held(path: Path) -> bool:
    """Whether some process holds the lock now."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    else:
        return False
    finally:
        os.close(descriptor)
