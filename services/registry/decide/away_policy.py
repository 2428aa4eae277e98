"""The rules about being away: how somebody is kept in touch, on which papers, and by when (DOMAIN R6, §4)."""

from __future__ import annotations

from datetime import date

from pydantic import Field, PositiveInt, model_validator

from services.registry.decide.days import months_after
from services.registry.decide.rule import Rule


class TransferRule(Rule):
    """From so many calendar months at a fixed place on, the relation moves for a while."""

    months_min: int = Field(ge=1)
    clause: str


class CardRule(Rule):
    """A contact card is valid for so many calendar months."""

    months_max: int = Field(ge=1)
    clause: str


class IntermittentRule(Rule):
    """Who is near, or comes back now and then, goes on attending. A near destination begins with one of the places."""

    near_places: tuple[str, ...] = ()
    clause: str


class RemindersRule(Rule):
    """So many days before a contact card ends, and so many after the last contact, somebody is reminded."""

    card_days: int = Field(ge=0)
    contact_days: tuple[PositiveInt, ...] = Field(min_length=1)
    clause: str

    @model_validator(mode="after")
    def _ever_later(self) -> RemindersRule:
        if list(self.contact_days) != sorted(set(self.contact_days)):
            raise ValueError("contact_days: each later than the one before")
        return self


class LetterRule(Rule):
    """A letter of transfer is valid for so many calendar months; so many days before its end somebody is reminded.

    Who has not heard of its receipt for `receipt_days` asks the organisation there.
    """

    months_max: int = Field(ge=1)
    remind_days: int = Field(ge=0)
    receipt_days: int = Field(ge=1)
    clause: str


class ReportRule(Rule):
    """Who is away reports home once in every so many calendar months."""

    every_months: int = Field(ge=1)
    clause: str


class LostRule(Rule):
    """Who was not reached for so many calendar months: a person looks into it (DOMAIN §4 "lost contact")."""

    months_min: int = Field(ge=1)
    clause: str


class AwayDuesRule(Rule):
    """So many months after that of leaving (or of the transfer's receipt) dues begin to be paid there."""

    months_after: int = Field(ge=0)
    clause: str


class TogetherRule(Rule):
    """From so many members at one place on, a mobile branch or group there is advised."""

    members_min: int = Field(ge=2)
    clause: str


class AwayPolicy(Rule):
    """How a member who lives elsewhere is kept in touch (DOMAIN R6)."""

    transfer: TransferRule
    card: CardRule
    intermittent: IntermittentRule
    reminders: RemindersRule
    letter: LetterRule
    report: ReportRule
    lost: LostRule
    together: TogetherRule
    dues: AwayDuesRule

    def is_near(self, destination: str) -> bool:
        """True if the destination is close enough to go on attending here."""
        return destination.startswith(self.intermittent.near_places)

    def is_long(self, since: date, until: date) -> bool:
        """True if an absence between these days is long enough for the relation to move."""
        return months_after(since, self.transfer.months_min) <= until

    def is_lost(self, last_contact: date, today: date) -> bool:
        """True if nobody was in touch for so long that a person looks into it."""
        return months_after(last_contact, self.lost.months_min) <= today

    def card_until(self, since: date, expected_return: date | None) -> date:
        """The last day of a contact card given on `since`."""
        limit = months_after(since, self.card.months_max)
        return limit if expected_return is None else min(expected_return, limit)
