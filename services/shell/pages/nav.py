"""What stands at the left of every page: entries that the services give, for the roles that need them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from services.shell.i18n import N_, say_for
from services.shell.i18n import gettext as _
from services.shell.identity.caller import Caller, Role, may


class NavPart(StrEnum):
    """What belongs together in the navigation, in this order; the words stand above all parts but the first."""

    DAILY = N_("每天")
    AROUND = N_("组织与邻里")
    REGISTER = N_("整理名册")
    SYSTEM = N_("系统")


@dataclass(frozen=True, slots=True)
class NavEntry:
    """One line of the navigation. `label` is Chinese and translated by the catalogue of `service`.

    `badge` names the figure of `/<service>/panels/counts` shown beside it. Within a `part` the order in which services
    are given holds. On a phone the first four entries are tabs and the rest waits under "more"; a tab has room for four
    characters, `short` is for longer labels.
    """

    label: str
    href: str
    roles: Sequence[Role] = ()
    service: str = "shell"
    badge: str = ""
    short: str = ""
    part: NavPart = NavPart.DAILY


HOME = NavEntry(N_("今天"), "/")


@dataclass(frozen=True, slots=True)
class NavLine:
    """An entry as one page shows it."""

    label: str
    short: str
    href: str
    count: int | None
    current: bool
    heading: str = ""
    """The words of the part that begins here."""


def lines(
    entries: Sequence[NavEntry], caller: Caller, path: str, counts: Mapping[tuple[str, str], int]
) -> list[NavLine]:
    """The entries this caller sees on that page; the longest address that leads to the page is the current one."""
    parts = list(NavPart)
    mine = (entry for entry in entries if may(caller, entry.roles))
    seen = sorted([HOME, *mine], key=lambda entry: parts.index(entry.part))
    inside = [entry.href for entry in seen if path == entry.href or path.startswith(entry.href.rstrip("/") + "/")]
    here = max((href for href in inside if href != "/" or path == "/"), key=len, default="")
    return [
        NavLine(
            say_for(entry.service, entry.label),
            say_for(entry.service, entry.short or entry.label),
            entry.href,
            counts.get((entry.service, entry.badge)),
            entry.href == here,
            _(entry.part) if entry.part is not before.part else "",
        )
        for before, entry in pairwise([HOME, *seen])
    ]
