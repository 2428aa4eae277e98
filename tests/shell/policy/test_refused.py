"""Whatever is wrong with a pack is told by file, line and reason; nothing of it is used."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.shell.policy import BadPacks, Problem
from tests.shell.policy.made_up import head, laid, pack

WORDS = '[clauses]\nc = "w"\n'


def refused(*texts: str) -> list[str]:
    with pytest.raises(BadPacks) as bad:
        laid(*texts)
    return [str(one) for one in bad.value.problems]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[pack\n", "1.toml:1: column 6: Expected ']' at the end of a table declaration"),
        ("ahead = 8\n", ("1.toml:1: a pack begins with [pack] and says: "
         "service, scope, version, effective_from, title, issuer")),
        (head().replace("effective_from = 2026-01-01\n", ""), "1.toml:1: pack.effective_from: is missing"),
        (head(day='"2026-01-01"').replace('from "2026-01-01"', ""),
         "1.toml:5: pack.effective_from: should be a valid date, and is '2026-01-01'"),
        (head(scope="a b"), ("1.toml:3: pack.scope: 'a b' is no path: write labels with dots between them, "
         "such as 'demo.jinqiao'")),
        (head() + 'author = "me"\n', "1.toml:8: pack.author: nothing is called so"),
        (head(service="other"), "1.toml:2: pack.service is 'other', and these are the rules of 'sample'"),
        ("ahed = 8\n" + head(), "1.toml:1: ahed: nothing is called so"),
        (head() + "[rate.limit]\nx = 1\n", "1.toml:9: rate.limit.x: nothing is called so"),
        ("rate = 5\n" + head(), "1.toml:1: rate: is a table of rules, not a value"),
        (head() + '[rate]\nlimt = 5\nclause = "c"\n' + WORDS, "1.toml:9: rate.limt: nothing is called so"),
        (head() + '[rate]\nlimit = "5"\nclause = "c"\n' + WORDS,
         "1.toml:9: rate.limit: should be a valid integer, and is '5'"),
        (head() + '[rate]\nclause = "c"\npermille = 1001\n' + WORDS,
         "1.toml:10: rate.permille: should be less than or equal to 1000, and is 1001"),
        (head() + "[rate]\nlimit = 5\n",
         "1.toml:9: rate.limit: says another value, and not by which clause: add clause"),
        (head() + '[rate]\nlimit = 5\nclause = "§1"\n', ("1.toml:10: rate.clause: '§1' has no words in [clauses] "
         "of this pack")),
        (head() + "[clauses]\nc = 5\n", "1.toml:8: clauses: each needs its words, as a text"),
        (head() + '[clauses]\n"§1" = "else"\n', ("1.toml:9: '§1' has other words in national.toml: "
         "give your clause a name of its own")),
        (head() + '[[round]]\ntimes = 5\nclause = "c"\n' + WORDS,
         "1.toml:8: round: each says its `name`, by which it is known"),
        (head() + '[[round]]\nname = "new"\nclause = "c"\n' + WORDS, "1.toml:8: round.new.times: is missing"),
        (head() + '[words."moved.on"]\ntext = "x"\nclause = "c"\n' + WORDS,
         "1.toml:8: words.moved.on: nothing is called so"),
        (head(scope="", day="1999-12-31"), "1.toml:5: national.toml holds from 2000-01-01 on"),
    ],
)  # fmt: skip
def test_a_bad_pack_says_where_and_why(text: str, told: str) -> None:
    assert told in refused(text)


def test_everything_that_is_wrong_is_told_at_once() -> None:
    text = head() + '[rate]\nlimit = "x"\npermille = 2000\nclause = "d"\n' + WORDS
    assert [one.split(": ")[1] for one in refused(text)] == ["rate.limit", "rate.permille", "rate.clause"]


def test_the_same_place_and_day_twice_is_refused_and_names_the_other() -> None:
    assert refused(head(version="1"), head(version="2")) == [
        "2.toml:5: 1.toml holds for a from 2026-01-01 too: which of them?"
    ]


def test_a_name_twice_in_one_pack_is_refused() -> None:
    twice = '[[round]]\nname = "old"\ntimes = 2\nclause = "c"\n' * 2
    assert refused(head() + twice + WORDS) == ["1.toml:12: round: 'old' stands here twice"]


def test_a_later_pack_of_the_same_place_may_reword_its_own_clause() -> None:
    laid(head() + WORDS, head(day="2026-02-01") + WORDS.replace("w", "other words"))


def test_a_pack_below_may_not_put_words_into_the_clause_of_one_above() -> None:
    below = head("a.b", "2025-01-01") + WORDS.replace("w", "other words")
    assert refused(head() + WORDS, below) == [
        "2.toml:9: 'c' has other words in 1.toml: give your clause a name of its own"
    ]


GOOD = (
    head() + '[rate]\nlimit = 5\npermille = 6\nclause = "c"\n[[round]]\nname = "old"\ntimes = 2\nclause = "c"\n'
    '[words."moved.away"]\ntext = "x"\nclause = "c"\n' + WORDS
).splitlines()
STRANGE = ("5", '"c"', "true", "[]", "[1, {}]", "{ a = 1 }", "2026-01-01", "12:00:00", "nan", '"""', "9" * 30, "")


@given(st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.sampled_from(("cut", "twice", *STRANGE))), max_size=4))
def test_however_a_pack_is_spoilt_it_is_used_or_refused_with_its_lines(spoilt: list[tuple[int, str]]) -> None:
    lines = list(GOOD)
    for number, how in spoilt:
        if how == "cut":
            lines[number] = ""
        elif how == "twice":
            lines[number] = f"{lines[number]}\n{lines[number]}"
        elif "=" in lines[number]:
            lines[number] = f"{lines[number].split('=')[0]} = {how}"
    text = "\n".join(lines)
    try:
        laid(text)
        problems: list[Problem] = []
    except BadPacks as bad:
        problems = list(bad.problems)
    assert problems or pack(text).head.service == "sample"
    assert all(one.file == "1.toml" and 1 <= one.line <= text.count("\n") + 1 for one in problems)
