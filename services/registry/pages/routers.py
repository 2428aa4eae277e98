"""Every router of the registry, what stands in the navigation, and how its answers speak."""

from __future__ import annotations

from typing import Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.responses import Response

from services.registry.pages import (
    api_branch_life,
    api_branches,
    api_buildings,
    api_card,
    api_census,
    api_centres,
    api_duplicates,
    api_grids,
    api_handovers,
    api_ledger,
    api_members,
    api_partners,
    api_posts,
    attendance,
    branch,
    branch_groups,
    branch_life,
    branches,
    buildings,
    bulk,
    bulk_api,
    census,
    census_findings,
    census_parts,
    census_people,
    census_sets,
    centre_proposal,
    centres,
    committee,
    deeds,
    dues,
    duplicates,
    filters,
    grids,
    handed_over,
    handover_rows,
    handovers,
    import_api,
    import_outcome,
    import_wizard,
    ledger,
    list_export,
    meetings,
    member,
    member_service,
    members,
    organisation,
    partner_deeds,
    partners,
    post_history,
    post_people,
    posts,
    service_hours,
    today,
    unmerge,
)
from services.registry.pages.census_common import SEERS
from services.registry.pages.common import OFFICE, READERS
from services.registry.pages.words import complaints
from services.shell.handlers import answer
from services.shell.i18n import N_
from services.shell.identity import Role
from services.shell.pages.nav import NavEntry, NavPart
from services.shell.problems import Invalid
from services.shell.validation import field_errors

ROUTERS: Final = [
    members.router,
    list_export.router,
    filters.router,
    bulk_api.router,
    bulk.router,
    member.router,
    today.router,
    api_members.router,
    api_card.router,
    dues.router,
    ledger.router,
    meetings.router,
    attendance.router,
    branches.router,
    api_branches.router,
    branch.router,
    committee.router,
    branch_life.router,
    branch_groups.router,
    api_branch_life.router,
    organisation.router,
    centre_proposal.router,
    centres.router,
    api_centres.router,
    service_hours.router,
    posts.router,
    post_people.router,
    post_history.router,
    post_history.api,
    member_service.router,
    api_posts.router,
    grids.router,
    api_grids.router,
    buildings.router,
    api_buildings.router,
    partners.router,
    partner_deeds.router,
    api_partners.router,
    api_ledger.router,
    census_sets.router,
    census_sets.api,
    census.router,
    census_parts.router,
    census_people.router,
    census_findings.router,
    api_census.router,
    handovers.router,
    handover_rows.router,
    handed_over.router,
    api_handovers.router,
    import_wizard.router,
    import_api.router,
    import_outcome.router,
    api_duplicates.router,
    duplicates.router,
    unmerge.router,
    deeds.router,
]
"""In the order in which addresses are tried: what is asked for most stands first, and a deed's address is whatever no
page before it has."""

NAV: Final = [
    NavEntry(N_("名册"), "/registry/members", READERS, "registry", "members"),
    NavEntry(N_("流动台账"), "/registry/ledger", READERS, "registry", "away"),
    NavEntry(N_("会议"), "/registry/meetings", READERS, "registry", "meetings"),
    NavEntry(N_("党费"), "/registry/dues", READERS, "registry", "owing"),
    NavEntry(N_("支部"), "/registry/branches", READERS, "registry", part=NavPart.AROUND),
    NavEntry(N_("组织"), "/registry/organisation", (Role.SUPERVISOR, Role.AUDITOR), "registry", part=NavPart.AROUND),
    NavEntry(N_("中心户"), "/registry/centres", READERS, "registry", part=NavPart.AROUND),
    NavEntry(N_("发挥余热"), "/registry/posts", READERS, "registry", part=NavPart.AROUND),
    NavEntry(N_("网格"), "/registry/grids", READERS, "registry", part=NavPart.AROUND),
    NavEntry(N_("结对共建"), "/registry/partners", READERS, "registry", part=NavPart.AROUND),
    NavEntry(N_("摸底"), "/registry/census", SEERS, "registry", part=NavPart.REGISTER),
    NavEntry(N_("导入名册"), "/registry/imports", OFFICE, "registry", part=NavPart.REGISTER),
    NavEntry(N_("单位移交"), "/registry/handovers", READERS, "registry", part=NavPart.REGISTER),
    NavEntry(N_("移交的党员"), "/registry/handed-over", (Role.LIAISON,), "registry", short=N_("移交")),
]

__all__ = ["NAV", "OFFICE", "ROUTERS", "install"]


async def _invalid(request: Request, exception: Exception) -> Response:
    assert isinstance(exception, RequestValidationError)
    return await answer(request, Invalid(complaints(field_errors(exception.errors()))))


def install(app: FastAPI) -> None:
    """Say what is wrong with a field in the reader's words, the registry's own validators included."""
    app.add_exception_handler(RequestValidationError, _invalid)
