"""The secrets of a box: made once at its first start, each in its own file with mode 0600."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from deploy.box.layout import NATS_USERS, PURPOSES, SERVICES

POSTGRES_ROLES = ("admin", *(f"{service}_{kind}" for service in SERVICES for kind in ("owner", "app")))
"""Roles with a password of their own; `admin` is the superuser that provisions."""


def ensure_keys(directory: Path) -> None:
    """Make every key that is missing; a key that exists is never changed."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in key_names():
        if not (directory / name).exists():
            write_private(directory / name, _key() if name.endswith(".key") else _password())


def key_names() -> list[str]:
    """The files in the folder of keys."""
    return [
        *(f"{purpose}.key" for purpose in PURPOSES),
        "index.key",
        "box.key",
        "card.key",
        *(f"nats-{user}.password" for user in (*NATS_USERS, "monitor")),
        *(f"postgres-{role}.password" for role in POSTGRES_ROLES),
    ]


def nats_password(directory: Path, user: str) -> str:
    """The password of a NATS user, made before by `ensure_keys`."""
    return (directory / f"nats-{user}.password").read_text("ascii")


def postgres_password(directory: Path, role: str) -> str:
    """The password of a PostgreSQL role, made before by `ensure_keys`."""
    return (directory / f"postgres-{role}.password").read_text("ascii")


def write_private(path: Path, content: bytes) -> None:
    """Replace a file at once, readable by its owner only, on disk before this returns."""
    unfinished = path.with_name(path.name + ".new")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)


def _key() -> bytes:
    return secrets.token_bytes(32)


def _password() -> bytes:
    # Hexadecimal, so that it needs no escaping in a URL, in SQL or in a configuration file.
    return secrets.token_hex(24).encode("ascii")
