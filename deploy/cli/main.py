"""Puts the commands together. A new command is one file beside this one, and its name here."""

from __future__ import annotations

import gc
import importlib
import sys
from typing import Any

import typer
from typer.core import TyperGroup

from deploy.box.trouble import Trouble
from deploy.cli.options import DataOption

COMMANDS = (
    "up", "demo-city", "import-roster", "undo-import", "token", "doctor", "policy", "check", "rebuild", "bench",
    "simulate-care",
)  # fmt: skip
"""The command `a-b` is the function `a_b` of `deploy/cli/a_b.py`."""


class Commands(TyperGroup):
    """Imports a command when it is used: a token should not wait for the web framework."""

    def list_commands(self, ctx: typer.Context) -> list[str]:  # type: ignore[override]  # typer brings its own click
        return list(COMMANDS)

    def get_command(self, ctx: typer.Context, cmd_name: str) -> Any:  # type: ignore[override]  # the same
        if cmd_name not in COMMANDS:
            return None
        name = cmd_name.replace("-", "_")
        alone = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
        alone.command(cmd_name)(getattr(importlib.import_module(f"deploy.cli.{name}"), name))
        return typer.main.get_command(alone)


hearth = typer.Typer(
    name="hearth", cls=Commands, add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False
)


@hearth.callback()
def before(context: typer.Context, data: DataOption = None) -> None:
    """Hearth: membership, care and notices of a community office, in one box."""
    context.obj = data


def main() -> int:
    """Run the command line; returns 0 done, 1 refused or found something, 2 wrong use (CONTRACT)."""
    gc.set_threshold(50_000, 10, 50)  # else the collector takes a fifth of the time in which a service is imported
    try:
        hearth()
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 1
    except Trouble as trouble:
        print(f"hearth: {trouble}", file=sys.stderr)
        return 1
    return 0
