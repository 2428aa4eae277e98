"""Where the house stands, and a way to copy it so that a rule can be broken on purpose."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("events", "services", "deploy", "tests")
SERVICES = ("registry", "care", "notify")


def sources(*packages: str) -> list[Path]:
    """Every Python file of these packages (of all, if none is named)."""
    return sorted(path for package in packages or PACKAGES for path in (ROOT / package).rglob("*.py"))


def here(path: Path) -> str:
    """A path as it is written in the repository."""
    return path.relative_to(ROOT).as_posix()


def committed() -> list[Path]:
    """Every file that is, or is about to be, in the repository; in a tree without git, every file outside `.venv`."""
    listing = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    git = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True, check=False)
    if git.returncode == 0:
        paths = [ROOT / line for line in git.stdout.splitlines()]
    else:
        skipped = {".venv", "var", "build", ".git"}
        paths = [path for path in ROOT.rglob("*") if not skipped & set(path.relative_to(ROOT).parts)]
    return [path for path in paths if path.is_file()]


def comments(path: Path) -> Iterator[tuple[int, str]]:
    """Line number and text of every comment; strings that merely look like comments are not among them."""
    with path.open("rb") as lines:
        for token in tokenize.tokenize(lines.readline):
            if token.type == tokenize.COMMENT:
                yield token.start[0], token.string


def copy_of_the_house(to: Path) -> Path:
    """The Python files and the rules, where a test may plant a violation. Of the tests only those of the house."""
    for package in ("events", "services", "deploy", "tests/architecture"):
        shutil.copytree(ROOT / package, to / package, ignore=everything_but_python)
    shutil.copy(ROOT / "tests" / "__init__.py", to / "tests")
    shutil.copy(ROOT / "pyproject.toml", to)
    return to


def everything_but_python(directory: str, names: list[str]) -> set[str]:
    """For `copytree`: keeps folders and `.py` files."""
    kept = {name for name in names if name.endswith(".py") or Path(directory, name).is_dir()} - {"__pycache__"}
    return set(names) - kept


def plant(house: Path, module: str, source: str) -> None:
    """Write a module into a copy, with the packages above it as far as they are missing; replaces one that is there."""
    path = house / (module.replace(".", "/") + ".py")
    if path.with_suffix("").is_dir():
        path = path.with_suffix("") / "__init__.py"
    for package in reversed([parent for parent in path.parents if house in parent.parents]):
        package.mkdir(exist_ok=True)
        if not (package / "__init__.py").exists():
            (package / "__init__.py").write_text('"""Planted."""\n')
    path.write_text(source)


def tool(name: str, *arguments: str, cwd: Path = ROOT, text: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run a tool of this environment (`ruff`, `lint-imports`, …) and hand back what it said."""
    command = [str(Path(sys.executable).with_name(name)), *arguments]
    return subprocess.run(command, cwd=cwd, input=text, capture_output=True, text=True, timeout=120, check=False)
