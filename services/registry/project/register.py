"""What the register page asks: who is on the roll, found by name, pinyin, initials, phone or ID tail, or dwelling."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import ColumnElement, Integer, Select, and_, any_, bindparam, func, literal, or_, select, true, tuple_
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from events.facts.people import CardField
from events.log.project.keyset import PAGE_DEFAULT, Page, paged, read_token
from events.log.project.sql import begins, path_text
from services.registry.project import branch, elsewhere, handed_over, member
from services.registry.project.card_columns import ID_TAIL
from services.registry.project.completeness import lost
from services.registry.project.places import dwells
from services.registry.project.whole_person import add_absorbed

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
    general_id: str = ""
    """A general branch: members of the branches that it holds."""
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
_unit = handed_over.newest_of(_m.member_id)
_ONE: Final = (
    card_query()
    .outerjoin(_unit, true())
    .add_columns(
        select(func.count()).where(_merged.c.merged_into == _m.member_id).scalar_subquery().label("absorbs"),
        *_unit.c,
    )
    .where(_m.member_id == bindparam("member_id"))
)


async def card(db: AsyncConnection, member_id: str) -> dict[str, Any] | None:
    """One member's card as it is now, or None if the scope has no such member."""
    row = (await db.execute(_ONE, {"member_id": member_id})).one_or_none()
    if row is None:
        return None
    found = dict(row._mapping)
    if found["absorbs"]:
        await add_absorbed(db, [found])
    return found


async def cards(db: AsyncConnection, wanted: Wanted, *, size: int = PAGE_DEFAULT, token: str = "") -> Page:
    """A page of the register, by pinyin, or the least complete cards first. Raises `BadToken`."""
    sorted_by = ("known", "pinyin", "member_id") if wanted.incomplete else ("pinyin", "member_id")
    rows = await db.execute(page_query(wanted, size, read_token(token, *(_KINDS[name] for name in sorted_by))))
    page = paged([dict(row._mapping) for row in rows], size, *sorted_by)
    await add_absorbed(db, page.items)
    return page


_KINDS: Final = {"known": int, "pinyin": str, "member_id": str}


def page_query(wanted: Wanted, size: int, after: tuple[Any, ...] | None = None) -> Select[Any]:
    """The cards behind `after`, one more than `size`: first who they are, from narrow rows, then what they say."""
    order: list[ColumnElement[Any]] = [_m.pinyin, _m.member_id]
    columns: list[ColumnElement[Any]] = list(order)
    if wanted.incomplete:
        known = -lost(_m.missing, wanted.incomplete.weights)
        order, columns = [known, *order], [known.label("known"), *columns]
    narrow = select(*columns).where(*conditions(wanted))
    if is_rare(wanted.q):
        # PostgreSQL cannot know that everybody whose name begins with wang stands near the end of the list, and would
        # walk through it from the beginning: look for them all first.
        found = narrow.cte("found").prefix_with("MATERIALIZED", dialect="postgresql")
        narrow, order = select(found), list(found.c)
    if after:
        narrow = narrow.where(tuple_(*order) > after)
    some = narrow.order_by(*order).limit(size + 1).subquery("some")
    query = card_query().join(some, some.c.member_id == _m.member_id)
    if wanted.incomplete:
        query = query.add_columns(some.c.known)
    return query.order_by(*some.c)


def is_rare(q: str) -> bool:
    """Whether so few people fit a search that all of them are found before they are sorted: a word says enough."""
    words = unicodedata.normalize("NFKC", q).split()
    return any(len(word) > 1 or _CHINESE[0] <= word <= _CHINESE[1] for word in words)


async def counts(db: AsyncConnection, wanted: Wanted) -> Mapping[str, int]:
    """How many of those asked for stand in each state, whatever state was asked for."""
    query = count_query(wanted)
    found = dict.fromkeys(member.STATES, 0)
    found.update(dict((await db.execute(query)).all()))
    return found


async def count(db: AsyncConnection, wanted: Wanted) -> int:
    """How many are asked for."""
    query = select(func.count()).select_from(member.table).where(*conditions(wanted))
    return int((await db.execute(query)).scalar_one())


def count_query(wanted: Wanted) -> Select[Any]:
    """Those asked for by state."""
    everybody = replace(wanted, state="all", only=())
    return select(_m.state, func.count()).where(*conditions(everybody)).group_by(_m.state)


async def names(db: AsyncConnection, member_ids: Sequence[str]) -> dict[str, str]:
    """What these members are called, as far as the scope shows them."""
    if not member_ids:
        return {}
    query = select(_m.member_id, _m.name).where(_m.member_id.in_(list(member_ids)))
    return {member_id: name or "" for member_id, name in await db.execute(query)}


async def communities(db: AsyncConnection) -> list[str]:
    """The communities of the scope that have a branch or a member."""
    # Who belongs to a branch adds none: everybody else is few, and an index knows them.
    of_members = select(path_text(_m.community)).where(_m.branch_id.is_(None)).distinct()
    of_branches = select(path_text(branch.table.c.community)).distinct()
    return sorted({path for (path,) in await db.execute(of_members.union(of_branches))})


def conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    """What a row of the register must fulfil to be asked for."""
    found = [member.lives_in(wanted.community)]
    match wanted.state:
        case "":
            found.append(_m.state.in_(member.ON_ROLL))
        case "all":
            pass
        case state:
            found.append(_m.state == state)
    if wanted.branch_id:
        found.append(_m.branch_id == wanted.branch_id)
    if wanted.general_id:
        found.append(_m.branch_id == any_(branch.held_by(wanted.general_id)))
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
        return or_(begins(_m.name, word), begins(_m.given, word), *dwells(member.table, word))
    found = dwells(member.table, word)
    digits = word.replace("-", "")
    if digits.isascii() and digits.isdigit():
        found.append(begins(_m.phone_backwards, digits[::-1]))
    tail = word.upper()[-ID_TAIL:]
    if tail.isascii() and tail.rstrip("X").isdigit() and len(word) >= ID_TAIL:
        found.append(_m.id_backwards == tail[::-1])
    letters = "".join(mark for mark in word if mark.isalnum())
    if letters and not letters.isdigit():
        found += [begins(column, letters) for column in (_m.pinyin, _m.given_pinyin, _m.initials)]
    return or_(*found) if found else _m.name == word
