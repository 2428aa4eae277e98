"""`hearth bench`: the figures, each beside its peer or its limit in the same run."""

from __future__ import annotations

import asyncio
import importlib
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final

import orjson
import typer
import uvloop
from rich.console import Console
from rich.table import Table

from deploy.bench.figure import Figure
from deploy.cli.options import JsonOption, Refused

BENCHES: Final = {
    "append": ("append_1", "append_64"),
    "batches": ("import_batch",),
    "catch_up": ("catch_up", "catch_up_snapshots", "rebuild"),
    "visible": ("visible",),
    "pages": ("member_page",),
    "centres": ("centres_1000",),
    "rota": ("rota_5000",),
    "roster": ("roster_100k", "search"),
    "replan": ("replan_one", "replan_200k", "replan_walk"),
    "city": ("city", "list"),
}
"""Module of `deploy/bench` → the figures it measures."""
ONLY_NAMED: Final = frozenset({"city"})
"""Takes a quarter of an hour: measured when it is asked for by name."""


def bench(
    names: Annotated[list[str] | None, typer.Argument(metavar="[NAME …]", help="Only these figures.")] = None,
    as_json: JsonOption = False,
    folder: Annotated[
        Path, typer.Option("--in", metavar="DIR", help="Where the servers of the run keep their data: a real disk.")
    ] = Path("var/bench"),
) -> None:
    """Measure Hearth beside its peers and limits on this machine. Takes some minutes; nothing else should run."""
    modules = _modules(names or [])
    folder.mkdir(parents=True, exist_ok=True)
    found = uvloop.run(_measure(modules, folder, quiet=as_json))
    wanted = [figure for figure in found if not names or any(figure.name.startswith(name) for name in names)]
    if as_json:
        print(orjson.dumps({"figures": [figure.as_json() for figure in wanted]}, option=orjson.OPT_INDENT_2).decode())
    else:
        Console().print(_table(wanted))


def _modules(names: Sequence[str]) -> list[str]:
    """The modules that measure these figures; all of them if none is named."""
    known = {figure: module for module, figures in BENCHES.items() for figure in figures}
    chosen = []
    for name in names:
        fitting = [module for figure, module in known.items() if name.startswith(figure) or figure.startswith(name)]
        if not fitting:
            raise typer.BadParameter(f"no figure begins {name!r}; there are {', '.join(known)}")
        chosen += fitting
    return list(dict.fromkeys(chosen)) or [module for module in BENCHES if module not in ONLY_NAMED]


async def _measure(modules: Sequence[str], folder: Path, *, quiet: bool) -> list[Figure]:
    found: list[Figure] = []
    for module in modules:
        if not quiet:
            print(f"measuring {', '.join(BENCHES[module])} …", flush=True)
        try:
            one = importlib.import_module(f"deploy.bench.{module}")
        except ModuleNotFoundError as missing:
            raise Refused(f"{missing.name} is not installed: `make bench` brings what is only measured") from missing
        with tempfile.TemporaryDirectory(dir=await asyncio.to_thread(folder.resolve)) as place:
            found += await one.figures(Path(place) / "box")
    return found


def _table(figures: Sequence[Figure]) -> Table:
    table = Table("figure", "value", "unit", "limit", "of it", "peer", "of it", box=None)
    for figure in figures:
        ratios = figure.as_json()
        table.add_row(
            figure.name,
            f"{figure.value:,.1f}",
            figure.unit,
            f"{figure.limit.value:,.1f} {figure.limit.name}" if figure.limit else "",
            str(ratios.get("ratio_to_limit", "")),
            f"{figure.peer.value:,.1f} {figure.peer.name}" if figure.peer else "",
            str(ratios.get("ratio_to_peer", "")),
        )
    return table
