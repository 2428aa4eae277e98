"""Activity money of the made-up branches: by the head, a few payments, one that waits for a second pair of eyes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, time
from typing import Any, Final

from deploy.demo.deeds import Deed, Money, OnTheMenu
from deploy.demo.merits import merits
from deploy.demo.town import JINQIAO, Town
from events.log.command import Asked
from services.registry.decide.funds import AllocateFunds, SpendFunds
from services.registry.handle.activities import Activities
from services.registry.handle.funds import Spending
from services.registry.handle.registry import Registry
from services.registry.project import belonging

_PAYMENTS: Final = {
    "第一党支部": ((60_000, "study", "订《老年报》和学习读本", "发票 0386", "邮政报刊亭", 21),),
    "第二党支部": ((48_000, "visit", "看望住院党员的水果和牛奶", "收据 117", "永丰超市", 16),),
    "第三党支部": (
        (52_000, "activity", "秋游的午饭", "发票 2291", "小绍兴", 15),
        (180_000, "room", "活动室换投影幕布", "报价单 11-03", "", 3),
    ),
}
"""Fen, purpose, what, voucher, payee, days ago. The last one is above what one person may write down alone."""
_OUTING: Final = "秋游"


def funds(town: Town) -> Iterator[Deed]:
    """Written down by the worker, so that the secretary may approve."""
    outing = next(
        one for one in merits(town) if isinstance(one.what, OnTheMenu) and one.what.offer.title.startswith(_OUTING)
    )
    for place, (branch, payments) in enumerate(_PAYMENTS.items()):
        by_year: dict[int, list[SpendFunds]] = {}
        for fen, purpose, what, voucher, payee, ago in payments:
            on = town.ago(ago)
            one = SpendFunds(amount_fen=fen, purpose=purpose, what=what, voucher=voucher, payee=payee or None, on=on)
            by_year.setdefault(on.year, []).append(one)
        for year, spent in by_year.items():
            day = max(one.on for one in spent)
            money = Money(branch, year, tuple(spent), outing)
            yield Deed(day, JINQIAO, JINQIAO.worker, money, at=time(16, 45 + place))


async def paid_out(
    registry: Registry, asked: Asked, money: Money, branch_id: str, reading: Callable[[str], Any]
) -> None:
    """Each step under a key of its own: one command is one key. `reading` opens the tables of a service."""
    spending = Spending(registry)
    async with reading("registry") as db:
        members = len(await belonging.people(db, branch_id, registry.today()))

    def step(name: str) -> Asked:
        return replace(asked, command=f"{asked.command}/{name}")

    given = AllocateFunds(year=money.year, on=max(date(money.year, 1, 1), _first(money)))
    await spending.allocate(step("given"), branch_id, given, members)
    activity_id = None
    if money.of is not None and isinstance(money.of.what, OnTheMenu):
        begun = Asked(money.of.actor, money.of.community.code, money.of.key)
        activity_id, _ = await Activities(registry).offer(begun, money.of.what.offer)
    for number, one in enumerate(money.spent):
        paid = one.model_copy(update={"activity": activity_id}) if one.purpose == "activity" else one
        await spending.spend(step(f"spend/{number}"), branch_id, paid)


def _first(money: Money) -> date:
    return min(one.on for one in money.spent)
