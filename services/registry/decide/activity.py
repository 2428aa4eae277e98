"""Stream `activity`: offered, signed up for, moved up from the waiting list; who came, material at the door, money.

Places are guarded by the activity's own version: two who sign up at once for the last place do not both get it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Final

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from events.facts.activity import (
    ActivityChanged,
    ActivityKind,
    ActivityOffered,
    ActivityTerms,
    CalledOff,
    CameAlong,
    CameTakenBack,
    MaterialDelivered,
    MoneyAllocated,
    MoneySpent,
    MovedUp,
    SignedUp,
    SignUpCancelled,
    SpendingTakenBack,
)
from events.facts.base import Fact
from events.facts.decision import Command, Decider, Decision, Refused, UnknownFact, facts, nothing, refused
from services.registry.decide.centre import EntityKey
from services.registry.decide.member import Member, Standing, unable
from services.registry.decide.values import Line, Name

CAPACITY_MAX: Final = 900
Fen = Annotated[int, Field(ge=0, le=10**9)]


class OfferActivity(Command):
    """An activity is on the menu. A capacity of 0 is no limit."""

    title: Line
    kind: ActivityKind
    starts_at: AwareDatetime
    place: Line | None = None
    capacity: int = Field(default=0, ge=0, le=CAPACITY_MAX)
    branch: EntityKey | None = None
    material: Line | None = None
    sign_up_until: date | None = None

    def terms(self) -> ActivityTerms:
        """What the fact says."""
        return ActivityTerms(branch_id=self.branch, **self.model_dump(exclude={"branch"}))


class ChangeActivity(OfferActivity):
    """The activity as a whole is this now."""


class CallOff(Command):
    """It does not take place. `reason` goes into the fact's envelope."""

    reason: Line


class NoteCame(Command):
    """These members were there."""

    member_ids: Annotated[tuple[EntityKey, ...], Field(min_length=1, max_length=CAPACITY_MAX)]


class Deliver(Command):
    """The material was brought to the door on that day."""

    on: date
    delivered_by: Name


class Allocate(Command):
    """So much money in all is set apart."""

    amount_fen: Fen
    source: Line | None = None


class Spend(Command):
    """So much was paid on that day."""

    amount_fen: Annotated[int, Field(ge=1, le=10**9)]
    what: Line
    on: date


class TakeSpendingBack(Command):
    """A payment was written down by mistake. `reason` goes into the fact's envelope."""

    reason: Line


# ── State ────────────────────────────────────────────────────────────────────────────────────────────────────────


class Activity(BaseModel):
    """What is offered, who has a place and who waits (each in the order of signing up), who was there, the money."""

    model_config = ConfigDict(frozen=True)

    terms: ActivityTerms | None = None
    called_off: bool = False
    signed: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()
    came: tuple[str, ...] = ()
    delivered: Mapping[str, date] = {}
    allocated: tuple[int, str | None] = (0, None)
    spent: Mapping[str, int] = {}
    spent_back: tuple[str, ...] = ()

    @property
    def is_full(self) -> bool:
        """No place is left."""
        return bool(self.terms and self.terms.capacity) and len(self.signed) >= (
            self.terms.capacity if self.terms else 0
        )


# ── evolve ───────────────────────────────────────────────────────────────────────────────────────────────────────


def evolve(activity: Activity, fact: Fact, effective: date) -> Activity:
    """The activity after a fact. Raises `UnknownFact` on a fact of another stream."""
    return activity.model_copy(update=_people(activity, fact, effective))


def _people(known: Activity, fact: Fact, on: date) -> dict[str, Any]:
    match fact:
        case ActivityOffered() | ActivityChanged():
            return {"terms": fact.terms}
        case CalledOff():
            return {"called_off": True}
        case SignedUp(waiting=True):
            return {"waiting": (*known.waiting, fact.member_id)}
        case SignedUp():
            return {"signed": (*known.signed, fact.member_id)}
        case SignUpCancelled():
            return {name: _without(getattr(known, name), fact.member_id) for name in ("signed", "waiting")}
        case MovedUp():
            return {"signed": (*known.signed, fact.member_id), "waiting": _without(known.waiting, fact.member_id)}
        case CameAlong():
            return {"came": (*known.came, *fact.member_ids)}
        case CameTakenBack():
            return {"came": _without(known.came, fact.member_id)}
        case MaterialDelivered():
            return {"delivered": {**known.delivered, fact.member_id: on}}
        case _:
            return _money(known, fact)


def _money(known: Activity, fact: Fact) -> dict[str, Any]:
    match fact:
        case MoneyAllocated():
            return {"allocated": (fact.amount_fen, fact.source)}
        case MoneySpent():
            return {"spent": {**known.spent, fact.spending_id: fact.amount_fen}}
        case SpendingTakenBack():
            left = {each: fen for each, fen in known.spent.items() if each != fact.spending_id}
            return {"spent": left, "spent_back": (*known.spent_back, fact.spending_id)}
        case _:
            raise UnknownFact("activity", fact)


def _without(people: tuple[str, ...], one: str) -> tuple[str, ...]:
    return tuple(each for each in people if each != one)


ACTIVITY: Final = Decider(owner="registry", stream="activity", initial=Activity(), evolve=evolve)


# ── decide ───────────────────────────────────────────────────────────────────────────────────────────────────────


def offer(activity: Activity, command: OfferActivity, today: date) -> Decision:
    """Put it on the menu."""
    if activity.terms is not None:
        return nothing()
    return facts(ActivityOffered(terms=command.terms()), on=today)


def change(activity: Activity, command: ChangeActivity, today: date) -> Decision:
    """It is otherwise now; more places let the waiting list move up, fewer than are taken cannot be."""
    if refusal := _closed(activity):
        return refusal
    terms = command.terms()
    if terms == activity.terms:
        return nothing()
    if terms.capacity and terms.capacity < len(activity.signed):
        return refused("more_signed_up", signed=len(activity.signed))
    free = len(activity.waiting) if not terms.capacity else terms.capacity - len(activity.signed)
    moved = [MovedUp(member_id=each) for each in activity.waiting[:free]]
    return facts(ActivityChanged(terms=terms), *moved, on=today)


def call_off(activity: Activity, today: date) -> Decision:
    """It does not take place; where somebody was there, it did."""
    if activity.called_off:
        return nothing()
    if activity.terms is None:
        return refused("no_activity")
    return refused("took_place", came=len(activity.came)) if activity.came else facts(CalledOff(), on=today)


def sign_up(activity: Activity, member: Member, today: date, *, member_id: str) -> Decision:
    """A place, or the end of the waiting list."""
    if refusal := _closed(activity) or unable(member):
        return refusal
    if member_id in activity.signed or member_id in activity.waiting:
        return nothing()
    last = activity.terms.sign_up_until if activity.terms else None
    if last is not None and today > last:
        return refused("sign_up_over", until=last)
    return facts(SignedUp(member_id=member_id, waiting=activity.is_full), on=today)


def cancel(activity: Activity, today: date, *, member_id: str) -> Decision:
    """The member does not come; whoever waits first has the place."""
    if member_id not in activity.signed:
        waits = member_id in activity.waiting
        return facts(SignUpCancelled(member_id=member_id), on=today) if waits else nothing()
    if member_id in activity.came:
        return refused("was_there")
    moved = [MovedUp(member_id=each) for each in activity.waiting[:1]] if not activity.called_off else []
    return facts(SignUpCancelled(member_id=member_id), *moved, on=today)


def came(
    activity: Activity, members: Mapping[str, Member], names: Mapping[str, str], today: date, day: date
) -> Decision:
    """Who was there, on the day of the activity; all of these or none."""
    if refusal := _closed(activity):
        return refusal
    if day > today:
        return refused("not_begun", day=day)
    for member_id, member in members.items():
        if refusal := _not_alive_on(member, day):
            return refused(refusal.code, **refusal.details, who=names[member_id])
    new = tuple(each for each in members if each not in activity.came)
    return facts(CameAlong(member_ids=new), on=day) if new else nothing()


def came_taken_back(activity: Activity, today: date, *, member_id: str) -> Decision:
    """It was a slip."""
    return facts(CameTakenBack(member_id=member_id), on=today) if member_id in activity.came else nothing()


def deliver(activity: Activity, member: Member, command: Deliver, today: date, *, member_id: str) -> Decision:
    """The material was brought to the door; once each."""
    if refusal := _closed(activity) or _not_alive_on(member, command.on):
        return refusal
    if activity.terms is None or not activity.terms.material:
        return refused("no_material")
    if command.on > today:
        return refused("in_future", day=command.on, today=today)
    if member_id in activity.delivered:
        return nothing()
    return facts(MaterialDelivered(member_id=member_id, delivered_by=command.delivered_by), on=command.on)


def allocate(activity: Activity, command: Allocate, today: date) -> Decision:
    """So much is set apart; less than is spent is pointed out on the page, not refused: it may be so."""
    if refusal := _closed(activity):
        return refusal
    if activity.allocated == (command.amount_fen, command.source):
        return nothing()
    return facts(MoneyAllocated(amount_fen=command.amount_fen, source=command.source), on=today)


def spend(activity: Activity, command: Spend, today: date, *, spending_id: str) -> Decision:
    """Money was paid; also for an activity that was called off, where something had been bought."""
    if spending_id in activity.spent:
        return nothing()
    if activity.terms is None:
        return refused("no_activity")
    if command.on > today:
        return refused("in_future", day=command.on, today=today)
    spent = MoneySpent(spending_id=spending_id, amount_fen=command.amount_fen, what=command.what)
    return facts(spent, on=command.on)


def take_spending_back(activity: Activity, today: date, *, spending_id: str) -> Decision:
    """A payment was written down by mistake."""
    if spending_id in activity.spent_back:
        return nothing()
    if spending_id not in activity.spent:
        return refused("no_spending")
    return facts(SpendingTakenBack(spending_id=spending_id), on=today)


def _closed(activity: Activity) -> Refused | None:
    if activity.terms is None:
        return refused("no_activity")
    return refused("activity_called_off") if activity.called_off else None


def _not_alive_on(member: Member, day: date) -> Refused | None:
    """What was so while somebody lived may be written down later."""
    if member.standing is Standing.DIED and member.died_on is not None and day <= member.died_on:
        return None
    return unable(member)
