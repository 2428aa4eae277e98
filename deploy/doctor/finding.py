"""What a check is given and what it says."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from deploy.box.addresses import BoxAddresses
from deploy.box.layout import Layout


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report; `do` tells the operator what helps. Never holds personal data or a secret."""

    check: str
    well: bool
    says: str
    do: str = ""


@dataclass(frozen=True, slots=True)
class Installation:
    """What is examined; `addresses` is None while no box runs on the directory."""

    layout: Layout
    addresses: BoxAddresses | None


Check = Callable[[Installation], AsyncIterator[Finding]]
"""An async generator: yields what it finds, also what is well. Whatever it raises is reported as a finding."""
