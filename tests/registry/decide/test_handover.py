from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given as each
from hypothesis import strategies as st

from events.facts.decision import Refused
from events.facts.handover import (
    Cancelled,
    Closed,
    DecisionWithdrawn,
    ListedRow,
    Opened,
    PeopleListed,
    PersonAccepted,
    PersonRefused,
    PersonUnlisted,
    Reopened,
    WhyRefused,
    employer_path,
    is_employer,
)
from events.facts.member import Died
from events.facts.member_handover import TakenOver, TakeOverWithdrawn
from events.facts.merging import Merged, MergeSide
from events.facts.nominee import Nominated, Nominee, Remarked
from services.registry.decide import handover as deciding
from services.registry.decide.handover_state import (
    HANDOVER,
    ROWS_MAX,
    Batch,
    CloseHandover,
    Listed,
    ListPeople,
    OpenHandover,
    RefusePerson,
    Take,
    WithdrawDecision,
)
from services.registry.decide.member import MEMBER, Member
from services.registry.decide.nominee import NOMINEE, Line, number_in, same_person
from tests.given import Spec, given
from tests.registry.decide.people import ENROLLED_ON, ID_NUMBER, TODAY, enrolled

PATH = "employers.demo.jichuangchang"
AGREED = date(2026, 11, 2)
OPENED = (Opened(employer=PATH, employer_name="机床厂"), AGREED)
LISTED = PeopleListed(
    rows=(
        ListedRow(row=1, nominee_id="n1", funds_fen=60000),
        ListedRow(row=2, nominee_id="n2", funds_fen=50000),
        ListedRow(row=3, nominee_id="n3"),
    )
)
TAKEN = TakenOver(employer=PATH, employer_name="机床厂", batch_id="b", row=1, funds_fen=60000)
BOTH = (PersonAccepted(row=1, member_id="m"), PersonRefused(row=2, why=WhyRefused.DIED), PersonUnlisted(row=3))


def batch(*past: Any) -> Spec:
    return given(HANDOVER, OPENED, LISTED, *past, called="b")


def accepting(*takes: Take) -> Any:
    return lambda one, *members: deciding.accept(one, members, takes, TODAY, batch_id="b")[0]


def test_a_batch_is_opened_once_and_not_for_tomorrow() -> None:
    command = OpenHandover(employer="机床厂", on=AGREED)
    opening = given(HANDOVER).when(lambda one: deciding.open_batch(one, command, TODAY, employer=PATH))
    opening.then(OPENED[0], on=AGREED).then_again_nothing()
    late = OpenHandover(employer="机床厂", on=TODAY + timedelta(days=1))
    given(HANDOVER).when(lambda one: deciding.open_batch(one, late, TODAY, employer=PATH)).then_refused("in_future")


def test_people_come_onto_the_list_once_each() -> None:
    people = (Listed(name="甲", funds_fen=100), Listed(name="乙", id_number="x"), Listed(name="甲", funds_fen=200))
    spec = given(HANDOVER, OPENED, called="b").given(NOMINEE, called="n1").given(NOMINEE, called="n2")
    outcome = spec.when(
        lambda one, *_: deciding.list_people(one, ListPeople(people=people), ("n1", "n2", "n1"), TODAY, batch_id="b")
    )
    rows = (ListedRow(row=1, nominee_id="n1", funds_fen=100), ListedRow(row=2, nominee_id="n2"))
    outcome.then(PeopleListed(rows=rows), on=AGREED)
    named = Nominated(batch_id="b", row=2, employer=PATH, person=Nominee(name="乙", id_number="x"))
    outcome.then(named, of="n2").then_again_nothing()


def test_a_list_has_an_end() -> None:
    people = ListPeople(people=tuple(Listed(name=f"人{number}") for number in range(ROWS_MAX - 2)))
    ids = [f"x{number}" for number in range(ROWS_MAX - 2)]
    batch().when(lambda one: deciding.list_people(one, people, ids, TODAY, batch_id="b")).then_refused(
        "too_many_rows", most=ROWS_MAX, rows=ROWS_MAX + 1
    )


def test_a_line_is_taken_off_and_its_number_is_not_given_again() -> None:
    off = batch().when(lambda one: deciding.unlist(one, 3, TODAY))
    off.then(PersonUnlisted(row=3)).then_again_nothing()
    batch(PersonUnlisted(row=3)).given(NOMINEE, called="n4").when(
        lambda one, _: deciding.list_people(one, ListPeople(people=(Listed(name="丁"),)), ("n4",), TODAY, batch_id="b")
    ).then(PeopleListed(rows=(ListedRow(row=4, nominee_id="n4"),)))
    batch(BOTH[0]).when(lambda one: deciding.unlist(one, 1, TODAY)).then_refused("row_decided")


def test_somebody_is_accepted_from_the_day_agreed() -> None:
    spec = batch().given(MEMBER, enrolled(), called="m")
    outcome = spec.when(accepting(Take(row=1, member="m")))
    outcome.then(PersonAccepted(row=1, member_id="m"), on=TODAY).then(TAKEN, on=AGREED, of="m").then_again_nothing()
    assert ENROLLED_ON < AGREED
    late = given(MEMBER, (enrolled()[0], TODAY), called="m").entities["m"]
    spec = batch()
    spec.entities["m"] = late
    spec.when(accepting(Take(row=1, member="m"))).then(TAKEN, on=TODAY, of="m")


@pytest.mark.parametrize(
    ("past", "code"),
    [
        ([], "not_enrolled"),
        ([enrolled(), Died()], "died"),
        ([enrolled(), Merged(side=MergeSide.ABSORBED, other_id="k")], "merged"),
        ([enrolled(), TAKEN.model_copy(update={"batch_id": "other"})], "taken_over_already"),
    ],
)
def test_who_cannot_be_accepted(past: list[Any], code: str) -> None:
    batch().given(MEMBER, *past, called="m").when(accepting(Take(row=1, member="m"))).then_refused(code)


def test_of_several_those_are_left_out_who_cannot_be() -> None:
    spec = batch().given(MEMBER, enrolled(), called="m").given(MEMBER, called="gone")
    takes = (Take(row=1, member="m"), Take(row=2, member="gone"), Take(row=9, member="m"))
    states = [spec.entities["m"].state, spec.entities["gone"].state, spec.entities["m"].state]
    decided, left_out = deciding.accept(spec.entities["b"].state, states, takes, TODAY, batch_id="b")
    assert not isinstance(decided, Refused)
    assert set(decided) == {"b", "m"}
    assert {row: refusal.code for row, refusal in left_out.items()} == {2: "not_enrolled", 9: "no_row"}
    twice = (Take(row=1, member="m"), Take(row=2, member="m"))
    _, left_out = deciding.accept(spec.entities["b"].state, states[::2], twice, TODAY, batch_id="b")
    assert left_out[2].code == "taken_over_already", "one person on two lines"


def test_somebody_is_refused_with_a_reason_and_a_word() -> None:
    command = RefusePerson(row=2, why=WhyRefused.OTHER, note="没有档案")
    spec = batch().given(NOMINEE, called="n2")
    outcome = spec.when(lambda one, line: deciding.refuse(one, command, line.note, TODAY, batch_id="b"))
    outcome.then(PersonRefused(row=2, why=WhyRefused.OTHER))
    outcome.then(Remarked(batch_id="b", row=2, note="没有档案"), of="n2").then_again_nothing()
    changed = RefusePerson(row=2, why=WhyRefused.PAPERS_MISSING)
    spec.when(lambda one, line: deciding.refuse(one, changed, line.note, TODAY, batch_id="b")).then(
        PersonRefused(row=2, why=WhyRefused.PAPERS_MISSING)
    ).then(Remarked(batch_id="b", row=2, note=""), of="n2")
    taken = RefusePerson(row=1, why=WhyRefused.DIED)
    batch(BOTH[0]).when(lambda one: deciding.refuse(one, taken, None, TODAY, batch_id="b")).then_refused("row_decided")


def withdrawing(reason: str | None = None, row: int = 1) -> Any:
    command = WithdrawDecision(row=row, reason=reason)
    return lambda one, member=None: deciding.withdraw(one, member, command, TODAY, batch_id="b")


def test_a_decision_is_withdrawn_and_the_line_is_open_again() -> None:
    spec = batch(*BOTH).given(MEMBER, enrolled(), TAKEN, called="m")
    outcome = spec.when(withdrawing())
    outcome.then(DecisionWithdrawn(row=1))
    outcome.then(TakeOverWithdrawn(employer=PATH, batch_id="b", row=1), of="m").then_again_nothing()
    assert spec.entities["b"].state.rows[1].member_id is None
    assert spec.entities["m"].state.employer.path == ""
    batch(*BOTH).when(withdrawing(row=2)).then(DecisionWithdrawn(row=2)).then_again_nothing()


def test_after_closing_only_an_acceptance_is_withdrawn_and_with_a_reason() -> None:
    closed = (*BOTH, Closed(accepted=1, refused=1, funds_fen=60000))
    spec = batch(*closed).given(MEMBER, enrolled(), TAKEN, called="m")
    spec.when(withdrawing()).then_refused("reason_needed")
    batch(*closed).when(withdrawing("记错了", 2)).then_refused("handover_closed")
    spec.when(withdrawing("不是此人")).then(DecisionWithdrawn(row=1, final=True)).then_again_nothing()
    other = TAKEN.model_copy(update={"batch_id": "later"})
    others = batch(*closed).given(MEMBER, enrolled(), other, called="m").when(withdrawing("不是此人"))
    assert others.then_facts("m") == [], "another unit's take-over stays"


def test_a_batch_is_closed_when_everybody_is_decided() -> None:
    def closing(one: Batch) -> Any:
        return deciding.close(one, CloseHandover(), TODAY)

    batch(BOTH[0]).when(closing).then_refused("rows_open", rows=2)
    given(HANDOVER, OPENED).when(closing).then_refused("nobody_listed")
    given(HANDOVER).when(closing).then_refused("no_handover")
    batch(*BOTH).when(closing).then(Closed(accepted=1, refused=1, funds_fen=60000)).then_again_nothing()
    batch(*BOTH).when(lambda one: deciding.close(one, CloseHandover(funds_fen=1), TODAY)).then(
        Closed(accepted=1, refused=1, funds_fen=1)
    )


def test_closing_is_undone_on_the_same_day_only() -> None:
    closed = Closed(accepted=1, refused=1, funds_fen=60000)
    again = batch(*BOTH, (closed, TODAY)).when(lambda one: deciding.reopen(one, TODAY))
    again.then(Reopened()).then_again_nothing()
    batch(*BOTH, (closed, AGREED)).when(lambda one: deciding.reopen(one, TODAY)).then_refused("closed_earlier")


def test_a_batch_is_cancelled_while_nobody_is_accepted() -> None:
    batch().when(lambda one: deciding.cancel(one, TODAY)).then(Cancelled()).then_again_nothing()
    batch(*BOTH).when(lambda one: deciding.cancel(one, TODAY)).then_refused("has_accepted", people=1)
    batch(Cancelled()).when(lambda one: deciding.unlist(one, 1, TODAY)).then_refused("handover_cancelled")


def test_a_unit_stands_beside_every_community() -> None:
    path = employer_path("demo.jinqiao", "jichuangchang")
    assert (path, is_employer(path)) == (PATH, True)
    for other in ("", "demo.jinqiao", "employers", "employers.demo", "employers.demo.a.b", "employers..a"):
        assert not is_employer(other)


def test_two_ways_to_write_a_number_are_one_person_and_a_wrong_one_is_none() -> None:
    spaced = Nominee(name="田林生", id_number=f"{ID_NUMBER[:6]} {ID_NUMBER[6:14]} {ID_NUMBER[14:].lower()}")
    assert same_person(spaced) == same_person(Nominee(name="田 林生", id_number=ID_NUMBER))
    assert number_in(ID_NUMBER[:-1] + "1") is None
    assert same_person(Nominee(name="田 林生")) != same_person(Nominee(name="田林森"))
    assert Line() == NOMINEE.initial


@each(st.lists(st.tuples(st.integers(0, 10_000_000), st.booleans()), min_size=1, max_size=40))
def test_what_follows_the_people_is_what_the_receipt_counts(lines: list[tuple[int, bool]]) -> None:
    """However the lines are decided: nobody is lost, and the members carry exactly the money that is signed for."""
    state: Batch = HANDOVER.evolve(HANDOVER.initial, *OPENED)
    people = ListPeople(people=tuple(Listed(name=f"人{n}", funds_fen=fen) for n, (fen, _) in enumerate(lines)))
    ids = [f"n{n}" for n in range(len(lines))]
    listed = deciding.list_people(state, people, ids, TODAY, batch_id="b")
    state = _after(state, listed)
    member: Member = MEMBER.evolve(MEMBER.initial, *enrolled())
    takes = [Take(row=n, member=f"m{n}") for n, (_, taken) in enumerate(lines, 1) if taken]
    decided, left_out = deciding.accept(state, [member] * len(takes), takes, TODAY, batch_id="b")
    assert left_out == {}
    state = _after(state, decided)
    for number, (_, taken) in enumerate(lines, 1):
        if not taken:
            command = RefusePerson(row=number, why=WhyRefused.NOT_FOUND)
            state = _after(state, deciding.refuse(state, command, None, TODAY, batch_id="b"))
    closing = deciding.close(state, CloseHandover(), TODAY)
    assert not isinstance(closing, Refused | type(None))
    (closed, _), *_ = closing.facts
    assert isinstance(closed, Closed)
    assert not isinstance(decided, Refused)
    carried = [
        fact.funds_fen for each_one in decided.values() for fact, _ in each_one.facts if isinstance(fact, TakenOver)
    ]
    assert (closed.accepted, closed.refused) == (len(takes), len(lines) - len(takes))
    assert closed.funds_fen == sum(carried) == sum(fen for fen, taken in lines if taken)


def _after(state: Batch, decided: Any) -> Batch:
    assert not isinstance(decided, Refused), decided
    for fact, on in decided["b"].facts if "b" in decided else ():
        state = HANDOVER.evolve(state, fact, on)
    return state
