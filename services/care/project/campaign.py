"""Campaigns, who is listed in each with what came of it, and what has to be put right. What was found stays sealed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Date, Index, Integer, MetaData, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from events.facts.campaign import (
    CampaignChanged,
    CampaignClosed,
    CampaignOpened,
    CampaignReopened,
    PeopleListed,
    PersonTakenOff,
)
from events.facts.care_campaign import (
    CampaignAnswered,
    CampaignAnswerTakenBack,
    CheckupDone,
    FollowUpDone,
    FollowUpOpened,
    FollowUpUndone,
    OfCampaign,
    Outcome,
    SafetyChecked,
)
from events.log.envelope import About
from events.log.project import Row, View, community_column

table = Table(
    "campaign",
    MetaData(),
    Column("campaign_id", Text, primary_key=True),
    community_column(),
    Column("kind", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("since", Date, nullable=False),
    Column("until", Date, nullable=False),
    Column("whom", JSONB, nullable=False),
    Column("clause", Text, nullable=False),
    Column("held_on", Date),
    Column("place", Text),
    Column("closed_on", Date),
    Column("note", Text),
    Column("opened_by", Text, nullable=False),
)

view = View("campaign", version=1, table=table, doc="Every campaign: its kind, its days, for whom, closed when.")


@view.on(CampaignOpened)
def _(_row: Row | None, fact: CampaignOpened, about: About) -> Row:
    return {
        "kind": fact.kind.value,
        "title": fact.title,
        "since": about.effective,
        "until": fact.until,
        "whom": fact.whom.model_dump(mode="json"),
        "clause": fact.clause,
        "held_on": fact.held_on,
        "place": fact.place,
        "opened_by": about.actor,
    }


@view.on(CampaignChanged)
def _(row: Row | None, fact: CampaignChanged, _about: About) -> Row | None:
    return None if row is None else row | fact.model_dump()


@view.on(CampaignClosed)
def _(row: Row | None, fact: CampaignClosed, about: About) -> Row | None:
    return None if row is None else row | {"closed_on": about.effective, "note": fact.note}


@view.on(CampaignReopened)
def _(row: Row | None, _fact: CampaignReopened, _about: About) -> Row | None:
    return None if row is None else row | {"closed_on": None, "note": None}


# ── who is listed ────────────────────────────────────────────────────────────────────────────────────────────────

people = Table(
    "campaign_person",
    MetaData(),
    Column("campaign_id", Text, primary_key=True),
    Column("member_id", Text, primary_key=True),
    community_column(),
    Column("by_hand", Boolean, nullable=False),
    Column("outcome", Text),
    Column("noted_on", Date),
    Column("noted_by", Text),
    Column("transport", Boolean, nullable=False),
    Column("later_on", Date),
    Column("faults", Integer, nullable=False),
    Column("noted_seq", BigInteger),
    Index("campaign_of_member", "member_id"),
)

persons = View("campaign_person", version=1, table=people, doc="Who is listed in each campaign, and what came of it.")

_UNSAID: Row = {
    "outcome": None,
    "noted_on": None,
    "noted_by": None,
    "transport": False,
    "later_on": None,
    "faults": 0,
    "noted_seq": None,
}


def _theirs(fact: OfCampaign, about: About) -> list[tuple[str, str]]:
    return [(fact.campaign_id, about.entity)]


@persons.on(PeopleListed, keys=lambda fact, about: [(about.entity, one) for one in fact.member_ids])
def _(row: Row | None, fact: PeopleListed, _about: About) -> Row:
    return row or {"by_hand": fact.by_hand, **_UNSAID}


@persons.on(PersonTakenOff, keys=lambda fact, about: [(about.entity, fact.member_id)])
def _(_row: Row | None, _fact: PersonTakenOff, _about: About) -> None:
    return None


def _noted(row: Row | None, outcome: Outcome, about: About, **more: Any) -> Row | None:
    """What was noted last stands in place of what was noted before."""
    if row is None:
        return None
    said = {"outcome": outcome.value, "noted_on": about.effective, "noted_by": about.actor, "noted_seq": about.seq}
    return row | _UNSAID | said | more


@persons.on(CampaignAnswered, keys=_theirs)
def _(row: Row | None, fact: CampaignAnswered, about: About) -> Row | None:
    return _noted(row, fact.outcome, about, transport=fact.transport, later_on=fact.later_on)


@persons.on(CheckupDone, keys=_theirs)
def _(row: Row | None, _fact: CheckupDone, about: About) -> Row | None:
    return _noted(row, Outcome.DONE, about)


@persons.on(SafetyChecked, keys=_theirs)
def _(row: Row | None, fact: SafetyChecked, about: About) -> Row | None:
    return _noted(row, Outcome.DONE, about, faults=len(fact.faults))


@persons.on(CampaignAnswerTakenBack, keys=_theirs)
def _(row: Row | None, _fact: CampaignAnswerTakenBack, _about: About) -> Row | None:
    return None if row is None else row | _UNSAID


# ── what has to be put right ─────────────────────────────────────────────────────────────────────────────────────

tasks = Table(
    "follow_up",
    MetaData(),
    Column("follow_up_id", Text, primary_key=True),
    community_column(),
    Column("campaign_id", Text, nullable=False),
    Column("member_id", Text, nullable=False),
    Column("item", Text, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("clause", Text, nullable=False),
    Column("opened_on", Date, nullable=False),
    Column("done_on", Date),
    Column("done_by", Text),
    Column("said_seq", BigInteger, nullable=False),
    Index("follow_up_waiting", "done_on", "due_on"),
    Index("follow_up_of_campaign", "campaign_id", "member_id"),
)

follow_ups = View("follow_up", version=1, table=tasks, doc="What was found out of order, by when it is put right.")


def _task(fact: Any, _about: About) -> list[tuple[str]]:
    return [(fact.follow_up_id,)]


@follow_ups.on(FollowUpOpened, keys=_task)
def _(_row: Row | None, fact: FollowUpOpened, about: About) -> Row:
    return {
        "campaign_id": fact.campaign_id,
        "member_id": about.entity,
        "item": fact.item,
        "due_on": fact.due,
        "clause": fact.clause,
        "opened_on": about.effective,
        "said_seq": about.seq,
    }


@follow_ups.on(FollowUpDone, keys=_task)
def _(row: Row | None, _fact: FollowUpDone, about: About) -> Row | None:
    return None if row is None else row | {"done_on": about.effective, "done_by": about.actor}


@follow_ups.on(FollowUpUndone, keys=_task)
def _(row: Row | None, _fact: FollowUpUndone, _about: About) -> Row | None:
    return None if row is None else row | {"done_on": None, "done_by": None}


@follow_ups.on(CampaignAnswerTakenBack, keys=lambda fact, _about: [(one,) for one in fact.follow_ups])
def _(_row: Row | None, _fact: CampaignAnswerTakenBack, _about: About) -> None:
    return None
