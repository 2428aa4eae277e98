"""Stream `member`: the contact card of somebody who lives elsewhere: issued, renewed, revoked, inspected."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field

from events.facts.decision import Command, Decision, Decisions, facts, nothing, refused
from events.facts.member import AwayKind
from events.facts.member_away import ContactCardInspected, ContactCardIssued, ContactCardRevoked
from events.facts.papers import Paper, PaperNumbered
from services.registry.decide.away_policy import AwayPolicy
from services.registry.decide.days import months_after
from services.registry.decide.member import Member, unable
from services.registry.decide.papers import PaperBook
from services.registry.decide.values import Line, Name, Text

CardKey = Annotated[str, Field(pattern=r"^[0-9A-Za-z_-]{1,64}$")]


class IssueCard(Command):
    """Give the member a card from `valid_from` (today) on; until when is the policy's where nothing is said.

    Somebody who has one gets another in its place. `destination` is where the member is known to be, if left out.
    """

    valid_from: date | None = None
    valid_until: date | None = None
    destination: Line | None = None


class RevokeCard(Command):
    """The card holds no more."""

    card: CardKey
    reason: Text


class InspectCard(Command):
    """The card was looked at: handed in or not, what the branch there wrote in it, and who looked."""

    card: CardKey
    handed_in: bool = False
    written_there: Text | None = None
    inspected_by: Name


def issue(
    member: Member,
    book: PaperBook,
    command: IssueCard,
    policy: AwayPolicy,
    today: date,
    *,
    member_id: str,
    book_id: str,
    card_id: str,
) -> Decisions:
    """A fact of the member and a number of the book, together or not at all.

    A card is for whoever is kept in touch by card; it is no longer valid than the policy has it, and not over already.
    """
    if refusal := unable(member):
        return refusal
    if member.away is None:
        return refused("not_away")
    if member.away.kind is not AwayKind.CARD:
        return refused("no_card_for_kind", kind=member.away.kind)
    since = command.valid_from or today
    if since > today:
        return refused("in_future", day=since, today=today)
    if since < member.away.since:
        return refused("before_leaving", on=since, since=member.away.since)
    limit = months_after(since, policy.card.months_max)
    until = command.valid_until or policy.card_until(since, _still_expected(member, since))
    if until > limit:
        return refused("card_too_long", until=until, limit=limit, clause=policy.card.clause)
    if until < max(since, today):
        return refused("card_over", until=until)
    destination = command.destination or member.away.destination
    held = member.absence.card
    if held is not None and (held.valid_from, held.valid_until, held.destination) == (since, until, destination):
        return {}
    number = book.next_number(Paper.CARD, today)
    issued = ContactCardIssued(
        card_id=card_id,
        number=number,
        valid_until=until,
        destination=destination,
        clause=policy.card.clause,
        replaces=held.card_id if held else None,
    )
    return {
        member_id: facts(issued, on=since),
        book_id: facts(PaperNumbered(paper=Paper.CARD, number=number, member=member_id), on=today),
    }


def _still_expected(member: Member, since: date) -> date | None:
    """The day of return that was spoken of, unless it has gone by."""
    expected = member.away.expected_return if member.away else None
    return expected if expected is not None and expected >= since else None


def revoke(member: Member, command: RevokeCard, today: date) -> Decision:
    """The card holds no more; one that does not anyway stays as it is."""
    if command.card in member.absence.ended:
        return nothing()
    if member.absence.card is None or member.absence.card.card_id != command.card:
        return refused("no_card")
    return facts(ContactCardRevoked(card_id=command.card, why=command.reason), on=today)


def inspect(member: Member, command: InspectCard, today: date) -> Decision:
    """The card was looked at. It holds no more, whether it was handed in or is lost."""
    if command.card in member.absence.ended:
        return nothing()
    if member.absence.card is None or member.absence.card.card_id != command.card:
        return refused("no_card")
    inspected = ContactCardInspected(
        card_id=command.card,
        handed_in=command.handed_in,
        inspected_by=command.inspected_by,
        written_there=command.written_there,
    )
    return facts(inspected, on=today)
