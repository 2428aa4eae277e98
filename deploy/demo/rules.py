"""The made-up city has a rule of its own from the first of next month on, for the page of rules to show."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Final

from services.registry.decide.days import first_day, month_of, months_after
from services.shell.policy.policies import put
from services.shell.settings import Settings

CITY: Final = """\
# The made-up city: members who live elsewhere are asked after sooner than the national rules want.

[pack]
service = "registry"
scope = "demo"
version = "1"
effective_from = {day}
title = "示范市流动党员联系办法"
issuer = "示范市委组织部"

[away.reminders]
contact_days = [20, 40, 60]
clause = "市联系办法第四条"

[clauses]
"市联系办法第四条" = "外出党员二十天、四十天、六十天没有联系的，逐次提醒。"
"""


def set_rules(data: Path, today: date) -> None:
    """Put the city's pack into the box, before its services start."""
    day = first_day(month_of(months_after(today.replace(day=1), 1)))
    put(CITY.format(day=day), Settings(data=data).packs / "registry", f"demo@{day}.toml")
