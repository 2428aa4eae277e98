"""Which facts registry folds into which tables, and whose keys it needs for that: a line for every view."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from events.facts.base import Purpose
from events.log.project import Projection, Snapshots
from services.registry.decide.activity import ACTIVITY
from services.registry.decide.branch import BRANCH
from services.registry.decide.building import BUILDINGS
from services.registry.decide.bulk import BULK
from services.registry.decide.census import CENSUS
from services.registry.decide.centre import CENTRE
from services.registry.decide.desk import DESK
from services.registry.decide.doorstep import DOORSTEP
from services.registry.decide.grid import GRID
from services.registry.decide.handover_state import HANDOVER
from services.registry.decide.honours import CERTIFICATES
from services.registry.decide.meeting import MEETING
from services.registry.decide.member import MEMBER
from services.registry.decide.nominee import NOMINEE
from services.registry.decide.papers import PAPERS
from services.registry.decide.partner import PARTNER
from services.registry.decide.post import POST
from services.registry.decide.receipts import RECEIPTS
from services.registry.decide.roster_import import ROSTER_IMPORT
from services.registry.decide.unit import UNIT
from services.registry.project import (
    activity,
    apart,
    away_application,
    belonging,
    bill,
    branch,
    building,
    bulk,
    census,
    centre,
    committee,
    contact_card,
    contact_log,
    desk,
    doorstep,
    dues,
    dues_more,
    dues_review,
    elsewhere,
    excuse,
    funds,
    grid,
    handed_over,
    handed_up,
    handover,
    honour,
    imports,
    ledger,
    meeting,
    meeting_roll,
    member,
    minutes,
    partner,
    points,
    post,
    review,
    service_hours,
    service_wish,
    study,
    unit,
)

PURPOSES: Final[Sequence[Purpose]] = ("identity", "contact", "dues")
"""Of the keys that open sealed fields, those this service holds."""

PROJECTION: Final = Projection(
    "registry",
    ("REGISTRY", "CARE", "NOTIFY"),
    [
        member.view,
        branch.view,
        belonging.view,
        committee.view,
        ledger.view,
        dues.months,
        dues.accounts,
        dues_more.reductions,
        dues_more.calls,
        dues_review.view,
        handed_up.view,
        bill.view,
        meeting.view,
        meeting.attendance,
        meeting_roll.view,
        meeting_roll.exclusions,
        minutes.view,
        study.view,
        elsewhere.timeline,
        elsewhere.caring,
        census.view,
        census.answers,
        imports.view,
        imports.refused,
        desk.view,
        unit.view,
        bulk.view,
        bulk.people,
        centre.view,
        centre.membership,
        centre.wishes,
        apart.view,
        handover.view,
        handover.listed,
        handover.unit_view,
        handover.unit_listed,
        handed_over.view,
        handed_over.unit_view,
        post.view,
        post.holders,
        service_wish.view,
        service_wish.answers,
        service_hours.view,
        excuse.view,
        honour.view,
        honour.said,
        points.view,
        review.view,
        review.appraisals,
        activity.view,
        activity.persons,
        activity.payments,
        funds.given,
        funds.paid,
        grid.view,
        building.view,
        partner.view,
        partner.offers,
        partner.pairings,
        contact_card.view,
        contact_log.view,
        away_application.view,
        doorstep.view,
    ],
    [Snapshots.of(decider, version=6) for decider in (MEMBER, BRANCH, MEETING, RECEIPTS, ROSTER_IMPORT, UNIT)]
    + [Snapshots.of(DESK, version=2)]
    + [
        Snapshots.of(decider)
        for decider in (
            CENSUS, BULK, CENTRE, HANDOVER, NOMINEE, POST, GRID, PARTNER, PAPERS, CERTIFICATES, ACTIVITY,
            BUILDINGS, DOORSTEP,
        )
    ],
)  # fmt: skip
