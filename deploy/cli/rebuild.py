"""`hearth rebuild`: a service's tables are built anew from the facts, beside the living ones."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import orjson
import typer

from deploy.cli.joining import folding, joined_or_started
from deploy.cli.options import DataOption, JsonOption, Refused, data_directory
from deploy.cli.reporting import as_json as report_json
from deploy.cli.reporting import services_named, show, told
from events.log.port import LogGap, LogShrunk
from events.log.project.rebuild import Report
from events.log.project.rebuild import rebuild as build_anew
from events.log.project.shadow import Busy


class UnknownView(ValueError):
    """The service has no view of that name."""


def rebuild(
    context: typer.Context,
    service: Annotated[str, typer.Argument(metavar="SERVICE", help="registry, care or notify.")],
    view: Annotated[list[str] | None, typer.Option(metavar="NAME", help="Only this view; may be repeated.")] = None,
    as_json: JsonOption = False,
    data: DataOption = None,
) -> None:
    """Build a service's tables anew, compare them with the old ones, and switch; pages go on meanwhile."""
    try:
        services_named(service)
        report = asyncio.run(_rebuild(data_directory(context, data), service, view))
    except UnknownView as wrong:
        raise typer.BadParameter(str(wrong), param_hint="--view") from wrong
    except ValueError as wrong:
        raise typer.BadParameter(str(wrong), param_hint="SERVICE") from wrong
    if as_json:
        print(orjson.dumps(report_json(report), option=orjson.OPT_INDENT_2).decode())
    else:
        show(report)
        print("The new tables are in use." if report.clean else "The new tables are in use; above is what was wrong.")


async def _rebuild(data: Path, service: str, views: list[str] | None) -> Report:
    async with joined_or_started(data) as addresses, folding(addresses, service) as one:
        known = {each.name for each in one.projection.views} | {"snapshot"}
        if unknown := set(views or ()) - known:
            raise UnknownView(f"{', '.join(sorted(unknown))} is not one of {', '.join(sorted(known))}")
        try:
            with told(f"{service} is built anew") as progress:
                return await build_anew(
                    one.projection,
                    one.log,
                    one.database,
                    one.keys,
                    lambda: datetime.now(UTC),
                    names=views,
                    progress=progress,
                )
        except (Busy, LogGap, LogShrunk) as reason:
            raise Refused(f"{service}: {reason}") from reason
