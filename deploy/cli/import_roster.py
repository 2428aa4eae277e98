"""`hearth import-roster`: a roster file becomes members of a community."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Annotated, Any, Final

import httpx
import orjson
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from deploy.cli.joining import answered, asking, joined_or_started
from deploy.cli.options import DataOption, JsonOption, Refused, data_directory
from events.log.project.scope import is_community
from services.shell.identity.caller import Role

API: Final = "/registry/api/imports"
POLL_SECONDS: Final = 0.2
SHOWN_MAX: Final = 100
"""Lines of a table on the terminal; --json and --rejected give everything."""


def import_roster(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(metavar="FILE.xlsx", exists=True, dir_okay=False, readable=True, help="The roster.")
    ],
    community: Annotated[str, typer.Option(metavar="CODE", help="Whose members they are, such as demo.jinqiao.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what it would do; write nothing.")] = False,
    column: Annotated[
        list[str] | None,
        typer.Option(metavar="HEADER=FIELD", help="What a column is, if it is not recognised; may be repeated."),
    ] = None,
    rejected: Annotated[
        Path | None, typer.Option(metavar="OUT.xlsx", help="Write the rejected rows there, to mend and send again.")
    ] = None,
    as_json: JsonOption = False,
    data: DataOption = None,
) -> None:
    """Bring a roster in. Running it again adds nobody; an import that was interrupted goes on."""
    if not community or not is_community(community):
        raise typer.BadParameter("is a dotted path such as demo.jinqiao", param_hint="--community")
    if rejected is not None and dry_run:
        raise typer.BadParameter("needs an import, not a dry run", param_hint="--rejected")
    fields = {"community": community, "mapping": orjson.dumps(_mapping(column or [])).decode()}
    found = asyncio.run(_import(data_directory(context, data), file, fields, dry_run=dry_run, rejected=rejected))
    if as_json:
        print(orjson.dumps(found, option=orjson.OPT_INDENT_2).decode())
    else:
        _show(found, rejected)


def _mapping(columns: list[str]) -> dict[str, str]:
    pairs = [column.rpartition("=") for column in columns]
    if not all(header and field for header, _, field in pairs):
        raise typer.BadParameter("is written HEADER=FIELD, such as 公民号=id_number", param_hint="--column")
    return {header: field for header, _, field in pairs}


async def _import(
    data: Path, file: Path, fields: dict[str, str], *, dry_run: bool, rejected: Path | None
) -> dict[str, Any]:
    async with (
        joined_or_started(data, may_be_new=True) as addresses,
        asking(addresses, Role.SECRETARY, fields["community"]) as client,
    ):
        with file.open("rb") as content:
            fields = fields | ({"dry_run": "true"} if dry_run else {})
            sent = answered(await client.post(API, data=fields, files={"file": (file.name, content)}))
        if dry_run:
            return dict(sent)
        await _follow(client, sent["status"], file.name)
        found = answered(await client.get(sent["status"]))
        if found["stage"] != "committed":
            raise Refused(f"the import was interrupted ({found['failed'] or found['stage']}): run the command again")
        if rejected is not None:
            sheet = await client.get(f"{sent['status']}/rejected.xlsx")
            if not sheet.is_success:
                answered(sheet)
            await asyncio.to_thread(rejected.write_bytes, sheet.content)
        return dict(found)


async def _follow(client: httpx.AsyncClient, status: str, name: str) -> None:
    """Show how far it is, on a terminal, until it has ended."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as bar:
        task = bar.add_task(name, total=None)
        while True:
            found = answered(await client.get(status, params={"rejected": "false"}))
            bar.update(task, completed=found["read"], total=found["rows"] or None)
            if found["stage"] != "running":
                return
            await asyncio.sleep(POLL_SECONDS)


def _show(found: dict[str, Any], written: Path | None) -> None:
    would = "would come" if found["import_id"] is None else "came"
    print(f"{found['filename']} → {found['community']}: {found['accepted']} people {would} in, "
          f"{found['rejected_rows']} rows did not.")  # fmt: skip
    if found["rejected"]:
        _table("Rejected", found["rejected"], "reason")
    if found["warnings"]:
        _table("To look at again", found["warnings"], "reason")
    if found["import_id"] is None:
        print("Nothing was written: this was a dry run.")
        return
    if written is not None:
        print(f"Mend the yellow cells in {written} and import that file.")
    elif found["rejected"]:
        print("With --rejected OUT.xlsx you get these rows as a worksheet to mend; running it again adds nobody twice.")
    print(f"To take it back: hearth undo-import {found['import_id']}")


def _table(title: str, findings: list[dict[str, Any]], reason: str) -> None:
    several = len({finding["sheet"] for finding in findings}) > 1
    table = Table(title=title, title_justify="left", show_edge=False, pad_edge=False)
    for name in (*(["Sheet"] if several else []), "Row", "Field", "Value", "Reason", "What to do"):
        table.add_column(name, overflow="fold")
    for finding in findings[:SHOWN_MAX]:
        place = [finding["sheet"]] if several else []
        cells = (*place, str(finding["row"]), finding["field"], finding["value"], finding[reason], finding["advice"])
        table.add_row(*(_printable(cell) for cell in cells))
    console = Console(file=sys.stdout, markup=False, highlight=False)
    console.print(table)
    if len(findings) > SHOWN_MAX:
        console.print(f"… and {len(findings) - SHOWN_MAX} more; --json gives all of them.")


def _printable(text: str) -> str:
    """What a cell of a stranger's sheet may send to a terminal."""
    return "".join(mark if mark.isprintable() else " " for mark in text)
