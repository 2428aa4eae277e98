"""What the registry can be told from outside."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from services.shell.settings import Settings

_OWN = Path(__file__).parent / "policy" / "national.toml"


class RegistrySettings(Settings):
    """The shell's settings, and the registry's rules."""

    registry_policy: Path = Field(default=_OWN, description="The pack of rules (TOML).")

    @property
    def index_key(self) -> Path:
        """Key of the blind indexes: 32 bytes, mode 0600. Without it nobody can tell whether a person is known."""
        return self.keys / "index.key"
