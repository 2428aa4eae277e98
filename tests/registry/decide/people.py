"""Made-up members for the specs of the registry's decisions."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from events.facts.base import Fact
from events.facts.member import Enrolled
from events.facts.people import ContactCard, Person, RetirementKind, Sex
from services.registry.decide.commands import Enrol
from services.registry.decide.policy import policy_of

TODAY = date(2026, 11, 21)
POLICY = policy_of((Path(__file__).resolve().parents[3] / "services/registry/policy/national.toml").read_text())
ID_NUMBER = "31010419480831489X"
ENROLLED_ON = date(2024, 3, 1)


def enrol(**other: Any) -> Enrol:
    """A complete command, changed where a spec needs it."""
    usual: dict[str, Any] = {
        "name": "田林生",
        "sex": "男",
        "id_number": ID_NUMBER,
        "joined_on": "1993-12-15",
        "full_member_on": "1994-12-15",
        "community": "demo.jinqiao",
        "kind": "退休",
        "phone": "15020256261",
        "address": "金桥路15弄15号104室",
        "pension_basis_fen": 396000,
    }
    return Enrol.model_validate(usual | other)


def enrolled(**other: Any) -> tuple[Fact, date]:
    """A member since March 2024 with a pension of 3960 yuan."""
    usual: dict[str, Any] = {
        "person": Person(name="田林生", sex=Sex.MALE, id_number=ID_NUMBER, birth=date(1948, 8, 31)),
        "contact": ContactCard(phone="15020256261"),
        "pension_basis_fen": 396000,
        "joined_on": date(1993, 12, 15),
        "full_member_on": date(1994, 12, 15),
        "kind": RetirementKind.RETIRED,
    }
    return Enrolled(**(usual | other)), ENROLLED_ON
