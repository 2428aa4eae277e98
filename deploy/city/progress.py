"""How far the made-up city of a box has come: a note in its data directory, so that an interrupted run goes on."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import nats
from pydantic import BaseModel, ConfigDict

from deploy.box.addresses import BoxAddresses
from deploy.box.keys import write_private
from deploy.box.layout import SERVICES
from deploy.box.permissions import inbox_prefix
from deploy.box.trouble import Trouble
from deploy.city.plan import CityPlan

_NOTE: Final = "city.json"


class OtherFacts(Trouble):
    """The box is no place for this city."""


class Progress(BaseModel):
    """The city of this box, and how many of its communities, from the first on, are complete."""

    model_config = ConfigDict(frozen=True)

    plan: CityPlan
    done: int = 0


def note(data: Path, progress: Progress) -> None:
    """Write it down; on disk before this returns."""
    write_private(data / _NOTE, progress.model_dump_json().encode("utf-8"))


def progress_of(data: Path) -> Progress | None:
    """The note of a box that holds a made-up city, or a part of one; None for every other."""
    path = data / _NOTE
    return Progress.model_validate_json(path.read_bytes()) if path.exists() else None


async def begun(addresses: BoxAddresses, wanted: CityPlan) -> tuple[Progress, bool]:
    """How far the city is, and whether an earlier run began it. A run on a later day goes on to the day of the first.

    Raises `OtherFacts` for a box that holds anything else, or another city.
    """
    known = progress_of(addresses.data)
    if known is not None:
        if known.plan.model_copy(update={"until": wanted.until}) != wanted:
            plan = known.plan
            raise OtherFacts(
                f"{addresses.data} holds another made-up city: --communities {plan.communities} --members "
                f"{plan.members} --years {plan.years} --seed {plan.seed}; name a new --data for this one"
            )
        return known, True
    if await holds_facts(addresses):
        raise OtherFacts(f"{addresses.data} holds facts of its own and stays as it is: name a new --data for the city")
    progress = Progress(plan=wanted)
    note(addresses.data, progress)
    return progress, False


async def holds_facts(addresses: BoxAddresses) -> bool:
    """Whether anything was ever written in this box."""
    service = SERVICES[0]
    client = await nats.connect(addresses.nats[service], inbox_prefix=inbox_prefix(service).encode("ascii"))
    try:
        streams = [await client.jetstream().stream_info(each.upper()) for each in SERVICES]
    finally:
        await client.close()
    return any(stream.state.last_seq for stream in streams)
