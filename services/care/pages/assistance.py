"""Assistance as a list: what waits for whom, what is late, what was given this year; asking; the list as a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from starlette.datastructures import FormData
from starlette.responses import Response

from events.facts.care_assistance import AssistanceKind
from services.care.decide.assistance import ceiling_of
from services.care.decide.assistance_commands import RequestAssistance
from services.care.decide.assistance_state import Progress
from services.care.pages import support_words as sw
from services.care.pages import words
from services.care.pages.assistance_common import Seer, assistance_row, assisting, may_see, rule_of, told
from services.care.pages.common import OFFICE, EntityId, Office, care, doing, person_row, rules
from services.care.pages.forms import Form, empty, or_again
from services.care.project import assistance
from services.shell.formats import yuan
from services.shell.i18n import N_, speech
from services.shell.i18n import gettext as _
from services.shell.identity import Caller
from services.shell.money import fen_of
from services.shell.pages import done, page
from services.shell.problems import FieldError, Invalid
from services.shell.reading import Waited, reading, show_own_write, within
from services.shell.sheets import csv_response
from services.shell.validation import field_errors

router = APIRouter(include_in_schema=False)

STATES: Final = {
    "open": (N_("要审批"), (Progress.PROPOSED, Progress.REQUESTED, Progress.ENDORSED)),
    "pay": (N_("要发放"), (Progress.APPROVED,)),
    "sign": (N_("要签收"), (Progress.PAID,)),
    "done": (N_("今年办结"), (Progress.ACKNOWLEDGED, Progress.DECLINED, Progress.WITHDRAWN)),
}
LATE: Final = "late"


@router.get("/assistance", dependencies=[Waited])
async def list_assistance(
    request: Request, caller: Seer, state: Annotated[str, Query(max_length=10)] = "", community: str = ""
) -> Response:
    """What waits, the most urgent first; whatever is late stands in every part it belongs to."""
    rows = await listed(request, caller, within(caller, community))
    shown = [row for row in rows if in_state(row, state)]
    shown.sort(key=lambda row: (row["due"] is None, row["due"] or speech().today, row["assistance_id"]))
    called = await called_in(request, rows)
    return await page(
        request,
        "assistance.html",
        rows=shown,
        figures=sums(rows),
        filters=[
            (_("全部"), "/care/assistance", len(rows), not state),
            *(
                (_(text), f"/care/assistance?state={name}", _count(rows, name), state == name)
                for name, (text, _of) in STATES.items()
            ),
            (_("逾期的"), f"/care/assistance?state={LATE}", _count(rows, LATE), state == LATE),
        ],
        called=called,
        may_write=caller.has(*OFFICE),
        sw=sw,
        words=words,
        clauses=rules(request, community or caller.scope).clauses,
        clocks=rule_of(request, community or caller.scope).clocks,
    )  # fmt: skip


async def listed(request: Request, caller: Caller, place: str) -> list[dict[str, Any]]:
    """What is open, and what was asked for this year, as far as it is the caller's matter."""
    async with reading(request, caller) as db:
        rows = await assistance.listed(db, place, speech().today.year)
    return [told(request, row) for row in rows if may_see(caller, row)]


def in_state(row: Mapping[str, Any], state: str) -> bool:
    """Whether a row belongs to a part of the list; an unknown part is all of it."""
    if state == LATE:
        return bool(row["late"])
    return state not in STATES or row["progress"] in STATES[state][1]


def _count(rows: Sequence[Mapping[str, Any]], state: str) -> int:
    return sum(in_state(row, state) for row in rows)


def sums(rows: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """What was approved, paid and is outstanding: approved = paid + outstanding."""
    granted = [row for row in rows if row["approved_on"] is not None and row["closed_on"] is None]
    return {
        "approved": sum(row["approved_fen"] for row in granted),
        "paid": sum(row["paid_fen"] for row in granted),
        "outstanding": sum(row["outstanding_fen"] for row in granted),
        "asked": sum(row["asked_fen"] or 0 for row in rows if row["approved_on"] is None and row["closed_on"] is None),
    }


async def called_in(request: Request, rows: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """What the accounts in these rows are called."""
    names = {row[name] for row in rows for name in ("requested_by", "endorsed_by", "approved_by")}
    found: dict[str, str] = await request.app.state.shell.identity.called.of(names - {None})
    return found


@router.get("/assistance.csv")
async def export(request: Request, caller: Office, state: str = "", community: str = "") -> Response:
    """The same list as a file; reasons are not in it."""
    rows = [row for row in await listed(request, caller, within(caller, community)) if in_state(row, state)]
    called = await called_in(request, rows)
    header = [
        _("姓名"), _("类别"), _("进度"), _("申请日期"), _("申请金额"), _("批准日期"), _("批准金额"), _("已发"),
        _("未发"), _("签收日期"), _("期限"), _("依据"), _("经办"), _("审批"), _("第一人审批"),
    ]  # fmt: skip
    lines = [
        [
            row["name"] or "", words.word(sw.KIND, row["kind"]), words.word(sw.PROGRESS, row["progress"]),
            row["requested_on"] or "", _plain(row["asked_fen"]), row["approved_on"] or "", _plain(row["approved_fen"]),
            _plain(row["paid_fen"]), _plain(row["outstanding_fen"]), row["acknowledged_on"] or "", row["due"] or "",
            row["clause"], called.get(row["requested_by"], ""), called.get(row["approved_by"], ""),
            called.get(row["endorsed_by"], ""),
        ]
        for row in rows
    ]  # fmt: skip
    return csv_response(_("帮扶 %(day)s", day=speech().today.isoformat()), header, lines)


def _plain(fen: int | None) -> str:
    return "" if fen is None else f"{fen // 100}.{fen % 100:02d}"


@router.get("/members/{member_id}/assistance/new")
async def request_form(
    request: Request, caller: Office, member_id: EntityId, proposal: str = "", kind: str = ""
) -> Response:
    """How much, for what, and why; a proposal may have led here."""
    known = AssistanceKind.ILLNESS if proposal else kind
    form = empty(request, on=speech().today.isoformat(), kind=str(known), proposal=proposal)
    return await _request_page(request, caller, member_id, form)


async def _request_page(request: Request, caller: Caller, member_id: str, form: Form) -> Response:
    row = await person_row(request, caller, member_id)
    rule = rule_of(request, row["community"])
    known = (await care(request).state(member_id)).assistance
    today = speech().today
    left = {kind: ceiling_of(known, kind, today, rule) for kind in sw.KIND}
    options = [
        (kind.value, _("%(kind)s（最多还可以 %(left)s）", kind=_(text), left=yuan(left[kind].left_fen)))
        for kind, text in sw.KIND.items()
    ]
    return await page(
        request,
        "assistance_request.html",
        status=form.status,
        row=row,
        form=form,
        options=options,
        evidence=words.options(sw.EVIDENCE),
        second=rule.second,
        clauses=rules(request, row["community"]).clauses,
    )


@router.post("/members/{member_id}/assistance/new")
async def ask(request: Request, caller: Office, member_id: EntityId) -> Response:
    """Put the request on record."""
    form = await request.form()

    async def work() -> Response:
        row = await person_row(request, caller, member_id)
        command = typed(RequestAssistance, form, ("kind", "on", "reason", "proposal"), evidence=True)
        async with doing(request, caller, row["community"], f"request-assistance/{member_id}", form) as asked:
            assistance_id, receipt = await assisting(request).request(asked, member_id, command)
        await show_own_write(request, receipt)
        await assistance_row(request, caller, assistance_id)
        text = _("已提出申请，等另一个人审批。申请理由只有书记和派去看望的人看得到。")
        return done(request, f"/care/assistance/{assistance_id}", text)

    return await or_again(work(), form, lambda again: _request_page(request, caller, member_id, again))


def typed(kind: Any, form: FormData, names: Sequence[str], *, evidence: bool = False, amount: bool = True) -> Any:
    """A command out of a form, with the amount in yuan and what was ticked. Errors: Invalid."""
    given: dict[str, Any] = {}
    for name in names:
        value = form.get(name)
        if isinstance(value, str) and value.strip():
            given[name] = value.strip()
    if evidence:
        given["evidence"] = [value for value in form.getlist("evidence") if isinstance(value, str)]
    said = str(form.get("amount") or "").strip()
    if amount and said:
        try:
            given["amount_fen"] = fen_of(said)
        except ValueError as error:
            raise Invalid([FieldError("amount", _("不是金额"), _("写成 800 或者 800.50，单位是元。"))]) from error
    try:
        return kind.model_validate(given)
    except ValueError as error:
        found = field_errors(error.errors(include_url=False))  # type: ignore[attr-defined]  # pydantic's
        raise Invalid([_of_the_form(one) for one in found]) from error


def _of_the_form(error: FieldError) -> FieldError:
    """The amount is called `amount` on a form."""
    return FieldError("amount", error.message, error.todo) if error.field == "amount_fen" else error
