"""Across services only published facts are read: what a service keeps to itself, no other folds or reacts to."""

from __future__ import annotations

import ast
import importlib
from pathlib import Path

import pytest

from events.facts.access import EVERY_SERVICE
from events.facts.base import Fact
from tests.architecture.house import ROOT, SERVICES, here

READERS = ("project", "react")


def readers(service: str) -> list[Path]:
    """The files of a service that read facts."""
    home = ROOT / "services" / service
    return sorted(path for room in READERS for path in [*home.glob(f"{room}.py"), *(home / room).rglob("*.py")])


def facts_named_in(source: str) -> dict[str, type[Fact] | None]:
    """Every fact class a source imports, by name; a whole stream imported as a module is None (it hides which)."""
    found: dict[str, type[Fact] | None] = {}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {name.name: None for name in node.names if name.name.startswith("events.facts.")}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("events.facts"):
            module = importlib.import_module(node.module or "")
            for name in node.names:
                thing = getattr(module, name.name, None)
                if thing is None or isinstance(thing, type(ast)):
                    found[f"{node.module}.{name.name}"] = None
                elif isinstance(thing, type) and issubclass(thing, Fact) and thing.TYPE:
                    found[thing.TYPE] = thing
    return found


def foreign_and_kept(service: str, source: str) -> list[str]:
    """The facts in a source that belong to another service and are not published."""
    return [
        name
        for name, fact in facts_named_in(source).items()
        if fact is None or (fact.OWNER not in {service, EVERY_SERVICE} and not fact.PUBLISHED)
    ]


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_reads_only_published_facts_of_others(service: str) -> None:
    offences = [
        f"{here(path)}: {name}" for path in readers(service) for name in foreign_and_kept(service, path.read_text())
    ]
    assert offences == [], "import facts by name; publish the fact (published=True) or leave it to its owner"


def test_a_fact_its_owner_keeps_is_refused_elsewhere() -> None:
    kept = "from events.facts.member import PensionBasisSet\n"
    shared = "from events.facts.member import MovedAway\n"
    hidden = "from events.facts import member\n"

    assert foreign_and_kept("registry", kept) == []
    assert foreign_and_kept("care", kept) == ["hearth.member.pension_basis_set.v1"]
    assert foreign_and_kept("care", shared) == []
    assert foreign_and_kept("care", hidden) == ["events.facts.member"]
