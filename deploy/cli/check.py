"""`hearth check`: what the pages show, compared with what the facts say."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import orjson
import typer

from deploy.cli.joining import folding, joined_or_started
from deploy.cli.options import DataOption, JsonOption, Refused, data_directory
from deploy.cli.reporting import as_json as report_json
from deploy.cli.reporting import services_named, show, told
from events.log.port import LogGap, LogShrunk
from events.log.project.check import check as fold_and_compare
from events.log.project.rebuild import Report
from events.log.project.shadow import Busy


def check(
    context: typer.Context,
    service: Annotated[str | None, typer.Argument(metavar="[SERVICE]", help="Only this one; otherwise all.")] = None,
    as_json: JsonOption = False,
    data: DataOption = None,
) -> None:
    """Fold the log again and name every row that differs from what readers see; changes nothing. Exit 1 if any."""
    try:
        services = services_named(service)
    except ValueError as wrong:
        raise typer.BadParameter(str(wrong), param_hint="SERVICE") from wrong
    reports = asyncio.run(_check(data_directory(context, data), services))
    clean = all(report.clean for report in reports)
    if as_json:
        found = {"clean": clean, "services": [report_json(report) for report in reports]}
        print(orjson.dumps(found, option=orjson.OPT_INDENT_2).decode())
    else:
        for report in reports:
            show(report)
        print("No differences." if clean else "Differences were found: `hearth rebuild SERVICE` builds anew.")
    if not clean:
        raise typer.Exit(1)


async def _check(data: Path, services: tuple[str, ...]) -> list[Report]:
    reports = []
    async with joined_or_started(data) as addresses:
        for service in services:
            async with folding(addresses, service) as one:
                try:
                    with told(f"{service} is checked") as progress:
                        report = await fold_and_compare(
                            one.projection, one.log, one.database, one.keys, progress=progress
                        )
                except (Busy, LogGap, LogShrunk) as reason:
                    raise Refused(f"{service}: {reason}") from reason
                reports.append(report)
    return reports
