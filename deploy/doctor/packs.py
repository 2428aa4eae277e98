"""The check of the policy packs; it needs no running box."""

from __future__ import annotations

from collections.abc import AsyncIterator

from deploy.box.packs import SCHEMAS, packs_of
from deploy.doctor.finding import Finding, Installation
from services.shell.policy import BadPacks


async def policy(installation: Installation) -> AsyncIterator[Finding]:
    """Every service can use what lies in its folder."""
    for service in SCHEMAS:
        try:
            found = packs_of(installation.layout.data, service)
        except BadPacks as bad:
            for one in bad.problems:
                yield Finding("policy", False, str(one), "mend the file or take it out of the folder")
        else:
            yield Finding("policy", True, f"{service} has {len(found.packs)} packs")
