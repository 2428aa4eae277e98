"""What notify can be told from outside."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from services.shell.settings import Settings

_OWN = Path(__file__).parent / "policy" / "national.toml"


class NotifySettings(Settings):
    """The shell's settings, and notify's rules."""

    notify_policy: Path = Field(default=_OWN, description="The pack of rules and their words (TOML).")
