"""What is the same in every service: no route without a role, no word without English, no outside name lost."""

from __future__ import annotations

import importlib
import re
from functools import cache

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from services.shell.identity.requires import unguarded
from services.shell.settings import Settings
from services.shell.words import missing_words
from tests.architecture.house import SERVICES

#: Names others hold on to: they may be added to and are never renamed. `{…}` is one path segment, whatever we call it.
OUTSIDE = {
    "registry": """
        GET /api/openapi.json, GET /healthz, GET /readyz, GET /metrics, GET /asyncapi, GET /panels/today,
        POST /api/members, GET /api/members, GET /api/members/{id}, GET /api/members/{id}/history,
        GET /api/members/{id}/dues, POST /api/members/{id}/move-away, POST /api/members/{id}/return,
        POST /api/members/{id}/pay-dues, POST /api/members/{id}/correct, POST /api/members/{id}/die,
        POST /api/meetings, POST /api/meetings/{id}/sign-in, GET /api/ledger""",
    "care": """
        GET /api/openapi.json, GET /healthz, GET /readyz, GET /metrics, GET /asyncapi, GET /panels/today,
        POST /api/members/{id}/illnesses, GET /api/visits, POST /api/visits/{id}/record, GET /api/today""",
    "notify": """
        GET /api/openapi.json, GET /healthz, GET /readyz, GET /metrics, GET /asyncapi, GET /panels/today,
        GET /api/notices""",
}


@cache
def application(service: str) -> FastAPI:
    """A service's application, put together and not started."""
    app: FastAPI = importlib.import_module(f"services.{service}.wire").build(Settings())
    return app


def addresses(app: FastAPI) -> set[str]:
    """`METHOD path` of every route, path parameters without their names."""
    paths = {(method, route.path) for route in iter_route_contexts(app.routes) for method in route.methods or ()}
    return {f"{method} {re.sub(r'{[^}]*}', '{id}', path or '')}" for method, path in paths}


@pytest.mark.parametrize("service", SERVICES)
def test_every_route_requires_a_role_or_says_why_it_is_public(service: str) -> None:
    assert unguarded(application(service)) == []


@pytest.mark.parametrize("service", SERVICES)
def test_names_of_the_outside_are_there(service: str) -> None:
    promised = {" ".join(name.split()) for name in OUTSIDE[service].split(",")}
    assert promised - addresses(application(service)) == set()


@pytest.mark.parametrize("service", SERVICES)
def test_what_stands_in_the_navigation_can_be_opened(service: str) -> None:
    nav = importlib.import_module(f"services.{service}.wire").NAV
    there = addresses(application(service))
    assert [entry.href for entry in nav if f"GET {entry.href.removeprefix(f'/{service}')}" not in there] == []


@pytest.mark.parametrize("service", [*SERVICES, "shell"])
def test_every_word_has_its_english(service: str) -> None:
    assert [f"{words.file}:{words.line} {words.msgid}" for words in missing_words(service)] == []
