"""Assistance step by step: the table of cases, and what holds whatever is put down in whatever order."""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given as forall
from hypothesis import strategies as st

from events.facts.care import FellIll, Recovered, Severity
from events.facts.care_assistance import (
    AssistanceKind,
    AssistanceProposed,
    AssistanceRequested,
    Evidence,
    PaidHow,
    Step,
    TakenBy,
)
from events.facts.care_occasion import Hospitalised
from events.facts.decision import Decision, Happened, Refused
from services.care.decide import assistance, assistance_paying
from services.care.decide.assistance_commands import (
    AcknowledgeAssistance,
    ApproveAssistance,
    CorrectAssistance,
    DeclineAssistance,
    PayAssistance,
    ProposeAssistance,
    RequestAssistance,
    UndoAssistance,
    WithdrawAssistance,
)
from services.care.decide.assistance_state import Progress, due_of
from services.care.decide.cared import CARE, Cared, evolve
from services.care.decide.plan import Situation
from services.shell.money import fen_of
from tests.care.decide.test_plan import POLICY
from tests.given import given
from tests.tables import cases

TODAY = date(2026, 11, 21)
RULE = POLICY.assistance
HERE = Situation()


class Desk:
    """One member's assistance, step after step, by the words of the table."""

    def __init__(self) -> None:
        self.cared = Cared()
        self.last = ""

    def does(self, words: str) -> Decision:
        decision = self._decided(words)
        if isinstance(decision, Happened):
            for fact, on in decision.facts:
                self.cared = evolve(self.cared, fact, on)
        return decision

    def _decided(self, words: str) -> Decision:
        amount = re.search(r" (\d+(?:\.\d+)?)(?= on|$)", words)
        fen = fen_of(amount[1]) if amount else None
        on = _day(words)
        match words.split():
            case [who, "asks", kind, *_]:
                command = RequestAssistance(kind=AssistanceKind(kind), amount_fen=fen or 0, on=on, reason="难")
                self.last = assistance.same_request(self.cared.assistance, command) or str(
                    len(self.cared.assistance) + 1
                )
                return assistance.request(self.cared, self.last, command, who, HERE, RULE, TODAY)
            case [who, "agrees", *_]:
                agreed = ApproveAssistance(on=on, amount_fen=fen)
                return assistance.approve(self.cared, self.last, agreed, who, HERE, RULE, TODAY)
            case [who, "refuses"]:
                return assistance.decline(self.cared, self.last, DeclineAssistance(why="不符合"), who, TODAY)
            case [_who, "withdraws"]:
                return assistance.withdraw(self.cared, self.last, WithdrawAssistance(why="不要了"), TODAY)
            case [who, "corrects", *_]:
                better = CorrectAssistance(amount_fen=fen or 0, evidence=(Evidence.BILL,))
                return assistance.correct(self.cared, self.last, better, who, RULE, TODAY)
            case ["paid", *_]:
                paid = PayAssistance(on=on, amount_fen=fen, how=PaidHow.CASH)
                return assistance_paying.pay(self.cared, self.last, paid, TODAY)
            case ["signed", *_]:
                signed = AcknowledgeAssistance(on=on, by=TakenBy.SELF)
                return assistance_paying.acknowledge(self.cared, self.last, signed, TODAY)
            case ["undo", step, *of]:
                which = of[-1] if of else self.last
                return assistance_paying.undo(
                    self.cared, which, UndoAssistance(step=Step(step), why="记错"), RULE, TODAY
                )
            case _:
                raise ValueError(words)


def _day(words: str) -> date:
    found = re.search(r" on (?:(\d{4})-)?(\d\d)-(\d\d)", words)
    return date(int(found[1] or 2026), int(found[2]), int(found[3])) if found else TODAY


def _clauses(decision: Decision) -> set[str]:
    if isinstance(decision, Refused):
        return {str(decision.details["clause"])} if "clause" in decision.details else set()
    return {fact.clause for fact, _on in decision.facts if hasattr(fact, "clause")}


@cases("assistance")
def test_step_by_step(row: dict[str, str]) -> None:
    desk = Desk()
    for words in filter(None, map(str.strip, row["before"].split(";"))):
        before = desk.does(words)
        assert isinstance(before, Happened), (words, before)
        assert before.facts, words
    decision = desk.does(row["then"])
    if isinstance(decision, Refused):
        assert decision.code == row["comes to"]
    elif not decision.facts:
        assert row["comes to"] == "nothing"
    else:
        one = desk.cared.assistance[desk.last]
        assert (one.progress, one.outstanding_fen) == (row["comes to"], fen_of(row["outstanding"]))
        again = desk.does(row["then"])
        assert isinstance(again, Happened), again
        assert again.facts == (), "the second time does nothing"
    if row["clause"] and row["comes to"] != "own_request":
        assert _clauses(decision) == {row["clause"]}


WORDS = st.one_of(
    st.builds(
        "{} asks {} {} on 2026-{:02d}-01".format,
        st.sampled_from(["worker", "secretary"]),
        st.sampled_from(list(AssistanceKind)),
        st.integers(1, 2200),
        st.integers(1, 11),
    ),
    st.builds("{} agrees {} on 11-20".format, st.sampled_from(["secretary", "supervisor"]), st.integers(1, 2200)),
    st.builds("{} agrees on 11-20".format, st.sampled_from(["secretary", "supervisor"])),
    st.builds("{} corrects {}".format, st.sampled_from(["worker", "secretary"]), st.integers(1, 2200)),
    st.builds("paid {} on 11-20".format, st.integers(1, 1200)),
    st.sampled_from(["paid on 11-20", "signed on 11-21", "secretary refuses", "worker withdraws"]),
    st.builds("undo {} of {}".format, st.sampled_from(list(Step)), st.integers(1, 6)),
)


@forall(st.lists(WORDS, max_size=40))
def test_no_ceiling_is_ever_passed_and_the_books_balance(story: list[str]) -> None:
    desk = Desk()
    for words in story:
        if desk.last or "asks" in words:
            desk.does(words)
    used: dict[Any, int] = defaultdict(int)
    for one in desk.cared.assistance.values():
        used[one.kind] += one.counted_fen
        used["all"] += one.counted_fen
        assert one.approved_fen == one.paid_fen + one.outstanding_fen
        assert 0 <= one.paid_fen <= one.approved_fen <= RULE.kinds[one.kind].once_fen
        if one.approved_on is not None:
            assert one.approved_by not in one.authors
            if one.approved_fen > RULE.second.above_fen:
                assert one.endorsed_by not in ("", one.approved_by, *one.authors)
    assert used["all"] <= RULE.year.most_fen
    assert all(used[kind] <= RULE.kinds[kind].year_fen for kind in AssistanceKind)


PROPOSE = ProposeAssistance(assistance_id="p1", kind=AssistanceKind.ILLNESS, because="f1")
ILL = (FellIll(severity=Severity.SERIOUS), date(2026, 11, 10))
FLAG = AssistanceProposed(assistance_id="p1", kind=AssistanceKind.ILLNESS, clause="§5.8", because="f1")


def test_an_illness_is_proposed_once_and_a_person_decides() -> None:
    def propose(cared: Cared) -> Decision:
        return assistance.propose(cared, PROPOSE, HERE, RULE, TODAY)

    given(CARE, ILL).when(propose).then(FLAG, on=TODAY).then_again_nothing()
    given(CARE, (Hospitalised(hospital="一院"), date(2026, 11, 10))).when(propose).then(FLAG, on=TODAY)
    given(CARE).when(propose).then_nothing()
    given(CARE, ILL, (Recovered(), TODAY)).when(propose).then_nothing()
    other = PROPOSE.model_copy(update={"assistance_id": "p2"})
    given(CARE, ILL, (FLAG, TODAY)).when(lambda c: assistance.propose(c, other, HERE, RULE, TODAY)).then_nothing()
    given(CARE, ILL).when(lambda c: assistance.propose(c, PROPOSE, Situation(died_on=TODAY), RULE, TODAY)).then_refused(
        "died"
    )


def test_a_proposal_becomes_a_request_or_is_set_aside() -> None:
    wanted = RequestAssistance(kind=AssistanceKind.ILLNESS, amount_fen=80000, on=TODAY, reason="自费多", proposal="p1")
    asked = AssistanceRequested(
        assistance_id="p1", kind=AssistanceKind.ILLNESS, amount_fen=80000, reason="自费多", evidence=(),
        clause="§5.1", requested_by="worker",
    )  # fmt: skip
    given(CARE, ILL, (FLAG, TODAY)).when(
        lambda c: assistance.request(c, "p1", wanted, "worker", HERE, RULE, TODAY)
    ).then(asked, on=TODAY).then_again_nothing()
    unnamed = wanted.model_copy(update={"proposal": None})
    given(CARE, ILL, (FLAG, TODAY)).when(
        lambda c: assistance.request(c, "new", unnamed, "worker", HERE, RULE, TODAY)
    ).then(asked, on=TODAY)
    given(CARE).when(lambda c: assistance.request(c, "p1", wanted, "worker", HERE, RULE, TODAY)).then_refused(
        "no_assistance"
    )
    aside = given(CARE, ILL, (FLAG, TODAY)).when(
        lambda c: assistance.decline(c, "p1", DeclineAssistance(why="医保够了"), "secretary", TODAY)
    )
    assert len(aside.then_facts()) == 1
    aside.then_again_nothing()
    given(CARE, ILL, (FLAG, TODAY)).when(
        lambda c: assistance.approve(c, "p1", ApproveAssistance(on=TODAY), "secretary", HERE, RULE, TODAY)
    ).then_refused("not_requested")


@pytest.mark.parametrize("situation", [Situation(died_on=TODAY), Situation(on_roll=False), Situation(merged_into="m2")])
def test_nothing_is_asked_for_who_is_not_there(situation: Situation) -> None:
    wanted = RequestAssistance(kind=AssistanceKind.FESTIVAL, amount_fen=100, on=TODAY, reason="节日")
    decision = assistance.request(Cared(), "a1", wanted, "worker", situation, RULE, TODAY)
    assert isinstance(decision, Refused)


def test_nothing_is_agreed_to_for_the_dead_and_what_was_is_still_paid() -> None:
    desk = Desk()
    desk.does("worker asks illness 500 on 11-01")
    dead = Situation(died_on=date(2026, 11, 10))
    decision = assistance.approve(desk.cared, "1", ApproveAssistance(on=TODAY), "secretary", dead, RULE, TODAY)
    assert isinstance(decision, Refused)
    assert decision.code == "died"
    desk.does("secretary agrees on 11-02")
    paid = desk.does("paid on 11-20")
    assert isinstance(paid, Happened)
    assert paid.facts


def test_what_nobody_knows_is_refused() -> None:
    cared = Cared()
    for decision in (
        assistance.approve(cared, "x", ApproveAssistance(on=TODAY), "a", HERE, RULE, TODAY),
        assistance.decline(cared, "x", DeclineAssistance(why="x"), "a", TODAY),
        assistance.withdraw(cared, "x", WithdrawAssistance(why="x"), TODAY),
        assistance.correct(cared, "x", CorrectAssistance(amount_fen=1), "a", RULE, TODAY),
        assistance_paying.pay(cared, "x", PayAssistance(on=TODAY, how=PaidHow.CASH), TODAY),
        assistance_paying.acknowledge(cared, "x", AcknowledgeAssistance(on=TODAY, by=TakenBy.SELF), TODAY),
        assistance_paying.undo(cared, "x", UndoAssistance(step=Step.PAYMENT, why="x"), RULE, TODAY),
    ):
        assert isinstance(decision, Refused)
        assert decision.code == "no_assistance"


@pytest.mark.parametrize(
    ("story", "progress", "since", "days"),
    [
        (["worker asks illness 1500 on 11-01"], Progress.REQUESTED, date(2026, 11, 1), 7),
        (["worker asks illness 1500 on 11-01", "secretary agrees on 11-03"], Progress.ENDORSED, date(2026, 11, 3), 7),
        (["worker asks illness 500 on 11-01", "secretary agrees on 11-03"], Progress.APPROVED, date(2026, 11, 3), 15),
        (
            ["worker asks illness 500 on 11-01", "secretary agrees on 11-03", "paid on 11-04"],
            Progress.PAID, date(2026, 11, 4), 15,
        ),
        (
            ["worker asks illness 500 on 11-01", "secretary agrees on 11-03", "paid on 11-04", "signed on 11-05"],
            Progress.ACKNOWLEDGED, None, 0,
        ),
    ],
)  # fmt: skip
def test_by_when_the_next_step_is_due(story: list[str], progress: Progress, since: date | None, days: int) -> None:
    desk = Desk()
    for words in story:
        desk.does(words)
    one = desk.cared.assistance[desk.last]
    assert one.progress is progress
    assert due_of(one, RULE.clocks) == (None if since is None else since + timedelta(days))
