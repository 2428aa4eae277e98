"""Showing one masked detail in clear: first it is written down who sees it and why, then it is shown (DOMAIN R23)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import Request
from pydantic import StringConstraints

from events.facts.decision import Command
from events.log.command import Receipt
from services.registry.pages.common import of_member, registry
from services.shell.identity import Caller

What = Literal["id_number", "phone", "family"]


class Reveal(Command):
    """What is to be seen, and why, in the words of whoever looks."""

    what: What
    reason: Annotated[str, StringConstraints(min_length=2, max_length=200)]


@dataclass(frozen=True, slots=True)
class Secret:
    """The detail in clear, and the receipt of its being written down."""

    value: str
    receipt: Receipt


async def revealed(request: Request, caller: Caller, member_id: str, command: Reveal) -> Secret:
    """The detail. Nothing is shown if it cannot be written down first."""
    async with of_member(request, caller, member_id, "reveal") as asked:
        receipt = await registry(request).record_read(asked, member_id, command.what, command.reason)
    one = await registry(request).state(member_id)
    value = ""
    match command.what:
        case "id_number":
            value = one.person.id_number if one.person else ""
        case "phone":
            value = (one.contact.phone if one.contact else None) or ""
        case "family":
            family = one.contact.family if one.contact else ()
            value = "；".join(f"{each.relation or ''} {each.name} {each.phone or ''}".strip() for each in family)
    return Secret(value, receipt)
