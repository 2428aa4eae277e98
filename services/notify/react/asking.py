"""In whose name a policy commands."""

from __future__ import annotations

from events.log.command import Asked
from events.log.envelope import About
from events.log.react import command_id


def asked_by(policy: str, about: About) -> Asked:
    """The command that a policy gives because of a fact; running again, it is the same command."""
    return Asked(
        actor=f"policy:{policy}",
        community=about.community,
        command=command_id(policy, about),
        correlation=about.correlation,
        causation=about.id,
    )
