"""Stream `member`: a member applies to leave; a person approves or refuses; then the member leaves."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field

from events.facts.decision import Command, Decision, Refused, facts, nothing, refused
from events.facts.member import AwayKind
from events.facts.member_application import (
    AwayApplicationApproved,
    AwayApplicationRefused,
    AwayApplicationWithdrawn,
    AwayApplied,
)
from services.registry.decide.absence import Application
from services.registry.decide.away_policy import AwayPolicy
from services.registry.decide.commands import Leaving, MoveAway
from services.registry.decide.member import Member, kept_in_touch, move_away, unable
from services.registry.decide.values import Text

ApplicationKey = Annotated[str, Field(pattern=r"^[0-9A-Za-z_-]{1,64}$")]


class ApplyAway(Leaving):
    """The member asks to leave on `from`, which may lie ahead; asked on `applied_on` (today)."""

    applied_on: date | None = None


class ApproveAway(Command):
    """Yes. How the member is kept in touch is the policy's to say, unless `kind` says otherwise, and `why_kind` why."""

    application: ApplicationKey
    kind: AwayKind | None = None
    why_kind: Text | None = None


class RefuseAway(Command):
    """No, and why."""

    application: ApplicationKey
    reason: Text


class WithdrawAway(Command):
    """The member does not leave after all."""

    application: ApplicationKey
    reason: Text


class LeaveAway(Command):
    """The member left on this day, as was approved."""

    application: ApplicationKey
    on: date


_APPLIED = {"since", "expected_return", "destination", "address", "phone", "fixed_place", "intermittent", "reason"}


def apply(member: Member, command: ApplyAway, today: date, *, application_id: str) -> Decision:
    """Somebody who is here asks to leave. The same again is there already; another needs the first withdrawn."""
    if refusal := unable(member):
        return refusal
    if member.away is not None:
        return refused("already_away", since=member.away.since, kind=member.away.kind)
    on, asked = command.applied_on or today, member.absence.application
    if on > today:
        return refused("in_future", day=on, today=today)
    if asked is not None:
        same = (asked.since, asked.destination) == (command.since, command.destination)
        return nothing() if same else refused("already_applied", destination=asked.destination, since=asked.since)
    if member.returned_on is not None and command.since < member.returned_on:
        return refused("before_last_return", since=command.since, returned_on=member.returned_on)
    return facts(AwayApplied(application_id=application_id, **command.model_dump(include=_APPLIED)), on=on)


def _asked(member: Member, application_id: str) -> Application | Refused:
    """The application that waits, or was approved and waits for the day of leaving."""
    asked = member.absence.application
    if asked is None or asked.application_id != application_id:
        return refused("no_application")
    return asked


def approve(member: Member, command: ApproveAway, policy: AwayPolicy, today: date) -> Decision:
    """Yes. A person may choose another kind than the policy's, and says why; both stand in the fact."""
    if refusal := unable(member):
        return refusal
    asked = _asked(member, command.application)
    if isinstance(asked, Refused):
        return asked
    kept = kept_in_touch(leaving(asked, asked.since, command.kind, command.why_kind), policy, today)
    if isinstance(kept, Refused):
        return kept
    if asked.kind is not None:
        return nothing() if asked.kind is kept.kind else refused("already_approved", kind=asked.kind)
    return facts(AwayApplicationApproved(application_id=asked.application_id, **kept._asdict()), on=today)


def refuse(member: Member, command: RefuseAway, today: date) -> Decision:
    """No. What was approved is not refused afterwards: it is withdrawn."""
    if command.application in member.absence.closed:
        return nothing()
    asked = _asked(member, command.application)
    if isinstance(asked, Refused):
        return asked
    if asked.kind is not None:
        return refused("already_approved", kind=asked.kind)
    return facts(AwayApplicationRefused(application_id=asked.application_id, why=command.reason), on=today)


def withdraw(member: Member, command: WithdrawAway, today: date) -> Decision:
    """The member does not leave after all."""
    if command.application in member.absence.closed:
        return nothing()
    asked = _asked(member, command.application)
    if isinstance(asked, Refused):
        return asked
    return facts(AwayApplicationWithdrawn(application_id=asked.application_id, why=command.reason), on=today)


def leave(member: Member, command: LeaveAway, policy: AwayPolicy, today: date) -> Decision:
    """The member left: what was applied for becomes the absence. What a person chose holds; the policy looks anew at
    the day on which they really left.
    """
    if refusal := unable(member):
        return refusal
    if command.application in member.absence.closed:
        return nothing() if member.away is not None and member.away.since == command.on else refused("no_application")
    asked = _asked(member, command.application)
    if isinstance(asked, Refused):
        return asked
    if asked.kind is None:
        return refused("not_approved")
    if asked.expected_return is not None and asked.expected_return < command.on:
        return refused("back_before_leaving", on=command.on, expected_return=asked.expected_return)
    chosen = asked.kind if asked.policy_kind is not None else None
    return move_away(member, leaving(asked, command.on, chosen, asked.why_other or "—"), policy, today)


def leaving(asked: Application, on: date, kind: AwayKind | None, why: str | None) -> MoveAway:
    """The application as leaving on that day. What cannot be read any more (the person was erased) is a dash."""
    return MoveAway.model_construct(
        since=on, kind=kind, why_kind=why, reason=asked.reason or "—",
        **asked.model_dump(include=_APPLIED - {"since", "reason"}),
    )  # fmt: skip
