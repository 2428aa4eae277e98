"""What answers would change in the register, and what a person decides about it. Nothing changes by itself (R7)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Annotated, Any

from pydantic import Field

from events.facts.base import Fact
from events.facts.census import Answers, AwayAnswer, CensusSettled, Finding
from events.facts.decision import Command, Decision, Happened, Refused, facts, nothing, refused
from events.facts.people import ContactCard, Relative
from services.registry.decide.away_policy import AwayPolicy
from services.registry.decide.census_memory import Said
from services.registry.decide.commands import ChangeAway, ChangeContact, MoveAway, Return
from services.registry.decide.member import (
    Away,
    Member,
    change_away,
    change_contact,
    come_back,
    evolve,
    move_away,
    unable,
)


class SettleFindings(Command):
    """A person decided about these findings of one member: taken into the register, or left as it is."""

    findings: Annotated[tuple[Finding, ...], Field(min_length=1, max_length=len(Finding))]
    taken: bool


def found(member: Member, said: Said, *, reason: str) -> Mapping[Finding, Command]:
    """What the answers say that the register does not, each with the command that would put it there.

    `reason` stands in for a reason of leaving that nobody gave. Findings that were settled are among them.
    """
    if said.answers is None or said.answered_on is None:
        return {}
    whereabouts = _whereabouts(member, said, said.answers, said.answered_on, reason)
    contact = _contact(member.contact or ContactCard(), said.answers)
    return whereabouts | {finding: ChangeContact.model_validate(changed) for finding, changed in contact.items()}


AwayRules = Callable[[date], AwayPolicy]


def open_findings(member: Member, said: Said, *, reason: str) -> Mapping[Finding, Command]:
    """Those of them about which nobody has decided yet."""
    return {one: command for one, command in found(member, said, reason=reason).items() if one not in said.settled}


def settle(
    member: Member, command: SettleFindings, away_on: AwayRules, today: date, *, campaign_id: str, reason: str
) -> Decision:
    """Carry out what was taken and remember what was decided: together, or not at all.

    `away_on` gives the rules of a day of leaving. What was left as it is may still be taken later; what was taken
    stays.
    """
    if refusal := unable(member):
        return refusal
    said = member.census.get(campaign_id, Said())
    if said.answered_on is None:
        return refused("not_answered")
    wanted = tuple(one for one in dict.fromkeys(command.findings) if said.settled.get(one) not in (True, command.taken))
    if not wanted:
        return nothing()
    proposed = found(member, said, reason=reason)
    if gone := next((one for one in wanted if one not in proposed), None):
        return refused("no_finding", finding=gone)
    settled = CensusSettled(campaign_id=campaign_id, findings=wanted, taken=command.taken)
    if not command.taken:
        return facts(settled, on=today)
    done = _carried_out(member, [proposed[one] for one in wanted], away_on, today)
    return done if isinstance(done, Refused) else Happened((*done, (settled, today)))


def _carried_out(
    member: Member, commands: Sequence[Command], away_on: AwayRules, today: date
) -> Sequence[tuple[Fact, date]] | Refused:
    """The facts of the register's own commands, one after the other. Changes of contact are one change, from today on:
    an earlier day might lie before what was learnt since.
    """
    happened: list[tuple[Fact, date]] = []
    changes: dict[str, Any] = {}
    for command in commands:
        match command:
            case MoveAway():
                decision = move_away(member, command, away_on(command.since), today)
            case ChangeAway():
                decision = change_away(member, command, today)
            case Return():
                decision = come_back(member, command, today)
            case _:
                changes |= {name: getattr(command, name) for name in command.model_fields_set}
                continue
        if isinstance(decision, Refused):
            return decision
        happened += decision.facts
    if changes:
        for fact, on in happened:
            member = evolve(member, fact, on)
        decision = change_contact(member, ChangeContact.model_validate(changes), today)
        if isinstance(decision, Refused):
            return decision
        happened += decision.facts
    return happened


def _whereabouts(member: Member, told: Said, answers: Answers, on: date, reason: str) -> dict[Finding, Command]:
    if answers.lives_here and member.away is not None:
        return {Finding.RETURNED: Return(on=answers.back_since or on)}
    said = answers.away
    if answers.lives_here is not False or said is None:
        return {}
    if member.away is not None:
        return _moved_on(member.away, told, said, on, reason)
    moving = MoveAway.model_validate(
        {
            "from": said.since,
            "expected_return": said.expected_return,
            "destination": said.destination,
            "address": said.address,
            "phone": said.phone,
            "fixed_place": said.fixed_place,
            "intermittent": said.intermittent,
            "reason": said.reason or reason,
        }
    )
    return {Finding.MOVED_AWAY: moving}


def _moved_on(away: Away, told: Said, said: AwayAnswer, on: date, reason: str) -> dict[Finding, Command]:
    """Somebody away lives at yet another place; not, if the register learnt of theirs after they were asked.

    Asked since when, people often name the day they left home: then they are there since the last move we know of.
    """
    if away.destination == said.destination or on < away.there_since or Finding.MOVED_AWAY in told.settled:
        return {}
    since, back = max(said.since, away.there_since), said.expected_return
    moving = ChangeAway.model_validate(
        {
            "from": since,
            "expected_return": back if back is None or back >= since else None,
            "destination": said.destination,
            "address": said.address,
            "phone": said.phone,
            "fixed_place": said.fixed_place,
            "reason": said.reason or reason,
        }
    )
    return {Finding.MOVED_ON: moving}


def _contact(card: ContactCard, answers: Answers) -> dict[Finding, dict[str, Any]]:
    """Fields of a contact card that the answers say otherwise."""
    changed: dict[Finding, dict[str, Any]] = {}
    if answers.phone and _digits(answers.phone) != _digits(card.phone or ""):
        changed[Finding.PHONE] = {"phone": answers.phone}
    if answers.address and answers.address != (card.address.text if card.address else None):
        changed[Finding.ADDRESS] = {"address": answers.address}
    if answers.family and (family := _with(card.family, answers.family)) is not None:
        changed[Finding.FAMILY] = {"family": family}
    if answers.lives_alone is not None and answers.lives_alone != card.lives_alone:
        changed[Finding.LIVES_ALONE] = {"lives_alone": answers.lives_alone}
    return changed


def _with(family: Sequence[Relative], said: Relative) -> tuple[Relative, ...] | None:
    """The family with what was said of one of them; None if that is known. What was not said of a name stays; somebody
    new comes first, as whom to call.
    """
    known = next((one for one in family if one.name == said.name), said)
    told = known.model_copy(update={name: value for name, value in said if value is not None})
    if told in family:
        return None
    return (told, *(one for one in family if one.name != said.name))


def _digits(phone: str) -> str:
    return "".join(filter(str.isalnum, phone))
