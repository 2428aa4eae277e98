"""Every router of care, and what stands in the navigation."""

from __future__ import annotations

from typing import Final

from services.care.pages import (
    api,
    blocks,
    calendar,
    figures,
    members,
    missed,
    month,
    occasions,
    refusals,
    reveal,
    rota,
    rota_api,
    today,
    visit,
    visitors_desk,
    visits,
)
from services.care.pages.common import CARERS
from services.shell.i18n import N_
from services.shell.identity import Role
from services.shell.pages.nav import NavEntry, NavPart

ROUTERS: Final = [
    api.router,
    reveal.router,
    occasions.api,
    missed.api,
    missed.router,
    calendar.router,
    calendar.open_to_all,
    today.router,
    visits.router,
    visit.router,
    members.router,
    occasions.router,
    rota_api.api,
    rota.router,
    visitors_desk.api,
    visitors_desk.router,
    refusals.api,
    refusals.router,
    figures.api,
    figures.router,
    month.router,
    blocks.router,
]

NAV: Final = [
    NavEntry(N_("走访"), "/care/visits", CARERS, "care", "visits"),
    NavEntry(N_("没有去成的走访"), "/care/missed", (Role.SUPERVISOR,), "care", part=NavPart.AROUND),
]
