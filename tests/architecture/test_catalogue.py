"""The catalogue of facts: everything personal is sealed, everything stored has samples that are kept for ever."""

from __future__ import annotations

import importlib
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from events.facts.base import Fact, catalogue
from events.facts.people import Address, ContactCard, Person, Relative
from tests.architecture.house import ROOT, sources

PERSONAL_SHAPES = {Person, ContactCard, Address, Relative}
PERSONAL_NAMES = {"id_number", "phone", "phones", "address", "birth", "hospital", "diagnosis", "pension_basis_fen"}
SAMPLES = ROOT / "tests" / "log" / "samples"
WORTH_A_PROMISE = 40


def facts() -> list[type[Fact]]:
    for path in sources("events/facts"):
        importlib.import_module(f"events.facts.{path.stem}" if path.stem != "__init__" else "events.facts")
    return [fact for _, fact in sorted(catalogue().items()) if fact.__module__.startswith("events.facts.")]


def shapes_in(annotation: Any) -> set[type[BaseModel]]:
    """Every model that a field's type holds, however deep."""
    found = {annotation} if isinstance(annotation, type) and issubclass(annotation, BaseModel) else set()
    return found.union(*(shapes_in(part) for part in get_args(annotation)), set())


def unsealed(fact: type[Fact]) -> list[str]:
    """Fields that tell something personal and lie open."""
    return [
        name
        for name, field in fact.model_fields.items()
        if name not in fact.SEALED and (name in PERSONAL_NAMES or shapes_in(field.annotation) & PERSONAL_SHAPES)
    ]


@pytest.mark.parametrize("fact", facts(), ids=lambda fact: fact.TYPE)
def test_what_is_personal_is_sealed(fact: type[Fact]) -> None:
    assert unsealed(fact) == []


def test_an_open_phone_number_is_noticed() -> None:
    class Careless(Fact, owner="care", stream="planted"):
        phone: str | None
        family: tuple[Relative, ...]
        colour: str

    assert unsealed(Careless) == ["phone", "family"]


@pytest.mark.parametrize("fact", facts(), ids=lambda fact: fact.TYPE)
def test_a_fact_promises_something(fact: type[Fact]) -> None:
    assert len(fact.__doc__ or "") >= WORTH_A_PROMISE, "say what it means, from which day, and where the rule is from"


@pytest.mark.parametrize("fact", facts(), ids=lambda fact: fact.TYPE)
def test_every_version_has_kept_samples(fact: type[Fact]) -> None:
    kept = {path.name for path in SAMPLES.rglob("*") if path.is_file()}
    assert any(name.startswith(fact.TYPE) for name in kept), f"keep an envelope of {fact.TYPE} in tests/log/samples"
