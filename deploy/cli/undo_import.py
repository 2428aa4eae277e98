"""`hearth undo-import`: an import is taken back by new facts."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from deploy.cli.joining import answered, asking, joined_or_started
from deploy.cli.options import DataOption, JsonOption, data_directory
from services.shell.identity.caller import Role


def undo_import(
    context: typer.Context,
    import_id: Annotated[str, typer.Argument(metavar="IMPORT_ID", help="As `hearth import-roster` printed it.")],
    as_json: JsonOption = False,
    data: DataOption = None,
) -> None:
    """Take an import back, except people to whom something has happened since: they stay, and are named."""
    found = asyncio.run(_undo(data_directory(context, data), import_id))
    if as_json:
        print(orjson.dumps(found, option=orjson.OPT_INDENT_2).decode())
        return
    print(f"{found['withdrawn']} enrolments were taken back.")
    if found["kept"]:
        print(f"{len(found['kept'])} people stay, because something has happened to them since:")
        for one in found["kept"]:
            print(f"  {one['name']}  {one['member_id']}")


async def _undo(data: Path, import_id: str) -> dict[str, Any]:
    async with joined_or_started(data) as addresses, asking(addresses, Role.SECRETARY, "") as client:
        found: dict[str, Any] = answered(await client.post(f"/registry/api/imports/{import_id}/undo"))
        return found
