"""Runs the checks. A new check is an async generator and one line in `CHECKS`."""

from __future__ import annotations

from pathlib import Path

from deploy.box.addresses import attach
from deploy.box.layout import Layout
from deploy.doctor.directory import disk, keys, leftovers, programs
from deploy.doctor.finding import Check, Finding, Installation
from deploy.doctor.packs import policy
from deploy.doctor.parked import parked
from deploy.doctor.servers import nats_server, pages, postgres_server, streams

CHECKS: list[Check] = [programs, disk, keys, policy, leftovers, nats_server, streams, postgres_server, parked, pages]


async def examine(data: Path) -> list[Finding]:
    """Every finding of every check; one that breaks off says so and the next goes on."""
    installation = Installation(Layout.of(data), attach(data))
    findings = []
    for check in CHECKS:
        try:
            async for finding in check(installation):
                findings.append(finding)  # noqa: PERF401 - what was found before it broke is kept
        except Exception as broken:  # noqa: BLE001 - the doctor must outlive whatever is ill
            findings.append(
                Finding(check.__name__, False, f"the check broke off: {broken!r}", "look into the logs of the box")
            )
    return findings
