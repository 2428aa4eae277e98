"""What several commands share: which box is meant, and how a command says that it could not."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from deploy.box.addresses import BoxAddresses, attach
from deploy.box.trouble import Trouble

DataOption = Annotated[
    Path | None,
    typer.Option("--data", metavar="DIR", envvar="HEARTH_DATA", help="The box's data directory [default: ./var]."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


class Refused(Trouble):
    """The command could not be carried out; the message says why and what to do. Exit code 1."""


def data_directory(context: typer.Context, given: Path | None) -> Path:
    """The directory named after the command, or else before it, or else `./var`."""
    before = context.obj
    assert before is None or isinstance(before, Path)
    return given or before or Path("var")


def running_addresses(data: Path) -> BoxAddresses:
    """The addresses of the box that runs on this directory; refuses if none does."""
    addresses = attach(data)
    if addresses is None:
        raise Refused(f"no box runs on {data}: start it with `hearth up --data {data}`")
    return addresses
