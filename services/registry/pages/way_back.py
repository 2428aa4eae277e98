"""The way back: a member's page knows the list it was opened from. It stands in the page's own address (`from`), so it
works without a script, in two windows at once, and through a form that is sent in between.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlsplit, urlunsplit

from fastapi import Request

from services.shell.identity.paths import local_path

REGISTER: Final = "/registry/members"
LENGTH_MAX: Final = 1000


@dataclass(frozen=True, slots=True)
class Way:
    """`back` is the page of the register that led here, as it was narrowed; "" if none did."""

    back: str

    def to(self, path: str) -> str:
        """An address that this page leads on to, with the way back in it."""
        if not self.back:
            return path
        parts = urlsplit(path)
        query = f"{parts.query}&" if parts.query else ""
        return urlunsplit(parts._replace(query=f"{query}from={quote(self.back, safe='')}"))

    def row(self, member_id: str) -> str:
        """The list, at the row of this member."""
        return f"{self.back}#{row_name(member_id)}"


def way_of(request: Request) -> Way:
    """The way back of the page that is asked for. An address that is no page of the register is no way back."""
    wish = request.query_params.get("from", "")
    of_the_register = wish == REGISTER or wish.startswith(f"{REGISTER}?")
    return Way(local_path(wish, "") if of_the_register and len(wish) <= LENGTH_MAX else "")


def row_name(member_id: str) -> str:
    """What a member's row on a page is called."""
    return f"m-{member_id}"
