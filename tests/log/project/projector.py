"""A projector in a process of its own, so that a test can kill it: `python -m tests.log.project.projector FILE`."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from deploy.box.addresses import BoxAddresses
from tests.log.project.office import projection, runner_of


async def main(cell: BoxAddresses) -> None:
    # Small batches: a kill then falls into the middle of one more often.
    async with runner_of(cell, projection(), batch_max=50) as runner:
        await runner.run()


if __name__ == "__main__":
    asyncio.run(main(BoxAddresses.model_validate_json(Path(sys.argv[1]).read_bytes())))
