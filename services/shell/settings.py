"""Settings shared by every service; each service's ``settings.py`` extends ``Settings``."""

from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Read from ``HEARTH_*`` variables; arguments win over the environment.

    ``HEARTH_BASE_URLS`` is JSON (``{"care": "http://care:8000"}``) and names services that run in another process.
    """

    model_config = SettingsConfigDict(env_prefix="HEARTH_", extra="ignore", frozen=True)

    nats_url: str = "nats://127.0.0.1:4222"
    postgres_url: str = "postgresql://127.0.0.1:5432/"
    data: Path = Path("var")
    city: str = Field(default="demo", pattern=r"^[A-Za-z0-9_-]+$", description="Stands in every fact's `source`.")
    language: str = "zh"
    timezone: str = "Asia/Shanghai"
    base_urls: dict[str, str] = Field(default_factory=dict)
    demo: bool = False
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

    def postgres_dsn(self, database: str, user: str) -> str:
        """The server of ``postgres_url`` with another database and role; password, host and options are kept."""
        parts = urlsplit(self.postgres_url)
        password = f":{parts.password}" if parts.password else ""
        place = parts.netloc.rpartition("@")[2]
        return urlunsplit(parts._replace(netloc=f"{user}{password}@{place}", path=f"/{database}"))
