from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from events.facts.census import (
    Answers,
    AskedWay,
    Assigned,
    AwayAnswer,
    Begun,
    CensusAnswered,
    CensusMissed,
    CensusSettled,
    Choice,
    Closed,
    Finding,
    FreeAnswer,
    Option,
    Question,
    QuestionSetRef,
    WhyMissed,
)
from events.facts.member import AwayKind, ContactChanged, Died, MovedAway, Returned
from events.facts.member_away import AwayDetailsChanged
from events.facts.people import ContactCard, Relative
from services.registry.decide.asking import RecordAnswers, RecordMissed, answer, miss
from services.registry.decide.census import CENSUS, AssignPart, BeginCensus, assign, begin, close
from services.registry.decide.commands import ChangeAway
from services.registry.decide.findings import SettleFindings, open_findings, settle
from services.registry.decide.member import MEMBER
from tests.given import Decide, Spec, given
from tests.registry.decide.people import POLICY, TODAY, enrolled

BEGUN_ON, UNTIL = date(2026, 11, 1), date(2026, 12, 20)
ALL = tuple(Question)
FREE = ("愿意参加楼组活动吗？", "家里有几个人？")
BEGUN = Begun(title="秋季摸底", until=UNTIL, questions=ALL, free=FREE, branch_ids=("b1",))
ASKED_ON = date(2026, 11, 19)
SPRING = date(2026, 3, 12)
MOVED = Answers(
    lives_here=False,
    away=AwayAnswer(since=SPRING, destination="苏州市", fixed_place=True),
    phone="13900000002",
    phone_right=False,
    lives_alone=True,
)


def begun(**differently: Any) -> tuple[Begun, date]:
    return BEGUN.model_copy(update=differently), BEGUN_ON


def asked(*past: Any, campaign: Any = (), **card: Any) -> Spec:
    """A campaign, and a member of its branch with these facts behind them."""
    spec = given(CENSUS, begun(), *campaign, called="c1")
    return spec.given(MEMBER, enrolled(branch_id="b1", **card), *past, called="m1")


def answering(today: date = TODAY, **said: Any) -> Decide:
    command = RecordAnswers.model_validate({"on": ASKED_ON} | said)

    def decide(campaign: Any, member: Any) -> Any:
        decision = answer(campaign, member, command, today, campaign_id="c1")
        return {"m1": decision} if hasattr(decision, "facts") else decision

    return decide


def missing(**said: Any) -> Decide:
    command = RecordMissed.model_validate({"on": ASKED_ON} | said)

    def decide(campaign: Any, member: Any) -> Any:
        decision = miss(campaign, member, command, TODAY, campaign_id="c1")
        return {"m1": decision} if hasattr(decision, "facts") else decision

    return decide


def answered(answers: Answers) -> tuple[CensusAnswered, date]:
    return CensusAnswered(campaign_id="c1", answers=answers), ASKED_ON


def settling(*which: Finding, taken: bool = True) -> Decide:
    command = SettleFindings(findings=which, taken=taken)
    return lambda member: settle(member, command, lambda _day: POLICY.away, TODAY, campaign_id="c1", reason="秋季摸底")


TOGETHER = "现在和谁一起住？"
CHOICE = Choice(question=TOGETHER, options=(Option(text="一个人住", lives_alone=True), Option(text="和家人住")))


# ── a campaign ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_campaign_begins_with_its_questions_and_branches() -> None:
    command = BeginCensus.model_validate(
        {"title": "秋季摸底", "from": BEGUN_ON, "until": UNTIL, "questions": ALL, "free": FREE, "branches": ("b1",)}
    )
    given(CENSUS).when(lambda c: begin(c, command, TODAY)).then(BEGUN, on=BEGUN_ON).then_again_nothing()
    other = command.model_copy(update={"title": "冬季摸底"})
    given(CENSUS, begun()).when(lambda c: begin(c, other, TODAY)).then_refused("already_begun")


def test_a_campaign_names_the_set_and_the_version_it_was_begun_with() -> None:
    ref = QuestionSetRef(name="排查", version="1", scope="demo", digest="0" * 64)
    command = BeginCensus.model_validate(
        {"title": "摸底", "until": UNTIL, "questions": (), "free": (TOGETHER,), "choices": (CHOICE,)}
    )
    outcome = given(CENSUS).when(lambda c: begin(c, command, TODAY, question_set=ref))
    ((happened, _on),) = outcome.then_facts()
    assert (happened.question_set, happened.choices) == (ref, (CHOICE,))
    outcome.then_again_nothing()
    with pytest.raises(ValidationError, match="stand in free"):
        BeginCensus(title="摸底", until=UNTIL, choices=(CHOICE,))


def test_only_what_is_offered_is_answered_and_says_what_it_proposes() -> None:
    campaign = (BEGUN.model_copy(update={"free": (TOGETHER,), "choices": (CHOICE,), "questions": ()}), BEGUN_ON)
    spec = given(CENSUS, campaign, called="c1").given(MEMBER, enrolled(branch_id="b1"), called="m1")
    said = Answers(lives_alone=True, free=(FreeAnswer(question=TOGETHER, answer="一个人住"),))
    spec.when(answering(free=["一个人住"])).then(of="c1").then(CensusAnswered(campaign_id="c1", answers=said), of="m1")
    spec = given(CENSUS, campaign, called="c1").given(MEMBER, enrolled(branch_id="b1"), called="m1")
    spec.when(answering(free=["和猫住"])).then_refused("not_an_option", question=TOGETHER, answer="和猫住")
    member = given(MEMBER, enrolled(), answered(said)).entities["member"].state
    assert set(open_findings(member, member.census["c1"], reason="x")) == {Finding.LIVES_ALONE}


def test_a_campaign_does_not_end_before_it_begins_or_before_today() -> None:
    for since, until in ((date(2026, 12, 1), date(2026, 11, 30)), (BEGUN_ON, date(2026, 11, 20))):
        command = BeginCensus.model_validate({"title": "摸底", "from": since, "until": until})
        given(CENSUS).when(lambda c, command=command: begin(c, command, TODAY)).then_refused("ends_too_early")
    with pytest.raises(ValidationError, match="nothing to ask"):
        BeginCensus(title="摸底", until=UNTIL, questions=())


def test_a_branch_is_handed_to_accounts_and_taken_back() -> None:
    command = AssignPart(branch="b1", accounts=("wang", "chen", "wang"))
    spec = given(CENSUS, begun())
    spec.when(lambda c: assign(c, command, TODAY)).then(
        Assigned(branch_id="b1", accounts=("chen", "wang")), on=TODAY
    ).then_again_nothing()
    spec.when(lambda c: assign(c, AssignPart(branch="b1"), TODAY)).then(Assigned(branch_id="b1", accounts=()))
    spec.when(lambda c: assign(c, AssignPart(branch="b2"), TODAY)).then_refused("not_in_census")
    given(CENSUS, begun(), Closed()).when(lambda c: assign(c, command, TODAY)).then_refused("census_closed")


def test_a_group_and_a_household_centre_are_parts_of_their_own() -> None:
    group = AssignPart(branch="b1", group="g1", accounts=("wang",))
    house = AssignPart(centre="c1", accounts=("chen",))
    spec = given(CENSUS, begun(), Assigned(branch_id="b1", accounts=("li",)))
    handed = Assigned(branch_id="b1", group_id="g1", accounts=("wang",))
    spec.when(lambda c: assign(c, group, TODAY)).then(handed, on=TODAY).then_again_nothing()
    spec.when(lambda c: assign(c, house, TODAY)).then(
        Assigned(branch_id="", centre_id="c1", accounts=("chen",)), on=TODAY
    ).then_again_nothing()
    spec.when(lambda c: assign(c, AssignPart(branch="b2", group="g1"), TODAY)).then_refused("not_in_census")
    for wrong in ({"group": "g1"}, {"branch": "b1", "centre": "c1"}):
        with pytest.raises(ValidationError):
            AssignPart.model_validate(wrong)


def test_a_campaign_is_closed_once() -> None:
    given(CENSUS, begun()).when(lambda c: close(c, TODAY)).then(Closed(), on=TODAY).then_again_nothing()
    given(CENSUS).when(lambda c: close(c, TODAY)).then_refused("no_census")


# ── somebody is asked ────────────────────────────────────────────────────────────────────────────────────────────


def test_answers_are_a_fact_of_the_member_on_the_day_they_were_given() -> None:
    said: dict[str, Any] = {
        "lives_here": True,
        "phone_right": True,
        "family_name": "田芳",
        "free": ("愿意", ""),
        "way": "phone",
    }
    expected = Answers(
        lives_here=True,
        phone_right=True,
        family=Relative(name="田芳"),
        free=(FreeAnswer(question=FREE[0], answer="愿意"),),
    )
    outcome = asked().when(answering(**said))
    outcome.then(of="c1").then(CensusAnswered(campaign_id="c1", way=AskedWay.PHONE, answers=expected), of="m1")
    assert outcome.then_facts(of="m1")[0][1] == ASKED_ON
    outcome.then_again_nothing()


def test_another_phone_says_that_the_known_one_is_wrong_and_another_answer_replaces_the_first() -> None:
    before = answered(Answers(phone_right=True))
    asked(before).when(answering(phone="13900000002")).then(
        CensusAnswered(campaign_id="c1", answers=Answers(phone_right=False, phone="13900000002")), of="m1"
    ).then_again_nothing()


def test_who_confirms_what_the_register_has_did_not_mean_what_was_typed_before() -> None:
    said = answering(phone_right=True, phone="13900000002", address_right=False)
    asked(answered(Answers(phone="13900000002"))).when(said).then(
        CensusAnswered(campaign_id="c1", answers=Answers(phone_right=True, address_right=False)), of="m1"
    ).then_again_nothing()


def test_what_is_not_asked_is_dropped_and_nothing_is_no_answer() -> None:
    spec = given(CENSUS, begun(questions=(Question.PHONE,), free=()), called="c1").given(
        MEMBER, enrolled(branch_id="b1"), called="m1"
    )
    spec.when(answering(lives_alone=True, wishes="x", free=("y",))).then_refused("nothing_said")
    spec.when(answering(phone="13900000002", lives_alone=True)).then(
        CensusAnswered(campaign_id="c1", answers=Answers(phone="13900000002", phone_right=False)), of="m1"
    )


def test_somebody_away_has_a_place_and_a_day() -> None:
    for said, missing_ in (({"away_since": SPRING}, "destination"), ({"destination": "苏州市"}, "away_since")):
        with pytest.raises(ValidationError, match=f"{missing_} must be given"):
            RecordAnswers.model_validate({"lives_here": False} | said)
    asked().when(answering(lives_here=False, destination="苏州市", away_since=TODAY)).then_refused("in_future")
    asked().when(answering(lives_here=True, back_since=TODAY)).then_refused("in_future")


@pytest.mark.parametrize("ask", [answering(lives_alone=True), missing()], ids=["answer", "miss"])
def test_who_cannot_be_asked(ask: Decide) -> None:
    asked(campaign=(Closed(),)).when(ask).then_refused("census_closed")
    given(CENSUS, called="c1").given(MEMBER, enrolled(), called="m1").when(ask).then_refused("no_census")
    asked(Died()).when(ask).then_refused("died")
    given(CENSUS, begun(), called="c1").given(MEMBER, called="m1").when(ask).then_refused("not_enrolled")
    other = given(CENSUS, begun(), called="c1").given(MEMBER, enrolled(branch_id="b2"), called="m1")
    other.when(ask).then_refused("not_in_census")


def test_a_day_before_the_campaign_or_ahead_is_refused() -> None:
    asked().when(answering(on=date(2026, 10, 31), lives_alone=True)).then_refused("before_census", since=BEGUN_ON)
    asked().when(answering(on=date(2026, 11, 22), lives_alone=True)).then_refused("in_future")


def test_tries_are_counted_once_each() -> None:
    first = CensusMissed(campaign_id="c1", why=WhyMissed.NOT_MET, attempt=1)
    asked().when(missing(attempt=1)).then(first, of="m1").then_again_nothing()
    asked((first, ASKED_ON)).when(missing(attempt=2)).then(first.model_copy(update={"attempt": 2}), of="m1")
    asked((first, ASKED_ON)).when(missing()).then(first.model_copy(update={"attempt": 2}), of="m1")


def test_refusing_is_said_once_and_answering_later_counts() -> None:
    refusal = CensusMissed(campaign_id="c1", why=WhyMissed.REFUSED, attempt=1)
    asked().when(missing(why="refused")).then(refusal, of="m1").then_again_nothing()
    asked((refusal, ASKED_ON)).when(answering(lives_alone=True)).then(
        CensusAnswered(campaign_id="c1", answers=Answers(lives_alone=True)), of="m1"
    )
    asked(answered(MOVED)).when(missing()).then_refused("answered_already", on=ASKED_ON)


# ── what is found ────────────────────────────────────────────────────────────────────────────────────────────────


def member_with(*past: Any, **card: Any) -> Any:
    return given(MEMBER, enrolled(branch_id="b1", **card), *past).entities["member"].state


def test_only_what_the_register_does_not_say_is_found() -> None:
    member = member_with(answered(MOVED))
    assert set(open_findings(member, member.census["c1"], reason="x")) == {
        Finding.MOVED_AWAY,
        Finding.PHONE,
        Finding.LIVES_ALONE,
    }
    same = Answers(lives_here=True, phone="150 2025 6261", phone_right=True, lives_alone=False)
    member = member_with(answered(same))
    assert open_findings(member, member.census["c1"], reason="x") == {}


def test_a_move_is_taken_by_the_register_s_own_rule_with_its_clause() -> None:
    outcome = given(MEMBER, enrolled(), answered(MOVED)).when(settling(Finding.MOVED_AWAY))
    (moved, left_on), (settled, settled_on) = outcome.then_facts()
    assert isinstance(moved, MovedAway)
    assert (moved.kind, moved.clause, moved.reason) == (AwayKind.TEMPORARY_TRANSFER, "§3.1", "秋季摸底")
    assert (left_on, settled_on) == (SPRING, TODAY)
    assert settled == CensusSettled(campaign_id="c1", findings=(Finding.MOVED_AWAY,), taken=True)
    outcome.then_again_nothing()


def test_changes_of_contact_are_one_change() -> None:
    outcome = given(MEMBER, enrolled(), answered(MOVED)).when(settling(Finding.PHONE, Finding.LIVES_ALONE))
    (changed, on), _settled = outcome.then_facts()
    assert changed == ContactChanged(contact=ContactCard(phone="13900000002", lives_alone=True))
    assert on == TODAY
    outcome.then_again_nothing()


def test_a_relative_is_put_first_and_the_others_stay() -> None:
    son, daughter = Relative(name="田伟", phone="1"), Relative(name="田芳", phone="2")
    other = Relative(name="田伟", relation="儿子", phone="3")
    card = ContactCard(phone="15020256261", family=(daughter, son))
    outcome = given(MEMBER, enrolled(contact=card), answered(Answers(family=other))).when(settling(Finding.FAMILY))
    (changed, _on), _settled = outcome.then_facts()
    assert changed.contact.family == (other, daughter)
    member = member_with(answered(Answers(family=Relative(name="田伟"))), contact=card)
    assert open_findings(member, member.census["c1"], reason="x") == {}, "a name alone takes no number away"


def test_somebody_away_who_lives_here_has_returned() -> None:
    gone = MovedAway(kind=AwayKind.CARD, clause="§3.2", destination="杭州市", fixed_place=False, reason="x")
    back = answered(Answers(lives_here=True, back_since=date(2026, 11, 3)))
    outcome = given(MEMBER, enrolled(), (gone, SPRING), back).when(settling(Finding.RETURNED))
    assert outcome.then_facts()[0] == (Returned(), date(2026, 11, 3))
    outcome.then_again_nothing()


def gone_to_hangzhou(since: date = SPRING) -> tuple[MovedAway, date]:
    return MovedAway(kind=AwayKind.CARD, clause="§3.2", destination="杭州市", fixed_place=False, reason="x"), since


def test_somebody_away_who_is_found_at_yet_another_place_has_moved_on() -> None:
    outcome = given(MEMBER, enrolled(), gone_to_hangzhou(), answered(MOVED)).when(settling(Finding.MOVED_ON))
    changed = AwayDetailsChanged(destination="苏州市", fixed_place=True, reason="秋季摸底")
    settled = CensusSettled(campaign_id="c1", findings=(Finding.MOVED_ON,), taken=True)
    assert outcome.then_facts() == [(changed, SPRING), (settled, TODAY)]
    outcome.then_again_nothing()


def test_who_names_the_day_they_left_home_is_there_since_the_last_move_we_know_of() -> None:
    member = member_with(gone_to_hangzhou(date(2026, 5, 1)), answered(MOVED))
    command = open_findings(member, member.census["c1"], reason="x")[Finding.MOVED_ON]
    assert isinstance(command, ChangeAway)
    assert command.since == date(2026, 5, 1)


def test_an_answer_older_than_what_the_register_knows_finds_nothing() -> None:
    later = (AwayDetailsChanged(destination="无锡市", fixed_place=True, reason="x"), ASKED_ON + timedelta(days=1))
    member = member_with(gone_to_hangzhou(), answered(MOVED), later)
    assert Finding.MOVED_ON not in open_findings(member, member.census["c1"], reason="x")
    taken = CensusSettled(campaign_id="c1", findings=(Finding.MOVED_AWAY,), taken=True)
    member = member_with(answered(MOVED), gone_to_hangzhou(), taken)
    assert Finding.MOVED_ON not in open_findings(member, member.census["c1"], reason="x")


def test_what_the_register_refuses_changes_nothing() -> None:
    gone = MovedAway(kind=AwayKind.CARD, clause="§3.2", destination="杭州市", fixed_place=False, reason="x")
    back = (Returned(), date(2026, 6, 1))
    spec = given(MEMBER, enrolled(), (gone, SPRING), back, answered(MOVED))
    spec.when(settling(Finding.PHONE, Finding.MOVED_AWAY)).then_refused("before_last_return", since=SPRING)
    given(MEMBER, enrolled(), answered(MOVED), Died()).when(settling(Finding.PHONE)).then_refused("died")


def test_what_is_left_as_it_is_is_remembered_and_may_be_taken_later() -> None:
    left = CensusSettled(campaign_id="c1", findings=(Finding.PHONE,), taken=False)
    outcome = given(MEMBER, enrolled(), answered(MOVED)).when(settling(Finding.PHONE, taken=False))
    outcome.then(left, on=TODAY).then_again_nothing()
    given(MEMBER, enrolled(), answered(MOVED), left).when(settling(Finding.PHONE)).then_again_nothing()
    member = member_with(answered(MOVED), left)
    assert Finding.PHONE not in open_findings(member, member.census["c1"], reason="x")


def test_another_answer_opens_again_only_what_it_is_about() -> None:
    left = CensusSettled(campaign_id="c1", findings=(Finding.PHONE, Finding.LIVES_ALONE), taken=False)
    later = MOVED.model_copy(update={"phone": "13900000003"})
    member = member_with(answered(MOVED), left, answered(later))
    assert Finding.PHONE in open_findings(member, member.census["c1"], reason="x")
    assert Finding.LIVES_ALONE not in open_findings(member, member.census["c1"], reason="x")


def test_nobody_takes_what_was_not_said() -> None:
    given(MEMBER, enrolled()).when(settling(Finding.PHONE)).then_refused("not_answered")
    given(MEMBER, enrolled(), answered(MOVED)).when(settling(Finding.ADDRESS)).then_refused("no_finding")
