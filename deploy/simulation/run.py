"""Both ways through the same years, measured with the same yardstick."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from statistics import median
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field

from deploy.simulation.by_list import ByList
from deploy.simulation.by_plan import ByPlan
from deploy.simulation.diary import Diary
from deploy.simulation.world import World, made_up
from deploy.simulation.yardstick import Kept, measured
from services.care.decide.policy import CarePolicy, policy_of
from services.care.settings import CareSettings

FIRST: Final = date(2026, 1, 1)


class Plan(BaseModel):
    """Everything a simulation follows from."""

    model_config = ConfigDict(frozen=True)

    years: int = Field(default=3, ge=1, le=10)
    seed: int = 1
    communities: int = Field(default=4, ge=1, le=200)
    members: int = Field(default=150, ge=1, le=2000)
    visitors: int = Field(default=4, ge=1, le=26)
    first: date = FIRST


class Way(BaseModel):
    """How one way of planning did. Shares lie between 0 and 1."""

    model_config = ConfigDict(frozen=True)

    windows: int
    kept: int
    kept_share: float
    by_reason: Mapping[str, tuple[int, int]]
    """Kept, asked."""
    by_month: Mapping[str, tuple[int, int]]
    hours: float
    """Of all visitors, on an average week."""
    in_vain_share: float
    """Of all tries, those on which nobody was met."""
    gini: float
    """Of the visitors' minutes over the years: 0 if all did the same."""
    busiest: float
    """The busiest visitor's minutes by the median visitor's."""
    load: Mapping[str, int]
    """Minutes by visitor."""


class Result(BaseModel):
    """Both ways."""

    model_config = ConfigDict(frozen=True)

    plan: Plan
    hearth: Way
    monthly_list: Way


def simulate(plan: Plan, policy: CarePolicy | None = None) -> Result:
    """Live through the years twice. The same plan gives the same result, number for number."""
    policy = policy or national()
    world = made_up(plan.seed, plan.first, plan.years, plan.communities, plan.members, plan.visitors)
    hearth, by_list = ByPlan(world, policy).run(), ByList(world).run()
    return Result(plan=plan, hearth=_way(world, policy, hearth), monthly_list=_way(world, policy, by_list))


def national() -> CarePolicy:
    """The national rules."""
    return policy_of(CareSettings.model_fields["care_policy"].default.read_text("utf-8"))


def _way(world: World, policy: CarePolicy, diary: Diary) -> Way:
    kept = measured(world, policy, diary)
    load = Counter({name: 0 for names in world.visitors for name in names})
    for (name, _week), minutes in diary.minutes.items():
        load[name] += minutes
    weeks = ((world.last - world.first).days + 1) / 7
    return Way(
        windows=kept.asked.total(),
        kept=kept.kept.total(),
        kept_share=round(kept.share, 4),
        by_reason={reason.value: (kept.kept[reason], asked) for reason, asked in sorted(kept.asked.items())},
        by_month={month: (kept.kept_by_month[month], asked) for month, asked in sorted(kept.asked_by_month.items())},
        hours=round(load.total() / 60 / weeks, 1),
        in_vain_share=round(diary.in_vain / max(1, diary.tries), 4),
        gini=round(gini(list(load.values())), 4),
        busiest=round(max(load.values()) / max(1, median(load.values())), 3),
        load=dict(sorted(load.items())),
    )


def gini(values: Sequence[int]) -> float:
    """How unevenly something is spread: 0 if all have the same, towards 1 if one has all."""
    ordered, total = sorted(values), sum(values)
    if not total:
        return 0.0
    count = len(ordered)
    return sum((2 * place - count - 1) * value for place, value in enumerate(ordered, 1)) / (count * total)


def shares(by: Mapping[str, tuple[int, int]]) -> dict[str, float]:
    """Kept of asked, for each."""
    return {name: kept / asked for name, (kept, asked) in by.items()}


def rows(result: Result) -> list[tuple[str, Any, Any]]:
    """What a reader compares: (what, by plan, by list)."""
    one, other = result.hearth, result.monthly_list
    found: list[tuple[str, Any, Any]] = [
        ("windows kept", f"{one.kept_share:.1%}", f"{other.kept_share:.1%}"),
        ("hours a week, all visitors", one.hours, other.hours),
        ("tries in vain", f"{one.in_vain_share:.1%}", f"{other.in_vain_share:.1%}"),
        ("load between visitors, Gini", f"{one.gini:.3f}", f"{other.gini:.3f}"),
        ("busiest by median visitor", f"{one.busiest:.2f}", f"{other.busiest:.2f}"),
    ]
    mine, theirs = shares(one.by_reason), shares(other.by_reason)
    found += [(f"kept: {reason}", f"{mine[reason]:.1%}", f"{theirs[reason]:.1%}") for reason in mine]
    return found


__all__ = ["Kept", "Plan", "Result", "Way", "gini", "national", "rows", "shares", "simulate"]
