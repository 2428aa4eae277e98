"""A service in a process of its own, as `python -m services.care` is started beside a cell's servers."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final

from deploy.box.addresses import BoxAddresses

ROOT: Final = Path(__file__).resolve().parents[1]


def command(service: str) -> list[str]:
    """What is typed; to be run in `ROOT`."""
    return [sys.executable, "-m", f"services.{service}"]


def environment(cell: BoxAddresses, service: str, port: int) -> dict[str, str]:
    """What the process is told: its own addresses and nobody else's, whatever this one was told."""
    told = {
        "HEARTH_NATS_URL": cell.nats[service],
        "HEARTH_SHELL_NATS_URL": cell.nats["shell"],
        "HEARTH_POSTGRES_URL": cell.postgres[f"{service}_app"],
        "HEARTH_POSTGRES_OWNER_URL": cell.postgres[f"{service}_owner"],
        "HEARTH_DATA": str(cell.data),
        "HEARTH_PORT": str(port),
    }
    return {name: value for name, value in os.environ.items() if not name.startswith("HEARTH_")} | told
