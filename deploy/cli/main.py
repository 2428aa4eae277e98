"""Puts the commands together. A new command is one file beside this one and one line here."""

from __future__ import annotations

import sys

import asyncpg
import typer

from deploy.box.account import NoAccount
from deploy.box.apps import PortTaken, ServingEnded
from deploy.box.child import ServerFailed
from deploy.box.databases import UnsafeRole
from deploy.box.locks import BoxBusy
from deploy.box.provision import ProvisioningFailed, UnsafeStream
from deploy.cli import doctor, token, up
from deploy.cli.options import DataOption, Refused

SAID = (
    Refused,
    BoxBusy,
    NoAccount,
    PortTaken,
    ServingEnded,
    ServerFailed,
    UnsafeRole,
    UnsafeStream,
    ProvisioningFailed,
    asyncpg.InvalidAuthorizationSpecificationError,
)  # fmt: skip - one line reads better than ten
"""What a command says in one line instead of a traceback: the message tells the operator what to do."""

hearth = typer.Typer(name="hearth", add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)


@hearth.callback()
def before(context: typer.Context, data: DataOption = None) -> None:
    """Hearth: membership, care and notices of a community office, in one box."""
    context.obj = data


hearth.command("up")(up.up)
hearth.command("token")(token.token)
hearth.command("doctor")(doctor.doctor)


def main() -> int:
    """Run the command line; returns 0 done, 1 refused or found something, 2 wrong use (CONTRACT)."""
    try:
        hearth(standalone_mode=True)
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 1
    except SAID as refused:
        print(f"hearth: {refused}", file=sys.stderr)
        return 1
    return 0
