"""Commands typed in this process: what they print and how they end, without starting Python each time."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from dataclasses import dataclass

import pytest

from deploy.cli.main import main


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    returncode: int
    stdout: str
    stderr: str


def hearth(*arguments: str) -> Done:
    """Type a command; `main` is what the command `hearth` runs."""
    out, err = io.StringIO(), io.StringIO()
    with (
        pytest.MonkeyPatch.context() as here,
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        here.setattr(sys, "argv", ["hearth", *arguments])
        for name in [name for name in os.environ if name.startswith(("HEARTH_", "LANG", "LC_"))]:
            here.delenv(name)
        code = main()
    return Done(code, out.getvalue(), err.getvalue())
