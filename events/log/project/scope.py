"""The scope of a transaction: which communities row-level security lets it see. Unset reads nothing.

A scope is a dotted prefix of community codes (`demo.jinqiao`); `""` is the whole box; `None` is nothing.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

SETTING: Final = "hearth.scope"
WHOLE_BOX: Final = '{""}'
"""The value of `SETTING` that sees everything. Somebody wrote it down; it is never the absence of a scope."""
_PATH: Final = re.compile(r"^([A-Za-z0-9_-]{1,255}(\.[A-Za-z0-9_-]{1,255})*)?$")
POLICY: Final = (
    # The inner SELECT is worked out once a query, not once a row.
    f"community <@ ANY ((SELECT NULLIF(current_setting('{SETTING}', true), '')::ltree[])::ltree[])"
)


def is_community(path: str) -> bool:
    """True for a dotted path of labels that `ltree` accepts; the empty path is the whole box."""
    return _PATH.match(path) is not None


def setting_of(scope: str | Sequence[str] | None) -> str:
    """The value of `SETTING` for a scope or several. Raises `ValueError` on what is no path."""
    if scope is None:
        return ""
    paths = [scope] if isinstance(scope, str) else list(scope)
    if wrong := [path for path in paths if not is_community(path)]:
        raise ValueError(f"not a scope: {wrong[0]!r}")
    return "{" + ",".join(f'"{path}"' for path in paths) + "}"


@asynccontextmanager
async def scoped(connection: Any, scope: str | Sequence[str] | None) -> AsyncIterator[Any]:
    """A transaction of an asyncpg connection that sees this scope and forgets it at its end."""
    async with connection.transaction():
        await connection.execute("SELECT set_config($1, $2, true)", SETTING, setting_of(scope))
        yield connection
