"""The most special scope wins, then the later day, value by value, in whatever order the files lie."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from services.shell.policy import Pack, PackSet
from services.shell.policy.pack import Path
from tests.shell.policy.made_up import SCHEMA, Rules, head, laid, national, pack, plain, rules

FIRST = date(2026, 1, 1)
SCOPES = ("", "a", "a.b", "a.b.c", "ab", "x")
PLACES = ("", "a", "a.b", "a.b.c", "a.b.d", "a.bc", "ab.c", "x.y")
VALUES: Mapping[Path, str] = {
    ("ahead",): "ahead = {}\n",
    ("rate", "limit"): "[rate]\nlimit = {}\n",
    ("rate", "permille"): "[rate]\npermille = {}\n",
    ("round", "old", "times"): '[[round]]\nname = "old"\ntimes = {}\n',
    ("round", "young", "times"): '[[round]]\nname = "young"\ntimes = {}\n',
}


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


def text_of(scope: str, number: int, values: Mapping[Path, int]) -> str:
    """A pack that says these values, each with its clause; at most one of `rate`, since a table stands once."""
    top = "".join(VALUES[path].format(value) for path, value in values.items() if len(path) == 1)
    tables = "".join(
        VALUES[path].format(value) + f'clause = "{scope}{number}"\n' for path, value in values.items() if len(path) > 1
    )
    return top + head(scope, str(day(number))) + tables + f'[clauses]\n"{scope}{number}" = "words"\n'


def one_of_rate(values: Mapping[Path, int]) -> bool:
    return not {("rate", "limit"), ("rate", "permille")} <= values.keys()


said = st.dictionaries(st.sampled_from(list(VALUES)), st.integers(1, 999), max_size=4).filter(one_of_rate)
written = st.dictionaries(st.tuples(st.sampled_from(SCOPES), st.integers(0, 5)), said, max_size=6)


def read(packs: Mapping[tuple[str, int], Mapping[Path, int]]) -> list[Pack]:
    return [pack(text_of(scope, number, values), f"{scope}@{number}") for (scope, number), values in packs.items()]


def winner(packs: Sequence[Pack], path: Path, place: str, on: date) -> Pack:
    """What the rules of layering say, said plainly."""
    found = [
        one
        for one in packs
        if path in one.values
        and one.head.effective_from <= on
        and (one.head.scope == "" or f"{place}.".startswith(f"{one.head.scope}."))
    ]
    return max(
        found, key=lambda one: (len(one.head.scope.split(".")) if one.head.scope else 0, one.head.effective_from)
    )


@given(written, st.sampled_from(PLACES), st.integers(-1, 6))
def test_the_most_special_and_then_the_latest_wins_and_is_named(
    packs: Mapping[tuple[str, int], Mapping[Path, int]], place: str, number: int
) -> None:
    everything = [national(), *read(packs)]
    resolved = PackSet.of(SCHEMA, everything[0], everything[1:]).of_place(place).on(day(number))
    policy = resolved.policy
    typed: dict[Path, int] = {
        ("ahead",): policy.ahead,
        ("rate", "limit"): policy.rate.limit,
        ("rate", "permille"): policy.rate.permille,
        **{("round", one.name, "times"): one.times for one in policy.round},
    }
    for path, value in typed.items():
        expected = winner(everything, path, place, day(number))
        source = resolved.sources(path)[-1]
        assert value == expected.values[path] == source.value
        assert source.pack.head == expected.head
        if len(path) > 1:
            assert source.clause == expected.values[(*path[:-1], "clause")]
            assert source.clause in policy.clauses


@given(written, st.randoms(use_true_random=False), st.sampled_from(PLACES), st.integers(-1, 6))
def test_the_order_of_files_does_not_matter(
    packs: Mapping[tuple[str, int], Mapping[Path, int]], chance: Random, place: str, number: int
) -> None:
    one = read(packs)
    other = list(one)
    chance.shuffle(other)
    first, second = (PackSet.of(SCHEMA, national(), each) for each in (one, other))
    assert plain(rules(first, place, day(number))) == plain(rules(second, place, day(number)))


def test_without_packs_the_nation_holds_everywhere_also_before_its_first_day() -> None:
    packs: PackSet[Rules] = laid()
    assert rules(packs, "any.where", date(1990, 1, 1)) == rules(packs, "", FIRST)
    assert packs.of_place("a").next_change(date(2020, 1, 1)) is None


def test_a_rule_cites_the_clause_of_the_most_special_pack_that_speaks_of_it() -> None:
    packs = laid(
        head("a", "2026-01-01") + '[rate]\nlimit = 50\nclause = "city"\n[clauses]\ncity = "w"\n',
        head("a.b", "2026-03-01") + '[rate]\npermille = 9\nclause = "district"\n[clauses]\ndistrict = "w"\n',
    )
    resolved = packs.of_place("a.b.c").on(date(2026, 4, 1))
    assert resolved.policy.rate.model_dump() == {"limit": 50, "permille": 9, "clause": "district"}
    assert [(one.pack.file, one.value, one.clause) for one in resolved.sources(("rate", "limit"))] == [
        ("national.toml", 100, "§1"),
        ("1.toml", 50, "city"),
    ]
    assert resolved.clause(("rate",)) == "district"
    assert packs.of_place("a.b.c").next_change(date(2026, 1, 1)) == date(2026, 3, 1)


def test_a_pack_may_add_a_rule_with_a_name_of_its_own() -> None:
    packs = laid(head() + '[[round]]\nname = "oldest"\ntimes = 9\nclause = "c"\n[clauses]\nc = "w"\n')
    assert [one.name for one in rules(packs, "a", FIRST).round] == ["old", "young", "oldest"]
    assert [one.name for one in rules(packs, "b", FIRST).round] == ["old", "young"]
