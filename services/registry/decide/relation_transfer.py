"""Stream `member`: the relation moves for a while by a letter: sent, received, or withdrawn."""

from __future__ import annotations

from datetime import date

from events.facts.decision import Command, Decision, Decisions, Refused, facts, nothing, refused
from events.facts.member import AwayKind
from events.facts.member_away import RelationTransferReceived, RelationTransferSent, RelationTransferWithdrawn
from events.facts.papers import Paper, PaperNumbered
from services.registry.decide.absence import Letter
from services.registry.decide.away_policy import AwayPolicy
from services.registry.decide.days import months_after
from services.registry.decide.member import Member, unable
from services.registry.decide.papers import PaperBook
from services.registry.decide.values import Line, Name, Text


class SendTransfer(Command):
    """Give the member a letter to the organisation there, on `on` (today). Another letter takes the place of the first.

    A person decides it: also for somebody who was kept in touch by card until now.
    """

    to: Line
    on: date | None = None


class ReceiveTransfer(Command):
    """The organisation there has the relation since `on`; `told_by` is who said so."""

    on: date
    told_by: Name


class WithdrawTransfer(Command):
    """The letter counts for nothing."""

    reason: Text


def send(
    member: Member, book: PaperBook, command: SendTransfer, policy: AwayPolicy, today: date, *, member_id: str,
    book_id: str,
) -> Decisions:  # fmt: skip
    """A fact of the member and a number of the book, together or not at all."""
    if refusal := unable(member):
        return refusal
    if member.away is None:
        return refused("not_away")
    if member.away.kind is AwayKind.INTERMITTENT:
        return refused("no_transfer_for_kind")
    on, held = command.on or today, member.absence.letter
    if on > today:
        return refused("in_future", day=on, today=today)
    if on < member.away.since:
        return refused("before_leaving", on=on, since=member.away.since)
    if held is not None and held.to_organisation == command.to and (held.received_on or held.sent_on == on):
        return {}
    if held is not None and held.received_on is not None:
        return refused("already_received", to=held.to_organisation, on=held.received_on)
    until = months_after(on, policy.letter.months_max)
    if until < today:
        return refused("letter_over", until=until, clause=policy.letter.clause)
    number = book.next_number(Paper.LETTER, today)
    sent = RelationTransferSent(
        letter_no=number,
        to_organisation=command.to,
        valid_until=until,
        clause=policy.letter.clause,
        kind_clause=policy.transfer.clause,
        kind_before=held.kind_before if held else member.away.kind,
        clause_before=held.clause_before if held else member.away.clause,
        replaces=held.letter_no if held else None,
    )
    return {
        member_id: facts(sent, on=on),
        book_id: facts(PaperNumbered(paper=Paper.LETTER, number=number, member=member_id), on=today),
    }


def receive(member: Member, command: ReceiveTransfer, policy: AwayPolicy, today: date) -> Decision:
    """From that day on the organisation there is responsible. After its end no letter is received any more."""
    if refusal := unable(member):
        return refusal
    letter = member.absence.letter
    if letter is None:
        return refused("no_letter")
    if letter.received_on is not None:
        same = letter.received_on == command.on
        return nothing() if same else refused("already_received", to=letter.to_organisation, on=letter.received_on)
    if refusal := _unfit(letter, command.on, policy, today):
        return refusal
    return facts(RelationTransferReceived(letter_no=letter.letter_no, told_by=command.told_by), on=command.on)


def _unfit(letter: Letter, on: date, policy: AwayPolicy, today: date) -> Refused | None:
    if on > today:
        return refused("in_future", day=on, today=today)
    if on < letter.sent_on:
        return refused("before_letter", on=on, sent_on=letter.sent_on)
    if on > letter.valid_until:
        return refused("letter_over", until=letter.valid_until, clause=policy.letter.clause)
    return None


def withdraw(member: Member, command: WithdrawTransfer, today: date) -> Decision:
    """The letter counts for nothing, and the absence is what it was before it. What was received is not taken back."""
    if refusal := unable(member):
        return refusal
    letter = member.absence.letter
    if letter is None:
        return nothing()
    if letter.received_on is not None:
        return refused("already_received", to=letter.to_organisation, on=letter.received_on)
    withdrawn = RelationTransferWithdrawn(
        letter_no=letter.letter_no, kind=letter.kind_before, clause=letter.clause_before, why=command.reason
    )
    return facts(withdrawn, on=today)
