"""A box without services, as a process that a test may kill: `python -m tests.deploy.bare_box DIR [ACCOUNT]`.

Prints its addresses as one line of JSON when it is up, and stops in order when its standard input ends. ACCOUNT is one
more NATS account, not provisioned, with the product's users.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from deploy.box.box import Outside, running_box
from deploy.box.layout import NATS_USERS
from deploy.box.trouble import Trouble

PASSWORD = "not-a-secret-in-tests"


async def _run(data: Path, extra: list[str]) -> None:
    accounts = {account: dict.fromkeys(NATS_USERS, PASSWORD) for account in extra}
    async with running_box(data, Outside.of(os.environ), accounts) as addresses:
        sys.stdout.write(addresses.model_dump_json() + "\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    try:
        asyncio.run(_run(Path(sys.argv[1]), sys.argv[2:]))
    except Trouble as trouble:
        sys.exit(str(trouble))
