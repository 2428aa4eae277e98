"""The AsyncAPI document: every reference leads somewhere, sealed fields are shown sealed, the catalogue is complete."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

import events.facts  # noqa: F401 - the whole catalogue
from events.facts.base import catalogue
from events.facts.care import FellIll
from events.facts.member import MovedAway
from events.log.react import reaction
from services.shell.asyncapi import asyncapi_document


@reaction("calls-while-away", on=MovedAway)
async def call(_: MovedAway, __: Any, ___: object) -> None:
    """Plan calls instead of visits.

    More words.
    """


def references(node: Any) -> list[str]:
    if isinstance(node, dict):
        return [node["$ref"]] if "$ref" in node else [r for value in node.values() for r in references(value)]
    return [r for value in node for r in references(value)] if isinstance(node, list) else []


def resolve(document: Any, reference: str) -> Any:
    for step in reference.removeprefix("#/").split("/"):
        document = document[step]
    return document


@pytest.mark.parametrize("service", ["registry", "care", "notify"])
def test_every_reference_leads_somewhere(service: str) -> None:
    document = asyncapi_document(service, [call])
    found = references(document)
    assert found
    for reference in found:
        assert resolve(document, reference), reference
    assert orjson.loads(orjson.dumps(document)) == document


def test_every_fact_of_the_service_is_in_it() -> None:
    messages = asyncapi_document("care")["components"]["messages"]
    assert {type_ for type_, kind in catalogue().items() if kind.OWNER == "care"} <= set(messages)
    assert MovedAway.TYPE not in messages


def test_a_reaction_is_an_operation_that_receives() -> None:
    document = asyncapi_document("care", [call])
    operation = document["operations"]["calls-while-away-registry.member"]
    assert (operation["action"], operation["summary"]) == ("receive", "Plan calls instead of visits.")
    assert document["channels"]["registry.member"]["address"] == "fact.registry.member.{entity}"
    assert set(document["channels"]["registry.member"]["messages"]) == {MovedAway.TYPE}


def test_what_is_sealed_is_shown_sealed() -> None:
    severity = asyncapi_document("care")["components"]["schemas"][FellIll.TYPE]["properties"]["severity"]
    assert severity["x-purpose"] == "care"
    assert severity["required"] == ["sealed"]
