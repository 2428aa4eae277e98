"""The projectors of a box, in a process of their own: folding uses one processor while pages and reactions use another.

`python -m deploy.box.projectors DATA`, under a keeper as the box's servers are (ADR 24). While it is away, the process
that serves the pages folds in its place.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Final

import uvloop

from deploy.box.addresses import BoxAddresses
from deploy.box.child import Child, kept_alive
from deploy.box.keeper import Plan
from deploy.box.layout import Layout
from deploy.box.service import settings_of
from services.care import projection as care
from services.notify import projection as notify
from services.registry import projection as registry
from services.shell.projector import Projector, settle

GRACE_SECONDS: Final = 10.0
FOLDED: Final = {"registry": registry, "care": care, "notify": notify}


@asynccontextmanager
async def projecting(addresses: BoxAddresses) -> AsyncIterator[None]:
    """Keep the process alive while the block runs. Entered at once: nobody has to wait for it."""
    layout = Layout(addresses.data)
    plan = Plan(
        command=[sys.executable, "-m", __name__, str(layout.data)],
        log=str(layout.logs / "projectors.log"),
        stop_signal=signal.SIGTERM,
        orphan_signal=signal.SIGKILL,
        grace_seconds=GRACE_SECONDS,
        inherit=[],
    )
    child = Child("the projectors", plan)
    await child.start(_at_once, seconds_max=0)
    try:
        async with kept_alive([child]):
            yield
    finally:
        await child.stop()


async def _at_once() -> bool:
    return True


async def main(data: Path) -> None:
    """Fold for all three services until SIGTERM."""
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    addresses = BoxAddresses.model_validate_json(Layout.of(data).addresses.read_bytes())
    async with AsyncExitStack() as stack:
        for service, folded in FOLDED.items():
            projector = Projector(settings_of(addresses, service), folded.PROJECTION, folded.PURPOSES)
            stack.push_async_callback(projector.stop)
            await projector.start()
        settle()
        await ended.wait()


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    uvloop.run(main(Path(sys.argv[1])))
