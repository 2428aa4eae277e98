"""Stream `doorstep`: news from a door is confirmed, together with what it changes, or set aside. Nothing by itself."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Final

from pydantic import BaseModel, ConfigDict

from events.facts.base import Fact
from events.facts.decision import (
    Command,
    Decider,
    Decision,
    Decisions,
    Happened,
    Refused,
    UnknownFact,
    facts,
    nothing,
    refused,
)
from events.facts.doorstep import NewsConfirmed, NewsSetAside, WhySetAside
from services.registry.decide.commands import ChangeContact
from services.registry.decide.member import Member, change_contact
from services.registry.decide.values import Phone


class ConfirmPhone(Command):
    """The member is reached at this number since the day `on`; the number as it was told, or as it was put right."""

    phone: Phone
    on: date


class SetNewsAside(Command):
    """The register stays as it is."""

    why: WhySetAside


# ── State ────────────────────────────────────────────────────────────────────────────────────────────────────────


class Settled(StrEnum):
    """What became of it."""

    CONFIRMED = "confirmed"
    SET_ASIDE = "set_aside"


class Doorstep(BaseModel):
    """One piece of news."""

    model_config = ConfigDict(frozen=True)

    settled: Settled | None = None
    why: WhySetAside | None = None


# ── evolve ───────────────────────────────────────────────────────────────────────────────────────────────────────


def evolve(_doorstep: Doorstep, fact: Fact, _effective: date) -> Doorstep:
    """The news after a fact. Raises `UnknownFact` on a fact of another stream."""
    match fact:
        case NewsConfirmed():
            return Doorstep(settled=Settled.CONFIRMED)
        case NewsSetAside():
            return Doorstep(settled=Settled.SET_ASIDE, why=fact.why)
        case _:
            raise UnknownFact("doorstep", fact)


DOORSTEP: Final = Decider(owner="registry", stream="doorstep", initial=Doorstep(), evolve=evolve)


# ── decide ───────────────────────────────────────────────────────────────────────────────────────────────────────


def confirm_phone(
    member: Member, doorstep: Doorstep, command: ConfirmPhone, today: date, *, member_id: str, news_id: str
) -> Decisions:
    """The number goes on the card. One that stands there already is confirmed all the same."""
    if doorstep.settled is Settled.CONFIRMED:
        return {}
    changed = change_contact(member, ChangeContact(phone=command.phone, on=command.on), today)
    return changed if isinstance(changed, Refused) else {member_id: changed, news_id: _confirmed(member_id, today)}


def confirm_dues(doorstep: Doorstep, paid: Decisions, today: date, *, member_id: str, news_id: str) -> Decisions:
    """The money is receipted as the rule of payments decided (`paid`); money of one door is receipted once."""
    if doorstep.settled is Settled.CONFIRMED:
        return refused("news_settled")
    return paid if isinstance(paid, Refused) else {**paid, news_id: _confirmed(member_id, today)}


def set_aside(doorstep: Doorstep, command: SetNewsAside, today: date, *, member_id: str) -> Decision:
    """The register stays as it is; what was confirmed is put right in the register itself."""
    if doorstep.settled is Settled.CONFIRMED:
        return refused("news_settled")
    if doorstep.why is command.why:
        return nothing()
    return facts(NewsSetAside(member=member_id, why=command.why), on=today)


def _confirmed(member_id: str, today: date) -> Happened:
    return facts(NewsConfirmed(member=member_id), on=today)
