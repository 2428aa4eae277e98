"""What the outbox and the API ask: what is to be told, to whom, by which way, because of what; and what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from events.facts.notice import Channel, RecipientKind
from events.log.project.keyset import PAGE_DEFAULT, Page, paged, read_token
from events.log.project.sql import inside, path_text
from services.notify.project import branch, cause, notice, recipient

OPEN: Final = "open"
"""Asks for everything that somebody must work on."""

_n, _m, _b, _c = notice.table.c, recipient.table.c, branch.table.c, cause.table.c
_about = recipient.table.alias("about")
_told = recipient.table.alias("told")
"""The record a notice was intended for; `_m` is the one that stands for the person."""
_is_branch = _n.recipient == RecipientKind.BRANCH.value


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which notices are asked for; what is left empty does not matter."""

    member_id: str = ""
    """Told to this member, or about them."""
    state: str = ""
    channel: str = ""
    worker: str = ""
    """Told to the worker of this account, and nobody else."""
    community: str = ""


def _query() -> Select[Any]:
    """Notices with how their recipients are reached now; `branch` is the recipient, or the branch of the member."""
    columns = [column for column in notice.table.columns if column.name != "community"]
    return select(
        *columns,
        path_text(_n.community),
        case((_is_branch, _b.name), else_=_m.name).label("recipient_name"),
        _m.phone,
        _m.address,
        _m.family,
        _m.away_since,
        _m.away_to,
        _m.away_phone,
        _m.away_address,
        _m.state.label("recipient_state"),
        _b.name.label("branch"),
        _b.contact_name,
        _b.contact_phone,
        _about.c.name.label("about_name"),
        _c.type.label("cause_type"),
        _c.effective.label("cause_on"),
    ).select_from(
        notice.table.outerjoin(
            _told, and_(_told.c.member_id == _n.recipient_id, _n.recipient == RecipientKind.MEMBER.value)
        )
        .outerjoin(recipient.table, _m.member_id == func.coalesce(_told.c.merged_into, _told.c.member_id))
        .outerjoin(branch.table, _b.branch_id == case((_is_branch, _n.recipient_id), else_=_m.branch_id))
        .outerjoin(_about, _about.c.member_id == _n.about_member)
        .outerjoin(cause.table, _c.fact_id == _n.because)
    )


async def one(db: AsyncConnection, notice_id: str, worker: str = "") -> dict[str, Any] | None:
    """A notice with what is known of its recipient; None if the scope, or the worker, has no such notice."""
    query = _query().where(_n.notice_id == notice_id, *_of_worker(worker))
    row = (await db.execute(query)).one_or_none()
    return None if row is None else dict(row._mapping)


async def newest(db: AsyncConnection, wanted: Wanted, *, size: int = PAGE_DEFAULT, token: str = "") -> Page:
    """A page of notices, newest first. Raises `BadToken`."""
    query = _query().where(*_conditions(wanted)).order_by(_n.intended_at.desc(), _n.notice_id.desc())
    if after := read_token(token, datetime, str):
        query = query.where(tuple_(_n.intended_at, _n.notice_id) < after)
    rows = [dict(row._mapping) for row in await db.execute(query.limit(size + 1))]
    return paged(rows, size, "intended_at", "notice_id")


async def waiting(db: AsyncConnection, wanted: Wanted, limit: int) -> list[dict[str, Any]]:
    """What waits to be told, what was never tried first, then the oldest first."""
    untried = func.jsonb_array_length(_n.attempts)
    query = _query().where(*_conditions(wanted)).order_by(untried, _n.intended_at, _n.notice_id).limit(limit)
    return [dict(row._mapping) for row in await db.execute(query)]


async def counts(db: AsyncConnection, wanted: Wanted) -> Mapping[str, int]:
    """How many of those asked for stand in each state, whatever state was asked for; `open` is what waits."""
    query = select(_n.state, func.count().label("number")).where(*_conditions(wanted, state=False)).group_by(_n.state)
    found = dict.fromkeys(notice.STATES, 0)
    found.update((row.state, row.number) for row in await db.execute(query))
    return found | {OPEN: sum(found[state] for state in notice.OPEN)}


async def waiting_by_channel(db: AsyncConnection, worker: str = "") -> Mapping[str, int]:
    """How many wait on each way."""
    query = (
        select(_n.channel, func.count().label("number"))
        .where(*_conditions(Wanted(state=OPEN, worker=worker)))
        .group_by(_n.channel)
    )
    found = dict.fromkeys((channel.value for channel in Channel), 0)
    found.update((row.channel, row.number) for row in await db.execute(query))
    return found


async def pending_about(db: AsyncConnection, member_id: str) -> Sequence[Mapping[str, Any]]:
    """What waits to be told to this member or about them: `notice_id`, `recipient_id`, `policy`."""
    query = select(_n.notice_id, _n.recipient_id, _n.policy).where(
        _n.state.in_(notice.OPEN), or_(_n.recipient_id == member_id, _n.about_member == member_id)
    )
    return [dict(row._mapping) for row in await db.execute(query)]


def _conditions(wanted: Wanted, *, state: bool = True) -> list[ColumnElement[bool]]:
    found = [inside(_n.community, wanted.community), or_(_n.state.not_in(notice.OPEN), _stands(wanted.member_id))]
    found += _of_worker(wanted.worker)
    if wanted.member_id:
        records = recipient.records_of(wanted.member_id)
        found.append(or_(_n.recipient_id.in_(records), _n.about_member.in_(records)))
    if wanted.channel:
        found.append(_n.channel == wanted.channel)
    if state and wanted.state == OPEN:
        found.append(_n.state.in_(notice.OPEN))
    elif state and wanted.state:
        found.append(_n.state == wanted.state)
    return found


def _of_worker(worker: str) -> list[ColumnElement[bool]]:
    return [_n.recipient == RecipientKind.WORKER.value, _n.recipient_id == worker] if worker else []


def _stands(member_id: str) -> ColumnElement[bool]:
    """What waits for a record, or is about it, while another one stands for the person: told as long as that one lives,
    unless the same words are told for that one anyway. Asked for by the record itself, nothing is left out.
    """
    whose = func.coalesce(_n.about_member, _n.recipient_id)
    absorbed, kept = recipient.table.alias("absorbed"), recipient.table.alias("kept")
    twin = notice.table.alias("twin").c
    said_anyway = (
        select(twin.notice_id)
        .where(func.coalesce(twin.about_member, twin.recipient_id) == kept.c.member_id, twin.text == _n.text)
        .where(twin.policy == _n.policy, twin.state != notice.SUPPRESSED)
        .correlate(kept, notice.table)
        .exists()
    )
    merged = select(absorbed.c.member_id).where(absorbed.c.merged_into.is_not(None))
    living = (
        select(kept.c.member_id)
        .join_from(kept, absorbed, absorbed.c.merged_into == kept.c.member_id)
        .where(absorbed.c.member_id == whose, kept.c.state == recipient.ON_ROLL, ~said_anyway)
        .correlate(notice.table)
        .exists()
    )
    return or_(whose == member_id, whose.not_in(merged), living)
