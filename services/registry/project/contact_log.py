"""When and how each member was reached: calls, visits, meetings, messages, by the facts of all three services (R8).

One row a contact. Care's and notify's facts may come before the member's own, so a row stands for itself; what counts
as being reached is the pack's to say (`ContactPolicy`), so it is asked for and not folded.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from sqlalchemy import BigInteger, Column, Date, DateTime, Index, MetaData, Table, Text, select
from sqlalchemy.ext.asyncio import AsyncConnection

from events.facts.base import is_hidden
from events.facts.care import VisitMade, VisitWay
from events.facts.census import CensusAnswered, CensusMissed, WhyMissed
from events.facts.member import Attended, Returned
from events.facts.member_away import ContactReestablished, ReportedFromAfar
from events.facts.member_contact import (
    ContactOutcome,
    ContactTakenBack,
    ContactTried,
    ContactWay,
    LostContactSetAside,
)
from events.facts.member_dues import DuesReminded, SpokeWith
from events.facts.member_meeting import AttendanceTakenBack, Noted, StudyDelivered
from events.facts.notice import NoticeAcknowledged, NoticeFailed, NoticeSent
from events.log.envelope import About
from events.log.project import Row, View, community_column
from events.log.project.sql import path_text

REACHED, TRIED, TOLD, ASIDE, SLIP = "reached", "tried", "told", "aside", "slip"
"""What came of it: somebody was reached (who, the kind says); it was tried in vain; word is under way; a silence was
looked into; it was noted by mistake.
"""
ASIDE_KIND: Final = "aside"
WRONG_NUMBER: Final = ContactOutcome.WRONG_NUMBER.value

table = Table(
    "contact_log",
    MetaData(),
    Column("member_id", Text, primary_key=True),
    Column("ref", Text, primary_key=True),
    community_column(),
    Column("day", Date, nullable=False),
    Column("kind", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("detail", Text),
    Column("number", Text),
    Column("note", Text),
    Column("meeting_id", Text),
    Column("until", Date),
    Column("service", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("recorded", DateTime(timezone=True), nullable=False),
    Column("seq", BigInteger, nullable=False),
    Index("contact_log_by_day", "member_id", "day"),
)

view = View("contact_log", version=1, table=table, doc="Every contact with a member that any service put on record.")


def _row(about: About, kind: str, outcome: str, **more: object) -> Row:
    own = {"day": about.effective, "kind": kind, "outcome": outcome, "service": about.service, "actor": about.actor}
    empty = dict.fromkeys(("detail", "number", "note", "meeting_id", "until"))
    return {**empty, **own, "recorded": about.recorded, "seq": about.seq, **more}


def _said(value: object) -> object:
    return None if is_hidden(value) else value


# ── the registry's own ───────────────────────────────────────────────────────────────────────────────────────────


@view.on(ContactTried, keys=lambda fact, about: [(about.entity, f"call:{fact.contact_id}")])
def _(_row_before: Row | None, fact: ContactTried, about: About) -> Row:
    kind = "family" if fact.way is ContactWay.FAMILY else "call"
    reached = fact.outcome is ContactOutcome.REACHED
    detail = fact.way.value if fact.outcome is not ContactOutcome.WRONG_NUMBER else WRONG_NUMBER
    return _row(
        about, kind, REACHED if reached else TRIED, detail=detail, number=_said(fact.number), note=_said(fact.note)
    )


@view.on(ContactTakenBack, keys=lambda fact, about: [(about.entity, f"call:{fact.contact_id}")])
def _(row: Row | None, _fact: ContactTakenBack, _about: About) -> Row | None:
    """It stays in the list, struck out."""
    return None if row is None else row | {"outcome": SLIP}


@view.on(LostContactSetAside, keys=lambda fact, about: [(about.entity, ASIDE_KIND)])
def _(_row_before: Row | None, fact: LostContactSetAside, about: About) -> Row:
    """The latest one holds."""
    return _row(about, ASIDE_KIND, ASIDE, note=_said(fact.why), until=fact.until)


@view.on(Attended, keys=lambda fact, about: [(about.entity, f"meeting:{fact.meeting_id}")])
def _(_row_before: Row | None, fact: Attended, about: About) -> Row:
    return _row(about, "meeting", REACHED, detail=fact.way.value, meeting_id=fact.meeting_id)


@view.on(StudyDelivered, keys=lambda fact, about: [(about.entity, f"study:{fact.meeting_id}")])
def _(_row_before: Row | None, fact: StudyDelivered, about: About) -> Row:
    return _row(about, "study", REACHED, meeting_id=fact.meeting_id)


def _noted_as(fact: AttendanceTakenBack, about: About) -> list[tuple[str, str]]:
    kind = {Noted.ATTENDED: "meeting", Noted.DELIVERED: "study"}.get(fact.was)
    return [(about.entity, f"{kind}:{fact.meeting_id}")] if kind else []


@view.on(AttendanceTakenBack, keys=_noted_as)
def _(_row_before: Row | None, _fact: AttendanceTakenBack, _about: About) -> None:
    return None


def _of_fact(_fact: object, about: About) -> list[tuple[str, str]]:
    return [(about.entity, f"fact:{about.id}")]


@view.on(ReportedFromAfar, keys=_of_fact)
def _(_row_before: Row | None, fact: ReportedFromAfar, about: About) -> Row:
    return _row(about, "report", REACHED, note=_said(fact.said))


@view.on(ContactReestablished, keys=_of_fact)
def _(_row_before: Row | None, fact: ContactReestablished, about: About) -> Row:
    return _row(about, "found", REACHED, note=_said(fact.how))


@view.on(Returned, keys=_of_fact)
def _(_row_before: Row | None, _fact: Returned, about: About) -> Row:
    return _row(about, "returned", REACHED)


@view.on(CensusAnswered, keys=_of_fact)
def _(_row_before: Row | None, fact: CensusAnswered, about: About) -> Row:
    return _row(about, "census", REACHED, detail=fact.way.value)


@view.on(CensusMissed, keys=_of_fact)
def _(_row_before: Row | None, fact: CensusMissed, about: About) -> Row:
    """Who would not answer was found all the same; whether it was the member, nobody wrote down."""
    return _row(about, "census", REACHED if fact.why is WhyMissed.REFUSED else TRIED, detail=fact.way.value)


@view.on(DuesReminded, keys=_of_fact)
def _(_row_before: Row | None, fact: DuesReminded, about: About) -> Row:
    kind = "family" if fact.spoke_with is SpokeWith.FAMILY else "call"
    outcome = TRIED if fact.spoke_with is SpokeWith.NOBODY else REACHED
    return _row(about, kind, outcome, detail=ContactWay.PHONE.value, note=_said(fact.note))


# ── care's and notify's ──────────────────────────────────────────────────────────────────────────────────────────

_VISITS: Final = {VisitWay.HOME: "visit", VisitWay.HOSPITAL: "hospital", VisitWay.CALL: "care_call"}


@view.on(VisitMade, keys=_of_fact)
def _(_row_before: Row | None, fact: VisitMade, about: About) -> Row:
    return _row(about, _VISITS[fact.way], REACHED, actor=fact.by)


def _of_notice(fact: NoticeSent | NoticeFailed | NoticeAcknowledged, about: About) -> list[tuple[str, str]]:
    return [(about.entity, f"notice:{fact.notice_id}")]


@view.on(NoticeSent, keys=_of_notice)
def _(_row_before: Row | None, fact: NoticeSent, about: About) -> Row:
    """Notices to branches and to workers are rows of nobody: their entity is no member, and no question finds them."""
    return _row(about, "message", TOLD, detail=fact.channel.value)


@view.on(NoticeAcknowledged, keys=_of_notice)
def _(_row_before: Row | None, fact: NoticeAcknowledged, about: About) -> Row:
    return _row(about, "message", REACHED, detail=fact.channel.value)


@view.on(NoticeFailed, keys=_of_notice)
def _(_row_before: Row | None, fact: NoticeFailed, about: About) -> Row:
    return _row(about, "message", TRIED, detail=WRONG_NUMBER if fact.why == WRONG_NUMBER else fact.channel.value)


async def told_elsewhere(db: AsyncConnection, member_ids: Sequence[str], day: date, moment: datetime) -> list[Row]:
    """The rows that other services' facts made, as far as they stood on a day and were known at a moment. The registry
    has no copy of those facts: a message that was answered since then is not listed as sent.
    """
    columns = [column for column in table.columns if column.name != "community"]
    query = select(*columns, path_text(table.c.community)).where(
        table.c.member_id.in_(member_ids), table.c.service != "registry", table.c.day <= day, table.c.recorded <= moment
    )
    return [dict(row._mapping) for row in await db.execute(query)]
