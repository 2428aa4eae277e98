"""What decisions about a member remember of an absence besides where they are: the card they carry, the letter."""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict

from events.facts.base import Fact, is_hidden
from events.facts.member import AwayKind
from events.facts.member_application import (
    ApplicationPart,
    AwayApplicationApproved,
    AwayApplicationRefused,
    AwayApplicationWithdrawn,
    AwayApplied,
)
from events.facts.member_away import (
    AwayDayCorrected,
    AwayDetailsChanged,
    AwayPart,
    ContactCardInspected,
    ContactCardIssued,
    ContactCardRevoked,
    ContactReestablished,
    LostContactFlagged,
    RelationTransferReceived,
    RelationTransferSent,
    RelationTransferWithdrawn,
    ReportedFromAfar,
    TouchPart,
)


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class Card(_Part):
    """The contact card that holds, or is still to be handed in."""

    card_id: str
    number: str
    valid_from: date
    valid_until: date
    destination: str


class Letter(_Part):
    """The letter that moves the relation; until `received_on` whoever sent it stays responsible."""

    letter_no: str
    to_organisation: str
    sent_on: date
    valid_until: date
    received_on: date | None = None
    kind_before: AwayKind
    clause_before: str


class Application(_Part):
    """What was asked for; `kind` and `clause` once it was approved. Sealed words are None where they cannot be read."""

    application_id: str
    since: date
    expected_return: date | None = None
    destination: str
    address: str | None = None
    phone: str | None = None
    fixed_place: bool = False
    intermittent: bool = False
    reason: str | None = None
    kind: AwayKind | None = None
    clause: str = ""
    policy_kind: AwayKind | None = None
    why_other: str | None = None


class Absence(_Part):
    """All of it. `ended` are the cards that hold no more, `closed` the applications that nobody waits for."""

    card: Card | None = None
    ended: tuple[str, ...] = ()
    letter: Letter | None = None
    application: Application | None = None
    closed: tuple[str, ...] = ()
    reports: tuple[date, ...] = ()
    """The days on which the member told of themselves."""
    lost_since: date | None = None
    found_on: date | None = None

    def after(self, fact: AwayPart, effective: date) -> Absence:
        """The same after a fact."""
        return self.model_copy(update=_changed(self, fact, effective))

    def anew(self) -> Absence:
        """The same when somebody comes back, or leaves again: a card is still to be handed in."""
        closed = (*self.closed, self.application.application_id) if self.application else self.closed
        gone = {"letter": None, "application": None, "reports": (), "lost_since": None, "found_on": None}
        return self.model_copy(update=gone | {"closed": closed})


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
        case RelationTransferSent():
            told = fact.model_dump(include=set(Letter.model_fields) - {"sent_on", "received_on"})
            return {"letter": Letter(sent_on=on, **told)}
        case RelationTransferReceived():
            return {"letter": known.letter and known.letter.model_copy(update={"received_on": on})}
        case RelationTransferWithdrawn():
            return {"letter": None}
        case _:
            return _applied(known, fact, on)


def _applied(
    known: Absence, fact: ApplicationPart | TouchPart | AwayDayCorrected | AwayDetailsChanged, on: date
) -> dict[str, Any]:
    match fact:
        case AwayApplied():
            asked = {name: _read(fact, name) for name in Application.model_fields if name in type(fact).model_fields}
            return {"application": Application(**asked)}
        case AwayApplicationApproved():
            said = {name: _read(fact, name) for name in ("kind", "clause", "policy_kind", "why_other")}
            return {"application": known.application and known.application.model_copy(update=said)}
        case AwayApplicationRefused() | AwayApplicationWithdrawn():
            return {"application": None, "closed": (*known.closed, fact.application_id)}
        case ReportedFromAfar():
            return {"reports": (*known.reports, on)}
        case LostContactFlagged():
            return {"lost_since": on, "found_on": None}
        case ContactReestablished():
            return {"lost_since": None, "found_on": on}
        case AwayDayCorrected() | AwayDetailsChanged():
            return {}


def _read(fact: Fact, name: str) -> Any:
    value = getattr(fact, name)
    return None if is_hidden(value) else value
