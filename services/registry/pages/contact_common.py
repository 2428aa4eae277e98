"""What the pages and the API of contacts share: whom a list is about, and the lines of a log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any, Final

from fastapi import Query, Request

from services.registry.decide.away_policy import AwayPolicy
from services.registry.decide.days import months_after
from services.registry.decide.policy import RegistryPolicy
from services.registry.handle.contacts import Contacts
from services.registry.pages.common import reading, registry, rules
from services.registry.project import ledger, silence
from services.registry.project.silence import Silent
from services.shell.i18n import speech
from services.shell.identity import Caller

EXPORT_MAX: Final = 20_000
WRONG_NUMBER, REVIEW = "wrong-number", "review"
"""Lists beside those by days: whose number is wrong; whose silence a person has to look into."""
Which = Annotated[str, Query(pattern="^(wrong-number|review)?$")]
Days = Annotated[int, Query(ge=0, le=3660)]
Place = Annotated[str, Query(max_length=200)]
Branch = Annotated[str, Query(pattern=r"^[0-9A-Za-z_-]{0,64}$")]


def contacts_of(request: Request) -> Contacts:
    """The handler of commands about being in touch."""
    return Contacts(registry(request))


def counted(here: RegistryPolicy) -> list[str]:
    """What the rules count as having reached a member."""
    return sorted({kind.value for kind in here.contact.reached.kinds})


@dataclass(frozen=True, slots=True)
class Asked:
    """What one list asks for, as it stands in its address."""

    days: int
    which: str = ""
    community: str = ""
    branch: str = ""

    def wanted(self, here: RegistryPolicy, today: date) -> Silent:
        """The same for the tables, by the rules of the place that asks."""
        until = today - timedelta(days=self.days)
        if self.which == REVIEW:
            until = looked_into_since(here.away, today)
        return Silent(
            until=until,
            kinds=counted(here),
            community=self.community,
            branch_id=self.branch,
            not_aside_on=today if self.which == REVIEW else None,
            wrong_number=self.which == WRONG_NUMBER,
        )


def looked_into_since(away: AwayPolicy, today: date) -> date:
    """Whoever was last reached on this day or before: a person looks into it."""
    return months_after(today, -away.lost.months_min)


def silent_days(row: Mapping[str, Any]) -> int:
    """For how many days nobody has reached them."""
    return int((speech().today - row["since"]).days)


async def last_contact(request: Request, caller: Caller, card: Mapping[str, Any]) -> date:
    """Since when a silence lasts: the last contact that counts, the day of leaving, or of coming on the roll."""
    kinds = counted(rules(request, card["community"]))
    async with reading(request, caller) as db:
        reached = await silence.reached_on(db, card["member_id"], kinds)
        stay = await ledger.stay(db, card["member_id"])
    left = stay["since"] if stay and stay["state"] == ledger.OPEN else None
    found: date = max(filter(None, (reached, left)), default=card["enrolled_on"])
    return found
