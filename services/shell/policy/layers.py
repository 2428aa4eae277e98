"""Packs one upon another: the values that hold at a place on a day, and whose each of them is. Pure.

National first, then every scope around the place down to the place itself; within a scope in the order of their days.
Whoever comes later wins, value by value.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from itertools import chain, groupby
from typing import Any, Final, Generic, NamedTuple

from pydantic import ValidationError
from pydantic_core import to_json

from services.shell.policy.pack import CLAUSES, BadPacks, P, Pack, Path, Problem, Schema, said

CLAUSE: Final = "clause"


class Source(NamedTuple):
    """One pack's say on a value. `clause`: the one this pack cites for it, None where the rule has none."""

    pack: Pack
    value: Any
    clause: str | None


@dataclass(frozen=True)
class Resolved(Generic[P]):
    """The rules of a place and a day: typed, and with the packs (`layers`, the winner last) they are made of."""

    policy: P
    layers: tuple[Pack, ...]

    @cached_property
    def values(self) -> Mapping[Path, Any]:
        """Every value that is not itself a clause's name, as the winning pack has it."""
        return {path: value for path, value in _merged(self.layers).items() if not _is_clause(path)}

    @cached_property
    def _clauses(self) -> Mapping[Path, Path]:
        return clauses_by_table(_merged(self.layers))

    def rule_of(self, path: Path) -> Path:
        """The table whose clause a value follows; the value's own table where there is none."""
        clause = clause_of(path, self._clauses)
        return clause[:-1] if clause else path[:-1]

    def clause(self, rule: Path) -> str | None:
        """The clause a table's results cite; None where it has none."""
        found: str | None = _merged(self.layers).get(self._clauses[rule]) if rule in self._clauses else None
        return found

    def sources(self, path: Path) -> Sequence[Source]:
        """Who says what about a value, the winner last."""
        clause = clause_of(path, self._clauses)
        return [
            Source(pack, pack.values[path], pack.values.get(clause) if clause else None)
            for pack in self.layers
            if path in pack.values
        ]


@dataclass(frozen=True, slots=True)
class Timeline(Generic[P]):
    """What holds at a scope, from each of the days on which something changes."""

    days: Sequence[date]
    resolved: Sequence[Resolved[P]]

    def on(self, day: date) -> Resolved[P]:
        """What holds on a day; the first rules also hold for the time before them."""
        return self.resolved[max(bisect_right(self.days, day) - 1, 0)]

    def next_change(self, day: date) -> date | None:
        """The first day after this one from which something else holds."""
        later = bisect_right(self.days, day)
        return self.days[later] if later < len(self.days) else None


@dataclass(frozen=True)
class PackSet(Generic[P]):
    """All packs of a service, known to fit together at every place and on every day."""

    packs: Sequence[Pack]
    timelines: Mapping[str, Timeline[P]] = field(repr=False)

    @classmethod
    def of(cls, schema: Schema[P], national: Pack, others: Sequence[Pack] = ()) -> PackSet[P]:
        """Raises `BadPacks`, with everything that is wrong with any of them."""
        problems = list(chain(_twice(national, others), *(_alone(pack, national, schema) for pack in others)))
        problems += _reworded([national, *others])
        timelines = {}
        for scope in {"", *(pack.head.scope for pack in others)}:
            around = [pack for pack in others if pack.head.covers(scope)]
            timelines[scope] = _timeline(schema, national, around, problems)
        if problems:
            raise BadPacks(problems)
        return cls((national, *others), timelines)

    def of_place(self, place: str) -> Timeline[P]:
        """What holds at a place: that of the nearest scope around it that has rules of its own."""
        while place not in self.timelines:
            place = place.rpartition(".")[0]
        return self.timelines[place]


def clauses_by_table(values: Mapping[Path, Any]) -> Mapping[Path, Path]:
    """A table -> where its clause stands; a table has one (`clause`, or `clause_` and of what)."""
    return {path[:-1]: path for path in values if _is_clause(path)}


def clause_of(path: Path, clauses: Mapping[Path, Path]) -> Path | None:
    """The clause that a value follows: its table's, or else that of the nearest table around it."""
    return next((clauses[path[:size]] for size in range(len(path) - 1, -1, -1) if path[:size] in clauses), None)


def _is_clause(path: Path) -> bool:
    return path[-1] == CLAUSE or path[-1].startswith(f"{CLAUSE}_")


def _merged(layers: Sequence[Pack]) -> dict[Path, Any]:
    return {path: value for pack in layers for path, value in pack.values.items()}


# ── what can be wrong ────────────────────────────────────────────────────────────────────────────────────────────


def _twice(national: Pack, others: Sequence[Pack]) -> Iterator[Problem]:
    def whose(pack: Pack) -> tuple[str, date]:
        return pack.head.scope, pack.head.effective_from

    for (scope, day), same in groupby(sorted([national, *others], key=whose), key=whose):
        first, *more = same
        for pack in more:
            reason = f"{first.file} holds for {scope or 'the nation'} from {day} too: which of them?"
            yield pack.problem(("pack", "effective_from"), reason)


def _alone(pack: Pack, national: Pack, schema: Schema[Any]) -> Iterator[Problem]:
    """What is wrong with a pack wherever it lies: names in wrong places, values without their clause."""
    if not pack.head.scope and pack.head.effective_from < national.head.effective_from:
        yield pack.problem(("pack", "effective_from"), f"{national.file} holds from {national.head.effective_from} on")
    tables = {path[:size] for path in national.values for size in range(1, len(path))}
    clauses = clauses_by_table(_merged([national, pack]))
    for path, value in pack.values.items():
        if path in tables:
            yield pack.problem(path, f"{'.'.join(path)}: is a table of rules, not a value")
        elif any(path[:size] in national.values for size in range(1, len(path))):
            yield pack.problem(path, f"{'.'.join(path)}: nothing is called so")
        elif path[0] in schema.closed and len(path) > 1 and path[:2] not in tables:
            yield pack.problem(path[:2], f"{'.'.join(path[:2])}: nothing is called so")
        elif _is_clause(path) and isinstance(value, str) and value not in pack.clauses:
            yield pack.problem(path, f"{'.'.join(path)}: {value!r} has no words in [clauses] of this pack")
    for path in pack.values:
        clause = None if _is_clause(path) or path[-1] == schema.keyed.get(path[0]) else clause_of(path, clauses)
        if clause is not None and clause not in pack.values:
            yield pack.problem(path, f"{'.'.join(path)}: says another value, and not by which clause: add {clause[-1]}")


def _reworded(packs: Sequence[Pack]) -> Iterator[Problem]:
    """A clause's words are those of whoever made it: others would put them into its maker's mouth."""
    for pack in packs:
        above = [one for one in packs if one.head.depth < pack.head.depth and one.head.covers(pack.head.scope)]
        for name, words in pack.clauses.items():
            for other in above:
                if other.clauses.get(name, words) != words:
                    reason = f"{name!r} has other words in {other.file}: give your clause a name of its own"
                    yield pack.problem((CLAUSES, name), reason)


def _timeline(schema: Schema[P], national: Pack, around: Sequence[Pack], problems: list[Problem]) -> Timeline[P]:
    days = sorted({national.head.effective_from, *(pack.head.effective_from for pack in around)})
    resolved, kept = [], []
    for day in days:
        in_force = [pack for pack in around if pack.head.effective_from <= day]
        in_force.sort(key=lambda pack: (pack.head.depth, pack.head.effective_from))
        layers = (national, *in_force)
        try:
            policy = schema.model.model_validate_json(to_json(_whole(schema, layers)), strict=True)
        except ValidationError as error:
            problems += _wrong(schema, layers, error, bool(problems))
        else:
            resolved.append(Resolved(policy, layers))
            kept.append(day)
    return Timeline(kept, resolved)


def _whole(schema: Schema[Any], layers: Sequence[Pack]) -> dict[str, Any]:
    """The values of all layers as the model wants them."""
    whole: dict[str, Any] = {}
    for path, value in _merged(layers).items():
        table = whole
        for name in path[:-1]:
            inner = table.setdefault(name, {})
            table = inner if isinstance(inner, dict) else {}
        table[path[-1]] = value
    for array in schema.keyed:
        if isinstance(whole.get(array), dict):
            whole[array] = list(whole[array].values())
    whole[CLAUSES] = {name: words for pack in layers for name, words in pack.clauses.items()}
    return whole


def _wrong(
    schema: Schema[Any], layers: Sequence[Pack], error: ValidationError, others_known: bool
) -> Iterator[Problem]:
    """Each complaint, at the last pack that speaks of what it is about."""
    for one in error.errors(include_url=False):
        path = tuple(str(part) for part in one["loc"] if part != "[key]")
        if len(one["loc"]) > 1 and path[0] in schema.keyed:
            names = list(dict.fromkeys(name[1] for name in _merged(layers) if name[0] == path[0] and len(name) > 1))
            path = (path[0], names[int(path[1])], *path[2:])
        if not path and others_known:
            continue  # a complaint about the whole, which follows from one that is told already
        size = next((size for size in range(len(path), 0, -1) if _speaks(layers, path[:size])), 0)
        pack = next((pack for pack in reversed(layers) if path[:size] in pack.lines), layers[-1])
        yield pack.problem(path, f"{'.'.join(path) or 'the pack'}: {said(one)}")


def _speaks(layers: Sequence[Pack], path: Path) -> bool:
    return any(path in pack.lines for pack in layers)
