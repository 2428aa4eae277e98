"""What decisions about a member remember of an absence besides where they are: the card they carry."""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict

from events.facts.member_away import AwayPart, ContactCardInspected, ContactCardIssued, ContactCardRevoked


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class Card(_Part):
    """The contact card that holds, or is still to be handed in."""

    card_id: str
    number: str
    valid_from: date
    valid_until: date
    destination: str


class Absence(_Part):
    """All of it. `ended` are the cards that hold no more."""

    card: Card | None = None
    ended: tuple[str, ...] = ()

    def after(self, fact: AwayPart, effective: date) -> Absence:
        """The same after a fact."""
        return self.model_copy(update=_changed(self, fact, effective))


def _changed(known: Absence, fact: AwayPart, on: date) -> dict[str, Any]:
    match fact:
        case ContactCardIssued():
            ended = (*known.ended, fact.replaces) if fact.replaces else known.ended
            card = Card(valid_from=on, **fact.model_dump(include=set(Card.model_fields) - {"valid_from"}))
            return {"card": card, "ended": ended}
        case ContactCardRevoked() | ContactCardInspected():
            card_now = known.card
            still = card_now if card_now is not None and card_now.card_id != fact.card_id else None
            return {"card": still, "ended": (*known.ended, fact.card_id)}
