"""A branch's money: the tables row by row, a second pair of eyes, corrections, and sums that add up at every date."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st
from pydantic import ValidationError

from events.facts.base import Fact
from events.facts.branch import Formed, Merged
from events.facts.branch_funds import (
    FundsAllocated,
    FundsAllocationTakenBack,
    FundsSource,
    FundsSpendingAsked,
    FundsSpendingDropped,
    FundsSpendingTakenBack,
    FundsSpent,
)
from events.facts.decision import Decision, Refused
from services.registry.decide import funds
from services.registry.decide.branch import BRANCH, Branch
from services.registry.decide.funds import AllocateFunds, CorrectSpending, SpendFunds
from services.registry.decide.funds_ledger import Sums, of_year, years_of
from services.registry.decide.funds_policy import FundsPolicy
from tests.given import given
from tests.registry.decide.people import POLICY, TODAY
from tests.tables import cases

NATIONAL = POLICY.funds
FORMED = (Formed(name="第一党支部"), date(2020, 1, 1))
MARCH, NOV_20 = date(2026, 3, 1), date(2026, 11, 20)
GIVEN = FundsAllocated(allocation_id="a1", year=2026, amount_fen=200_000, source=FundsSource.SUPERIOR), MARCH
SAID = {"amount_fen": 30_000, "purpose": "study", "what": "订报", "on": NOV_20, "voucher": "No.1", "payee": "邮局"}
CODES = {
    "not enough": "not_enough_funds", "which activity": "which_activity", "which meeting": "which_meeting",
    "not a purpose": "unknown_purpose", "in the future": "in_future",
    "for nobody": "funds_for_nobody", "say why": "funds_say_why", "once a year": "funds_by_head_before",
}  # fmt: skip


def fen(yuan: str) -> int:
    return int(Decimal(yuan) * 100)


def policy(words: str) -> FundsPolicy:
    """The national pack, but for what the table says."""
    if not words:
        return NATIONAL
    name, value = words.split()
    rule, field = {
        "limit": ("approval", "above_fen"), "behind": ("overspend", "max_fen"), "carries": ("carry_over", "permille"),
    }[name]  # fmt: skip
    number = int(value) if name == "carries" else fen(value)
    return NATIONAL.model_copy(update={rule: getattr(NATIONAL, rule).model_copy(update={field: number})})


def spent(spending_id: str, amount_fen: int, **differently: Any) -> FundsSpent:
    told = {"purpose": "study", "called": "学习资料和培训", "what": "订报", "voucher": "No.1", "asked_by": "shuji"}
    return FundsSpent(spending_id=spending_id, amount_fen=amount_fen, **told | differently)


def asked(spending_id: str, amount_fen: int, **differently: Any) -> FundsSpendingAsked:
    told = spent(spending_id, amount_fen, **differently).model_dump(exclude={"approved_by"})
    return FundsSpendingAsked(**told | {"clause": "§20.3"})


def spend(branch: Branch, rules: FundsPolicy = NATIONAL, by: str = "shuji", one: str = "s", **said: Any) -> Decision:
    return funds.spend(branch, SpendFunds(**SAID | said), lambda _day: rules, TODAY, spending_id=one, by=by)


def told(cell: str) -> list[tuple[str, int]]:
    """`2026-03-01 300; …` as (when, fen)."""
    pairs = [each.split() for each in cell.split(";") if each.strip()]
    return [(when, fen(yuan)) for when, yuan in pairs]


@cases("funds")
def test_a_payment_is_decided_as_the_table_says(row: dict[str, str]) -> None:
    branch: Branch = BRANCH.evolve(Branch(), *FORMED)
    for number, (year, amount) in enumerate(told(row["given"])):
        gift = FundsAllocated(
            allocation_id=f"a{number}", year=int(year), amount_fen=amount, source=FundsSource.SUPERIOR
        )
        branch = BRANCH.evolve(branch, gift, date(min(int(year), 2026), 1, 5))
    for number, (on, amount) in enumerate(told(row["spent"])):
        branch = BRANCH.evolve(branch, spent(f"s{number}", amount), date.fromisoformat(on))
    for number, (on, amount) in enumerate(told(row["waits"])):
        branch = BRANCH.evolve(branch, asked(f"w{number}", amount), date.fromisoformat(on))
    rules, day = policy(row["rules"]), date.fromisoformat(row["on"])
    said: dict[str, Any] = {"amount_fen": fen(row["pays"]), "purpose": row["for"], "on": day}
    said |= {row["of"]: "one"} if row["of"] else {}
    decided = spend(branch, rules, **said)
    if isinstance(decided, Refused):
        assert (decided.code, decided.details.get("clause", "")) == (CODES[row["outcome"]], row["clause"])
        if decided.code == "not_enough_funds":
            assert decided.details["left_fen"] == fen(row["free"])
            return
    else:
        ((fact, effective),) = decided.facts
        kind = {"spent": FundsSpent, "asks": FundsSpendingAsked}[row["outcome"]]
        assert (type(fact), effective, getattr(fact, "clause", None)) == (kind, day, row["clause"])
        branch = BRANCH.evolve(branch, fact, effective)
    stands = of_year(branch.funds.by_year(), lambda _day: rules, min(day, TODAY).year)
    assert stands.free_fen == fen(row["free"])


@cases("funds_given")
def test_an_allocation_is_decided_as_the_table_says(row: dict[str, str]) -> None:
    branch: Branch = BRANCH.evolve(Branch(), *FORMED)
    if row["before"]:
        year, source = row["before"].split()
        before = FundsAllocated(allocation_id="a0", year=int(year), amount_fen=1, source=FundsSource(source))
        branch = BRANCH.evolve(branch, before, MARCH)
    command = AllocateFunds(
        year=int(row["year"]), source=FundsSource(row["from"]), amount_fen=fen(row["yuan"]) if row["yuan"] else None,
        note="补差额" if row["note"] else None,
    )  # fmt: skip
    decided = funds.allocate(branch, command, NATIONAL, TODAY, allocation_id="a1", members=int(row["members"]))
    if isinstance(decided, Refused):
        assert (decided.code, decided.details["clause"]) == (CODES[row["outcome"]], row["clause"])
        return
    ((fact, on),) = decided.facts
    assert isinstance(fact, FundsAllocated)
    assert (fact.amount_fen, fact.clause, on) == (fen(row["given"]), row["clause"], TODAY)
    assert (fact.members, fact.per_head_fen) == ((int(row["members"]), 20_000) if row["clause"] else (None, None))


def test_what_is_given_is_given_once_and_taken_back_once() -> None:
    command = AllocateFunds(year=2026, source=FundsSource.SUPERIOR, amount_fen=500)
    fact = FundsAllocated(allocation_id="a1", year=2026, amount_fen=500, source=FundsSource.SUPERIOR)

    def allocate(branch: Branch) -> Decision:
        return funds.allocate(branch, command, NATIONAL, TODAY, allocation_id="a1", members=0)

    def back(branch: Branch) -> Decision:
        return funds.take_allocation_back(branch, TODAY, allocation_id="a1")

    given(BRANCH, FORMED).when(allocate).then(fact, on=TODAY).then_again_nothing()
    given(BRANCH, FORMED, fact).when(back).then(FundsAllocationTakenBack(allocation_id="a1")).then_again_nothing()
    given(BRANCH, FORMED).when(back).then_refused("no_allocation")
    given(BRANCH).when(allocate).then_refused("no_branch")
    later = AllocateFunds(year=2026, source=FundsSource.OTHER, amount_fen=1, on=TODAY + timedelta(days=1))
    given(BRANCH, FORMED).when(
        lambda one: funds.allocate(one, later, NATIONAL, TODAY, allocation_id="a", members=0)
    ).then_refused("in_future")
    with pytest.raises(ValidationError, match="amount_fen"):
        AllocateFunds(year=2026, source=FundsSource.OTHER)


def test_a_payment_is_written_down_once_and_taken_back_once() -> None:
    fact = spent("s", 30_000, payee="邮局")
    given(BRANCH, FORMED, GIVEN).when(spend).then(fact, on=NOV_20).then_again_nothing()

    def back(branch: Branch) -> Decision:
        return funds.take_spending_back(branch, TODAY, spending_id="s")

    taken = FundsSpendingTakenBack(spending_id="s")
    given(BRANCH, FORMED, GIVEN, (fact, NOV_20)).when(back).then(taken, on=TODAY).then_again_nothing()
    given(BRANCH, FORMED, GIVEN).when(back).then_refused("no_spending")
    closed = Merged(into="b2", name="第二党支部", members=0)
    given(BRANCH, FORMED, GIVEN, closed).when(spend).then_refused("branch_closed")


def test_the_same_slip_is_not_written_down_under_another_id() -> None:
    def again(branch: Branch, **said: Any) -> Decision:
        return spend(branch, one="s2", **said)

    for known in (spent("s", 30_000, payee="邮局"), asked("s", 30_000)):
        past = given(BRANCH, FORMED, GIVEN, (known, NOV_20))
        past.when(again).then_refused("spending_noted_before", on=NOV_20, voucher="No.1", amount_fen=30_000)
    noted = (spent("s", 30_000, payee="邮局"), NOV_20)
    another = spent("s2", 30_000, payee="邮局", what="订第二份")
    given(BRANCH, FORMED, GIVEN, noted).when(lambda one: again(one, what="订第二份")).then(another, on=NOV_20)
    gone = FundsSpendingTakenBack(spending_id="s")
    given(BRANCH, FORMED, GIVEN, noted, gone).when(again).then(spent("s2", 30_000, payee="邮局"), on=NOV_20)


def test_above_the_limit_somebody_else_approves() -> None:
    much = asked("s", 150_000, payee="邮局")
    past = (FORMED, GIVEN, (much, NOV_20))

    def approve(by: str) -> Any:
        return lambda branch: funds.approve(branch, lambda _day: NATIONAL, spending_id="s", by=by)

    def drop(branch: Branch, withdrawn: bool = False) -> Decision:
        return funds.drop(branch, TODAY, spending_id="s", withdrawn=withdrawn)

    given(BRANCH, FORMED, GIVEN).when(lambda one: spend(one, amount_fen=150_000)).then(much, on=NOV_20)
    given(BRANCH, *past).when(approve("shuji")).then_refused("same_hand", clause="§20.3")
    done = spent("s", 150_000, payee="邮局", approved_by="jiedao", clause="§20.3")
    given(BRANCH, *past).when(approve("jiedao")).then(done, on=NOV_20).then_again_nothing()
    given(BRANCH, *past).when(drop).then(FundsSpendingDropped(spending_id="s"), on=TODAY).then_again_nothing()
    given(BRANCH, *past, FundsSpendingDropped(spending_id="s")).when(approve("jiedao")).then_refused("no_spending")
    given(BRANCH, *past, done).when(drop).then_refused("spent_already")
    given(BRANCH, FORMED).when(drop).then_refused("no_spending")
    gone = FundsAllocationTakenBack(allocation_id="a1")
    given(BRANCH, *past, gone).when(approve("jiedao")).then_refused("not_enough_funds", left_fen=0)


def test_a_correction_takes_the_place_of_what_was_written_down() -> None:
    wrong = spent("s", 30_000, payee="邮局"), NOV_20

    def correct(branch: Branch, **said: Any) -> Decision:
        command = CorrectSpending(**SAID | {"reason": "抄错"} | said)
        return funds.correct(branch, command, lambda _day: NATIONAL, TODAY, spending_id="s2", of="s", by="ganshi")

    right = spent("s2", 90_000, payee="邮局", instead_of="s", asked_by="ganshi")
    spec = given(BRANCH, FORMED, GIVEN, wrong)
    spec.when(correct).then_nothing()
    spec.when(lambda one: correct(one, amount_fen=90_000)).then(right, on=NOV_20).then_again_nothing()
    assert spec.entities["branch"].state.funds.by_year()[2026].spent_fen == 90_000
    given(BRANCH, FORMED, GIVEN).when(correct).then_refused("no_spending")
    given(BRANCH, FORMED, GIVEN, wrong).when(lambda one: correct(one, amount_fen=200_001)).then_refused(
        "not_enough_funds", left_fen=200_000
    )
    full = given(BRANCH, FORMED, GIVEN, (spent("s", 300_000), NOV_20))
    full.when(lambda one: correct(one, amount_fen=250_000)).then_facts()  # still too much, but less than before
    waits = asked("s2", 150_000, payee="邮局", instead_of="s", asked_by="ganshi")
    given(BRANCH, FORMED, GIVEN, wrong).when(lambda one: correct(one, amount_fen=150_000)).then(waits, on=NOV_20)
    given(BRANCH, FORMED, GIVEN, wrong, (waits.model_copy(update={"spending_id": "s3"}), NOV_20)).when(
        lambda one: correct(one, amount_fen=40_000)
    ).then_refused("correction_waits")
    given(BRANCH, FORMED, GIVEN, wrong, (waits, NOV_20)).when(
        lambda one: funds.take_spending_back(one, TODAY, spending_id="s")
    ).then_refused("correction_waits")


# ── whatever happens, and in whatever order it becomes known ─────────────────────────────────────────────────────


def _happened(draw: st.DrawFn) -> list[tuple[Fact, date]]:
    days = st.dates(date(2022, 1, 1), date(2026, 11, 21))
    fens = st.integers(1, 500_000)
    found: list[tuple[Fact, date]] = []
    for number in range(draw(st.integers(0, 6))):
        year, source = draw(st.integers(2022, 2026)), FundsSource.SUPERIOR
        one = FundsAllocated(allocation_id=f"a{number}", year=year, amount_fen=draw(fens), source=source)
        found.append((one, draw(days)))
        if draw(st.booleans()):
            found.append((FundsAllocationTakenBack(allocation_id=f"a{number}"), draw(days)))
    for number in range(draw(st.integers(0, 8))):
        found.append((spent(f"s{number}", draw(fens)), draw(days)))
        match draw(st.integers(0, 3)):
            case 1:
                found.append((FundsSpendingTakenBack(spending_id=f"s{number}"), draw(days)))
            case 2:
                found.append((spent(f"s{number}b", draw(fens), instead_of=f"s{number}"), draw(days)))
            case 3:
                found.append((asked(f"w{number}", draw(fens)), draw(days)))
            case _:
                pass
    return found


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[tuple[Fact, date]], list[tuple[Fact, date]]]:
    """What happened, in the order of life, and in another order."""
    found = _happened(draw)
    return found, draw(st.permutations(found))


@drawn(histories(), st.dates(date(2021, 6, 1), date(2027, 1, 1)), st.sampled_from((0, 500, 1000)))
def test_given_is_spent_and_left_at_every_date_and_corrections_commute(
    both: tuple[list[tuple[Fact, date]], list[tuple[Fact, date]]], day: date, permille: int
) -> None:
    sums: list[dict[int, Sums]] = []
    for order in both:
        branch: Branch = Branch(name="第一党支部")
        for fact, on in order:
            branch = BRANCH.evolve(branch, fact, on)
        sums.append(branch.funds.by_year(day))
    assert sums[0] == sums[1]
    rules = policy(f"carries {permille}")
    last = max((*sums[0], day.year))
    years = years_of(sums[0], lambda _day: rules, last)
    for until in range(1, len(years) + 1):
        so_far = years[:until]
        assert sum(one.allocated_fen for one in so_far) == (
            sum(one.spent_fen for one in so_far) + so_far[-1].left_fen + sum(one.lapsed_before_fen for one in so_far)
        )
    assert all(one.lapsed_before_fen >= 0 for one in years)
    if permille == 1000:
        assert not any(one.lapsed_before_fen for one in years)


@drawn(st.lists(st.tuples(st.dates(date(2024, 1, 1), date(2026, 11, 21)), st.integers(1, 90_000)), max_size=12))
def test_no_run_of_payments_leaves_less_than_nothing(payments: list[tuple[date, int]]) -> None:
    branch: Branch = BRANCH.evolve(Branch(), *FORMED)
    for year in (2024, 2026):
        one = FundsAllocated(allocation_id=f"a{year}", year=year, amount_fen=150_000, source=FundsSource.OTHER)
        branch = BRANCH.evolve(branch, one, date(year, 1, 1))
    for number, (on, amount) in enumerate(payments):
        decided = spend(branch, one=f"s{number}", on=on, amount_fen=amount)
        if not isinstance(decided, Refused):
            for fact, day in decided.facts:
                branch = BRANCH.evolve(branch, fact, day)
        assert all(year.left_fen >= 0 for year in years_of(branch.funds.by_year(), lambda _day: NATIONAL, 2026))
