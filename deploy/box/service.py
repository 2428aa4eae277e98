"""What a service of the box is told."""

from __future__ import annotations

from typing import Any

from deploy.box.addresses import BoxAddresses
from services.shell.settings import Settings


def settings_of(addresses: BoxAddresses, service: str, **more: Any) -> Settings:
    """Its own credentials and nobody else's."""
    return Settings(
        nats_url=addresses.nats[service],
        shell_nats_url=addresses.nats["shell"],
        postgres_url=addresses.postgres[f"{service}_app"],
        postgres_owner_url=addresses.postgres[f"{service}_owner"],
        data=addresses.data,
        **more,
    )
