"""Every stream's memory knows every fact of its stream, and says so when it meets another."""

from __future__ import annotations

from typing import Any

import pytest

from events.facts.base import Fact
from events.facts.decision import Decider, UnknownFact
from events.log.envelope import open_fact, parse
from services.care.decide.campaign_state import CAMPAIGN
from services.care.decide.cared import CARE
from services.care.decide.feed import FEED
from services.care.decide.helper import HELPER
from services.care.decide.visitor import VISITOR
from services.notify.decide.notice import NOTICE
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
from tests.given import SOME_DAY
from tests.log.test_samples import SAMPLES, message, shown, without_key

DECIDERS: dict[str, Decider[Any]] = {
    decider.stream: decider
    for decider in (
        MEMBER,
        RECEIPTS,
        BRANCH,
        CENSUS,
        CENTRE,
        CAMPAIGN,
        FEED,
        HELPER,
        HANDOVER,
        CERTIFICATES,
        ACTIVITY,
        NOMINEE,
        POST,
        BUILDINGS,
        GRID,
        PARTNER,
        PAPERS,
        BULK,
        DESK,
        DOORSTEP,
        MEETING,
        ROSTER_IMPORT,
        UNIT,
        CARE,
        VISITOR,
        NOTICE,
    )
}
KEPT_BY_NOBODY = {"access"}
FACTS = [open_fact(parse(message(path)), shown).fact for path in SAMPLES]
HIDDEN_FACTS = [open_fact(parse(message(path)), without_key).fact for path in SAMPLES]


@pytest.mark.parametrize("fact", [*FACTS, *HIDDEN_FACTS], ids=lambda fact: fact.TYPE)
def test_a_stream_knows_its_facts_readable_or_not_and_no_others(fact: Fact) -> None:
    assert fact.STREAM in DECIDERS.keys() | KEPT_BY_NOBODY
    for stream, decider in DECIDERS.items():
        if stream == fact.STREAM:
            state = decider.evolve(decider.initial, fact, SOME_DAY)
            assert decider.model.model_validate_json(state.model_dump_json()) == state
        else:
            with pytest.raises(UnknownFact, match=stream):
                decider.evolve(decider.initial, fact, SOME_DAY)


@pytest.mark.parametrize("decider", DECIDERS.values(), ids=DECIDERS.keys())
def test_a_stream_s_facts_belong_to_the_service_that_decides_them(decider: Decider[Any]) -> None:
    owners = {fact.STREAM: fact.OWNER for fact in FACTS}
    assert owners[decider.stream] == decider.owner
