"""What was written about a branch and its members behind a mark: the question of "what changed since I last looked"."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any, Final

from sqlalchemy import ColumnElement, LargeBinary, bindparam, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from events.log.port import Message
from services.registry.project import belonging, elsewhere, history
from services.registry.project.desk import Mark

MOST: Final = 400
"""Facts one list shows, and the last number that is counted to."""
_b, _f, _t = belonging.table.c, history.fact.c, elsewhere.told.c


@dataclass(frozen=True, slots=True)
class Behind:
    """What lies behind a mark. `since`: what was written before that moment is old anyway."""

    branch_id: str
    mark: Mark
    today: date
    since: datetime | None = None
    but_by: str = ""
    """An account whose own doings are no news to it."""


@dataclass(frozen=True, slots=True)
class Written:
    """Envelopes of the branch and its members, still closed, and lines told elsewhere; newest first."""

    messages: Sequence[Message]
    told: Sequence[Mapping[str, Any]]
    more: bool
    newest: Mark
    """Where it ends."""


async def written(db: AsyncConnection, asked: Behind) -> Written:
    """What was written behind the mark about the branch, and about whoever belonged to it when that was written."""
    spans = await _spans(db, asked)
    facts = select(_f.seq, _f.entity, _f.body).where(*_own(asked, spans)).order_by(_f.seq.desc()).limit(MOST + 1)
    rows = (await db.execute(facts)).all()
    told = await _told(db, asked, spans)
    messages = [Message(history.STREAM, row.seq, "", row.body) for row in rows[:MOST] if _counts(row, spans)]
    ends = Mark(
        max([asked.mark.through, *(row.seq for row in rows)]), max([asked.mark.told, *(line["seq"] for line in told)])
    )
    return Written(messages, told[:MOST], len(rows) > MOST or len(told) > MOST, ends)


async def newest(db: AsyncConnection, asked: Behind) -> Mark:
    """Where what lies behind the mark ends."""
    return (await written(db, asked)).newest


async def count(db: AsyncConnection, asked: Behind) -> int:
    """How much that is, up to `MOST`."""
    spans = await _spans(db, asked)
    rows = (await db.execute(select(_f.seq, _f.entity).where(*_own(asked, spans)).limit(MOST))).all()
    told = await _told(db, asked, spans)
    return min(MOST, sum(_counts(row, spans) for row in rows) + len(told))


async def _told(db: AsyncConnection, asked: Behind, spans: Mapping[str, _Spans]) -> Sequence[Mapping[str, Any]]:
    """What other services told of those who belong to the branch now."""
    here = [member_id for member_id, each in spans.items() if each and each[-1][1] is None]
    columns = [column for column in elsewhere.told.columns if column.name != "community"]
    query = select(*columns).where(_t.member_id.in_(here), _t.seq > asked.mark.told, _t.actor != asked.but_by)
    if asked.since is not None:
        query = query.where(_t.recorded >= asked.since)
    rows = await db.execute(query.order_by(_t.recorded.desc()).limit(MOST + 1))
    return [dict(row._mapping) for row in rows]


def _own(asked: Behind, spans: Mapping[str, _Spans]) -> list[ColumnElement[bool]]:
    of_members = (_f.stream == "member") & _f.entity.in_(list(spans))
    of_branch = (_f.stream == "branch") & (_f.entity == asked.branch_id)
    found = [or_(of_members, of_branch), _f.seq > asked.mark.through]
    if asked.since is not None:
        found.append(_f.recorded >= asked.since)
    if asked.but_by:
        # The envelope's head has the actor in one place and in one spelling (`envelope.finish`).
        by = f'"actor":{json.dumps(asked.but_by, ensure_ascii=False)},"correlationid":'.encode()
        found.append(func.position(bindparam("by", by, LargeBinary).op("IN")(_f.body)) == literal(0))
    return found


# ── who belonged to it when ──────────────────────────────────────────────────────────────────────────────────────

_Spans = list[tuple[int, int | None]]
"""From which sequence to which (None: still) somebody belonged to the branch, as the log went on."""


def _counts(row: Any, spans: Mapping[str, _Spans]) -> bool:
    """Whether a fact is about the branch itself, or about somebody who belonged to it when it was written."""
    if row.entity not in spans:
        return True
    return any(first <= row.seq <= (last or row.seq) for first, last in spans[row.entity])


async def _spans(db: AsyncConnection, asked: Behind) -> dict[str, _Spans]:
    """Of everybody who is in the branch, or left it behind the mark."""
    ever = select(_b.member_id).where(_b.branch_id == asked.branch_id)
    query = select(_b.member_id, _b.since, _b.branch_id, _b.ended, _b.seq).where(_b.member_id.in_(ever))
    rows = [row._asdict() for row in await db.execute(query.order_by(_b.member_id, _b.seq))]
    found = {}
    for member_id, theirs in groupby(rows, lambda row: row["member_id"]):
        spans = spans_of(theirs, asked.branch_id, asked.today)
        if spans and (spans[-1][1] is None or spans[-1][1] > asked.mark.through):
            found[str(member_id)] = spans
    return found


def spans_of(rows: Iterable[Mapping[str, Any]], branch_id: str, today: date) -> _Spans:
    """When one member's rows of `belonging`, in the order they were written, made them belong to a branch."""
    spans: _Spans = []
    known: list[Mapping[str, Any]] = []
    for row in rows:
        known.append(row)
        holds = belonging.at(known, today)
        inside = holds is not None and holds["branch_id"] == branch_id
        belonged = bool(spans) and spans[-1][1] is None
        if inside and not belonged:
            spans.append((row["seq"], None))
        elif belonged and not inside:
            spans[-1] = (spans[-1][0], row["seq"])
    return spans
