"""A proposal for a week: the familiar visitor kept, short ways, a fair load, nobody sent who cannot or must not go."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from services.care.rota.assign import assigned
from services.care.rota.board import Board, may
from services.care.rota.days import days_of
from services.care.rota.flow import NOBODY
from services.care.rota.ground import Ground
from services.care.rota.week import Goer, Placed, Proposal, Share, Task, Week, Why, WhyNot


def propose(week: Week) -> Proposal:
    """Who might go where on which day. The same week gives the same proposal, in whatever order it is told."""
    tasks = sorted(week.tasks, key=lambda task: task.visit_id)
    goers = sorted(week.goers, key=lambda goer: goer.name)
    ground = ground_of(week)
    chosen: dict[str, str] = {}
    cost, trips = 0.0, Counter[str]()
    for call in (False, True):
        board = Board([task for task in tasks if task.call is call], goers, ground, week.weights)
        taken = assigned(board)
        cost += board.cost(taken)
        found = {
            task.visit_id: goers[who].name
            for task, who in zip(board.tasks, taken.tolist(), strict=True)
            if who != NOBODY
        }
        if not call:
            trips = Counter(name for name, _ in _ways_out(board.tasks, found))
        chosen |= found
    placed = _placed(tasks, goers, chosen, ground, week)
    left = [task for task in tasks if task.visit_id not in chosen]
    with_usual = [task for task in tasks if task.usual and task.visit_id in chosen]
    return Proposal(
        placed=tuple(placed),
        unplaced={task.visit_id: _why_not(task, goers) for task in left if task.must},
        waiting=tuple(task.visit_id for task in left if not task.must),
        shares=tuple(_share(goer, tasks, chosen, trips) for goer in goers),
        cost=round(cost),
        familiar=sum(chosen[task.visit_id] == task.usual for task in with_usual),
        with_usual=len(with_usual),
    )


def ground_of(week: Week) -> Ground:
    """The buildings of all tasks and goers."""
    of_goers = [building for goer in week.goers for building in goer.buildings]
    return Ground([*(task.building for task in week.tasks), *of_goers], week.spots, week.weights)


def _ways_out(tasks: Sequence[Task], chosen: Mapping[str, str]) -> set[tuple[str, str]]:
    return {(chosen[task.visit_id], task.building or task.visit_id) for task in tasks if task.visit_id in chosen}


def _placed(
    tasks: Sequence[Task], goers: Sequence[Goer], chosen: Mapping[str, str], ground: Ground, week: Week
) -> Iterator[Placed]:
    by_name = {goer.name: goer for goer in goers}
    load = Counter((chosen[task.visit_id], task.call) for task in tasks if task.visit_id in chosen)
    for goer in goers:
        theirs = [task for task in tasks if chosen.get(task.visit_id) == goer.name]
        when = days_of(theirs, goer, ground, week.weights)
        beside = Counter((when[task.visit_id][0], task.building) for task in theirs if task.building and not task.call)
        for task in theirs:
            day, turn = when[task.visit_id]
            why = (*_who(task, goer, day, by_name, load), *_where(task, goer, beside[day, task.building], ground))
            yield Placed(task.visit_id, goer.name, day, turn, why or (Why("room"),))


def _who(task: Task, goer: Goer, day: int, goers: Mapping[str, Goer], load: Counter[tuple[str, bool]]) -> Iterator[Why]:
    """Why this person: always, told to, or in place of somebody."""
    if task.fixed == (goer.name, day):
        yield Why("confirmed")
    elif task.fixed is not None and task.fixed[0] == goer.name:
        yield Why("moved", number=task.fixed[1])
    if task.usual == goer.name:
        yield Why("usual")
    elif task.asked == goer.name and not task.fixed:
        yield Why("asked")
    for other in dict.fromkeys((task.fixed[0] if task.fixed else "", task.asked, task.usual)):
        if other and other != goer.name and (task.asked != goer.name or other != task.usual):
            instead = _instead(task, other, goer, goers, load)
            yield instead
            if instead.code == "instead_skill":
                return
            break
    if task.skill:
        yield Why("skill" if task.skill in goer.skills else "no_skill", skill=task.skill)


def _instead(task: Task, other: str, goer: Goer, goers: Mapping[str, Goer], load: Counter[tuple[str, bool]]) -> Why:
    if other in task.refused:
        return Why("instead_refused", other)
    if other not in goers:
        return Why("instead_gone", other)
    if not may(task, goers[other]):
        return Why("instead_leave", other)
    room = goers[other].calls_max if task.call else goers[other].visits_max
    if task.skill in goer.skills and task.skill not in goers[other].skills:
        return Why("instead_skill", other, skill=task.skill)
    return Why("instead_full" if load[other, task.call] >= room else "instead_better", other)


def _where(task: Task, goer: Goer, beside: int, ground: Ground) -> Iterator[Why]:
    """What speaks for this person as to the way."""
    if task.call or not task.building:
        return
    if beside > 1:
        yield Why("same_building", number=beside)
    elif task.building in goer.buildings:
        if task.usual != goer.name:
            yield Why("own_building")
    elif ground.measured(task.building, goer.buildings):
        yield Why("metres", number=min(ground.metres(task.building, one) for one in goer.buildings))


def _why_not(task: Task, goers: Sequence[Goer]) -> WhyNot:
    if not goers:
        return "nobody"
    if all(goer.name in task.refused for goer in goers):
        return "all_refused"
    return "all_full" if any(may(task, goer) for goer in goers) else "all_on_leave"


def _share(goer: Goer, tasks: Sequence[Task], chosen: Mapping[str, str], trips: Counter[str]) -> Share:
    theirs = [task for task in tasks if chosen.get(task.visit_id) == goer.name]
    return Share(
        name=goer.name,
        visits=sum(not task.call for task in theirs),
        calls=sum(task.call for task in theirs),
        trips=trips[goer.name],
        minutes=sum(task.minutes for task in theirs),
        room=goer.visits_max,
    )
