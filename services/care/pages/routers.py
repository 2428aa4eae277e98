"""Every router of care, and what stands in the navigation."""

from __future__ import annotations

from typing import Final

from services.care.pages import (
    api,
    assistance,
    assistance_api,
    assistance_case,
    assistance_paper,
    calendar,
    campaign_api,
    campaign_new,
    campaign_people,
    campaign_sheet,
    campaigns,
    certifications,
    door,
    door_api,
    members,
    missed,
    occasions,
    pairing_api,
    pairings,
    reveal,
    today,
    trainings,
    visit,
    visits,
    voice_api,
    voice_raise,
    voice_report,
    voices,
)
from services.care.pages.assistance_common import SEERS
from services.care.pages.common import CARERS, OFFICE
from services.shell.i18n import N_
from services.shell.identity import Role
from services.shell.pages.nav import NavEntry, NavPart

ROUTERS: Final = [
    api.router,
    reveal.router,
    door_api.router,
    occasions.api,
    missed.api,
    certifications.api,
    certifications.router,
    missed.router,
    calendar.router,
    calendar.open_to_all,
    today.router,
    visits.router,
    visit.router,
    door.router,
    members.router,
    occasions.router,
    campaign_api.router,
    campaign_sheet.router,
    campaign_new.router,
    campaigns.router,
    campaign_people.router,
    voice_api.router,
    voice_report.api,
    voice_report.router,
    voice_raise.router,
    voices.router,
    assistance_api.router,
    pairing_api.router,
    assistance.router,
    assistance_paper.router,
    assistance_case.router,
    pairings.router,
    trainings.router,
]

NAV: Final = [
    NavEntry(N_("走访"), "/care/visits", CARERS, "care", "visits"),
    NavEntry(N_("集中服务"), "/care/campaigns", OFFICE, "care", "follow_ups", part=NavPart.AROUND),
    NavEntry(N_("社情民意"), "/care/voices", (*CARERS, Role.SUPERVISOR), "care", "voices", part=NavPart.AROUND),
    NavEntry(
        N_("养老认证"),
        "/care/certifications",
        (*CARERS, Role.SUPERVISOR),
        "care",
        "certifications",
        part=NavPart.AROUND,
    ),
    NavEntry(N_("帮扶"), "/care/assistance", SEERS, "care", "assistance", part=NavPart.AROUND),
    NavEntry(N_("结对帮扶"), "/care/pairings", CARERS, "care", part=NavPart.AROUND),
    NavEntry(N_("没有去成的走访"), "/care/missed", (Role.SUPERVISOR,), "care", part=NavPart.AROUND),
]
