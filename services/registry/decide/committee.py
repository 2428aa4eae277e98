"""Committees: who was elected to which post, and until when by the rules (DOMAIN R3)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Self

from pydantic import Field, model_validator

from events.facts.branch import BranchKind, CommitteeElected, Post, Seat
from events.facts.decision import Command, Decision, facts, nothing, refused
from services.registry.decide.branch import Branch, ended
from services.registry.decide.branch_life import Members
from services.registry.decide.days import months_after
from services.registry.decide.member import Member, Standing
from services.registry.decide.policy import BranchesPolicy, QuorumRule

SEATS_MAX = 30


class ElectCommittee(Command):
    """These were elected on `on` (today): the whole committee. `by_election`: for the rest of the term that runs.

    One of them is the secretary; one person may hold several posts.
    """

    seats: Annotated[tuple[Seat, ...], Field(min_length=1, max_length=SEATS_MAX)]
    on: date | None = None
    by_election: bool = False

    @model_validator(mode="after")
    def _one_secretary(self) -> Self:
        if sum(seat.post is Post.SECRETARY for seat in self.seats) != 1:
            raise ValueError("seats must name exactly one secretary")
        if len(set(self.seats)) != len(self.seats):
            raise ValueError("seats must not name the same person for the same post twice")
        return self

    @property
    def people(self) -> tuple[str, ...]:
        """Everybody elected, each once."""
        return tuple(dict.fromkeys(seat.member_id for seat in self.seats))


def elect_committee(
    branch: Branch,
    members: Members,
    command: ElectCommittee,
    rules: BranchesPolicy,
    voting: QuorumRule,
    today: date,
    *,
    branch_id: str,
) -> Decision:
    """A committee is put on record; `members` are those elected. It may have been before the branch was on record."""
    on, general = command.on or today, branch.kind is BranchKind.GENERAL
    if refusal := ended(branch):
        return refusal
    before = branch.committee
    if before is not None and (before.seats, branch.elected_on) == (command.seats, on):
        return nothing()
    if on > today:
        return refused("in_future", day=on, today=today)
    if branch.elected_on is not None and on < branch.elected_on:
        return refused("before_last_election", day=on, since=branch.elected_on)
    strangers = [one for one, state in members.items() if not _stands(state, None if general else branch_id)]
    if strangers:
        return refused("not_in_branch", member_ids=strangers, name=branch.name)
    new = [one for one, state in members.items() if not voting.may_vote(state.joined_on, state.full_member_on, on)]
    if new:
        return refused("not_full_members", member_ids=new, on=on)
    if command.by_election:
        if before is None or on > before.until:
            return refused("no_term", name=branch.name)
        return facts(before.model_copy(update={"seats": command.seats, "by_election": True}), on=on)
    term = rules.term_of(general=general)
    until = months_after(on, 12 * term.years) - timedelta(days=1)
    return facts(CommitteeElected(seats=command.seats, term_from=on, until=until, clause=term.clause), on=on)


def _stands(member: Member, branch_id: str | None) -> bool:
    return member.standing is Standing.ENROLLED and branch_id in (None, member.branch_id)
