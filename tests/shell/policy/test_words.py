"""Every value of every service's national pack has its words, and packs of the shipped services fit."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from deploy.box.packs import SCHEMAS, national
from services.care.pages.policy import WORDS as CARE
from services.notify.pages.policy import WORDS as NOTIFY
from services.registry.pages.policy import WORDS as REGISTRY
from services.shell.policy.policies import load
from services.shell.policy.words import shown

WORDS = {"registry": REGISTRY, "care": CARE, "notify": NOTIFY}


@pytest.mark.parametrize("service", SCHEMAS)
def test_every_value_has_a_name_and_every_rule_its_clause(service: str) -> None:
    schema = SCHEMAS[service]
    resolved = load(schema, national(service), Path("nowhere")).of_place("").on(date(2026, 1, 1))
    keys = set(schema.keyed.values())
    assert WORDS[service].lacking([path for path in resolved.values if path[-1] not in keys]) == []
    without_clause = {
        value.path for rule in shown(resolved, schema, WORDS[service]) for value in rule.values if not rule.clause_words
    }
    assert without_clause <= {"plan_ahead_days", "unknown"}, "these two say how the product works, not what is asked"
