"""Rules as a person reads them: what a value is called, its clause, whose it is, and what it replaces."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from services.shell.i18n import gettext as _
from services.shell.policy.layers import Resolved, Source
from services.shell.policy.pack import Head, Path, Schema
from services.shell.policy.units import Say, as_written

Named = str | Mapping[Any, str]
"""Words, or the words by the name that stands for `*` in the pattern."""


@dataclass(frozen=True, slots=True)
class Worded:
    """What a value is called and how it is written."""

    name: Named
    say: Say


@dataclass(frozen=True, slots=True)
class RuleWords:
    """`titles` of tables and `values`, by patterns such as `illness.*.days`, in which `*` stands for any one name."""

    titles: Mapping[str, Named]
    values: Mapping[str, Worded]

    def title(self, path: Path) -> str:
        """What a table is called; one without words, by its last name."""
        found = _find(self.titles, path)
        return _called(*found) if found else "".join(path[-1:])

    def worded(self, path: Path) -> tuple[str, Say]:
        """What a value is called and how it is written; one without words, as it stands in the pack."""
        found = _find(self.values, path)
        return (_called(found[0].name, found[1]), found[0].say) if found else (".".join(path), as_written)

    def lacking(self, paths: Sequence[Path]) -> list[Path]:
        """The values that have no words yet."""
        return [path for path in paths if _find(self.values, path) is None]


def _find(patterns: Mapping[str, Any], path: Path) -> tuple[Any, str] | None:
    """(what is said of the path, the name that stands for `*`)."""
    if (exact := patterns.get(".".join(path))) is not None:
        return exact, ""
    for pattern, said in patterns.items():
        names = pattern.split(".")
        if len(names) == len(path) and all(one in ("*", name) for one, name in zip(names, path, strict=True)):
            return said, next((name for one, name in zip(names, path, strict=True) if one == "*"), "")
    return None


def _called(name: Named, star: str) -> str:
    return _(name) if isinstance(name, str) else _(name.get(star, star))


@dataclass(frozen=True, slots=True)
class Before:
    """A value that another one replaces here."""

    text: str
    value: Any
    clause: str | None
    head: Head


@dataclass(frozen=True, slots=True)
class ShownValue:
    """One value: `path` with dots, its words, the pack it comes from, and what it replaces, the nearest first."""

    path: str
    name: str
    text: str
    value: Any
    clause: str | None
    head: Head
    before: Sequence[Before]


@dataclass(frozen=True, slots=True)
class ShownRule:
    """Values that follow one clause."""

    section: str
    title: str
    clause: str | None
    clause_words: str
    values: Sequence[ShownValue]

    @property
    def heads(self) -> list[Head]:
        """The packs its values come from."""
        return list(dict.fromkeys(value.head for value in self.values))


def shown(resolved: Resolved[Any], schema: Schema[Any], words: RuleWords) -> Iterator[ShownRule]:
    """Every rule, in the order of the national pack. A rule's clause is the one that its results cite."""
    clauses: Mapping[str, str] = {name: said for pack in resolved.layers for name, said in pack.clauses.items()}
    paths = [path for path in resolved.values if path[-1] != schema.keyed.get(path[0])]
    for rule, some in groupby(paths, key=resolved.rule_of):
        values = [_value(resolved.sources(path), path, words) for path in some]
        clause = resolved.clause(rule)
        yield ShownRule(words.title(rule[:1]), words.title(rule), clause, clauses.get(clause or "", ""), values)


def _value(sources: Sequence[Source], path: Path, words: RuleWords) -> ShownValue:
    name, say = words.worded(path)
    *before, now = sources
    return ShownValue(
        ".".join(path),
        name,
        say(now.value),
        now.value,
        now.clause,
        now.pack.head,
        [Before(say(one.value), one.value, one.clause, one.pack.head) for one in reversed(before)],
    )
