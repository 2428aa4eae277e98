"""Every router of notify, and what stands in the navigation."""

from __future__ import annotations

from typing import Final

from services.notify.pages import api_notices, deeds, letters, member, outbox, today
from services.notify.pages.common import TELLERS
from services.shell.i18n import N_
from services.shell.pages.nav import NavEntry

ROUTERS: Final = [
    api_notices.router,
    outbox.router,
    letters.router,
    deeds.router,
    member.router,
    today.router,
]

NAV: Final = [NavEntry(N_("消息"), "/notify/outbox", TELLERS, "notify", "open")]
