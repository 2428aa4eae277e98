from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from events.facts.member import AwayKind, Died, MovedAway, Returned
from events.facts.member_away import AwayDetailsChanged
from services.registry.decide.commands import ChangeAway
from services.registry.decide.member import MEMBER, change_away
from tests.given import Decide, given
from tests.registry.decide.people import TODAY, enrolled

SPRING, MAY = date(2026, 3, 12), date(2026, 5, 1)
GONE = (
    MovedAway(kind=AwayKind.CARD, clause="§3.2", destination="杭州市", phone="130", fixed_place=False, reason="带孙子"),
    SPRING,
)
SUZHOU = AwayDetailsChanged(destination="苏州市", fixed_place=True, reason="女儿换了工作")


def moving(since: date = MAY, **differently: Any) -> Decide:
    said = {"destination": "苏州市", "fixed_place": True, "reason": "女儿换了工作"} | differently
    command = ChangeAway.model_validate({"from": since} | said)
    return lambda member: change_away(member, command, TODAY)


def test_another_place_from_a_day_on_keeps_the_absence() -> None:
    given(MEMBER, enrolled(), GONE).when(moving()).then(SUZHOU, on=MAY).then_again_nothing()
    away = given(MEMBER, enrolled(), GONE, (SUZHOU, MAY)).entities["member"].state.away
    assert (away.since, away.there_since, away.kind, away.phone) == (SPRING, MAY, AwayKind.CARD, None)


def test_the_same_place_once_more_is_no_news_whatever_day_is_said() -> None:
    spec = given(MEMBER, enrolled(), GONE, (SUZHOU, MAY))
    spec.when(moving(SPRING)).then_nothing()
    spec.when(moving(MAY, phone="13100000001")).then(
        SUZHOU.model_copy(update={"phone": "13100000001"}), on=MAY
    ).then_again_nothing()


def test_what_cannot_be_so_is_refused() -> None:
    given(MEMBER, enrolled()).when(moving()).then_refused("not_away_now")
    given(MEMBER, enrolled(), GONE, (Returned(), MAY)).when(moving()).then_refused("not_away_now")
    given(MEMBER, enrolled(), GONE).when(moving(date(2026, 3, 11))).then_refused("before_last_move", since=SPRING)
    given(MEMBER, enrolled(), GONE).when(moving(date(2027, 3, 11))).then_refused("in_future")
    given(MEMBER, enrolled(), GONE, Died()).when(moving()).then_refused("died")
    with pytest.raises(ValidationError, match="must not be before"):
        moving(expected_return=SPRING)
