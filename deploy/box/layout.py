"""Where a box keeps what, and the names every part of it agrees on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

SERVICES: Final = ("registry", "care", "notify")
"""The services; each owns a stream, a key bucket, a database and a NATS user of its name."""

PURPOSES: Final = ("identity", "contact", "care", "dues")
"""Why a field is sealed; each purpose has a key-encryption key of its own (DESIGN §3)."""

NATS_USERS: Final = ("provision", *SERVICES, "shell")
"""Who may sign in to NATS; what each may do stands in `permissions.py`."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The paths inside one data directory. Nothing here is made."""

    data: Path
    """Absolute: the servers work in another directory than the command that starts them."""

    @classmethod
    def of(cls, data: Path) -> Layout:
        """The layout of a directory named in whatever way."""
        return cls(data.expanduser().resolve())

    @property
    def owner_lock(self) -> Path:
        """Held by the process that runs the box, and by nobody after it."""
        return self.data / "box.lock"

    @property
    def servers_lock(self) -> Path:
        """Inherited by the servers: free again only when the last of their processes is gone."""
        return self.data / "servers.lock"

    @property
    def addresses(self) -> Path:
        return self.data / "box.json"

    @property
    def keys(self) -> Path:
        return self.data / "keys"

    @property
    def logs(self) -> Path:
        return self.data / "logs"

    @property
    def nats(self) -> Path:
        return self.data / "nats"

    @property
    def nats_config(self) -> Path:
        return self.data / "nats.conf"

    @property
    def nats_port(self) -> Path:
        """The port of the last run: kept as long as it is free, so that clients outside find the box again."""
        return self.data / "nats.port"

    @property
    def http_port(self) -> Path:
        """The port of the pages in the last run: bookmarks stay right as long as it is free."""
        return self.data / "http.port"

    @property
    def postgres(self) -> Path:
        return self.data / "postgres"

    @property
    def socket_note(self) -> Path:
        """Names the short directory of PostgreSQL's socket, so that a later start can sweep it."""
        return self.data / "postgres.socket"
