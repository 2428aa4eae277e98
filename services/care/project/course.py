"""The course of an illness, fact by fact, and what each changed in the plan: what the page of a member tells as one.

Only what belongs to an illness is here: visits of the calendar's rules, which are most of all facts, have no row.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from sqlalchemy import BigInteger, Column, Date, DateTime, MetaData, Table, Text, select
from sqlalchemy.ext.asyncio import AsyncConnection

from events.facts.base import Fact
from events.facts.care import FellIll, Recovered, VisitCancelled, VisitPlanned, VisitReason, WhyCancelled
from events.facts.care_assistance import AssistanceKind, AssistanceProposed
from events.facts.care_occasion import Discharged, Hospitalised
from events.log.envelope import About
from events.log.project import Row, View, community_column
from services.care.project import person

REASONS: Final = frozenset({VisitReason.FELL_ILL, VisitReason.DISCHARGED})
ENDS: Final = frozenset({WhyCancelled.RECOVERED, WhyCancelled.DISCHARGED})
KIND: Final[Mapping[type[Fact], str]] = {
    FellIll: "fell_ill",
    Hospitalised: "hospitalised",
    Discharged: "discharged",
    Recovered: "recovered",
    VisitPlanned: "planned",
    VisitCancelled: "cancelled",
    AssistanceProposed: "proposed",
}
ROWS_MAX: Final = 200

table = Table(
    "course",
    MetaData(),
    Column("member_id", Text, primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    community_column(),
    Column("kind", Text, nullable=False),
    Column("happened_on", Date, nullable=False),
    Column("fact_id", Text, nullable=False),
    Column("because", Text, nullable=False),
    Column("recorded", DateTime(timezone=True), nullable=False),
    Column("visit_id", Text),
    Column("reason", Text),
    Column("way", Text),
    Column("due_on", Date),
    Column("clause", Text),
)

view = View("course", version=1, table=table, doc="Illnesses fact by fact, and what each changed in the plan.")


def _row(fact: Fact, about: About, because: str = "", **more: str | date | None) -> Row:
    return {
        "kind": KIND[type(fact)],
        "happened_on": about.effective,
        "fact_id": about.id,
        "because": because,
        "recorded": about.recorded,
        "visit_id": None,
        "reason": None,
        "way": None,
        "due_on": None,
        "clause": None,
        **more,
    }


def _each(_fact: Fact, about: About) -> list[tuple[str, int]]:
    return [(about.entity, about.seq)]


for _kind in (FellIll, Hospitalised, Discharged, Recovered):

    @view.on(_kind, keys=_each)
    def _(_row_before: Row | None, fact: Fact, about: About) -> Row:
        return _row(fact, about)


def _of_an_illness(fact: Any, about: About) -> list[tuple[str, int]]:
    match fact:
        case VisitPlanned():
            belongs = fact.reason in REASONS
        case VisitCancelled():
            belongs = fact.why in ENDS
        case _:
            belongs = fact.kind is AssistanceKind.ILLNESS
    return [(about.entity, about.seq)] if belongs else []


@view.on(VisitPlanned, keys=_of_an_illness)
def _(_before: Row | None, fact: VisitPlanned, about: About) -> Row:
    told = {"visit_id": fact.visit_id, "reason": fact.reason.value, "way": fact.way.value}
    return _row(fact, about, fact.because, **told, due_on=fact.due, clause=fact.clause)


@view.on(VisitCancelled, keys=_of_an_illness)
def _(_before: Row | None, fact: VisitCancelled, about: About) -> Row:
    return _row(fact, about, fact.because, visit_id=fact.visit_id, reason=fact.why.value)


@view.on(AssistanceProposed, keys=_of_an_illness)
def _(_before: Row | None, fact: AssistanceProposed, about: About) -> Row:
    return _row(fact, about, fact.because, visit_id=fact.assistance_id, clause=fact.clause)


async def of_member(db: AsyncConnection, member_id: str) -> list[dict[str, Any]]:
    """What is told of the person's illnesses, on whichever of their records, in the order it was written down."""
    columns = [column for column in table.columns if column.name != "community"]
    query = select(*columns).where(table.c.member_id.in_(person.records_of(member_id)))
    rows = [dict(row._mapping) for row in await db.execute(query.order_by(table.c.seq.desc()).limit(ROWS_MAX))]
    return rows[::-1]
