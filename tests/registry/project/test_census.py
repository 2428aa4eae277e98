from __future__ import annotations

from datetime import date

from events.facts.base import HIDDEN
from events.facts.census import (
    Answers,
    Assigned,
    Begun,
    CensusAnswered,
    CensusMissed,
    CensusSettled,
    Closed,
    Finding,
    Question,
    WhyMissed,
)
from services.registry.project import census, member
from tests.registry.project.folding import WHO, folded, row_of, zhang

NOVEMBER = date(2026, 11, 1)
BEGUN = Begun(title="摸底", until=date(2026, 12, 20), questions=(Question.PHONE,), branch_ids=("b3",))
ANSWERED = CensusAnswered(campaign_id="c1", answers=Answers(phone="13900000002", phone_right=False))
NOT_MET = CensusMissed(campaign_id="c1", why=WhyMissed.NOT_MET, attempt=1)


def test_a_campaign_from_its_first_day_to_its_last() -> None:
    handed = Assigned(branch_id="b3", accounts=("wang",))
    row = row_of(census.view, (BEGUN, NOVEMBER), handed, (Closed(), date(2026, 12, 1)))
    assert (row["since"], row["state"], row["closed_on"]) == (NOVEMBER, "closed", date(2026, 12, 1))
    assert row["assigned"] == {"b3": ["wang"]}
    assert row_of(census.view, BEGUN, handed, Assigned(branch_id="b3", accounts=()))["assigned"] == {"b3": []}


def test_tries_and_then_an_answer_and_what_became_of_it() -> None:
    settled = CensusSettled(campaign_id="c1", findings=(Finding.PHONE,), taken=True)
    rows = folded(census.answers, NOT_MET, (ANSWERED, date(2026, 11, 19)), (settled, date(2026, 11, 20)))
    row = rows["c1", WHO]
    assert (row["outcome"], row["attempts"], row["asked_on"]) == ("answered", 1, date(2026, 11, 19))
    assert row["answers"]["phone"] == "13900000002"
    assert row["settled"] == {"phone": {"taken": True, "by": "shuji", "on": "2026-11-20"}}


def test_each_campaign_has_its_own_answers() -> None:
    other = CensusMissed(campaign_id="c2", why=WhyMissed.REFUSED, attempt=1)
    assert sorted(folded(census.answers, NOT_MET, other)) == [("c1", WHO), ("c2", WHO)]


def test_an_answer_nobody_can_read_is_still_one() -> None:
    hidden = CensusAnswered(campaign_id="c1", answers=HIDDEN)
    row = row_of(census.answers, hidden)
    assert (row["outcome"], row["answers"]) == ("answered", None)


def test_the_card_moves_on_to_the_version_and_changes_nothing() -> None:
    before, after = row_of(member.view, zhang()), row_of(member.view, zhang(), ANSWERED)
    assert after["seq"] == before["seq"] + 1
    changed = {name for name in before if after[name] != before[name]}
    assert changed == {"seq", "recorded"}
