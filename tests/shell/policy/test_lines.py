"""Every name has its line, whatever way it is written."""

from __future__ import annotations

import pytest

from services.shell.policy.toml_lines import NotToml, read_toml

TEXT = '''\
first = 1

[a]  # a table
b.c = 2
list = [
    1,
    2,
]
"quoted.name" = """
[not] a table
x = 1
"""

[[many]]
name = "one"
[many.inner]
deep = { x = 1, y = 2 }
[[many]]
name = "two"
'''


def test_each_name_stands_on_its_line() -> None:
    data, lines = read_toml(TEXT)
    assert data["a"]["quoted.name"] == "[not] a table\nx = 1\n"
    assert lines == {
        ("first",): 1,
        ("a",): 3,
        ("a", "b"): 4,
        ("a", "b", "c"): 4,
        ("a", "list"): 5,
        ("a", "quoted.name"): 9,
        ("many",): 14,
        ("many", 0): 14,
        ("many", 0, "name"): 15,
        ("many", 0, "inner"): 16,
        ("many", 0, "inner", "deep"): 17,
        ("many", 0, "inner", "deep", "x"): 17,
        ("many", 0, "inner", "deep", "y"): 17,
        ("many", 1): 18,
        ("many", 1, "name"): 19,
    }


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("a = 1\nb 2\n", 2, "column 3"),
        ("a = 1\na = 2\n", 2, "Cannot overwrite"),
        ('a = 1\nb = """\nnever ends\n', 3, "end of document"),
        ("a = [1,\n 2\n", 2, "end of document"),
    ],
)
def test_what_is_no_toml_says_where(text: str, line: int, said: str) -> None:
    with pytest.raises(NotToml, match=said) as refused:
        read_toml(text)
    assert refused.value.line == line
