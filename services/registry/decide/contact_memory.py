"""What is remembered of the office's own contacts with a member: enough to take one back, and that a silence rests."""

from __future__ import annotations

from datetime import date
from typing import Final

from pydantic import BaseModel, ConfigDict

from events.facts.member_contact import ContactOutcome, ContactPart, ContactTakenBack, ContactTried, ContactWay

REMEMBERED: Final = 20
"""So many of the latest contacts can still be taken back."""


class Tried(BaseModel):
    """One contact, by when it was and what came of it."""

    model_config = ConfigDict(frozen=True)

    on: date
    way: ContactWay
    outcome: ContactOutcome
    taken_back: bool = False


class Contacts(BaseModel):
    """The latest contacts by id, and until when nobody is asked again about a long silence."""

    model_config = ConfigDict(frozen=True)

    noted: dict[str, Tried] = {}
    set_aside_until: date | None = None

    def after(self, fact: ContactPart, effective: date) -> Contacts:
        """The same after a fact."""
        match fact:
            case ContactTried():
                noted = {**self.noted, fact.contact_id: Tried(on=effective, way=fact.way, outcome=fact.outcome)}
                latest = dict(list(noted.items())[-REMEMBERED:])
                return self.model_copy(update={"noted": latest})
            case ContactTakenBack():
                known = self.noted.get(fact.contact_id) or Tried(on=effective, way=fact.way, outcome=fact.was)
                gone = {fact.contact_id: known.model_copy(update={"taken_back": True})}
                return self.model_copy(update={"noted": {**self.noted, **gone}})
            case _:
                return self.model_copy(update={"set_aside_until": fact.until})
