"""The register: who is on the roll, found, narrowed, paged and exported; and putting somebody on it."""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from services.registry.decide.commands import Enrol
from services.registry.pages import words
from services.registry.pages.common import (
    OFFICE,
    PAGE_SIZE,
    Office,
    Reader,
    Waited,
    doing,
    fen_of,
    read,
    reading,
    registry,
    show_own_write,
)
from services.registry.pages.completeness import percent_of
from services.registry.pages.export import sheet_response
from services.registry.pages.forms import Form, again, fresh
from services.registry.pages.narrowed import Narrowing
from services.registry.project import branch, member, register
from services.shell.formats import mask_phone, years_since
from services.shell.i18n import gettext as _
from services.shell.pages import Undo, done, page
from services.shell.problems import FieldError, Invalid, Refusal

router = APIRouter(include_in_schema=False)

EXPORT_MAX = 20_000
BELOW: Final = (100, 80, 60, 40)
"""The shares of completeness (percent) the page offers to look below."""


@router.get("/")
async def front(_caller: Reader) -> Response:
    """The registry begins with the register."""
    return RedirectResponse("/registry/members", 303)


@router.get("/members", dependencies=[Waited])
async def members(request: Request, caller: Reader, narrowed: Narrowing, page_token: str = "") -> Response:
    """A page of the register."""
    policy = registry(request).policy.completeness
    wanted = narrowed.wanted(caller, policy)
    async with reading(request, caller) as db:
        found = await register.cards(db, wanted, size=PAGE_SIZE, token=page_token)
        counts = await register.counts(db, wanted)
        branches = await branch.branches(db)
        places = await register.communities(db)
    return await page(
        request,
        "members.html",
        rows=found.items,
        counts=counts,
        on_roll=sum(counts[each] for each in member.ON_ROLL),
        branches=branches,
        places=places if len(places) > 1 else [],
        belows=BELOW,
        percent=(lambda card: percent_of(card, policy)) if narrowed.below else None,
        q=narrowed.q,
        kept=narrowed.kept,
        chosen=next((each for each in branches if each["branch_id"] == narrowed.branch), None),
        next_href=narrowed.href(page_token=found.next_token) if found.next_token else "",
        first_href=narrowed.href() if page_token else "",
        href=narrowed.href,
        export_href=narrowed.href("/registry/members.xlsx"),
        may_write=caller.has(*OFFICE),
        word=words.word,
        words=words,
    )


@router.get("/members.xlsx")
async def export(request: Request, caller: Office, narrowed: Narrowing) -> Response:
    """The list as it is narrowed, as a worksheet. Personal numbers are masked in it as they are on the page."""
    policy = registry(request).policy.completeness
    async with reading(request, caller) as db:
        found = await register.cards(db, narrowed.wanted(caller, policy), size=EXPORT_MAX)
    header = [
        _("姓名"), _("性别"), _("年龄"), _("身份证号"), _("支部"), _("人员类别"), _("状态"), _("去向"), _("入党日期"),
        _("转正日期"), _("电话"), _("住址"), _("最近见到"), _("完整度"),
    ]  # fmt: skip
    rows = [
        [
            card["name"],
            words.word(words.SEX, card["sex"]),
            years_since(card["birth"]) if card["birth"] else None,
            card["id_masked"],
            card["branch"],
            words.word(words.KIND, card["kind"]),
            words.word(words.STATE, card["state"]),
            card["away_to"],
            card["joined_on"],
            card["full_member_on"],
            mask_phone(card["phone"]) if card["phone"] else None,
            card["address"],
            card["last_contact"],
            percent_of(card, policy),
        ]
        for card in found.items
    ]
    return sheet_response(_("名册"), header, rows)


@router.get("/members/new")
async def new(request: Request, caller: Office) -> Response:
    """The form to put somebody on the roll."""
    return await _form(request, caller, fresh(request, sex="", kind="retired", community=caller.scope))


@router.post("/members/new")
async def enrol(request: Request, caller: Office) -> Response:
    """Put somebody on the roll."""
    form = await request.form()
    try:
        command = _enrol_of(form)
        async with doing(request, caller, command.community, "enrol", form) as asked:
            member_id, receipt = await registry(request).enrol(asked, command)
    except (Invalid, Refusal) as problem:
        known = str(problem.more.get("details", {}).get("member_id", ""))
        return await _form(request, caller, again(request, form, problem), known)
    await show_own_write(request, receipt)
    undo = Undo(f"/registry/members/{member_id}/withdraw")
    return done(request, f"/registry/members/{member_id}", _("已登记%(name)s入册。", name=command.name), undo=undo)


def _enrol_of(form: Any) -> Enrol:
    """The command of the form: one relative, the pension in yuan."""
    text = {name: value.strip() for name, value in form.items() if isinstance(value, str) and value.strip()}
    for name in ("idempotency_key", "version"):
        text.pop(name, None)
    given: dict[str, Any] = {name: value for name, value in text.items() if not name.startswith("family_")}
    relative = {name.removeprefix("family_"): value for name, value in text.items() if name.startswith("family_")}
    if relative:
        given["family"] = [{"name": "—", **relative}]
    given["lives_alone"] = "lives_alone" in text
    given["minimum_living"] = "minimum_living" in text
    pension = given.pop("pension", None)
    if pension is not None:
        try:
            given["pension_basis_fen"] = fen_of(pension)
        except ValueError as error:
            raise Invalid([FieldError("pension", _("不是金额"), _("请写成元，例如 3420 或 3420.50。"))]) from error
    return read(Enrol, given)


async def _form(request: Request, caller: Office, form: Form, known: str = "") -> Response:
    async with reading(request, caller) as db:
        branches = await branch.branches(db)
        places = await register.communities(db)
    if caller.scope and caller.scope not in places and not any(each.startswith(caller.scope) for each in places):
        places = [caller.scope, *places]
    return await page(
        request,
        "enrol.html",
        status=form.status,
        form=form,
        branches=branches,
        place_options=[(place, place) for place in places],
        known=known,
        words=words,
    )
