"""Decisions as tables that somebody who knows the rules, and no Python, can check: one row a case, with its clause.

A table is a Markdown file beside this one. Its test asks for `rows("quorum")` and decides every row; what stands in a
cell is plain words and numbers. A file may hold several tables of the same columns, with headings and prose between.
"""

from __future__ import annotations

from pathlib import Path

import pytest

HERE = Path(__file__).parent


def rows(name: str) -> list[dict[str, str]]:
    """Every row of the table by the names of its columns. Raises `ValueError` naming the line that has other cells."""
    found: list[dict[str, str]] = []
    heads: list[str] = []
    for number, line in enumerate((HERE / f"{name}.md").read_text().splitlines(), 1):
        if not line.startswith("|"):
            heads = []
            continue
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not heads:
            heads = cells
        elif len(cells) != len(heads):
            raise ValueError(f"{name}.md:{number}: {len(cells)} cells under {len(heads)} headings")
        elif set("".join(cells)) - set(":- "):
            found.append({"line": str(number), **dict(zip(heads, cells, strict=True))})
    return found


def cases(name: str) -> pytest.MarkDecorator:
    """`@cases("quorum")` before `def test_…(row)`: one test a row, named by its line in the file."""
    return pytest.mark.parametrize("row", [pytest.param(row, id=f"{name}:{row['line']}") for row in rows(name)])
