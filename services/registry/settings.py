"""What the registry can be told from outside."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from services.shell.settings import Settings

_OWN = Path(__file__).parent / "policy" / "national.toml"


class RegistrySettings(Settings):
    """The shell's settings, and the registry's rules."""

    registry_policy: Path = Field(default=_OWN, description="The pack of rules (TOML).")
    public_url: str = Field(
        default="",
        pattern=r"^(https?://\S+)?$",
        description="Where the box is reached from outside, `https://…`: stands in the QR codes of contact cards.",
    )

    @property
    def index_key(self) -> Path:
        """Key of the blind indexes: 32 bytes, mode 0600. Without it nobody can tell whether a person is known."""
        return self.keys / "index.key"

    @property
    def card_key(self) -> Path:
        """Key that signs the codes of contact cards: 32 bytes, mode 0600. Without it no card passes its check."""
        return self.keys / "card.key"
