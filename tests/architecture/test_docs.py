"""The documents lead somewhere: links and paths exist, decisions have their parts, pictures have words. `make docs`."""

from __future__ import annotations

import importlib
import importlib.util
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from deploy.cli.main import COMMANDS
from services.shell.settings import Settings
from tests.architecture.house import ROOT, SERVICES, here

LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
PATH = re.compile(r"`((?:events|services|deploy|tests|docs)/[\w./-]*)`")
#: A path alone on its line: the page itself says what the file holds.
MADE = re.compile(r"^`([\w./-]+)`$", re.MULTILINE)
HEADING = re.compile(r"^#+\s+(.*)$", re.MULTILINE)
PARTS_OF_A_DECISION = ["Context", "Decision", "Measured", "Consequences", "Enforced by"]
ADR_LINES_MAX = 70
DEPLOY = ROOT / "deploy"


def documents() -> list[Path]:
    return [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]


def decisions() -> list[Path]:
    return sorted((ROOT / "docs" / "adr").glob("[0-9]*.md"))


def anchors(markdown: str) -> set[str]:
    """The places a `#link` may lead to, as GitHub names them."""
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in HEADING.findall(markdown)}


def broken(document: Path) -> list[str]:
    """Links and paths of a document that lead nowhere."""
    text = document.read_text()
    lost = []
    for target in LINK.findall(text):
        if target.startswith(("https://", "mailto:")):
            continue
        path, _, anchor = target.partition("#")
        there = (document.parent / path).resolve() if path else document
        if not there.exists() or (anchor and there.suffix == ".md" and anchor not in anchors(there.read_text())):
            lost.append(target)
    made = set(MADE.findall(text))
    return lost + [path for path in PATH.findall(text) if path not in made and not (ROOT / path).exists()]


@pytest.mark.parametrize("document", documents(), ids=here)
def test_links_and_paths_lead_somewhere(document: Path) -> None:
    assert broken(document) == []


def test_a_link_that_leads_nowhere_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "there.md").write_text("# A place\n")
    page = tmp_path / "page.md"
    page.write_text("[a](there.md#a-place) [b](there.md#elsewhere) [c](gone.md) `events/gone.py` `events/facts/`\n")
    assert broken(page) == ["there.md#elsewhere", "gone.md", "events/gone.py"]


@pytest.mark.parametrize("decision", decisions(), ids=lambda path: path.stem)
def test_a_decision_is_one_page_with_all_its_parts(decision: Path) -> None:
    text = decision.read_text()
    number = int(decision.name[:4])
    assert text.startswith(f"# {number}. ")
    assert re.findall(r"^## (.*)$", text, flags=re.MULTILINE) == PARTS_OF_A_DECISION
    assert len(text.splitlines()) <= ADR_LINES_MAX
    assert f"]({decision.name})" in (ROOT / "docs" / "adr" / "README.md").read_text(), "list it in docs/adr/README.md"


def test_decisions_are_numbered_without_gaps() -> None:
    assert [int(decision.name[:4]) for decision in decisions()] == list(range(1, len(decisions()) + 1))


@pytest.mark.parametrize("picture", sorted((ROOT / "docs").rglob("*.svg")), ids=here)
def test_a_picture_has_words_and_a_dark_side(picture: Path) -> None:
    root = ElementTree.parse(picture).getroot()  # noqa: S314 - our own picture, read from the repository
    names = {child.tag.rpartition("}")[2] for child in root}
    assert {"title", "desc"} <= names
    assert "prefers-color-scheme: dark" in picture.read_text()


def test_the_changelog_is_kept() -> None:
    text = (ROOT / "CHANGELOG.md").read_text()
    assert re.search(r"^## (Unreleased|\d)", text, flags=re.MULTILINE)
    assert set(re.findall(r"^### (.*)$", text, flags=re.MULTILINE)) <= {
        "Added",
        "Changed",
        "Deprecated",
        "Removed",
        "Fixed",
        "Security",
    }


def settings() -> set[str]:
    """Every variable that a service or the box reads."""
    fields = set(Settings.model_fields)
    for service in SERVICES:
        if importlib.util.find_spec(f"services.{service}.settings") is not None:
            module = importlib.import_module(f"services.{service}.settings")
            fields = fields.union(
                *(thing.model_fields for thing in vars(module).values() if isinstance(thing, type(Settings)))
            )
    return {f"HEARTH_{field.upper()}" for field in fields}


def test_operations_explain_every_setting_and_every_command() -> None:
    text = (ROOT / "docs" / "operations.md").read_text()
    told = set(re.findall(r"HEARTH_[A-Z_]+[A-Z]", text))
    assert settings() <= told
    named = set(re.findall(r"\bhearth ([a-z]+(?:-[a-z]+)*)\b", text))
    assert set(COMMANDS) <= named
    homes = {name: (DEPLOY / "cli" / f"{name.replace('-', '_')}.py", DEPLOY / name / "__init__.py") for name in named}
    assert [name for name, home in homes.items() if not any(path.exists() for path in home)] == []
