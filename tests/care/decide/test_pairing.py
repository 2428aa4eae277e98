"""Helpers and trainings: the tables of cases, and that nobody ever stands by more than the rules allow."""

from __future__ import annotations

from datetime import date

from hypothesis import given as forall
from hypothesis import strategies as st

from events.facts.care_pairing import (
    HelperKind,
    HelperPaired,
    HelpGiven,
    HelpKind,
    HelpTakenBack,
    PairedFor,
    PairingEnded,
    PairingReviewed,
    TrainingOutcome,
    WhyPairingEnded,
)
from events.facts.decision import Decision, Decisions, Happened, Refused
from events.facts.helper import HelpBegun, HelpEnded, helper_of
from services.care.decide import pairing, training
from services.care.decide.cared import CARE, Cared, evolve
from services.care.decide.helper import HELPER, Helper
from services.care.decide.helper import evolve as evolve_helper
from services.care.decide.pairing_commands import (
    EndPairing,
    NoteAttendance,
    NoteHelp,
    NoteOutcome,
    PairHelper,
    ReferToTraining,
    ReviewPairing,
)
from services.care.decide.plan import Situation
from tests.care.decide.test_plan import POLICY
from tests.given import given
from tests.tables import cases

TODAY = date(2026, 11, 21)
HERE = Situation()
RULE = POLICY.pairing


def _day(words: str) -> date:
    month, day = map(int, words.split("-"))
    return date(2026, month, day)


def _pair(cared: Cared, helper: Helper, command: PairHelper, pairing_id: str = "p9") -> Decisions:
    return pairing.pair(cared, helper, command, HERE, RULE, TODAY, member_id="m1", pairing_id=pairing_id)


@cases("pairing")
def test_who_may_stand_by_whom(row: dict[str, str]) -> None:
    kind = HelperKind.ACCOUNT if row["helper is"] == "account" else HelperKind.MEMBER
    who = "m1" if row["helper is"] == "self" else "laoli"
    helper = Helper(members={f"o{number}": f"other{number}" for number in range(int(row["helper stands by"]))})
    cared = Cared()
    if since := row["with this one since"]:
        stands = HelperPaired(pairing_id="p1", helper_kind=kind, helper=who, why=PairedFor.AWAY, clause="§6.2")
        cared = evolve(cared, stands, _day(since))
    command = PairHelper(helper_kind=kind, helper=who, why=PairedFor.AWAY, on=_day(row["asked on"]))
    decided = _pair(cared, helper, command)
    if isinstance(decided, Refused):
        assert decided.code == row["result"]
        assert decided.details.get("clause", "") == row["clause"]
        return
    assert row["result"] == ("paired" if decided else "nothing")
    if decided:
        (paired, on) = decided["m1"].facts[0]
        assert (paired.clause, on) == (row["clause"], command.on)  # type: ignore[attr-defined]  # HelperPaired
        assert decided[helper_of(kind, who)].facts == ((HelpBegun(pairing_id="p9", member_id="m1"), command.on),)


LAOLI = HelperPaired(pairing_id="p1", helper_kind=HelperKind.ACCOUNT, helper="laoli", why=PairedFor.AWAY, clause="§6.2")
SINCE = (LAOLI, date(2026, 8, 1))


def test_what_was_done_is_put_down_once_and_taken_back() -> None:
    call = NoteHelp(on=TODAY, kind=HelpKind.CALL)
    done = HelpGiven(pairing_id="p1", entry_id="e1", kind=HelpKind.CALL)
    given(CARE, SINCE).when(lambda c: pairing.note_help(c, "p1", "e1", call, TODAY)).then(
        done, on=TODAY
    ).then_again_nothing()
    other_id = given(CARE, SINCE, (done, TODAY)).when(lambda c: pairing.note_help(c, "p1", "e2", call, TODAY))
    other_id.then_nothing()
    given(CARE, SINCE, (done, TODAY)).when(lambda c: pairing.take_back(c, "p1", "e1", TODAY)).then(
        HelpTakenBack(pairing_id="p1", entry_id="e1"), on=TODAY
    ).then_again_nothing()
    early = NoteHelp(on=date(2026, 7, 31), kind=HelpKind.CALL)
    given(CARE, SINCE).when(lambda c: pairing.note_help(c, "p1", "e1", early, TODAY)).then_refused("before_pairing")
    given(CARE).when(lambda c: pairing.note_help(c, "p1", "e1", call, TODAY)).then_refused("no_pairing")


def test_it_is_looked_at_again_and_the_clock_starts_anew() -> None:
    asked = ReviewPairing(on=date(2026, 11, 1))
    spec = given(CARE, SINCE)
    spec.when(lambda c: pairing.review(c, "p1", asked, "shuji", TODAY)).then(
        PairingReviewed(pairing_id="p1", reviewed_by="shuji"), on=date(2026, 11, 1)
    ).then_again_nothing()
    one = spec.entities["care"].state.pairings["p1"]
    assert pairing.review_due(one.looked_on, RULE) == date(2027, 1, 30)
    assert pairing.review_due(SINCE[1], RULE) == date(2026, 10, 30)


def test_it_ends_with_a_reason_and_the_helper_is_free() -> None:
    over = EndPairing(on=TODAY, why=WhyPairingEnded.NO_NEED)
    begun = (HelpBegun(pairing_id="p1", member_id="m1"), SINCE[1])
    spec = given(CARE, SINCE, called="m1").given(HELPER, begun, called=helper_of(HelperKind.ACCOUNT, "laoli"))
    outcome = spec.when(lambda c, h: pairing.end(c, h, "p1", over, TODAY, member_id="m1"))
    outcome.then(PairingEnded(pairing_id="p1", why=WhyPairingEnded.NO_NEED), on=TODAY)
    assert outcome.then_facts("helper:account:laoli") == [(HelpEnded(pairing_id="p1"), TODAY)]
    outcome.then_again_nothing()
    late = NoteHelp(on=TODAY, kind=HelpKind.CALL)
    ended = (PairingEnded(pairing_id="p1", why=WhyPairingEnded.MOVED), date(2026, 10, 1))
    given(CARE, SINCE, ended).when(lambda c: pairing.note_help(c, "p1", "e1", late, TODAY)).then_refused(
        "pairing_ended"
    )
    given(CARE, SINCE, ended).when(
        lambda c: pairing.review(c, "p1", ReviewPairing(on=TODAY), "shuji", TODAY)
    ).then_refused("pairing_ended")


@forall(st.lists(st.tuples(st.booleans(), st.integers(0, 6)), max_size=30))
def test_one_helper_never_stands_by_more_than_the_rules_allow(story: list[tuple[bool, int]]) -> None:
    helper, people = Helper(), {f"m{number}": Cared() for number in range(7)}
    command = PairHelper(helper_kind=HelperKind.ACCOUNT, helper="laoli", why=PairedFor.AWAY, on=TODAY)
    for begins, number in story:
        who = f"m{number}"
        if begins:
            new = f"p{sum(len(one.pairings) for one in people.values())}"
            decided = pairing.pair(people[who], helper, command, HERE, RULE, TODAY, member_id=who, pairing_id=new)
        else:
            last = next(reversed(people[who].pairings), "")
            over = EndPairing(on=TODAY, why=WhyPairingEnded.NO_NEED)
            decided = pairing.end(people[who], helper, last, over, TODAY, member_id=who)
        if isinstance(decided, Refused):
            continue
        for entity, happened in decided.items():
            for fact, on in happened.facts:
                if entity in people:
                    people[entity] = evolve(people[entity], fact, on)
                else:
                    helper = evolve_helper(helper, fact, on)
        standing = [who for who, one in people.items() if any(each.ended_on is None for each in one.pairings.values())]
        assert len(standing) <= RULE.members_max
        assert sorted(helper.members.values()) == sorted(standing)


def _told(cared: Cared, words: str) -> Decision:
    match words.replace(",", "").split():
        case ["told", day]:
            new = ReferToTraining(course="家政", organiser="服务站", on=_day(day))
            return training.refer(cared, "r1", new, HERE, POLICY.training, TODAY)
        case ["told", day, "begins", first]:
            new = ReferToTraining(course="家政", organiser="服务站", on=_day(day), begins_on=_day(first))
            return training.refer(cared, "r1", new, HERE, POLICY.training, TODAY)
        case ["went", day]:
            return training.attend(cared, "r1", NoteAttendance(on=_day(day)), TODAY)
        case ["slip"]:
            return training.withdraw_referral(cared, "r1", TODAY)
        case [outcome, day]:
            said = NoteOutcome(on=_day(day), outcome=TrainingOutcome(outcome))
            return training.conclude(cared, "r1", said, TODAY)
        case _:
            raise ValueError(words)


@cases("training")
def test_a_training_step_by_step(row: dict[str, str]) -> None:
    cared = Cared()
    for words in filter(None, map(str.strip, row["before"].split(";"))):
        before = _told(cared, words)
        assert isinstance(before, Happened), before
        for fact, on in before.facts:
            cared = evolve(cared, fact, on)
    decided = _told(cared, row["then"])
    if isinstance(decided, Refused):
        assert decided.code == row["result"]
        return
    for fact, on in decided.facts:
        cared = evolve(cared, fact, on)
    one = cared.trainings["r1"]
    assert row["result"] == (one.stage if decided.facts else "nothing")
    assert row["ask by"] == str(training.ask_by(one, POLICY.training) or "")
    again = _told(cared, row["then"])
    assert isinstance(again, Happened), again
    assert again.facts == ()
