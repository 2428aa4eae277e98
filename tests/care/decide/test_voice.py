"""What a member raised: sent upward by its topic, answered, told back, closed with their word; nobody is named."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given as forall
from hypothesis import strategies as st

from events.facts.care_voice import (
    NothingToRaise,
    TheirWord,
    ToldWay,
    VoiceAnswered,
    VoiceAnswerTakenBack,
    VoiceClosed,
    VoiceLevel,
    VoicePassedOn,
    VoiceRaised,
    VoiceSource,
    VoiceTakenBack,
    VoiceTakenUp,
    VoiceToldBack,
    WhyPassed,
)
from events.facts.decision import Decision, Happened, Refused
from services.care.decide.cared import CARE, Cared
from services.care.decide.plan import Situation
from services.care.decide.policy import policy_of
from services.care.decide.voice import (
    AnswerVoice,
    PassOn,
    RaiseVoice,
    TakeUp,
    TellBack,
    anonymised,
    answer_voice,
    nothing_to_raise,
    pass_on,
    raise_voice,
    take_answer_back,
    take_up,
    take_voice_back,
    tell_back,
)
from services.care.decide.voice_policy import LEVELS
from tests.care.decide.test_care import DEAD, HERE
from tests.care.decide.test_plan import PACK, POLICY, TODAY
from tests.given import given
from tests.tables import cases

RULES = POLICY.voice
PRIVATE = ("张桂兰", "13912348862", "张敏")
OFFICE = "社区居委会"


def raising(topic: str = "housing", on: date = TODAY, **differently: Any) -> RaiseVoice:
    given = {"source": VoiceSource.OFFICE, "said": "屋顶漏水半年了", **differently}
    return RaiseVoice(topic=topic, on=on, **given)


def raised(
    cared: Cared, command: RaiseVoice, situation: Situation = HERE, voice_id: str = "v1", **more: Any
) -> Decision:
    return raise_voice(cared, voice_id, command, situation, RULES, TODAY, private=PRIVATE, **more)


@cases("voice")
def test_it_goes_to_the_first_level_of_its_topic(row: dict[str, str]) -> None:
    command = raising(row["topic"], date.fromisoformat(row["said on"]))
    outcome = given(CARE).when(lambda cared: raised(cared, command))
    if row["goes to"].startswith("refused: "):
        outcome.then_refused(row["goes to"].removeprefix("refused: "))
        return
    ((fact, on),) = outcome.then_facts()
    assert isinstance(fact, VoiceRaised)
    assert (fact.level, fact.due.isoformat(), fact.clause, on) == (row["goes to"], row["by"], row["clause"], command.on)
    outcome.then_again_nothing()


def deed(name: str) -> Any:
    """A deed of the table, as a decision."""
    match name.split(" and "):
        case ["take up"]:
            return lambda cared: take_up(cared, "v1", TakeUp(by=OFFICE), TODAY)
        case ["answer"]:
            command = AnswerVoice(on=TODAY, by=OFFICE, answer="下周三来修")
            return lambda cared: answer_voice(cared, "v1", command, RULES, TODAY)
        case ["take the answer back"]:
            return lambda cared: take_answer_back(cared, "v1", TODAY)
        case ["take back"]:
            return lambda cared: take_voice_back(cared, "v1", TODAY)
        case ["tell", *word]:
            said = TheirWord(word[0].replace(" ", "_")) if word else None
            telling = TellBack(on=TODAY, way=ToldWay.PHONE, word=said)
            return lambda cared: tell_back(cared, "v1", telling, RULES, TODAY)
        case [passing]:
            to = VoiceLevel(passing.removeprefix("pass on to "))
            return lambda cared: pass_on(cared, "v1", PassOn(to=to), RULES, TODAY)
        case _:
            raise ValueError(name)


def told(outcome: Decision) -> tuple[str, str, str]:
    """What came of a deed, in the words of the table."""
    if isinstance(outcome, Refused):
        return f"refused: {outcome.code}", "—", "—"
    if not outcome.facts:
        return "nothing", "—", "—"
    fact = outcome.facts[-1][0]
    match fact:
        case VoicePassedOn():
            return fact.level, fact.due.isoformat(), fact.clause
        case VoiceTakenUp():
            return "taken up", "—", "—"
        case VoiceAnswered():
            return "answered", fact.tell_by.isoformat(), fact.clause
        case VoiceAnswerTakenBack():
            return "answer taken back", fact.due.isoformat(), fact.clause
        case VoiceToldBack():
            return "told", "—", "—"
        case VoiceClosed():
            return f"closed: {fact.word}", "—", "—"
        case VoiceTakenBack():
            return "taken back", "—", "—"
        case _:
            raise ValueError(fact)


def course(topic: str, *before: str) -> Cared:
    """The state after raising and these deeds."""
    cared = CARE.initial
    for decide in (lambda one: raised(one, raising(topic)), *(deed(name) for name in before)):
        happened = decide(cared)
        assert isinstance(happened, Happened), happened
        for fact, on in happened.facts:
            cared = CARE.evolve(cared, fact, on)
    return cared


@cases("voice_course")
def test_a_deed_in_the_course_of_an_item(row: dict[str, str]) -> None:
    before = [] if row["before"] == "—" else row["before"].split(", ")
    assert told(deed(row["deed"])(course(row["topic"], *before))) == (row["then"], row["by"], row["clause"])


@cases("voice_seen")
def test_what_is_late_is_seen_higher_up(row: dict[str, str]) -> None:
    seen = RULES.seen_by(VoiceLevel(row["level"]), date(2026, 11, 1), date.fromisoformat(row["today"]))
    assert seen == row["seen by"]


@pytest.mark.parametrize("name", ["take up", "answer", "take back", "pass on to street"])
def test_a_deed_twice_does_nothing(name: str) -> None:
    decide = deed(name)
    raising_it, *_ = [raised(CARE.initial, raising())]
    assert isinstance(raising_it, Happened)
    given(CARE, *raising_it.facts).when(decide).then_again_nothing()


def test_not_content_goes_up_with_what_was_said() -> None:
    cared = course("housing", "answer")
    command = TellBack(on=TODAY, way=ToldWay.VISIT, word=TheirWord.NOT_SATISFIED, note="只补了一块")
    decided = tell_back(cared, "v1", command, RULES, TODAY)
    assert isinstance(decided, Happened)
    (first, _), (second, _) = decided.facts
    assert first == VoiceToldBack(voice_id="v1", way=ToldWay.VISIT)
    assert isinstance(second, VoicePassedOn)
    assert (second.why, second.note, second.level) == (WhyPassed.NOT_SATISFIED, "只补了一块", VoiceLevel.STREET)


def test_the_same_topic_of_the_same_visit_is_raised_once() -> None:
    first = raised(CARE.initial, raising(source=VoiceSource.VISIT), visit_id="visit-1")
    assert isinstance(first, Happened)
    spec = given(CARE, *first.facts)
    again = raising(source=VoiceSource.VISIT)
    spec.when(lambda cared: raised(cared, again, voice_id="v2", visit_id="visit-1")).then_refused("raised_already")
    other = raising("property", source=VoiceSource.VISIT)
    assert len(spec.when(lambda cared: raised(cared, other, voice_id="v3", visit_id="visit-1")).then_facts()) == 1
    assert len(spec.when(lambda cared: raised(cared, again, voice_id="v4", visit_id="visit-2")).then_facts()) == 1


def test_who_died_raises_nothing_more_and_is_asked_nothing_more() -> None:
    given(CARE).when(lambda cared: raised(cared, raising(), DEAD)).then_refused("died")
    gone = TellBack(on=TODAY, way=ToldWay.PHONE, word=TheirWord.CANNOT_BE_ASKED)
    decided = tell_back(course("housing", "answer"), "v1", gone, RULES, TODAY)
    assert isinstance(decided, Happened)
    assert isinstance(decided.facts[-1][0], VoiceClosed)


def answering(on: date, voice_id: str = "v1") -> Any:
    return lambda cared: answer_voice(cared, voice_id, AnswerVoice(on=on, by="x", answer="y"), RULES, TODAY)


@pytest.mark.parametrize(
    ("decide", "code"),
    [
        (answering(TODAY + timedelta(days=1)), "in_future"),
        (answering(TODAY - timedelta(days=1)), "before_raised"),
        (answering(TODAY, "v9"), "no_voice"),
        (lambda cared: take_up(cared, "v9", TakeUp(by="x"), TODAY), "no_voice"),
        (lambda cared: take_voice_back(cared, "v9", TODAY), "no_voice"),
        (lambda cared: take_answer_back(cared, "v9", TODAY), "no_voice"),
        (lambda cared: tell_back(cared, "v9", TellBack(on=TODAY, way=ToldWay.PHONE), RULES, TODAY), "no_voice"),
    ],
)
def test_what_cannot_be(decide: Any, code: str) -> None:
    outcome = decide(course("housing"))
    assert isinstance(outcome, Refused)
    assert outcome.code == code


def test_a_visit_is_looked_at_once() -> None:
    outcome = given(CARE).when(lambda cared: nothing_to_raise(cared, "visit-1", TODAY))
    outcome.then(NothingToRaise(visit_id="visit-1"), on=TODAY).then_again_nothing()


# ── nobody is named ──────────────────────────────────────────────────────────────────────────────────────────────


def test_without_a_gist_names_and_numbers_are_left_out() -> None:
    said = "我是张桂兰，女儿张敏，电话13912348862，身份证310101194003070021，屋顶漏水"
    ((fact, _),) = given(CARE).when(lambda cared: raised(cared, raising(said=said))).then_facts()
    assert fact.gist == "我是某，女儿某，电话***，身份证***，屋顶漏水"
    assert fact.said == said


@pytest.mark.parametrize(
    "gist", ["张桂兰家漏水", "打13912348862", "别人的手机 13800001111 也行", "证310101194003070021"]
)
def test_a_gist_that_names_somebody_is_refused(gist: str) -> None:
    given(CARE).when(lambda cared: raised(cared, raising(gist=gist))).then_refused("gist_names_somebody")


@forall(st.text(max_size=60), st.lists(st.sampled_from(PRIVATE), max_size=4))
def test_the_copy_never_names_them(text: str, names: list[str]) -> None:
    copy = anonymised(text.join(["", *names, ""]), PRIVATE)
    assert not [name for name in PRIVATE if name in copy]


@forall(
    st.lists(st.sampled_from(["take up", "answer", "tell", "tell and not satisfied", "pass on to street"]), max_size=12)
)
def test_an_item_only_climbs(names: list[str]) -> None:
    cared, level = course("housing"), 0
    for name in names:
        decided = deed(name)(cared)
        for fact, on in decided.facts if isinstance(decided, Happened) else ():
            cared = CARE.evolve(cared, fact, on)
        now = LEVELS.index(cared.voices["v1"].level)
        assert level <= now <= level + 1
        level = now


# ── the pack ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ('begins = "district"\nhighest = "street"', 'begins = "community"\nhighest = "street"'),
        ("[voice.levels.county]", "[voice.levels.street]"),
        ('clause = "§7.9"', 'clause = "§7.6"'),
    ],
)
def test_a_pack_that_cannot_be_followed_is_refused(wrong: str, right: str) -> None:
    with pytest.raises(ValueError, match=r"highest|street|clauses"):
        policy_of(PACK.replace(right, wrong, 1))
