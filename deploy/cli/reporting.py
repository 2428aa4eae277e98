"""What `check` and `rebuild` share: which services are meant, how far it is, and what was found, in lines or JSON."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from deploy.box.layout import SERVICES
from events.log.project.rebuild import Report
from events.log.project.shadow import Progress as Told

NAMED_MAX: Final = 20
"""Rows named on the terminal for each table; --json names all that were found."""


def services_named(service: str | None) -> tuple[str, ...]:
    """The services meant. Raises `ValueError` for one that does not exist."""
    if service is None:
        return SERVICES
    if service not in SERVICES:
        raise ValueError(f"is one of {', '.join(SERVICES)}")
    return (service,)


@contextmanager
def told(what: str) -> Iterator[Told]:
    """A bar on the terminal; what is yielded takes the facts folded and those to fold."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda folded, total: bar.update(task, completed=folded, total=total)


def show(report: Report) -> None:
    """The report in lines: one a table, and the rows that differ."""
    print(f"{report.service}: {report.facts} facts folded in {report.seconds:.1f} s")
    for table in report.tables:
        state = f"{table.differing} of {table.live_rows} rows differ" if table.differing else f"{table.live_rows} rows"
        print(f"  {table.name:<16} {state}")
        for difference in table.differences[:NAMED_MAX]:
            columns = f": {', '.join(difference.columns)}" if difference.columns else ""
            print(f"    {difference.key} is {difference.way}{columns}")
        if table.differing > NAMED_MAX:
            print(f"    … and {table.differing - NAMED_MAX} more; --json names them")
    for what, found in (("missing", report.copy.missing), ("different", report.copy.different)):
        if found:
            print(f"  second copy: {len(found)} envelopes {what}, first {found[0]}")
    if report.copy.restored:
        print(f"  second copy: {report.copy.restored} envelopes put back")
    if report.parked:
        print(f"  {report.parked} facts could not be folded and are parked: see /operations")


def as_json(report: Report) -> dict[str, Any]:
    """The report for programs."""
    return {
        "service": report.service,
        "clean": report.clean,
        "facts": report.facts,
        "seconds": round(report.seconds, 3),
        "tables": [
            {
                "name": table.name,
                "live_rows": table.live_rows,
                "folded_rows": table.folded_rows,
                "differing": table.differing,
                "differences": [
                    {"key": each.key, "way": each.way.value, "columns": list(each.columns)}
                    for each in table.differences
                ],
            }
            for table in report.tables
        ],
        "copy": {
            "facts": report.copy.facts,
            "missing": report.copy.missing,
            "different": [{"seq": seq, "entity": entity} for seq, entity in report.copy.different],
            "restored": report.copy.restored,
        },
        "parked": report.parked,
    }
