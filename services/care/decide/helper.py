"""Stream `helper`: by whom somebody stands. One helper stands by so many members at most (DOMAIN R15)."""

from __future__ import annotations

from datetime import date
from typing import Final

from pydantic import BaseModel, ConfigDict

from events.facts.base import Fact
from events.facts.decision import Decider, UnknownFact
from events.facts.helper import HelpBegun, HelpEnded


class Helper(BaseModel):
    """The members whom the helper stands by, by pairing."""

    model_config = ConfigDict(frozen=True)

    members: dict[str, str] = {}


def evolve(helper: Helper, fact: Fact, effective: date) -> Helper:
    """The helper after a fact. Raises `UnknownFact` on a fact of another stream."""
    match fact:
        case HelpBegun():
            return Helper(members=helper.members | {fact.pairing_id: fact.member_id})
        case HelpEnded():
            return Helper(members={name: who for name, who in helper.members.items() if name != fact.pairing_id})
        case _:
            raise UnknownFact("helper", fact)


HELPER: Final = Decider(owner="care", stream="helper", initial=Helper(), evolve=evolve)
