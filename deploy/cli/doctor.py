"""`hearth doctor`: what is wrong with this installation, and what to do."""

from __future__ import annotations

import asyncio
import dataclasses

import orjson
import typer

from deploy.cli.options import DataOption, JsonOption, data_directory
from deploy.doctor.examine import examine


def doctor(context: typer.Context, data: DataOption = None, as_json: JsonOption = False) -> None:
    """Look at the box and its servers; exit code 1 if anything needs a person."""
    findings = asyncio.run(examine(data_directory(context, data)))
    if as_json:
        print(orjson.dumps([dataclasses.asdict(finding) for finding in findings], option=orjson.OPT_INDENT_2).decode())
    else:
        for finding in findings:
            print(f"{'ok  ' if finding.well else 'BAD '} {finding.check}: {finding.says}")
            if finding.do:
                print(f"     → {finding.do}")
    if not all(finding.well for finding in findings):
        raise typer.Exit(1)
