"""The import contracts hold, and each of them can fail."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from tests.architecture.house import ROOT, copy_of_the_house, plant, tool

#: For every contract: the module that breaks it, the line it breaks it with, and the module it imports.
VIOLATIONS = {
    "downhill": ("events.log.planted", "import services.shell.planted"),
    "services-apart": ("services.care.react.planted", "import services.registry.decide.planted"),
    "log-on-facts": ("events.facts.planted", "import events.log.planted"),
    "rooms-of-registry": ("services.registry.handle.registry", "import services.registry.pages.planted"),
    "rooms-of-care-and-notify": ("services.notify.helpers", "import dataclasses"),
    "facts": ("events.facts.planted", "import orjson"),
    "decide": ("services.notify.decide.planted", "import time"),
    "handle": ("services.care.handle.care", "import sqlalchemy"),
    "handlers-apart": ("services.care.handle.door", "import services.care.handle.planted"),
    "project": ("services.registry.project.planted", "import services.registry.decide.planted"),
    "react": ("services.care.react.planted", "import httpx"),
    "roster": ("services.registry.roster.planted", "import events.log.planted"),
    "centres": ("services.registry.centres.planted", "import services.registry.decide.planted"),
    "calendar": ("services.care.calendar", "import services.care.decide.plan"),
    "rota": ("services.care.rota.planted", "import services.care.decide.planted"),
    "shell": ("services.shell.planted", "import events.facts.planted"),
    "port": ("events.log.project.planted", "import nats"),
    "wire-alone": ("services.care.pages.planted", "import nats"),
}


def contracts() -> list[str]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    return [contract["id"] for contract in settings["tool"]["importlinter"]["contracts"]]


def lint_imports(house: Path, *contract: str) -> tuple[int, str]:
    chosen = [argument for name in contract for argument in ("--contract", name)]
    done = tool("lint-imports", "--no-cache", *chosen, cwd=house)
    return done.returncode, done.stdout + done.stderr


def test_the_house_keeps_its_contracts() -> None:
    code, said = lint_imports(ROOT)
    assert code == 0, said


def test_every_contract_has_a_violation_to_prove_it() -> None:
    assert sorted(VIOLATIONS) == sorted(contracts())


@pytest.mark.parametrize("contract", contracts())
def test_a_planted_violation_breaks_the_contract(contract: str, tmp_path: Path) -> None:
    house = copy_of_the_house(tmp_path)
    module, line = VIOLATIONS[contract]
    if line.endswith(".planted"):
        plant(house, line.removeprefix("import "), "")
    plant(house, module, f"{line}\n")

    code, said = lint_imports(house, contract)

    assert code == 1, said
    assert "0 kept, 1 broken" in said
    assert module in said


def test_a_room_that_is_not_on_the_map_is_refused(tmp_path: Path) -> None:
    house = copy_of_the_house(tmp_path)
    plant(house, "services.registry.helpers", "")
    plant(house, "services.utils", "")

    code, said = lint_imports(house)

    assert code == 1
    assert "services.registry.helpers" in said
    assert "services.utils" in said
