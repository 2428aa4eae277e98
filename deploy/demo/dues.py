"""Who pays dues when in the made-up office, and who is behind."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, time, timedelta
from typing import Final

from deploy.demo.chance import between, chance, one_of
from deploy.demo.deeds import Deed, Pay
from deploy.demo.town import CAST, JINQIAO, Person, Town, workday
from deploy.demo.whereabouts import Whereabouts
from events.facts.member import PayMethod
from services.registry.decide.days import first_day, month_of, months_after, months_between
from services.registry.decide.dues_correct import DecideReduction
from services.registry.decide.hand_up import HandUp

_OWES_EVERYTHING: Final = ("周慧敏",)
_NOBODY_PAID: Final = 0.02
_TWO_BEHIND, _ONE_BEHIND, _MONTHLY, _IN_ADVANCE = 0.05, 0.11, 0.24, 0.7
_QUARTER: Final = 3
_HANDED_UP_FEN: Final = 800_000
_OLD: Final = 80
_REMOTE: Final = (PayMethod.WECHAT, PayMethod.TRANSFER, PayMethod.ALIPAY)
_HERE: Final = (PayMethod.CASH, PayMethod.CASH, PayMethod.WECHAT, PayMethod.DEDUCTION)


def dues(town: Town, where: Whereabouts) -> Iterator[Deed]:
    """Every payment; and one that is taken a second time by mistake, and refused."""
    owed_from, present = month_of(town.first), month_of(town.anchor)
    over = list(months_between(owed_from, month_of(months_after(first_day(present), -1))))
    chunks: list[tuple[str, ...]]
    for one in town.people:
        luck = chance(one.name, "dues")
        if one.name in _OWES_EVERYTHING or (luck < _NOBODY_PAID and one not in town.cast):
            continue
        in_month = -1
        if luck >= _IN_ADVANCE and one not in town.cast:
            chunks, in_month = [(*over, present)], 0
        elif _ONE_BEHIND <= luck < _MONTHLY:
            chunks = [(month,) for month in (*over, present)]
        else:
            behind = 2 if luck < _TWO_BEHIND else 1 if luck < _ONE_BEHIND else 0
            chunks = _quarters(over[: len(over) - (0 if one in town.cast else behind)])
        for months in chunks:
            day = _day(one, months[in_month], town)
            if day < town.anchor and town.alive(one, day):
                yield _payment(one, months, day, where)
    yield _twice(town, over)
    yield _in_need(town, present)
    yield _handed_up(town, over)


def _quarters(months: Sequence[str]) -> list[tuple[str, ...]]:
    """Three months at a time, counted back from the last one."""
    odd = len(months) % _QUARTER
    rest = [tuple(months[place : place + _QUARTER]) for place in range(odd, len(months), _QUARTER)]
    return [tuple(months[:odd]), *rest] if odd else rest


def _day(one: Person, month: str, town: Town) -> date:
    """A working day of the month, once the office knows what is due."""
    day = first_day(month) + timedelta(days=between(3, 25, one.name, month))
    return workday(max(day, town.first + timedelta(days=between(14, 18, one.name))))


def _payment(one: Person, months: tuple[str, ...], day: date, where: Whereabouts) -> Deed:
    method = one_of(_HERE if where.at_home(one, day) else _REMOTE, one.name, "method")
    payer = one_of(("儿子", "女儿"), one.name) if one.age_on(day) >= _OLD else None
    at = time(between(9, 11, one.name, day), between(0, 59, one.name, months))
    return Deed(day, one.community, one.community.worker, Pay(months, method, payer), one.name, at)


def _twice(town: Town, over: Sequence[str]) -> Deed:
    """Her son had paid already; the office is told so and takes nothing."""
    again = Pay((over[0],), PayMethod.CASH, again=True)
    return Deed(town.ago(6), JINQIAO, JINQIAO.worker, again, CAST[0].name, time(15, 50))


def _in_need(town: Town, present: str) -> Deed:
    """The branch decided that she pays nothing for half a year; the superior committee has not answered."""
    until = month_of(months_after(first_day(present), 5))
    reduced = DecideReduction(first=present, last=until, pays_fen=0, reason="老伴长期住院，家里开支大")
    return Deed(workday(town.ago(4)), JINQIAO, "secretary", reduced, _OWES_EVERYTHING[0], time(16, 10))


def _handed_up(town: Town, over: Sequence[str]) -> Deed:
    """What was taken in the first months went up, as far as the bank had it by then."""
    up = HandUp(first=over[0], last=over[1], amount_fen=_HANDED_UP_FEN, reference="农商行回单 1012-07")
    return Deed(workday(first_day(over[2])), JINQIAO, "secretary", up, at=time(16, 30))
