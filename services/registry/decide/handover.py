"""Stream `handover`: a unit's batch is opened, listed, decided line by line, closed (DOMAIN R2).

What came of it stands with the members, in the same append. What is remembered of a batch to decide it:
`handover_state`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from events.facts.base import Fact
from events.facts.decision import Decision, Decisions, Happened, Refused, facts, nothing, refused
from events.facts.handover import (
    Cancelled,
    Closed,
    DecisionWithdrawn,
    ListedRow,
    Opened,
    PeopleListed,
    PersonAccepted,
    PersonRefused,
    PersonUnlisted,
    Reopened,
)
from events.facts.member_handover import TakenOver, TakeOverWithdrawn
from events.facts.nominee import Nominated, Nominee, Remarked
from services.registry.decide.handover_state import (
    ROWS_MAX,
    Batch,
    CloseHandover,
    Listed,
    ListPeople,
    OpenHandover,
    RefusePerson,
    Row,
    RowStage,
    Stage,
    Take,
    WithdrawDecision,
)
from services.registry.decide.member import Member, unable

# ── decide ───────────────────────────────────────────────────────────────────────────────────────────────────────


def unable_batch(batch: Batch) -> Refused | None:
    """Why nothing can be changed in this batch any more, or yet; None if it can."""
    match batch.stage:
        case Stage.OPEN:
            return None
        case Stage.UNKNOWN:
            return refused("no_handover")
        case Stage.CLOSED:
            return refused("handover_closed", on=batch.closed_on)
        case Stage.CANCELLED:
            return refused("handover_cancelled")


def open_batch(batch: Batch, command: OpenHandover, today: date, *, employer: str) -> Decision:
    """A batch begins; the same request again is the same batch."""
    if batch.stage is not Stage.UNKNOWN:
        return nothing()
    on = command.on or today
    if on > today:
        return refused("in_future", day=on, today=today)
    return facts(Opened(employer=employer, employer_name=command.employer), on=on)


def list_people(batch: Batch, command: ListPeople, nominees: Sequence[str], today: date, *, batch_id: str) -> Decisions:
    """People come onto the list, each as the nominee of that place. Whoever is on it already is passed over."""
    if refusal := unable_batch(batch):
        return refusal
    there = {row.nominee_id for row in batch.rows.values()}
    fresh: dict[str, Listed] = {}
    for nominee_id, one in zip(nominees, command.people, strict=True):
        if nominee_id not in there:
            fresh.setdefault(nominee_id, one)
    if not fresh:
        return {}
    if len(there) + len(fresh) > ROWS_MAX:
        return refused("too_many_rows", most=ROWS_MAX, rows=len(there) + len(fresh))
    on = batch.on or today
    rows: list[ListedRow] = []
    happened: dict[str, Happened] = {}
    for number, (nominee_id, one) in enumerate(fresh.items(), batch.listed + 1):
        rows.append(ListedRow(row=number, nominee_id=nominee_id, funds_fen=one.funds_fen))
        person = Nominee(name=one.name, id_number=one.id_number)
        named = Nominated(
            batch_id=batch_id, row=number, employer=batch.employer, funds_fen=one.funds_fen, person=person
        )
        happened[nominee_id] = facts(named, on=on)
    return {batch_id: facts(PeopleListed(rows=tuple(rows)), on=on), **happened}


def unlist(batch: Batch, row: int, today: date) -> Decision:
    """A line is taken off the list, while nothing was decided about it."""
    if refusal := unable_batch(batch):
        return refusal
    if row not in batch.rows:
        return nothing()
    if batch.rows[row].stage is not RowStage.OPEN:
        return refused("row_decided")
    return facts(PersonUnlisted(row=row), on=today)


def accept(
    batch: Batch, members: Sequence[Member], takes: Sequence[Take], today: date, *, batch_id: str
) -> tuple[Decisions, dict[int, Refused]]:
    """These lines are these members, who are taken over; and why others cannot be, by line.

    A single one that cannot be taken over is a refusal of the whole.
    """
    if refusal := unable_batch(batch):
        return refusal, {}
    happened: dict[str, Happened] = {}
    accepted: list[Fact] = []
    left_out: dict[int, Refused] = {}
    for take, member in zip(takes, members, strict=True):
        row = batch.rows.get(take.row)
        if row is not None and row.stage is RowStage.ACCEPTED and row.member_id == take.member:
            continue
        if refusal := _not_to_take(row, member, twice=take.member in happened):
            left_out[take.row] = refusal
            continue
        assert row is not None
        accepted.append(PersonAccepted(row=take.row, member_id=take.member))
        taken = TakenOver(
            employer=batch.employer,
            employer_name=batch.employer_name,
            batch_id=batch_id,
            row=take.row,
            funds_fen=row.funds_fen,
        )
        happened[take.member] = facts(taken, on=max(batch.on or today, member.enrolled_on or date.min))
    if len(takes) == 1 and left_out:
        return next(iter(left_out.values())), left_out
    if accepted:
        happened[batch_id] = facts(*accepted, on=today)
    return happened, left_out


def _not_to_take(row: Row | None, member: Member, *, twice: bool) -> Refused | None:
    if row is None:
        return refused("no_row")
    if row.stage is not RowStage.OPEN:
        return refused("row_decided")
    if refusal := unable(member):
        return refusal
    if member.employer.path or twice:
        return refused("taken_over_already", employer=member.employer.name, since=member.employer.since)
    return None


def refuse(batch: Batch, command: RefusePerson, note: str | None, today: date, *, batch_id: str) -> Decisions:
    """The line's person is not taken over. `note` is what the receipt says of it now."""
    if refusal := unable_batch(batch):
        return refusal
    row = batch.rows.get(command.row)
    if row is None:
        return refused("no_row")
    if row.stage not in (RowStage.OPEN, RowStage.REFUSED):
        return refused("row_decided")
    happened: dict[str, Happened] = {}
    if (row.stage, row.why) != (RowStage.REFUSED, command.why):
        happened[batch_id] = facts(PersonRefused(row=command.row, why=command.why), on=today)
    if (command.note or "") != (note or ""):
        said = Remarked(batch_id=batch_id, row=command.row, note=command.note or "")
        happened[row.nominee_id] = facts(said, on=today)
    return happened


def withdraw(
    batch: Batch, member: Member | None, command: WithdrawDecision, today: date, *, batch_id: str
) -> Decisions:
    """What was decided about a line is withdrawn; whoever was taken over by it is not any more."""
    if batch.stage not in (Stage.OPEN, Stage.CLOSED):
        return unable_batch(batch) or {}
    row = batch.rows.get(command.row)
    if row is None:
        return refused("no_row")
    if row.stage in (RowStage.OPEN, RowStage.WITHDRAWN):
        return {}
    if batch.stage is Stage.CLOSED and row.stage is RowStage.REFUSED:
        return refused("handover_closed", on=batch.closed_on)
    if batch.stage is Stage.CLOSED and not command.reason:
        return refused("reason_needed")
    happened = {batch_id: facts(DecisionWithdrawn(row=command.row, final=batch.stage is Stage.CLOSED), on=today)}
    if row.member_id and member is not None and member.employer.by(batch_id, command.row):
        if member.alias.into is not None:
            return refused("merged", into=member.alias.into)
        back = TakeOverWithdrawn(employer=batch.employer, batch_id=batch_id, row=command.row)
        happened[row.member_id] = facts(back, on=today)
    return happened


def close(batch: Batch, command: CloseHandover, today: date) -> Decision:
    """Both sides sign: every line is decided, and the money is counted."""
    if batch.stage is Stage.CLOSED:
        return nothing()
    if refusal := unable_batch(batch):
        return refusal
    if not batch.rows:
        return refused("nobody_listed")
    if waiting := len(batch.at(RowStage.OPEN)):
        return refused("rows_open", rows=waiting)
    received = batch.funds_fen if command.funds_fen is None else command.funds_fen
    counts = {"accepted": len(batch.at(RowStage.ACCEPTED)), "refused": len(batch.at(RowStage.REFUSED))}
    return facts(Closed(funds_fen=received, **counts), on=today)


def reopen(batch: Batch, today: date) -> Decision:
    """Closing it was a slip: only on the same day, before the receipt is filed on both sides."""
    if batch.stage is not Stage.CLOSED:
        return unable_batch(batch) or nothing()
    if batch.closed_on != today or batch.at(RowStage.WITHDRAWN):
        return refused("closed_earlier", on=batch.closed_on)
    return facts(Reopened(), on=today)


def cancel(batch: Batch, today: date) -> Decision:
    """The batch as a whole was a mistake."""
    if batch.stage is Stage.CANCELLED:
        return nothing()
    if refusal := unable_batch(batch):
        return refusal
    if accepted := len(batch.at(RowStage.ACCEPTED)):
        return refused("has_accepted", people=accepted)
    return facts(Cancelled(), on=today)
