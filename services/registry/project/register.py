"""What the register page asks: who is on the roll, found by name, pinyin, initials, phone tail or ID tail."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import ColumnElement, Integer, Select, and_, any_, bindparam, func, literal, or_, select, tuple_
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from events.facts.people import CardField
from events.log.project.keyset import PAGE_DEFAULT, Page, paged, read_token
from events.log.project.sql import begins, inside, path_text
from services.registry.project import branch, elsewhere, member
from services.registry.project.completeness import lost

_m = member.table.c
_CHINESE = ("\u3400", "\u9fff")


@dataclass(frozen=True, slots=True)
class Incomplete:
    """Cards that miss one of these sets of fields (as bits), those that miss most of the weights first."""

    bits: Sequence[int]
    weights: Mapping[CardField, int]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which members are asked for. `state`: one of `member.STATES`, "" for everybody on the roll, `all`."""

    q: str = ""
    state: str = ""
    branch_id: str = ""
    community: str = ""
    only: Sequence[str] = ()
    """These ids and no others."""
    incomplete: Incomplete | None = None


def card_query() -> Select[Any]:
    """A member's card with the branch's name and whether care looks after the person."""
    cared = elsewhere.cared.c
    columns = [column for column in member.table.columns if column.name != "community"]
    return select(
        *columns,
        path_text(_m.community),
        branch.table.c.name.label("branch"),
        branch.table.c.contact_name.label("branch_contact"),
        branch.table.c.contact_phone.label("branch_phone"),
        func.coalesce(cared.ill_since.is_not(None) & _m.state.in_(member.ON_ROLL), False).label("cared_for"),
        func.greatest(_m.last_seen, cared.met_on).label("last_contact"),
    ).select_from(
        member.table.outerjoin(branch.table, branch.table.c.branch_id == _m.branch_id).outerjoin(
            elsewhere.cared, cared.member_id == _m.member_id
        )
    )


# Asked for on every page of a member: put together once.
_merged = member.table.alias("merged")
_ONE: Final = (
    card_query()
    .add_columns(
        select(func.count()).where(_merged.c.merged_into == _m.member_id).scalar_subquery().label("absorbs"),
    )
    .where(_m.member_id == bindparam("member_id"))
)
_EVERYBODY: Final = card_query().order_by(_m.pinyin, _m.member_id)


async def card(db: AsyncConnection, member_id: str) -> dict[str, Any] | None:
    """One member's card as it is now, or None if the scope has no such member."""
    row = (await db.execute(_ONE, {"member_id": member_id})).one_or_none()
    return None if row is None else await _whole_person(db, dict(row._mapping))


async def _whole_person(db: AsyncConnection, row: dict[str, Any]) -> dict[str, Any]:
    """Whether somebody looks after the person, and when they were last met, said of all their records."""
    if row["absorbs"]:
        cared = elsewhere.cared.c
        query = select(func.max(cared.ill_since), func.max(func.greatest(_m.last_seen, cared.met_on))).select_from(
            member.table.outerjoin(elsewhere.cared, cared.member_id == _m.member_id)
        )
        ill_since, met_on = (await db.execute(query.where(_m.merged_into == row["member_id"]))).one()
        row["cared_for"] = row["cared_for"] or (ill_since is not None and row["state"] in member.ON_ROLL)
        row["last_contact"] = max(filter(None, (row["last_contact"], met_on)), default=None)
    return row


async def cards(db: AsyncConnection, wanted: Wanted, *, size: int = PAGE_DEFAULT, token: str = "") -> Page:
    """A page of the register, by pinyin. Raises `BadToken`."""
    if wanted.incomplete:
        return await _incomplete(db, wanted, wanted.incomplete, size, token)
    query = _EVERYBODY.where(*_conditions(wanted)).limit(size + 1)
    if after := read_token(token, str, str):
        query = query.where(tuple_(_m.pinyin, _m.member_id) > after)
    return paged([dict(row._mapping) for row in await db.execute(query)], size, "pinyin", "member_id")


async def _incomplete(db: AsyncConnection, wanted: Wanted, incomplete: Incomplete, size: int, token: str) -> Page:
    known = -lost(_m.missing, incomplete.weights)
    query = card_query().add_columns(known.label("known")).where(*_conditions(wanted))
    if after := read_token(token, int, str, str):
        query = query.where(tuple_(known, _m.pinyin, _m.member_id) > after)
    rows = await db.execute(query.order_by(known, _m.pinyin, _m.member_id).limit(size + 1))
    return paged([dict(row._mapping) for row in rows], size, "known", "pinyin", "member_id")


async def counts(db: AsyncConnection, wanted: Wanted) -> Mapping[str, int]:
    """How many of those asked for stand in each state, whatever state was asked for."""
    everybody = replace(wanted, state="all", only=())
    query = select(_m.state, func.count()).where(*_conditions(everybody)).group_by(_m.state)
    found = dict.fromkeys(member.STATES, 0)
    found.update(dict((await db.execute(query)).all()))
    return found


async def names(db: AsyncConnection, member_ids: Sequence[str]) -> dict[str, str]:
    """What these members are called, as far as the scope shows them."""
    if not member_ids:
        return {}
    query = select(_m.member_id, _m.name).where(_m.member_id.in_(list(member_ids)))
    return {member_id: name or "" for member_id, name in await db.execute(query)}


async def communities(db: AsyncConnection) -> list[str]:
    """The communities of the scope that have a branch or a member."""
    of_members = select(path_text(_m.community)).distinct()
    of_branches = select(path_text(branch.table.c.community)).distinct()
    return sorted({path for (path,) in await db.execute(of_members.union(of_branches))})


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    found = [inside(_m.community, wanted.community)]
    match wanted.state:
        case "":
            found.append(_m.state.in_(member.ON_ROLL))
        case "all":
            pass
        case state:
            found.append(_m.state == state)
    if wanted.branch_id:
        found.append(_m.branch_id == wanted.branch_id)
    if wanted.only:
        found.append(_m.member_id.in_(list(wanted.only)))
    if wanted.incomplete:
        found.append(_m.missing == any_(literal(list(wanted.incomplete.bits), ARRAY(Integer))))
    if wanted.q.strip():
        found.append(matches(wanted.q))
    return found


def matches(q: str) -> ColumnElement[bool]:
    """What somebody typed into the search box; several words must all fit."""
    words = unicodedata.normalize("NFKC", q).lower().split()[:6]
    return and_(*(_word(word[:60]) for word in words))


def _word(word: str) -> ColumnElement[bool]:
    if any(_CHINESE[0] <= mark <= _CHINESE[1] for mark in word):
        return or_(begins(_m.name, word), begins(_m.given, word))
    found = []
    digits = word.replace("-", "")
    if digits.isascii() and digits.isdigit():
        found.append(begins(_m.phone_backwards, digits[::-1]))
    tail = word.upper()[-member.ID_TAIL :]
    if tail.isascii() and tail.rstrip("X").isdigit() and len(word) >= member.ID_TAIL:
        found.append(_m.id_backwards == tail[::-1])
    letters = "".join(mark for mark in word if mark.isalnum())
    if letters and not letters.isdigit():
        found += [begins(column, letters) for column in (_m.pinyin, _m.given_pinyin, _m.initials)]
    return or_(*found) if found else _m.name == word
