"""ruff keeps clock, chance and connections in `wire.py`; each ban can fail; every escape from a lint says why."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest

from tests.architecture.house import ROOT, comments, committed, here, sources, tool

ESCAPE = re.compile(r"#\s*(noqa|type:\s*ignore|ruff:|mypy:|pyright:|pylint:|pragma:)", re.IGNORECASE)
#: What is switched off (codes, never everything), a separator, and at least a few words.
REASONED = re.compile(r"#\s*(noqa:\s*[A-Z0-9, ]+\d|type:\s*ignore\[[\w, -]+\])\s*[-:—#]\s*\S.{7,}", re.IGNORECASE)


def banned() -> list[str]:
    tidy = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["ruff"]["lint"]["flake8-tidy-imports"]
    return sorted(tidy["banned-api"])


def refused(source: str, path: str) -> list[str]:
    """What TID251 says about a source as if it stood at `path`."""
    options = ["--select=TID251", "--output-format=json", f"--stdin-filename={path}"]
    done = tool("ruff", "check", *options, "-", text=source)
    return [found["message"] for found in json.loads(done.stdout)]


@pytest.mark.parametrize("name", banned())
def test_a_banned_name_is_refused_in_a_room_and_allowed_at_the_edge(name: str) -> None:
    module = name.rpartition(".")[0] or name
    use = f"import {module}\nprint({name})\n"

    assert any(f"`{name}` is banned" in said for said in refused(use, "services/care/decide/planted.py"))
    assert any(f"`{name}` is banned" in said for said in refused(use, "events/log/planted.py"))
    assert refused(use, "services/care/wire.py") == []
    assert refused(use, "deploy/planted.py") == []


def test_a_ban_sees_through_another_name() -> None:
    use = "from datetime import datetime as when\nfrom uuid import uuid4 as any_id\nprint(when.now(), any_id())\n"
    assert len(refused(use, "services/registry/handle/registry.py")) >= 2


@pytest.mark.parametrize(
    "call",
    ["datetime.datetime.now", "datetime.date.today", "time.time", "uuid.uuid4", "uuid_utils.uuid7", "random"],
)
def test_the_names_the_house_promised_to_ban_are_banned(call: str) -> None:
    assert call in banned()


def test_every_escape_says_why() -> None:
    unexplained = [
        f"{here(path)}:{line}: {comment}"
        for path in sources()
        for line, comment in comments(path)
        if ESCAPE.search(comment) and not REASONED.search(comment)
    ]
    assert unexplained == []


@pytest.mark.parametrize(
    ("comment", "explained"),
    [
        ("# noqa", False),
        ("# noqa: S608", False),
        ("# type: ignore", False),
        ("# type: ignore[arg-type]", False),
        ("# ruff: noqa", False),
        ("# noqa: S608 - ok", False),
        ("# noqa: S608 - column names are literals of this file", True),
        ("# type: ignore[arg-type]  # the stubs forget that None is allowed", True),
    ],
)
def test_the_reason_of_an_escape_is_recognised(comment: str, *, explained: bool) -> None:
    assert bool(ESCAPE.search(comment))
    assert bool(REASONED.search(comment)) is explained


def test_every_rule_that_is_switched_off_says_why() -> None:
    """In pyproject.toml: each ignored ruff code, each per-file ignore, each mypy override carries a comment."""
    unexplained = []
    inside = False
    for number, line in enumerate((ROOT / "pyproject.toml").read_text().splitlines(), start=1):
        if re.match(r"ignore = \[|\[tool\.ruff\.lint\.per-file-ignores\]|ignore_imports = \[", line):
            inside = True
        elif line.startswith(("]", "[")):
            inside = False
        elif inside and re.search(r'"[A-Z]+\d+"|->', line) and "#" not in line:
            unexplained.append(f"pyproject.toml:{number}: {line.strip()}")
        if re.search(r"ignore_missing_imports|ignore_errors|disable_error_code", line) and "#" not in line:
            unexplained.append(f"pyproject.toml:{number}: {line.strip()}")
    assert unexplained == []


def test_no_path_of_a_machine() -> None:
    """The repository runs anywhere: no home directory, no checkout's place."""
    machine = re.compile(r"(?<![\w.<>])/(?:work|root|Users|home/(?!hearth\b)\w+)/|[A-Z]:\\\\?Users", re.ASCII)
    found = []
    for path in committed():
        try:
            text = path.read_text()
        except (UnicodeDecodeError, FileNotFoundError):
            continue
        if path != Path(__file__):
            found += [f"{here(path)}: {match.group()}" for match in machine.finditer(text)]
    assert found == []


def test_lock_files_pin_by_hash_and_name_no_index() -> None:
    for lock in ROOT.glob("requirements*.lock"):
        text = lock.read_text()
        assert "--hash=sha256:" in text, lock.name
        assert not re.search(r"--(extra-)?index-url|--find-links|--trusted-host|https?://", text), lock.name
        pins = re.findall(r"^[A-Za-z0-9_.\[\],-]+(==)?", text, flags=re.MULTILINE)
        assert all(pin == "==" for pin in pins), f"{lock.name}: everything is pinned to one version"


def test_no_dependency_with_a_copyleft_licence() -> None:
    """psycopg is LGPL: it may measure us (a peer in the benchmarks), it is not shipped."""
    for shipped in ROOT.glob("requirements.*"):
        assert "psycopg" not in shipped.read_text(), shipped.name
