"""Where a running box is to be found: written at its start, read by every command that joins it."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict

from deploy.box.keys import write_private
from deploy.box.layout import Layout
from deploy.box.locks import is_held


class BoxAddresses(BaseModel):
    """The servers of a box with the credentials to use them. Secret: its file is readable by its owner only."""

    model_config = ConfigDict(frozen=True)

    data: Path
    nats: dict[str, str]
    """NATS user (`registry`, `care`, `notify`, `shell`, `provision`, `monitor`) → URL with its credentials."""
    postgres: dict[str, str]
    """PostgreSQL role (`registry_app`, `registry_owner`, …, `admin`) → DSN with its password and database."""

    http: str | None = None
    """Where the pages are, once they are served."""

    @property
    def keys(self) -> Path:
        """Folder of the box key, the index key and the key-encryption keys."""
        return self.data / "keys"

    def kek(self, purpose: str) -> Path:
        """The key-encryption key of a purpose: a file of 32 bytes."""
        return self.keys / f"{purpose}.key"


def save(addresses: BoxAddresses) -> None:
    """Write them where `attach` looks."""
    write_private(Layout(addresses.data).addresses, addresses.model_dump_json(indent=1).encode("utf-8"))


def attach(data: Path) -> BoxAddresses | None:
    """The addresses of the box that runs on this data directory, None if none does."""
    layout = Layout.of(data)
    if not is_held(layout.owner_lock):
        return None
    try:
        return BoxAddresses.model_validate_json(layout.addresses.read_bytes())
    except FileNotFoundError:
        return None  # It is only starting.
