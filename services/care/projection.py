"""Which facts care folds into which tables, and whose keys it needs for that: a line for every view."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from events.facts.base import Purpose
from events.log.project import Projection, Snapshots
from services.care.decide.campaign_state import CAMPAIGN
from services.care.decide.cared import CARE
from services.care.decide.feed import FEED
from services.care.decide.helper import HELPER
from services.care.decide.visitor import VISITOR
from services.care.project import (
    assistance,
    branch,
    campaign,
    certification,
    course,
    feed,
    health,
    illness,
    leave,
    met,
    occasion,
    pairing,
    person,
    spot,
    training,
    usual_visitor,
    visit,
    visitor,
    voice,
)

PURPOSES: Final[Sequence[Purpose]] = ("identity", "contact", "care")
"""Of the keys that open sealed fields, those this service holds."""

PROJECTION: Final = Projection(
    "care",
    ("REGISTRY", "CARE"),
    [
        person.view,
        met.view,
        visit.view,
        illness.view,
        health.view,
        occasion.view,
        feed.view,
        usual_visitor.view,
        visitor.view,
        leave.view,
        spot.view,
        voice.view,
        voice.course,
        voice.hints,
        branch.view,
        campaign.view,
        campaign.persons,
        campaign.follow_ups,
        certification.view,
        course.view,
        assistance.view,
        pairing.view,
        training.view,
    ],
    [
        Snapshots.of(CARE, version=2),
        Snapshots.of(FEED),
        Snapshots.of(HELPER),
        Snapshots.of(VISITOR),
        Snapshots.of(CAMPAIGN),
    ],
)
