"""The operating-system account PostgreSQL runs as: the caller's own, or another one when the caller is root.

PostgreSQL refuses to run as root. Then an unprivileged account that exists already is used (no account is made),
and it is given what it needs to reach its binaries and its data: the right to pass through directories.
"""

from __future__ import annotations

import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path

from deploy.box.trouble import Trouble

ACCOUNTS_FOR_ROOT = ("hearth", "postgres", "nobody")
"""Tried in this order; an administrator who wants a separate one creates the account `hearth`."""


@dataclass(frozen=True, slots=True)
class Account:
    """A user of the operating system, and its first group."""

    name: str
    uid: int
    gid: int


class NoAccount(Trouble):
    """Root has no unprivileged account to run PostgreSQL as."""


def postgres_account() -> Account | None:
    """The account to change to, None when this process is not root and stays who it is."""
    if os.geteuid() != 0:
        return None
    for name in ACCOUNTS_FOR_ROOT:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name, entry.pw_uid, entry.pw_gid)
    raise NoAccount(
        f"PostgreSQL does not run as root, and none of {', '.join(ACCOUNTS_FOR_ROOT)} exists: create `hearth`"
    )


def let_pass(account: Account, path: Path) -> list[Path]:
    """Let the account pass through every directory above `path`; returns those whose mode had to change (o+x)."""
    changed = []
    for directory in reversed(path.resolve().parents):
        status = directory.stat()
        if not _may(account, status, stat.S_IXUSR):
            directory.chmod(stat.S_IMODE(status.st_mode) | stat.S_IXOTH)
            changed.append(directory)
    return changed


def let_read(account: Account, tree: Path) -> None:
    """Let the account read a whole tree, for an installation made under a strict umask."""
    for directory, _, names in os.walk(tree):
        for path in (Path(directory), *(Path(directory, name) for name in names)):
            status = path.stat()
            needed = stat.S_IRUSR | (status.st_mode & stat.S_IXUSR)
            if not _may(account, status, needed):
                path.chmod(stat.S_IMODE(status.st_mode) | needed >> 6)


def give(account: Account | None, path: Path) -> None:
    """Make the account the owner of a file or directory; None leaves it as it is."""
    if account is not None:
        os.chown(path, account.uid, account.gid)


def _may(account: Account, status: os.stat_result, owner_bits: int) -> bool:
    """Whether the account has the rights, given as the owner's bits, that its class in the mode grants."""
    shift = 0 if status.st_uid == account.uid else 3 if status.st_gid == account.gid else 6
    return (status.st_mode << shift) & owner_bits == owner_bits
