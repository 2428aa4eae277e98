"""What stands at the left of every page: entries that the services give, for the roles that need them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.shell.i18n import N_, say_for
from services.shell.identity.caller import Caller, Role, may


@dataclass(frozen=True, slots=True)
class NavEntry:
    """One line of the navigation. `label` is Chinese and translated by the catalogue of `service`.

    `badge` names the figure of `/<service>/panels/counts` shown beside it. On a phone the first four
    entries are tabs and the rest waits under "more", so the order in which services are given matters; a tab has room
    for four characters, `short` is for longer labels.
    """

    label: str
    href: str
    roles: Sequence[Role] = ()
    service: str = "shell"
    badge: str = ""
    short: str = ""


HOME = NavEntry(N_("今天"), "/")


@dataclass(frozen=True, slots=True)
class NavLine:
    """An entry as one page shows it."""

    label: str
    short: str
    href: str
    count: int | None
    current: bool


def lines(
    entries: Sequence[NavEntry], caller: Caller, path: str, counts: Mapping[tuple[str, str], int]
) -> list[NavLine]:
    """The entries this caller sees on that page; the longest address that leads to the page is the current one."""
    seen = [HOME, *(entry for entry in entries if may(caller, entry.roles))]
    inside = [entry.href for entry in seen if path == entry.href or path.startswith(entry.href.rstrip("/") + "/")]
    here = max((href for href in inside if href != "/" or path == "/"), key=len, default="")
    return [
        NavLine(
            say_for(entry.service, entry.label),
            say_for(entry.service, entry.short or entry.label),
            entry.href,
            counts.get((entry.service, entry.badge)),
            entry.href == here,
        )
        for entry in seen
    ]
