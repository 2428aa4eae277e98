"""`hearth policy preview`: what a pack of care's rules would change in everybody's coming twelve months."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
from rich.console import Console
from rich.table import Table

from deploy.cli.joining import answered, asking
from deploy.cli.options import Refused, running_addresses
from services.shell.identity.caller import Role


async def preview(data: Path, file: Path, *, as_json: bool) -> None:
    """Ask the running box, which knows the people, and print what it says. Raises `Refused`."""
    try:
        text = file.read_text("utf-8")  # noqa: ASYNC240 - one small file, and nothing else goes on here
    except (OSError, UnicodeError) as unread:
        raise Refused(f"{file} cannot be read: {unread}") from unread
    async with asking(running_addresses(data), Role.SECRETARY, "") as client:
        found = answered(await client.post("/care/api/policy/preview", json={"pack": text}))
    if as_json:
        print(orjson.dumps(found, option=orjson.OPT_INDENT_2).decode())
        return
    console = Console()
    console.print(
        f"{found['pack']}, twelve months from {found['from']}: {found['changed']:,} of {found['people']:,} people; "
        f"visits {_arrow(found['visits'])}, calls {_arrow(found['calls'])}"
    )
    console.print(_table("reason", [{**one, "reason": f"{one['reason']} ({one['way']})"} for one in found["reasons"]]))
    console.print(_table("community", found["communities"]))


def _arrow(counts: Mapping[str, int]) -> str:
    return f"{counts['before']:,} → {counts['after']:,}"


def _table(name: str, rows: list[Mapping[str, Any]]) -> Table:
    table = Table(name, "more", "fewer", box=None)
    for row in rows:
        table.add_row(str(row[name]), f"{row.get('more', 0):,}", f"{row.get('fewer', 0):,}")
    return table
