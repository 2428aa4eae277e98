"""Whom to ask for a post: the best first, each with its reasons, nobody without a wish or a skill."""

from __future__ import annotations

from datetime import time
from pathlib import Path

import pytest
from hypothesis import given as chosen
from hypothesis import strategies as st
from pydantic import ValidationError

import services.registry
from events.facts.post import PostTerms, ServiceKind
from services.registry.decide.matching import Candidate, in_common, proposals, reasons
from services.registry.decide.policy import policy_of
from services.registry.decide.talents_policy import Fit, MatchingRule

RULE = policy_of(
    (Path(services.registry.__file__).parent / "policy/national.toml").read_text(encoding="utf-8")
).talents.matching
POST = PostTerms(
    name="调解站", kind=ServiceKind.MEDIATION, places=2, needs=("法律", "调解"), minutes_week=120, weekdays=(2, 4),
    begins=time(9), ends=time(11), building="金桥路36弄28号", grid="一网格", branch_id="b3",
)  # fmt: skip
WILLING = Candidate("willing", kinds=(ServiceKind.MEDIATION,))
ABLE = Candidate("able", skills=("法律咨询", "书法"))


def weighed(one: Candidate) -> dict[Fit, tuple[int, bool]]:
    return {each.fit: (each.points, each.fits) for each in reasons(one, POST, RULE)}


def test_each_thing_is_weighed_by_the_rules() -> None:
    everything = Candidate(
        "all", kinds=(ServiceKind.MEDIATION, ServiceKind.YOUTH), skills=("法律咨询", "调解"), branch_id="b3",
        building="金桥路36弄28号", grid="一网格", minutes_week_max=240, weekdays=(1, 2), not_before=time(8),
        promised=60,
    )  # fmt: skip
    weigh = RULE.weights
    assert weighed(everything) == {
        Fit.WISH: (weigh[Fit.WISH], True),
        Fit.SKILL: (2 * weigh[Fit.SKILL], True),
        Fit.BRANCH: (weigh[Fit.BRANCH], True),
        Fit.BUILDING: (weigh[Fit.BUILDING], True),
        Fit.DAYS: (weigh[Fit.DAYS], True),
        Fit.HOURS: (weigh[Fit.HOURS], True),
        Fit.BUSY: (-weigh[Fit.BUSY], False),
    }
    assert weighed(Candidate("near", grid="一网格")) == {Fit.GRID: (weigh[Fit.GRID], True)}


def test_what_does_not_suit_is_said_and_excludes_nobody() -> None:
    cramped = Candidate("c", kinds=(ServiceKind.MEDIATION,), minutes_week_max=60, weekdays=(6,))
    assert weighed(cramped) == {Fit.WISH: (RULE.weights[Fit.WISH], True), Fit.DAYS: (0, False), Fit.HOURS: (0, False)}
    late = Candidate("l", kinds=(ServiceKind.MEDIATION,), not_before=time(10))
    assert weighed(late)[Fit.DAYS] == (0, False)
    assert weighed(Candidate("e", kinds=(ServiceKind.MEDIATION,), not_after=time(10)))[Fit.DAYS] == (0, False)
    assert [one.member_id for one in proposals([cramped], POST, RULE)] == ["c"]


def test_skills_answer_needs_by_what_they_name() -> None:
    assert in_common(("法律咨询", "书法"), ("法律",)) == ("法律咨询",)
    assert in_common(("书法",), ("书法教学",)) == ("书法",)
    assert in_common(("Excel",), ("excel 表格",)) == ("Excel",)
    assert in_common(("书法",), ()) == ()


def test_the_best_stand_first_and_living_near_alone_is_no_reason() -> None:
    near = Candidate("near", building="金桥路36弄28号")
    found = proposals([ABLE, near, WILLING], POST, RULE)
    assert [one.member_id for one in found] == ["willing", "able"]
    few = RULE.model_copy(update={"proposed_max": 1})
    assert [one.member_id for one in proposals([ABLE, near, WILLING], POST, few)] == ["willing"]


def test_a_rule_by_which_nobody_could_be_found_is_refused() -> None:
    with pytest.raises(ValidationError, match="a wish or a skill"):
        MatchingRule(weights={Fit.GRID: 3}, skills_max=1, proposed_max=5, clause="§12.1")


PEOPLE = st.builds(
    Candidate,
    st.uuids().map(str),
    kinds=st.lists(st.sampled_from(ServiceKind), max_size=3, unique=True).map(tuple),
    skills=st.lists(st.sampled_from(("法律", "书法", "电工")), max_size=3, unique=True).map(tuple),
    building=st.sampled_from((None, "金桥路36弄28号", "别处1号")),
    promised=st.integers(0, 1200),
)


@chosen(st.lists(PEOPLE, max_size=30, unique_by=lambda one: one.member_id))
def test_the_same_people_in_any_order_give_the_same_list(people: list[Candidate]) -> None:
    found = proposals(people, POST, RULE)
    assert found == proposals(list(reversed(people)), POST, RULE)
    assert [one.points for one in found] == sorted((one.points for one in found), reverse=True)
    suitable = {one.member_id for one in people if POST.kind in one.kinds or in_common(one.skills, POST.needs)}
    assert {one.member_id for one in found} <= suitable
    assert len(found) == min(len(suitable), RULE.proposed_max)
