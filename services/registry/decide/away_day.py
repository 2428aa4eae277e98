"""Stream `member`: the member left on another day than was written down; what follows from it is reckoned anew."""

from __future__ import annotations

from datetime import date

from events.facts.decision import Command, Decision, Refused, facts, nothing, refused
from events.facts.member import AwayKind
from events.facts.member_away import AwayDayCorrected
from services.registry.decide.away_policy import AwayPolicy
from services.registry.decide.commands import MoveAway
from services.registry.decide.days import month_of, months_after
from services.registry.decide.member import Member, away_kind, unable
from services.registry.decide.member_state import Away
from services.registry.decide.values import Text


class CorrectAwayDay(Command):
    """The member left on `since`, and why that is known now."""

    since: date
    reason: Text


def correct_day(member: Member, command: CorrectAwayDay, policy: AwayPolicy, today: date) -> Decision:
    """The policy chooses anew how the member is kept in touch, unless a person chose or a letter moved the relation."""
    if refusal := unable(member):
        return refusal
    away = member.away
    if away is None:
        return refused("not_away")
    if command.since == away.since:
        return nothing()
    if refusal := _impossible(member, away, command.since, today):
        return refusal
    kind, clause = _kept(member, away, command.since, policy, today)
    card = member.absence.card
    planned = policy.card_until(command.since, away.expected_return) if kind is AwayKind.CARD else None
    corrected = AwayDayCorrected(
        was=away.since,
        kind=kind,
        clause=clause,
        destination=away.destination,
        expected_return=away.expected_return,
        card_until=card.valid_until if card else planned,
        why=command.reason,
    )
    return facts(corrected, on=command.since)


def _impossible(member: Member, away: Away, since: date, today: date) -> Refused | None:
    if since > today:
        return refused("in_future", day=since, today=today)
    if member.returned_on is not None and since < member.returned_on:
        return refused("before_last_return", since=since, returned_on=member.returned_on)
    if away.expected_return is not None and since > away.expected_return:
        return refused("back_before_leaving", on=since, expected_return=away.expected_return)
    card, letter = member.absence.card, member.absence.letter
    happened = [card.valid_from] if card else []
    happened += [letter.sent_on] if letter else []
    first = min([*happened, *member.absence.reports], default=None)
    if first is not None and since > first:
        return refused("after_what_happened", first=first)
    return None


def _kept(member: Member, away: Away, since: date, policy: AwayPolicy, today: date) -> tuple[AwayKind, str]:
    if away.kind is AwayKind.INTERMITTENT or away.policy_kind is not None or member.absence.letter is not None:
        return away.kind, away.clause
    leaving = MoveAway.model_construct(
        since=since,
        destination=away.destination,
        expected_return=away.expected_return,
        fixed_place=away.fixed_place,
        intermittent=False,
        reason="—",
    )
    return away_kind(leaving, policy, today)


def months_paid_there(
    kind: AwayKind, since: date, received_on: date | None, policy: AwayPolicy, today: date
) -> tuple[str, str] | None:
    """The first and the last month (`YYYY-MM`) of dues that are paid where the member lives; None if none is yet.

    With a card from leaving on, with a transfer from its receipt on, each after so many months of the pack.
    """
    begun = {AwayKind.CARD: since, AwayKind.TEMPORARY_TRANSFER: received_on}.get(kind)
    if begun is None:
        return None
    first, last = month_of(months_after(begun.replace(day=1), policy.dues.months_after)), month_of(today)
    return (first, last) if first <= last else None
