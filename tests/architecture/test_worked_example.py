"""docs/worked-example.md does what it says: its blocks are applied to a copy of the repository, which then runs."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tests.architecture.house import PACKAGES, ROOT, tool

EXAMPLE = (ROOT / "docs" / "worked-example.md").read_text()
FILES = re.findall(r"^`([\w./-]+)`\n\n```\w+\n(.*?)^```", EXAMPLE, re.MULTILINE | re.DOTALL)
WIRING = re.findall(r"^```diff\n\+\+\+ ([\w./-]+)\n(.*?)^```", EXAMPLE, re.MULTILINE | re.DOTALL)


def wired(text: str, change: str) -> str:
    """A file with a change in it: `+` goes below the line before it, `-` and `+` change how a line begins.

    A line of the file is named by its beginning, which must stand there exactly once.
    """
    lines = text.splitlines()
    place, rest = 0, ""
    for mark, words in ((line[:1], line[1:].removesuffix("…")) for line in change.splitlines()):
        if mark == "+":
            lines.insert(place, words + rest)
            place, rest = place + 1, ""
            continue
        found = [number for number, line in enumerate(lines) if line.startswith(words)]
        assert len(found) == 1, f"{words!r} stands there {len(found)} times"
        place = found[0]
        if mark == "-":
            rest = lines.pop(place).removeprefix(words)
        else:
            place += 1
    return "\n".join(lines) + "\n"


def apply(house: Path) -> None:
    """Write the example's files and wire them."""
    for path, content in FILES:
        assert not (house / path).exists(), f"{path} is in the house already: the example needs another name"
        (house / path).write_text(content)
    for path, change in WIRING:
        (house / path).write_text(wired((house / path).read_text(), change))


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The repository as a newcomer has it after reading the page."""
    house = tmp_path_factory.mktemp("house")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, house / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", house)
    apply(house)
    return house


def test_the_example_is_wired_with_a_line_for_each_file() -> None:
    for path, change in WIRING:
        added = [line for line in change.splitlines() if line.startswith("+") and " import " not in line]
        most = (
            5 if path.endswith("handle/registry.py") else 2
        )  # an entry, and its name among the imports; or a whole method
        assert len(added) <= most, f"{path} needs {len(added)} lines: adding something has become awkward"


def test_the_example_keeps_the_rules_of_the_house(house: Path) -> None:
    python = sorted({path for path, _ in [*FILES, *WIRING] if path.endswith(".py")})
    for command in (["ruff", "check", *python], ["ruff", "format", "--check", *python], ["lint-imports", "--no-cache"]):
        done = tool(*command, cwd=house)
        assert done.returncode == 0, done.stdout + done.stderr


def test_the_example_works_on_real_servers(house: Path) -> None:
    specs = ["tests/registry/test_board.py", "tests/architecture/test_catalogue.py", "tests/log/test_samples.py"]
    done = tool("python", "-m", "pytest", "-q", "-p", "no:cacheprovider", *specs, cwd=house)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("change", "result"),
    [
        (" b\n+new", "a = 1\nb = 2\nnew\nc = (3, 4)\n"),
        ("-c = (…\n+c = (0, …", "a = 1\nb = 2\nc = (0, 3, 4)\n"),
        ("-a = 1\n+a = 2\n+more", "a = 2\nmore\nb = 2\nc = (3, 4)\n"),
    ],
)
def test_wiring_is_put_where_the_page_says(change: str, result: str) -> None:
    assert wired("a = 1\nb = 2\nc = (3, 4)\n", change) == result


def test_wiring_that_fits_nowhere_is_noticed() -> None:
    with pytest.raises(AssertionError, match="0 times"):
        wired("a = 1\n", " gone\n+new")
