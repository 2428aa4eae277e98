"""Whom to ask for a post, and why: a pure proposal. A person asks, the member says yes or no."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import time
from typing import Any

from events.facts.post import PostTerms, ServiceKind
from services.registry.decide.talents_policy import Fit, MatchingRule


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who may be asked, as the tables know them. Age and health are not asked for."""

    member_id: str
    kinds: tuple[ServiceKind, ...] = ()
    skills: tuple[str, ...] = ()
    branch_id: str | None = None
    building: str | None = None
    grid: str | None = None
    minutes_week_max: int | None = None
    weekdays: tuple[int, ...] = ()
    not_before: time | None = None
    not_after: time | None = None
    promised: int = 0
    """Minutes a week of the posts they hold already."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that speaks for somebody, or against (`points` below 0), or that one should know (0)."""

    fit: Fit
    points: int
    details: Mapping[str, Any] = field(default_factory=dict)
    fits: bool = True


@dataclass(frozen=True, slots=True)
class Proposal:
    """Somebody to ask, with all that was weighed; reasons in the order of `Fit`."""

    member_id: str
    reasons: tuple[Reason, ...]

    @property
    def points(self) -> int:
        """What it all comes to."""
        return sum(reason.points for reason in self.reasons)


def proposals(candidates: Iterable[Candidate], post: PostTerms, rule: MatchingRule) -> list[Proposal]:
    """The best few, the best first; among equals by id, so that the same tables give the same list."""
    found = [Proposal(one.member_id, tuple(reasons(one, post, rule))) for one in candidates]
    fitting = [one for one in found if one.reasons and one.reasons[0].fit in (Fit.WISH, Fit.SKILL)]
    return sorted(fitting, key=lambda one: (-one.points, one.member_id))[: rule.proposed_max]


def reasons(one: Candidate, post: PostTerms, rule: MatchingRule) -> Iterator[Reason]:
    """What was weighed, in the order of `Fit`: the wish and the skills first."""
    weigh = rule.weights.get
    if post.kind in one.kinds:
        yield Reason(Fit.WISH, weigh(Fit.WISH, 0))
    if common := in_common(one.skills, post.needs):
        yield Reason(Fit.SKILL, weigh(Fit.SKILL, 0) * min(len(common), rule.skills_max), {"skills": common})
    if post.branch_id and one.branch_id == post.branch_id:
        yield Reason(Fit.BRANCH, weigh(Fit.BRANCH, 0))
    if post.building and one.building == post.building:
        yield Reason(Fit.BUILDING, weigh(Fit.BUILDING, 0))
    elif post.grid and one.grid == post.grid:
        yield Reason(Fit.GRID, weigh(Fit.GRID, 0))
    yield from _when(one, post, weigh(Fit.DAYS, 0))
    yield from _how_much(one, post, rule)


def in_common(skills: Iterable[str], needs: Iterable[str]) -> tuple[str, ...]:
    """The skills that answer a need: one names the other (书法 and 书法教学), whatever the case of letters."""
    wanted = [need.casefold() for need in needs]
    return tuple(
        skill for skill in skills if any(need in skill.casefold() or skill.casefold() in need for need in wanted)
    )


def _when(one: Candidate, post: PostTerms, points: int) -> Iterator[Reason]:
    days = set(one.weekdays) & set(post.weekdays)
    if one.weekdays and post.weekdays and not days:
        yield Reason(Fit.DAYS, 0, {"weekdays": one.weekdays}, fits=False)
    elif (one.not_before and post.begins and post.begins < one.not_before) or (
        one.not_after and post.ends and post.ends > one.not_after
    ):
        yield Reason(Fit.DAYS, 0, {"not_before": one.not_before, "not_after": one.not_after}, fits=False)
    elif days:
        yield Reason(Fit.DAYS, points, {"weekdays": tuple(sorted(days))})


def _how_much(one: Candidate, post: PostTerms, rule: MatchingRule) -> Iterator[Reason]:
    if one.minutes_week_max is not None and post.minutes_week:
        left = one.minutes_week_max - one.promised
        fits = post.minutes_week <= left
        points = rule.weights.get(Fit.HOURS, 0) if fits else 0
        yield Reason(Fit.HOURS, points, {"minutes_week_max": one.minutes_week_max}, fits=fits)
    if one.promised:
        points = -(rule.weights.get(Fit.BUSY, 0) * one.promised // 60)
        yield Reason(Fit.BUSY, points, {"promised": one.promised}, fits=False)
