"""`hearth up`: the one-box run."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
from collections.abc import Coroutine, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
import uvloop

from deploy.box.accounts import SignIn, first_accounts
from deploy.box.addresses import BoxAddresses
from deploy.box.apps import ServingEnded, listen, serving
from deploy.box.box import Outside, running_box
from deploy.box.layout import SERVICES, Layout
from deploy.box.packs import refuse_unusable
from deploy.cli.joining import asking
from deploy.cli.logs import write_logs
from deploy.cli.options import DataOption, data_directory
from deploy.demo.accounts import demo_accounts
from deploy.demo.opening import Demo, demo_of
from services.shell.identity.caller import Role
from services.shell.projector import settle


def up(
    context: typer.Context,
    data: DataOption = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Port of the pages; 0 takes a free one.")] = None,
    demo: Annotated[bool, typer.Option("--demo", help="With a made-up city in it.")] = False,
) -> None:
    """Run the servers and the services of a box until Ctrl-C or SIGTERM; prints READY and the address last."""
    directory = data_directory(context, data)
    refuse_unusable(directory)
    write_logs(Layout.of(directory).logs)
    with listen(directory, port) as listener, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_until_signal(_run(directory, listener, demo=demo)))


async def _run(data: Path, listener: socket.socket, *, demo: bool) -> None:
    async with running_box(data, Outside.of(os.environ)) as addresses:
        shown = await demo_of(addresses) if demo else None
        if demo:
            _tell(data, shown)
        prelude = shown.play if shown else None
        async with serving(addresses, listener, demo=shown is not None, prelude=prelude) as served:
            _show(await demo_accounts(addresses) if shown else await first_accounts(addresses), demo=shown is not None)
            await _open_once(addresses.model_copy(update={"http": served.url}))
            settle()
            print(f"READY {served.url}", flush=True)
            await asyncio.wait({served.ended})
            raise ServingEnded("the web server ended by itself") from served.ended.exception()


async def _open_once(addresses: BoxAddresses) -> None:
    """Ask for the pages an office begins its day with, so that nobody is the first to wait for their templates."""
    async with asking(addresses, Role.SECRETARY, "") as client:
        panels = [f"/{service}/panels/today" for service in SERVICES]
        for page in (*panels, "/", "/registry/members", "/care/today", "/notify/outbox"):
            await client.get(page)


async def _until_signal(work: Coroutine[Any, Any, None]) -> None:
    """Run until it ends or a signal asks for the end; then everything it opened is closed in order."""
    task = asyncio.create_task(work, name="box")
    loop = asyncio.get_running_loop()
    asked = False

    def stop() -> None:
        # Once only: a second Ctrl-C must not break off the closing, which is short and has limits of its own.
        nonlocal asked
        if not asked:
            asked = True
            task.cancel()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    with contextlib.suppress(asyncio.CancelledError):
        await task
        return
    if not asked:
        raise asyncio.CancelledError


def _tell(data: Path, shown: Demo | None) -> None:
    if shown is None:
        print(f"{data} holds facts of its own and stays as it is: for the made-up city name a new --data", flush=True)
    elif shown.play is not None:
        print("Writing four months of a made-up office, once: about half a minute …", flush=True)


def _show(sign_ins: Sequence[SignIn], *, demo: bool) -> None:
    if sign_ins:
        print(f"Sign in with ({'the same in every demo' if demo else 'shown once; write them down'}):")
    for sign_in in sign_ins:
        print(f"  {sign_in.role:<20} {sign_in.name:<12} {sign_in.password}")
