"""Stream `centre`: a member opens the house, closes it, and who belongs to it. Who belongs is kept on the member."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field

from events.facts.base import Fact
from events.facts.centre import CentreClosed, CentreDesignated
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
from events.facts.member_centre import CentreJoined, CentreLeft, HostDeclined, HostDeclineWithdrawn
from services.registry.decide.member import Member, unable
from services.registry.decide.values import Text

EntityKey = Annotated[str, Field(pattern=r"^[0-9A-Za-z_-]{1,64}$")]


class DesignateHost(Command):
    """This member opens the house from today on; they agreed to it on `agreed_on`."""

    host: EntityKey
    agreed_on: date


class CloseCentre(Command):
    """The house is no centre any more from today on. `reason` goes into the fact's envelope."""

    reason: Text


class JoinCentre(Command):
    """The member belongs to this centre from today on."""

    centre: EntityKey


class LeaveCentre(Command):
    """The member belongs to no centre from today on. `reason` goes into the fact's envelope."""

    reason: Text


class DeclineHost(Command):
    """The member does not wish to go to this host's house."""

    host: EntityKey
    reason: Text


class WithdrawDecline(Command):
    """The wish against this host is no more."""

    host: EntityKey


class Placing(Command):
    """One change of a proposal: `member` goes from `came_from` to `centre`, None standing for no centre."""

    member: EntityKey
    came_from: EntityKey | None = None
    centre: EntityKey | None = None


class AcceptPlacings(Command):
    """These changes of a proposal, together. One atomic batch of the log holds a thousand facts."""

    proposal_id: EntityKey
    changes: Annotated[tuple[Placing, ...], Field(min_length=1, max_length=1000)]


# ── State ────────────────────────────────────────────────────────────────────────────────────────────────────────


class Centre(BaseModel):
    """What decisions about a centre need to remember; without a host there is none yet."""

    model_config = ConfigDict(frozen=True)

    host_id: str = ""
    closed: bool = False

    @property
    def stands(self) -> bool:
        """True while members may belong to it."""
        return bool(self.host_id) and not self.closed


# ── evolve ───────────────────────────────────────────────────────────────────────────────────────────────────────


def evolve(centre: Centre, fact: Fact, effective: date) -> Centre:
    """The centre after a fact. Raises `UnknownFact` on a fact of another stream."""
    match fact:
        case CentreDesignated():
            return Centre(host_id=fact.host_id)
        case CentreClosed():
            return centre.model_copy(update={"closed": True})
        case _:
            raise UnknownFact("centre", fact)


CENTRE: Final = Decider(owner="registry", stream="centre", initial=Centre(), evolve=evolve)


# ── decide ───────────────────────────────────────────────────────────────────────────────────────────────────────


def designate(centre: Centre, host: Member, command: DesignateHost, today: date, *, centre_id: str) -> Decisions:
    """A member who is here and agreed opens the house, and belongs to it: both facts or none."""
    if host.household.hosts:
        return {}
    if refusal := unable(host):
        return refusal
    if host.away is not None:
        return refused("host_away", since=host.away.since)
    if command.agreed_on > today:
        return refused("in_future", day=command.agreed_on, today=today)
    if centre.host_id:
        return refused("no_centre")
    joined = CentreJoined(centre_id=centre_id, came_from=host.household.centre_id, hosts=True)
    return {
        centre_id: facts(CentreDesignated(host_id=command.host, agreed_on=command.agreed_on), on=today),
        command.host: facts(joined, on=today),
    }


def close(centre: Centre, people: Mapping[str, Member], today: date, *, centre_id: str) -> Decisions:
    """The house closes; everybody of `people` who still belongs to it leaves in the same append."""
    if not centre.host_id:
        return refused("no_centre")
    if centre.closed:
        return {}
    left = facts(CentreLeft(centre_id=centre_id), on=today)
    leaving = {each: left for each, one in people.items() if one.household.centre_id == centre_id}
    return {centre_id: facts(CentreClosed(), on=today), **leaving}


def join(
    member: Member, centre: Centre, command: JoinCentre, today: date, *, proposal_id: str | None = None
) -> Decision:
    """The member goes to a centre. How many are there already is no reason to refuse: a person decides."""
    if refusal := unable(member):
        return refusal
    if not centre.stands:
        return refused("no_centre")
    if member.household.centre_id == command.centre:
        return nothing()
    if member.household.hosts:
        return refused("hosts_already")
    if centre.host_id in member.household.declined:
        return refused("host_declined")
    came_from = member.household.centre_id
    return facts(CentreJoined(centre_id=command.centre, came_from=came_from, proposal_id=proposal_id), on=today)


def leave(member: Member, today: date, *, proposal_id: str | None = None) -> Decision:
    """The member goes to no centre."""
    if member.household.hosts:
        return refused("hosts_already")
    if member.household.centre_id is None:
        return nothing()
    return facts(CentreLeft(centre_id=member.household.centre_id, proposal_id=proposal_id), on=today)


def decline(member: Member, command: DeclineHost, today: date, *, member_id: str) -> Decision:
    """Not this host."""
    if refusal := unable(member):
        return refusal
    if command.host == member_id:
        return refused("own_house")
    if command.host in member.household.declined:
        return nothing()
    return facts(HostDeclined(host_id=command.host, why=command.reason), on=today)


def withdraw_decline(member: Member, command: WithdrawDecline, today: date) -> Decision:
    """This host after all."""
    if command.host not in member.household.declined:
        return nothing()
    return facts(HostDeclineWithdrawn(host_id=command.host), on=today)


def place(
    members: Sequence[Member], centres: Mapping[str, Centre], command: AcceptPlacings, today: date
) -> tuple[dict[str, Happened], dict[str, str]]:
    """What of a proposal can still be done, by member, and why the rest cannot: a refusal's code.

    Whoever changed since the proposal was made (`moved_meanwhile`, `away_meanwhile`, a new wish, a death) is left out.
    """
    happened: dict[str, Happened] = {}
    left_out: dict[str, str] = {}
    for member, change in zip(members, command.changes, strict=True):
        outcome = _placed(member, centres, change, command.proposal_id, today)
        if isinstance(outcome, Refused):
            left_out[change.member] = outcome.code
        elif outcome.facts:
            happened[change.member] = outcome
        else:
            left_out[change.member] = "already_there"
    return happened, left_out


def _placed(member: Member, centres: Mapping[str, Centre], change: Placing, proposal_id: str, today: date) -> Decision:
    if member.household.centre_id not in (change.came_from, change.centre):
        return refused("moved_meanwhile")
    if change.centre is None:
        return leave(member, today, proposal_id=proposal_id)
    if member.away is not None:
        return refused("away_meanwhile")
    target: Any = centres.get(change.centre, Centre())
    return join(member, target, JoinCentre(centre=change.centre), today, proposal_id=proposal_id)
