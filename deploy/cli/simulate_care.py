"""`hearth simulate-care`: years of visits in a made-up city, by Hearth's plan and by a fixed monthly list."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.console import Console
from rich.table import Table

from deploy.cli.options import JsonOption
from deploy.simulation.plot import plot
from deploy.simulation.run import Plan, rows, simulate

_USUAL = Plan()


def simulate_care(
    years: Annotated[int, typer.Option(min=1, max=10, help="How long.")] = _USUAL.years,
    seed: Annotated[int, typer.Option(help="The same seed is the same city and the same luck.")] = _USUAL.seed,
    communities: Annotated[int, typer.Option(min=1, max=200, help="How many communities.")] = _USUAL.communities,
    members: Annotated[int, typer.Option(min=1, max=2000, help="Members of each.")] = _USUAL.members,
    visitors: Annotated[int, typer.Option(min=1, max=26, help="Visitors of each.")] = _USUAL.visitors,
    picture: Annotated[Path | None, typer.Option("--plot", metavar="FILE", help="Draw the result (SVG).")] = None,
    as_json: JsonOption = False,
) -> None:
    """Simulate visits: which share of the windows is kept, and how evenly the work is spread. Needs no box."""
    plan = Plan(years=years, seed=seed, communities=communities, members=members, visitors=visitors)
    result = simulate(plan)
    if picture is not None:
        picture.write_text(plot(result), "utf-8")
    if as_json:
        print(orjson.dumps(result.model_dump(mode="json"), option=orjson.OPT_INDENT_2).decode())
        return
    table = Table("", "Hearth", "fixed monthly list", box=None)
    for row in rows(result):
        table.add_row(*map(str, row))
    Console().print(table)
