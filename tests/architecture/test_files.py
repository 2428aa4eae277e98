"""Every folder says what it is for, and no file grows past what a person reads in one go."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.architecture.house import PACKAGES, ROOT, here, sources

LINES_MAX = 400
FUNCTION_LINES_MAX = 70
WORTH_A_LINE = 12


def folders() -> list[Path]:
    return sorted({path.parent for path in sources()})


@pytest.mark.parametrize("folder", folders(), ids=here)
def test_a_folder_says_in_one_line_what_it_is_for(folder: Path) -> None:
    init = folder / "__init__.py"
    assert init.exists(), f"{here(folder)} is not a package: add __init__.py with one line of doc"
    doc = ast.get_docstring(ast.parse(init.read_text())) or ""
    if (folder / "README.md").exists():
        doc = doc or (folder / "README.md").read_text()
    assert len(doc) >= WORTH_A_LINE, f"{here(init)} must say in one line what the folder is for"


def test_a_file_is_read_in_one_go() -> None:
    long = {here(path): lines for path in sources() if (lines := len(path.read_text().splitlines())) > LINES_MAX}
    assert long == {}, f"more than {LINES_MAX} lines: split by duty"


def test_a_function_is_seen_at_once() -> None:
    long = {}
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > FUNCTION_LINES_MAX:
                    long[f"{here(path)}:{node.name}"] = lines
    assert long == {}, f"more than {FUNCTION_LINES_MAX} lines: give the parts names"


def test_nothing_is_left_for_later() -> None:
    """No reminders in the code: what is not done is an issue, what is done is done."""
    words = ("TO" + "DO", "FIX" + "ME", "X" * 3 + ":", "raise NotImplemented" + "Error")
    found = [f"{here(path)}: {word}" for path in sources() for word in words if word in path.read_text()]
    assert found == []


def test_python_lives_in_the_four_packages_only() -> None:
    strays = [path.name for path in ROOT.glob("*.py")]
    assert strays == []
    assert all((ROOT / package).is_dir() for package in PACKAGES)
