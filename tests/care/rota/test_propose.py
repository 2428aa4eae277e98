"""What holds of every proposal, whatever the week; and that it is better than going down the list."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from deploy.bench.rota import cost_of, made_up, naive
from services.care.rota.propose import propose
from services.care.rota.week import Goer, Proposal, Task, Week
from tests.care.rota.weeks import WEIGHTS, weeks


@given(weeks())
@settings(max_examples=200, deadline=None)
def test_every_proposal_keeps_its_word(week: Week) -> None:
    made = propose(week)
    tasks, goers = {task.visit_id: task for task in week.tasks}, {goer.name: goer for goer in week.goers}
    placed = {one.visit_id for one in made.placed}
    assert len(placed) == len(made.placed)
    assert placed | set(made.unplaced) | set(made.waiting) == set(tasks), "nobody is forgotten"
    assert len(placed) + len(made.unplaced) + len(made.waiting) == len(tasks)
    for one in made.placed:
        task, goer = tasks[one.visit_id], goers[one.visitor]
        assert one.visitor not in task.refused, "nobody is sent whom the person does not wish to see"
        assert one.day in goer.days, "nobody is sent on leave"
        assert one.day in task.days, "nor on a day on which it cannot be"
        assert one.why
        if kept(task, goers):
            assert (one.visitor, one.day) == task.fixed, "what a person confirmed stays"
    for call in (False, True):
        load = Counter(one.visitor for one in made.placed if tasks[one.visit_id].call is call)
        held = Counter(task.fixed[0] for task in week.tasks if task.call is call and task.fixed and kept(task, goers))
        for name, goer in goers.items():
            room = goer.calls_max if call else goer.visits_max
            assert load[name] <= max(room, held[name]), "nobody is asked for more than they can"
    assert all(tasks[one].must for one in made.unplaced)
    assert not any(tasks[one].must for one in made.waiting)
    turns = Counter((one.visitor, one.day, one.turn) for one in made.placed)
    assert set(turns.values()) <= {1}, "one thing after the other"


def kept(task: Task, goers: dict[str, Goer]) -> bool:
    if task.fixed is None or task.fixed[0] not in goers:
        return False
    name, day = task.fixed
    return name not in task.refused and day in goers[name].days and day in task.days


@given(weeks())
@settings(max_examples=100, deadline=None)
def test_nobody_is_left_while_somebody_who_may_go_has_room(week: Week) -> None:
    made = propose(week)
    tasks = {task.visit_id: task for task in week.tasks}
    for visit_id in made.unplaced:
        task = tasks[visit_id]
        load = Counter(one.visitor for one in made.placed if tasks[one.visit_id].call is task.call)
        for goer in week.goers:
            may = goer.name not in task.refused and set(task.days) & set(goer.days)
            if may and not (task.fixed and kept(task, {goer.name: goer})):
                assert load[goer.name] >= (goer.calls_max if task.call else goer.visits_max)


@given(weeks(), st.randoms(use_true_random=False))
@settings(max_examples=100, deadline=None)
def test_the_same_week_gives_the_same_proposal_in_whatever_order_it_is_told(week: Week, chance: random.Random) -> None:
    other = replace(
        week,
        tasks=tuple(chance.sample(week.tasks, len(week.tasks))),
        goers=tuple(chance.sample(week.goers, len(week.goers))),
    )
    assert propose(week) == propose(week) == propose(other)


@given(weeks())
@settings(max_examples=100, deadline=None)
def test_no_proposal_leaves_more_undone_than_going_down_the_list(week: Week) -> None:
    made, listed = propose(week), naive(week)
    musts = {task.visit_id for task in week.tasks if task.must}
    assert len(made.unplaced) <= len(musts - listed.keys())


def test_a_town_s_week_is_better_than_going_down_the_list() -> None:
    week = made_up(visitors=30, visits=400)
    made, listed = propose(week), naive(week)
    ours = cost_of(week, {one.visit_id: one.visitor for one in made.placed})
    assert ours <= 0.9 * cost_of(week, listed)
    assert abs(ours - made.cost) <= 2


def test_a_building_is_one_way_out_on_one_day() -> None:
    tasks = tuple(Task(f"v{n}", f"m{n}", (0, 1, 2, 3, 4), 4, building="金桥路36弄28号") for n in range(4))
    far = Task("x", "x", (0, 1, 2, 3, 4), 4, building="石泉路5弄1号")
    two = (
        Goer("li", (0, 1, 2, 3, 4), 6, 6, frozenset(), ("金桥路36弄28号",)),
        Goer("wang", (0, 1, 2, 3, 4), 6, 6, frozenset(), ("石泉路5弄1号",)),
    )
    made = propose(Week((*tasks, far), two, {}, WEIGHTS))
    assert {(one.visitor, one.day) for one in made.placed if one.visit_id != "x"} == {("li", 0)}
    assert shares(made)["li"] == (4, 1)


def test_what_may_wait_is_taken_along_and_else_waits() -> None:
    now = Task("now", "m1", (0, 1), 1, building="金桥路36弄28号")
    there = Task("there", "m2", (0, 1, 2, 3, 4), 9, must=False, building="金桥路36弄28号")
    elsewhere = Task("elsewhere", "m3", (0, 1, 2, 3, 4), 9, must=False, building="石泉路5弄1号")
    li = Goer("li", (0, 1, 2, 3, 4), 6, 6, frozenset(), ("金桥路36弄28号",))
    made = propose(Week((now, there, elsewhere), (li,), {}, WEIGHTS))
    assert {one.visit_id: one.day for one in made.placed} == {"now": 0, "there": 0}
    assert made.waiting == ("elsewhere",)


def test_strangers_are_shared_evenly() -> None:
    tasks = tuple(Task(f"v{n:02}", f"m{n}", (0, 1, 2, 3, 4), 4, building=f"长乐路{n}号") for n in range(12))
    three = tuple(Goer(name, (0, 1, 2, 3, 4), 8, 8) for name in ("chen", "li", "wang"))
    made = propose(Week(tasks, three, {}, WEIGHTS))
    assert {visits for visits, _trips in shares(made).values()} == {4}


def test_a_day_takes_no_more_than_it_holds_and_what_is_late_comes_first() -> None:
    late = tuple(Task(f"late{n}", f"m{n}", (0, 1, 2, 3, 4), -2, building=f"长乐路{n}号") for n in range(8))
    li = Goer("li", (0, 1, 2, 3, 4), 20, 20)
    made = propose(Week(late, (li,), {}, WEIGHTS))
    assert Counter(one.day for one in made.placed) == {0: WEIGHTS.visits_per_day_max, 1: 2}


def shares(made: Proposal) -> dict[str, tuple[int, int]]:
    return {share.name: (share.visits, share.trips) for share in made.shares}
