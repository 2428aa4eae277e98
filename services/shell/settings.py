"""Settings shared by every service; each service's `settings.py` extends `Settings`."""

import json
from pathlib import Path
from typing import Any, Self
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Read from `HEARTH_*` variables; arguments win over the environment.

    `HEARTH_BASE_URLS` is JSON (`{"care": "http://care:8000"}`) and names services that run in another process.
    """

    model_config = SettingsConfigDict(env_prefix="HEARTH_", extra="ignore", frozen=True)

    nats_url: str = Field(default="nats://127.0.0.1:4222", description="With the credentials of the service's user.")
    shell_nats_url: str = Field(default="nats://127.0.0.1:4222", description="With those of the user `shell`.")
    postgres_url: str = Field(default="postgresql://127.0.0.1:5432/", description="As `<service>_app`.")
    postgres_owner_url: str = Field(default="postgresql://127.0.0.1:5432/", description="As `<service>_owner`.")
    data: Path = Path("var")
    city: str = Field(default="demo", pattern=r"^[A-Za-z0-9_-]+$", description="Stands in every fact's `source`.")
    language: str = "zh"
    timezone: str = "Asia/Shanghai"
    base_urls: dict[str, str] = Field(default_factory=dict)
    demo: bool = False
    stands_in: bool = Field(
        default=False, description="Another process of this box projects; this one only while that one is away."
    )
    policy_look_seconds: float = Field(
        default=2.0, gt=0, description="How often the folder of policy packs is looked into."
    )
    session_hours: int = Field(default=12, ge=1, le=72)
    liveness_port: int | None = Field(
        default=None, description="Port of the probe that answers outside the event loop."
    )
    stall_seconds: float = Field(default=5.0, gt=0)

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        ZoneInfo(name)
        return name

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which pages say days and hours."""
        return ZoneInfo(self.timezone)

    @property
    def keys(self) -> Path:
        """Folder of the box key and the key-encryption keys (files of 32 bytes, mode 0600)."""
        return self.data / "keys"

    @property
    def packs(self) -> Path:
        """Folder of the policy packs: in it one folder a service."""
        return self.data / "policy"

    @classmethod
    def joining(cls, service: str, data: Path | None = None, **more: Any) -> Self:
        """Settings of a service that runs beside a box: addresses and credentials from the box's `box.json`.

        `HEARTH_DATA` (or `data`) names the box; what `HEARTH_*` variables say goes before it.
        """
        folder = data or cls(**more).data
        try:
            box = json.loads((folder / "box.json").read_text("utf-8"))
        except FileNotFoundError:
            return cls(data=folder, **more)  # no box here: everything comes from the environment
        found = {
            "nats_url": box["nats"][service],
            "shell_nats_url": box["nats"]["shell"],
            "postgres_url": box["postgres"][f"{service}_app"],
            "postgres_owner_url": box["postgres"][f"{service}_owner"],
        }
        said = cls(**more).model_fields_set
        return cls(data=folder, **{name: value for name, value in found.items() if name not in said}, **more)
