"""What a census found: beside what the register says now, until a person takes it or leaves it as it is (DOMAIN R7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from events.facts.census import Finding
from events.facts.decision import Command
from services.registry.decide.commands import ChangeAway, ChangeContact, MoveAway, Return
from services.registry.decide.findings import SettleFindings
from services.registry.decide.member import Member
from services.registry.pages import census_words, words
from services.registry.pages.census_common import campaign_row, carrying_out
from services.registry.pages.common import EntityId, Office, Waited, doing, reading, rules, show_own_write
from services.registry.pages.forms import Form, fresh
from services.registry.project import census, register
from services.shell.formats import day, mask_phone
from services.shell.i18n import gettext as _
from services.shell.i18n import ngettext
from services.shell.identity import Caller
from services.shell.pages import done, page
from services.shell.problems import Malformed, Problem, Refusal, Stale

router = APIRouter(prefix="/census/{campaign_id}/findings", include_in_schema=False)

LOOKED_AT = 500
"""So many of those who answered stand on one page, whether something was found or not."""


@dataclass(frozen=True, slots=True)
class Found:
    """One finding: what the register says now and what it would say. `kind` and `clause` are the away policy's."""

    member_id: str
    name: str
    branch: str | None
    version: int
    finding: Finding
    now: str
    then: str
    kind: str
    clause: str
    asked_on: date
    asked_by: str

    @property
    def ticket(self) -> str:
        """What a ticked box sends: whose, what, and the version of the card it was shown with."""
        return f"{self.member_id}/{self.finding}/{self.version}"


@dataclass(frozen=True, slots=True)
class Settled:
    """A finding somebody decided about."""

    member_id: str
    name: str
    finding: str
    taken: bool
    on: date
    by: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """What came of the answers of some members, in the order of their names: what is open, what was decided (newest
    first), and who said more than the register takes.
    """

    found: Sequence[Found]
    settled: Sequence[Settled]
    told: Sequence[dict[str, Any]]
    next_token: str


async def found_in(
    request: Request, caller: Caller, row: dict[str, Any], *, size: int = LOOKED_AT, token: str = ""
) -> Sheet:
    """What so many of those who answered said."""
    async with reading(request, caller) as db:
        answered = await census.answered(db, row["campaign_id"], size=size, token=token)
    ids = [one["member_id"] for one in answered.items]
    open_ = await carrying_out(request).findings(row["campaign_id"], row["title"], ids) if ids else {}
    found: list[Found] = []
    settled: list[Settled] = []
    for one in answered.items:
        if one["member_id"] in open_:
            state, proposed = open_[one["member_id"]]
            found += [_found(request, one, state, finding, command) for finding, command in proposed.items()]
        for code, how in one["settled"].items():
            on = date.fromisoformat(how["on"])
            settled.append(Settled(one["member_id"], one["name"] or "", code, how["taken"], on, how["by"]))
    settled.sort(key=lambda each: each.on, reverse=True)
    told = [one for one in answered.items if _has_more(one["answers"])]
    return Sheet(found, settled, told, answered.next_token)


def _found(request: Request, one: dict[str, Any], state: Member, finding: Finding, command: Command) -> Found:
    kind, clause = "", ""
    if isinstance(command, MoveAway):
        chosen, clause = carrying_out(request).kind_of(one["community"], command)
        kind = words.word(words.AWAY, chosen)
    return Found(
        one["member_id"], one["name"] or "", one["branch"], one["seq"], finding,
        _now(state, finding), _then(finding, command), kind, clause, one["asked_on"], one["asked_by"],
    )  # fmt: skip


def _now(state: Member, finding: Finding) -> str:
    """What the register says now; numbers stay masked."""
    card = state.contact
    match finding:
        case Finding.MOVED_AWAY | Finding.MOVED_ON | Finding.RETURNED:
            if state.away is None:
                return _("在册，住在本地")
            return _(
                "%(since)s起在%(where)s", since=day(state.away.there_since, year=True), where=state.away.destination
            )
        case Finding.PHONE:
            return mask_phone(card.phone) if card else "—"
        case Finding.ADDRESS:
            return card.address.text if card and card.address else "—"
        case Finding.FAMILY:
            return "、".join(_relative(one) for one in card.family) or "—" if card else "—"
        case Finding.LIVES_ALONE:
            return _("独居") if card and card.lives_alone else _("不独居")


def _then(finding: Finding, command: Command) -> str:
    match command:
        case MoveAway() | ChangeAway():
            text = _("%(since)s起在%(where)s", since=day(command.since, year=True), where=command.destination)
            if command.expected_return:
                text += _("，预计%(day)s返回", day=day(command.expected_return, year=True))
            return text + (_("，住址固定") if command.fixed_place else "")
        case Return():
            return _("%(on)s起回来住", on=day(command.on, year=True))
        case ChangeContact() if finding is Finding.PHONE:
            return mask_phone(command.phone)
        case ChangeContact() if finding is Finding.ADDRESS:
            return command.address.text if command.address else "—"
        case ChangeContact() if finding is Finding.FAMILY:
            return "、".join(_relative(one) for one in command.family)
        case ChangeContact():
            return _("独居") if command.lives_alone else _("不独居")
        case _:
            return "—"


def _has_more(said: Mapping[str, Any]) -> bool:
    """Whether something was said that no change of the register follows from."""
    lost = any(said[f"{name}_right"] is False and not said[name] for name in ("phone", "address"))
    return bool(lost or said["wishes"] or said["free"])


def _relative(one: Any) -> str:
    phone = mask_phone(one.phone) if one.phone else ""
    return " ".join(part for part in (one.relation, one.name, phone) if part)


@router.get("", dependencies=[Waited])
async def findings(request: Request, caller: Office, campaign_id: EntityId, page_token: str = "") -> Response:
    """What is to be decided, and what was."""
    row = await campaign_row(request, caller, campaign_id)
    return await _page(request, caller, row, fresh(request), [], page_token)


async def _page(
    request: Request,
    caller: Caller,
    row: dict[str, Any],
    form: Form,
    refusals: Sequence[tuple[str, Problem]],
    token: str = "",
) -> Response:
    sheet = await found_in(request, caller, row, token=token)
    here = f"/registry/census/{row['campaign_id']}/findings"
    async with reading(request, caller) as db:
        people = await register.names(db, [member_id for member_id, _problem in refusals])
    names = {one.asked_by for one in sheet.found} | {one.by for one in sheet.settled}
    return await page(
        request, "census_findings.html", status=refusals[0][1].status if refusals else 200, row=row, form=form,
        sheet=sheet, words=words, census_words=census_words,
        next_href=f"{here}?page_token={sheet.next_token}" if sheet.next_token else "",
        refusals=[(people.get(member_id) or "—", problem) for member_id, problem in refusals],
        called=await request.app.state.shell.identity.called.of(names),
        clauses=rules(request, row["community"]).clauses,
    )  # fmt: skip


@router.post("")
async def settle(request: Request, caller: Office, campaign_id: EntityId) -> Response:
    """Take what is ticked into the register, or leave it as it is: member by member, each whole or not at all."""
    row = await campaign_row(request, caller, campaign_id)
    sent = await request.form()
    taken = sent.get("taken") == "true"
    refusals: list[tuple[str, Problem]] = []
    count, last = 0, None
    for member_id, (version, kinds) in _ticked(sent.getlist("tick")).items():
        command = SettleFindings(findings=kinds, taken=taken)
        form = {"idempotency_key": sent.get("idempotency_key"), "version": version}
        try:
            async with doing(
                request, caller, row["community"], f"settle-census/{campaign_id}/{member_id}", form
            ) as asked:
                last = await carrying_out(request).settle(asked, campaign_id, member_id, command)
        except (Refusal, Stale) as problem:
            refusals.append((member_id, problem))
        else:
            count += len(kinds)
            await show_own_write(request, last)
    if refusals:
        return await _page(request, caller, row, fresh(request), refusals)
    here = f"/registry/census/{campaign_id}/findings"
    if last is None:
        return done(request, here, _("没有勾选任何一条，名册没有变。"))
    told = ngettext("已把 %(num)s 条记入名册。", "已把 %(num)s 条记入名册。", count)
    if not taken:
        told = ngettext("%(num)s 条照旧，已记住。", "%(num)s 条照旧，已记住。", count)
    return done(request, here, told)


def _ticked(tickets: Sequence[Any]) -> dict[str, tuple[str, tuple[Finding, ...]]]:
    """By member: the version the box was shown with, and what was ticked. Errors: Malformed."""
    found: dict[str, tuple[str, tuple[Finding, ...]]] = {}
    for ticket in tickets:
        try:
            member_id, code, version = str(ticket).split("/")
            finding = Finding(code)
        except ValueError as error:
            raise Malformed(_("勾选的不是这一页上的一条。")) from error
        found[member_id] = (version, (*found.get(member_id, ("", ()))[1], finding))
    return found
