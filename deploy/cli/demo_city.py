"""`hearth demo-city`: a made-up city of any size, with years behind it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import Annotated, Any

import orjson
import typer
import uvloop

from deploy.city.folding import folded
from deploy.city.plan import COMMUNITIES_MAX, MEMBERS_MAX, YEARS_MAX, CityPlan
from deploy.city.progress import Progress, begun, note
from deploy.city.writer import Tally, write_city
from deploy.cli.joining import joined_or_started
from deploy.cli.options import DataOption, JsonOption, data_directory
from deploy.cli.reporting import told
from services.registry.decide.meeting import CHINA
from services.shell.projector import settle


def demo_city(
    context: typer.Context,
    communities: Annotated[int, typer.Option(min=1, max=COMMUNITIES_MAX, help="How many communities.")] = 10,
    members: Annotated[int, typer.Option(min=1, max=MEMBERS_MAX, help="Members of each.")] = 400,
    years: Annotated[int, typer.Option(min=1, max=YEARS_MAX, help="Years of history.")] = 1,
    seed: Annotated[int, typer.Option(help="The same seed and last day make the same city.")] = 1,
    until: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], metavar="DAY", help="The last day of the history [default: yesterday]."),
    ] = None,
    as_json: JsonOption = False,
    data: DataOption = None,
) -> None:
    """Write a made-up city into an empty box and wait until all services show it; interrupted, it goes on again."""
    yesterday = datetime.now(CHINA).date() - timedelta(days=1)
    if until is not None and until.date() > yesterday:
        raise typer.BadParameter("is a day that is over", param_hint="--until")
    last = yesterday if until is None else until.date()
    plan = CityPlan(communities=communities, members=members, years=years, seed=seed, until=last)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        found = runner.run(_write(data_directory(context, data), plan))
    if as_json:
        print(orjson.dumps(found, option=orjson.OPT_INDENT_2).decode())
        return
    print(f"{found['communities']} communities stand in the box, with their history up to {found['until']}.")
    print(f"Written now: {found['written']['facts']} facts of {found['written']['members']} people, "
          f"in {found['seconds_written']:.0f} s; shown by all services after {found['seconds']:.0f} s.")  # fmt: skip


async def _write(data: Path, wanted: CityPlan) -> dict[str, Any]:
    async with joined_or_started(data, may_be_new=True) as addresses:
        progress, again = await begun(addresses, wanted)
        plan, start = progress.plan, monotonic()
        settle()
        with _noting(addresses.data, progress) as noting:
            tally = await write_city(plan, addresses, progress.done, noting, may_stand=again)
        written = monotonic() - start
        with told("shown by all services") as told_of:
            await folded(addresses, told_of)
    return {
        **plan.model_dump(mode="json"),
        "first": plan.first.isoformat(),
        "written": {"communities": tally.communities, "members": tally.members, "facts": tally.facts},
        "seconds_written": round(written, 1),
        "seconds": round(monotonic() - start, 1),
    }


@contextmanager
def _noting(data: Path, progress: Progress) -> Iterator[Any]:
    """Writes down and shows how many communities are complete."""
    with told("communities written") as told_of:
        last = progress.done

        def noting(complete: int, _tally: Tally) -> None:
            nonlocal last
            if complete != last:
                note(data, progress.model_copy(update={"done": complete}))
                last = complete
            told_of(complete, progress.plan.communities)

        yield noting
