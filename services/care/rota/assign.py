"""Who takes which task: exact assignments round by round, then whole buildings handed from one goer to another."""

from __future__ import annotations

from collections import defaultdict
from typing import Final

import numpy as np

from services.care.rota.board import Board
from services.care.rota.flow import NOBODY, Costs, Flow, Numbers, load_cost

CANDIDATES_MAX: Final = 12
"""So many goers are weighed for each task, the cheapest ones; all of them where there are no more."""
ROUNDS_MAX: Final = 5
"""A trip is shared by the tasks of its building: priced by who was there in the round before."""
PASSES_MAX: Final = 4
WORTH_IT: Final = 1e-6
"""Metres; less is a matter of rounding."""


def assigned(board: Board) -> Numbers:
    """The goer of every task, or `NOBODY`. The same board gives the same answer."""
    if not board.tasks or not board.goers:
        return np.full(len(board.tasks), NOBODY, dtype=np.int64)
    task, goer = _pairs(board)
    idle = board.idle
    flow = Flow(task, goer, board.rooms, idle, board.weights.load)
    shared = np.bincount(board.place, minlength=int(board.place.max()) + 1)
    base = board.base[task, goer]
    prices: Costs = base + board.trip / shared[board.place[task]]
    best, least = np.full(len(board.tasks), NOBODY, dtype=np.int64), float("inf")
    for _round in range(ROUNDS_MAX):
        chosen = together(board, repaired(board, flow.best(prices)))
        total = board.cost(chosen)
        if total >= least:
            break
        best, least = chosen, total
        prices = base + board.trip * ~_there_anyway(board, chosen, task, goer)
    return best


def _pairs(board: Board) -> tuple[Numbers, Numbers]:
    """The pairs to weigh. Of goers that cost the same, other buildings get others, so that nobody is asked always."""
    tasks, goers = board.base.shape
    turned = (np.arange(goers)[None, :] - board.place[:, None]) % goers
    order = np.lexsort((turned, board.base), axis=1)[:, :CANDIDATES_MAX]
    row = np.repeat(np.arange(tasks), order.shape[1])
    column = order.ravel()
    may = np.isfinite(board.base[row, column])
    return row[may].astype(np.int64), column[may].astype(np.int64)


def _there_anyway(
    board: Board, chosen: Numbers, task: Numbers, goer: Numbers
) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Of each pair, whether that goer goes to that building for another task."""
    visits: dict[tuple[int, int], int] = defaultdict(int)
    for who, where in zip(chosen.tolist(), board.place.tolist(), strict=True):
        if who != NOBODY:
            visits[who, where] += 1
    return np.array(
        [
            visits.get((who, where), 0) - (own == who) > 0
            for who, where, own in zip(goer.tolist(), board.place[task].tolist(), chosen[task].tolist(), strict=True)
        ],
        dtype=bool,
    )


def repaired(board: Board, chosen: Numbers) -> Numbers:
    """What must be done and fell to none of its cheapest goers goes to whoever has room, as long as anybody has."""
    chosen, room = chosen.copy(), board.rooms - board.loads(chosen)
    for row in np.flatnonzero(chosen == NOBODY).tolist():
        if not board.tasks[row].must:
            continue
        costs = np.where(room > 0, board.base[row], np.inf)
        who = int(costs.argmin())
        if np.isfinite(costs[who]):
            chosen[row] = who
            room[who] -= 1
    return chosen


def together(board: Board, chosen: Numbers) -> Numbers:
    """Hand all that one goer has in a building to another who goes there too, while that saves something; and let
    those who go there take along what may wait.
    """
    if not board.trip:
        return chosen
    chosen, loads = chosen.copy(), board.loads(chosen)
    in_place: dict[int, list[int]] = defaultdict(list)
    for row, where in enumerate(board.place.tolist()):
        in_place[where].append(row)
    shared = {where: rows for where, rows in in_place.items() if len(rows) > 1}
    for _pass in range(PASSES_MAX):
        moved = [_settle(board, chosen, loads, rows) for rows in shared.values()]
        if not any(moved):
            break
    return chosen


def _settle(board: Board, chosen: Numbers, loads: Numbers, rows: list[int]) -> bool:
    """Whether anything in this building was changed for the better."""
    moved = _taken_along(board, chosen, loads, rows)
    holders = sorted({int(chosen[row]) for row in rows} - {NOBODY})
    for giver in holders:
        theirs = [row for row in rows if chosen[row] == giver]
        if any(board.fixed[row] for row in theirs):
            continue
        savings = [(_saved(board, loads, theirs, giver, taker), -taker) for taker in holders if taker != giver]
        if savings and max(savings)[0] > WORTH_IT:
            taker = -max(savings)[1]
            chosen[theirs] = taker
            loads[giver] -= len(theirs)
            loads[taker] += len(theirs)
            moved = True
    return moved


def _saved(board: Board, loads: Numbers, rows: list[int], giver: int, taker: int) -> float:
    """What is saved when the taker, who goes there anyway, takes all of this; less than nothing if it may not be."""
    count, load = len(rows), board.weights.load
    if loads[taker] + count > board.rooms[taker]:
        return -np.inf
    ways = float((board.base[rows, giver] - board.base[rows, taker]).sum())
    before = _load(board, loads, giver, 0, load) + _load(board, loads, taker, 0, load)
    after = _load(board, loads, giver, -count, load) + _load(board, loads, taker, count, load)
    return ways + board.trip + before - after


def _load(board: Board, loads: Numbers, who: int, more: int, load: int) -> int:
    return load_cost(int(loads[who]) + more, int(board.rooms[who]), load)


def _taken_along(board: Board, chosen: Numbers, loads: Numbers, rows: list[int]) -> bool:
    moved, load = False, board.weights.load
    for row in rows:
        if chosen[row] != NOBODY:
            continue
        offers = [
            (float(board.base[row, who]) + _load(board, loads, who, 1, load) - _load(board, loads, who, 0, load), who)
            for who in sorted({int(chosen[other]) for other in rows} - {NOBODY})
            if loads[who] < board.rooms[who]
        ]
        price, who = min(offers, default=(np.inf, NOBODY))
        if price < board.weights.wait or (board.tasks[row].must and np.isfinite(price)):
            chosen[row] = who
            loads[who] += 1
            moved = True
    return moved
