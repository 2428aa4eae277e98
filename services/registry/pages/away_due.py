"""What is due when of everybody who is away: cards, letters, reports, being in touch; each with its clause and deed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.responses import Response

from services.registry.decide.away_due import Due, DueKind, Stay, due_of
from services.registry.pages import words
from services.registry.pages.common import OFFICE, Office, Reader, Waited, reading, rules, within
from services.registry.pages.export import sheet_response
from services.registry.pages.plain import answered
from services.registry.project import ledger
from services.registry.project.ledger_as_of import away_on
from services.shell.formats import day as day_words
from services.shell.i18n import N_, speech
from services.shell.i18n import gettext as _
from services.shell.pages import page

router = APIRouter(include_in_schema=False)
api = APIRouter(prefix="/api", tags=["away"])

LOOKED_AT: Final = 1000
"""So many stays are looked at, those longest away first; a community has far fewer."""
AHEAD_DAYS: Final = 90
REPORT_MAX: Final = 20_000

Community = Annotated[str, Query(max_length=200)]
SAID: Final[Mapping[DueKind, str]] = {
    DueKind.CARD_MISSING: N_("还没有发联系卡"),
    DueKind.CARD_ENDS: N_("联系卡到期"),
    DueKind.TRANSFER_ADVISED: N_("住满时间、地点固定，建议转临时组织关系"),
    DueKind.LETTER_MISSING: N_("还没有开介绍信"),
    DueKind.LETTER_ENDS: N_("介绍信失效"),
    DueKind.RECEIPT_MISSING: N_("该问一问对方收到介绍信没有"),
    DueKind.REPORT: N_("该向支部报告一次"),
    DueKind.RETURN: N_("预计返回"),
    DueKind.CONTACT: N_("该联系一次"),
    DueKind.LOST: N_("很久没有联系上，请人工核实"),
}
DEED: Final[Mapping[DueKind, tuple[str, str]]] = {
    DueKind.CARD_MISSING: (N_("发卡"), "/away#card"),
    DueKind.CARD_ENDS: (N_("续期"), "/away#card"),
    DueKind.TRANSFER_ADVISED: (N_("开介绍信"), "/away#letter"),
    DueKind.LETTER_MISSING: (N_("开介绍信"), "/away#letter"),
    DueKind.LETTER_ENDS: (N_("去看"), "/away#letter"),
    DueKind.RECEIPT_MISSING: (N_("记回执"), "/away#letter"),
    DueKind.REPORT: (N_("记报告"), "/away#touch"),
    DueKind.RETURN: (N_("登记返回"), "/return"),
    DueKind.CONTACT: (N_("记联系"), "/away#touch"),
    DueKind.LOST: (N_("去核实"), "/away#touch"),
}
"""The word of the button, and where it leads on the member's page."""


@dataclass(frozen=True, slots=True)
class Line:
    """Something that is due of somebody."""

    row: Mapping[str, Any]
    due: Due
    late: bool

    @property
    def text(self) -> str:
        """What it is."""
        said = SAID[self.due.kind]
        if self.due.kind is DueKind.CONTACT and self.late:
            return _("%(days)s 天没有联系，请设法联系", days=self.due.days)
        return _(said)

    @property
    def deed(self) -> tuple[str, str]:
        """The word of the button, and where it leads."""
        label, place = DEED[self.due.kind]
        return _(label), f"/registry/members/{self.row['member_id']}{place}"


async def lines_of(request: Request, db: AsyncConnection, community: str, today: date) -> tuple[list[Line], list[Any]]:
    """Everything due of everybody who is away, the earliest first; and who is flagged as lost."""
    stays = (await ledger.stays(db, community=community, size=LOOKED_AT)).items
    lines = []
    for row in stays:
        policy = rules(request, row["community"]).away
        stay = Stay.model_validate({name: row[name] for name in Stay.model_fields})
        lines += [Line(row, due, due.on <= today) for due in due_of(stay, policy, today)]
    lines.sort(key=lambda line: (line.due.on, line.row["member_id"]))
    return lines, [row for row in stays if row["lost_since"]]


MOST_URGENT_FIRST: Final = (
    DueKind.LOST, DueKind.CONTACT, DueKind.CARD_ENDS, DueKind.LETTER_ENDS, DueKind.RECEIPT_MISSING, DueKind.RETURN,
    DueKind.TRANSFER_ADVISED, DueKind.LETTER_MISSING, DueKind.REPORT, DueKind.CARD_MISSING,
)  # fmt: skip
SHOWN_OF_A_KIND: Final = 5


def by_kind(lines: list[Line]) -> list[tuple[str, list[Line], list[Line]]]:
    """Lines under what they are about, the most urgent first: the first few of each, and the rest."""
    found = []
    for kind in MOST_URGENT_FIRST:
        of_kind = [line for line in lines if line.due.kind is kind]
        if of_kind:
            said = SAID[kind]
            found.append((_(said), of_kind[:SHOWN_OF_A_KIND], of_kind[SHOWN_OF_A_KIND:]))
    return found


@router.get("/away-due", dependencies=[Waited])
async def due(request: Request, caller: Reader, community: Community = "") -> Response:
    """What is late, what comes within the reminder's days, what comes later."""
    place, today = within(caller, community), speech().today
    async with reading(request, caller) as db:
        lines, lost = await lines_of(request, db, place, today)
    soon_days = rules(request, place or caller.scope).away.reminders.card_days
    soon, ahead = today + timedelta(days=soon_days), today + timedelta(days=AHEAD_DAYS)
    return await page(
        request, "away_due.html", late=by_kind([line for line in lines if line.late]), lost=lost, words=words,
        soon=by_kind([line for line in lines if not line.late and line.due.on <= soon]), soon_days=soon_days,
        later=[line for line in lines if soon < line.due.on <= ahead], may_write=caller.has(*OFFICE),
        counts={"late": sum(line.late for line in lines), "soon": sum(today < line.due.on <= soon for line in lines)},
        clauses=rules(request, place or caller.scope).clauses,
    )  # fmt: skip


@api.get("/away-due", dependencies=[Waited])
async def api_due(request: Request, caller: Reader, community: Community = "", until: date | None = None) -> Response:
    """What is due up to a day (90 days ahead), the earliest first; `kind` is stable, `clause` says by which rule."""
    place, today = within(caller, community), speech().today
    async with reading(request, caller) as db:
        lines, _lost = await lines_of(request, db, place, today)
    last = until or today + timedelta(days=AHEAD_DAYS)
    items = [
        {
            "member_id": line.row["member_id"], "name": line.row["name"], "branch": line.row["branch"],
            "kind": line.due.kind, "on": line.due.on, "clause": line.due.clause, "days": line.due.days or None,
            "late": line.late, "text": line.text,
        }
        for line in lines
        if line.due.on <= last
    ]  # fmt: skip
    return answered({"items": items, "next_page_token": ""})


@router.get("/ledger-report.xlsx")
async def report(request: Request, caller: Office, on: date | None = None, community: Community = "") -> Response:
    """The ledger as of a day, as it is reported upward for the record."""
    place, day = within(caller, community), on or speech().today
    async with reading(request, caller) as db:
        rows = await away_on(db, day, place, size=REPORT_MAX)
    header = [
        _("序号"), _("姓名"), _("支部"), _("去向"), _("为什么去"), _("外出日期"), _("预计返回"), _("方式"), _("条款"),
        _("联系卡编号"), _("介绍信编号"), _("转往"), _("对方收到"),
    ]  # fmt: skip
    cells = [
        [
            number, row["name"], row["branch"], row["destination"], row["reason"], row["since"],
            row["expected_return"], words.word(words.AWAY, row["kind"]), row["clause"], row["card_then"],
            row["letter_no"], row["letter_to"], row["received_on"],
        ]
        for number, row in enumerate(rows, 1)
    ]  # fmt: skip
    return sheet_response(_("流动党员台账（%(day)s）", day=day_words(day, year=True)), header, cells)
