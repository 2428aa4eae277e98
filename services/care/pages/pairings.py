"""Who stands by whom (结对帮扶): the list with whom to ask again, pairing somebody, one pairing with its entries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from events.facts.care_pairing import HelperKind
from services.care.decide.pairing import review_due
from services.care.decide.pairing_commands import EndPairing, NoteHelp, PairHelper, ReviewPairing
from services.care.handle.pairing import Pairing
from services.care.pages import support_words as sw
from services.care.pages import visitors, words
from services.care.pages.common import (
    OFFICE,
    Carer,
    EntityId,
    Office,
    care,
    doing,
    own_only,
    person_row,
    read_form,
    rules,
)
from services.care.pages.forms import Form, empty, or_again
from services.care.pages.reveal import Reveal
from services.care.pages.support_reveal import help_seen
from services.care.project import pairing, person
from services.shell.i18n import gettext as _
from services.shell.i18n import speech
from services.shell.identity import Caller, Role
from services.shell.pages import done, page
from services.shell.problems import FieldError, Invalid, NotFound
from services.shell.reading import Waited, reading, show_own_write, sought, within

router = APIRouter(include_in_schema=False)

NEED_DAYS: Final = 365
"""Difficulties told of within a year make somebody worth a helper."""


def pairings(request: Request) -> Pairing:
    """The command handler."""
    return Pairing(care(request))


def with_due(request: Request, row: Mapping[str, Any]) -> dict[str, Any]:
    """The row with `due`: by when somebody asks again how it goes; None when it has ended."""
    rule = rules(request, row["community"]).pairing
    due = None if row["ended_on"] else review_due(row["looked_on"], rule)
    return {**row, "due": due, "late": due is not None and due < speech().today}


async def pairing_row(request: Request, caller: Caller, pairing_id: str) -> dict[str, Any]:
    """A pairing the caller may see; a visitor's own, if the caller is one. Errors: NotFound."""
    row = await sought(request, caller, lambda db: pairing.one(db, pairing_id, own_only(caller)))
    if row is None:
        raise NotFound(_("在您的范围内没有这个结对。"))
    return with_due(request, row)


def helper_called(row: Mapping[str, Any], known: Mapping[str, str]) -> str:
    """What people call the helper."""
    if row["helper_kind"] == HelperKind.MEMBER:
        return row["helper_name"] or _("（姓名未知）")
    return known.get(row["helper"], row["helper"])


@router.get("/pairings", dependencies=[Waited])
async def list_pairings(request: Request, caller: Carer, state: str = "", community: str = "") -> Response:
    """All that stand, whom to ask again first; for a visitor, those they stand by."""
    place, own, ended = within(caller, community), own_only(caller), state == "ended"
    async with reading(request, caller) as db:
        rows = await pairing.listed(db, place, own, ended=ended)
        alone: Sequence[Any] = ()
        if not own and not state:
            alone = await pairing.alone_yet(db, speech().today - timedelta(days=NEED_DAYS), place)
    known = await visitors.visitors(request, caller)
    rows = [{**with_due(request, row), "helper_said": helper_called(row, known)} for row in rows]
    load = Counter(row["helper_said"] for row in rows)
    late = None if ended else sum(row["late"] for row in rows)
    return await page(
        request,
        "pairings.html",
        rows=[row for row in rows if state != "late" or row["late"]],
        filters=[
            (_("在结对"), "/care/pairings", None if ended else len(rows), not state),
            (_("该回访了"), "/care/pairings?state=late", late, state == "late"),
            (_("已结束"), "/care/pairings?state=ended", len(rows) if ended else None, ended),
        ],
        load=sorted(load.items(), key=lambda item: -item[1]) if not own and not state else [],
        alone=alone,
        rule=rules(request, place or caller.scope).pairing,
        clauses=rules(request, place or caller.scope).clauses,
        may_write=caller.has(*OFFICE),
        sw=sw,
        words=words,
    )  # fmt: skip


@router.get("/members/{member_id}/pair")
async def pair_form(request: Request, caller: Office, member_id: EntityId, why: str = "", q: str = "") -> Response:
    """Who stands by this member: one of those who visit, or another member, found by name."""
    form = empty(request, on=speech().today.isoformat(), why=why)
    return await _pair_page(request, caller, member_id, form, q)


async def _pair_page(request: Request, caller: Caller, member_id: str, form: Form, q: str = "") -> Response:
    row = await person_row(request, caller, member_id)
    known = await visitors.visitors(request, caller)
    q = q or form["q"]
    async with reading(request, caller) as db:
        people = await person.found(db, q) if q.strip() else []
        load = Counter((one["helper_kind"], one["helper"]) for one in await pairing.listed(db))
    rule = rules(request, row["community"]).pairing
    accounts = [
        (f"{HelperKind.ACCOUNT}:{name}", _load(said, load[HelperKind.ACCOUNT, name])) for name, said in known.items()
    ]
    members = [
        (f"{HelperKind.MEMBER}:{one['member_id']}", _load(one["name"], load[HelperKind.MEMBER, one["member_id"]]))
        for one in people
        if one["member_id"] != member_id
    ]
    return await page(
        request,
        "pair.html",
        status=form.status,
        row=row,
        form=form,
        q=q,
        helpers=members + sorted(accounts, key=lambda one: one[1]),
        nobody=bool(q.strip()) and not members,
        why=words.options(sw.PAIRED_FOR),
        rule=rule,
        clauses=rules(request, row["community"]).clauses,
    )


def _load(said: str, number: int) -> str:
    return _("%(name)s（已结对 %(number)s 人）", name=said, number=number) if number else said


@router.post("/members/{member_id}/pair")
async def pair(request: Request, caller: Office, member_id: EntityId) -> Response:
    """Put it on record."""
    form = await request.form()

    async def work() -> Response:
        row = await person_row(request, caller, member_id)
        kind, _colon, who = str(form.get("helper") or "").partition(":")
        if not who:
            raise Invalid([FieldError("helper", _("没有选帮扶人"), _("请选一位。"))])
        command = read_form(PairHelper, form, ("why", "on"), helper_kind=kind, helper=who)
        await known_helper(request, caller, command)
        async with doing(request, caller, row["community"], f"pair/{member_id}", form) as asked:
            pairing_id, receipt = await pairings(request).pair(asked, member_id, command)
        await show_own_write(request, receipt)
        return done(request, f"/care/pairings/{pairing_id}", _("已结对。"))

    return await or_again(work(), form, lambda again: _pair_page(request, caller, member_id, again))


async def known_helper(request: Request, caller: Caller, command: PairHelper) -> None:
    """Refuse a helper whom nobody knows: a member on the roll, or an account of somebody who gives care.

    Errors: Invalid. While accounts cannot be asked about, one is taken as it is.
    """
    if command.helper_kind is HelperKind.MEMBER:
        async with reading(request, caller) as db:
            row = await person.person(db, command.helper)
        known = row is not None and row["state"] == person.ON_ROLL
    else:
        accounts = await visitors.visitors(request, caller)
        known = not accounts or command.helper in accounts
    if not known:
        raise Invalid([FieldError("helper", _("没有这位帮扶人"), _("请从名单里选一位。"))])


@router.get("/pairings/{pairing_id}", dependencies=[Waited])
async def one(request: Request, caller: Carer, pairing_id: EntityId) -> Response:
    """One pairing: what was done, and how it goes on."""
    return await shown(request, caller, pairing_id)


async def shown(
    request: Request, caller: Caller, pairing_id: str, form: Form | None = None, *, seen: Any = None
) -> Response:
    """The page, with a form as it was sent and what was opened."""
    row = await pairing_row(request, caller, pairing_id)
    known = await visitors.visitors(request, caller)
    form = form or empty(request, on=speech().today.isoformat())
    return await page(
        request,
        "pairing.html",
        status=form.status,
        row=row,
        form=form,
        seen=seen,
        helper=helper_called(row, known),
        called=await request.app.state.shell.identity.called.of({entry["by"] for entry in row["entries"]}),
        rule=rules(request, row["community"]).pairing,
        clauses=rules(request, row["community"]).clauses,
        may_write=caller.has(*OFFICE),
        may_see=caller.has(Role.SECRETARY) or _is_helper(caller, row),
        help_kinds=words.options(sw.HELP),
        why_ended=words.options(sw.WHY_ENDED),
        sw=sw,
        words=words,
    )


def _is_helper(caller: Caller, row: Mapping[str, Any]) -> bool:
    return bool(row["helper_kind"] == HelperKind.ACCOUNT and row["helper"] == caller.name)


async def _deed(
    request: Request, caller: Caller, pairing_id: str, name: str, read: Any, act: Any, text: str
) -> Response:
    form = await request.form()

    async def work() -> Response:
        row = await pairing_row(request, caller, pairing_id)
        command = read(form)
        async with doing(request, caller, row["community"], f"{name}/{pairing_id}", form) as asked:
            receipt = await act(asked, row["member_id"], pairing_id, command)
        await show_own_write(request, receipt)
        return done(request, f"/care/pairings/{pairing_id}", text)

    return await or_again(work(), form, lambda again: shown(request, caller, pairing_id, again))


@router.post("/pairings/{pairing_id}/help")
async def note(request: Request, caller: Carer, pairing_id: EntityId) -> Response:
    """What the helper did."""
    return await _deed(
        request, caller, pairing_id, "note-help",
        lambda form: read_form(NoteHelp, form, ("on", "kind", "note")), pairings(request).note, _("已记下。"),
    )  # fmt: skip


@router.post("/pairings/{pairing_id}/help/{entry_id}/take-back")
async def take_back(request: Request, caller: Carer, pairing_id: EntityId, entry_id: EntityId) -> Response:
    """That was a slip."""
    return await _deed(
        request, caller, pairing_id, f"take-back-help/{entry_id}",
        lambda _form: entry_id, pairings(request).take_back, _("已撤销这一条。"),
    )  # fmt: skip


@router.post("/pairings/{pairing_id}/review")
async def review(request: Request, caller: Office, pairing_id: EntityId) -> Response:
    """Both were asked, and it goes on."""
    return await _deed(
        request, caller, pairing_id, "review-pairing",
        lambda form: read_form(ReviewPairing, form, ("on",)), pairings(request).review, _("已记下回访。"),
    )  # fmt: skip


@router.post("/pairings/{pairing_id}/end")
async def end(request: Request, caller: Office, pairing_id: EntityId) -> Response:
    """It is over."""
    return await _deed(
        request, caller, pairing_id, "end-pairing",
        lambda form: read_form(EndPairing, form, ("on", "why")), pairings(request).end, _("结对已结束。"),
    )  # fmt: skip


@router.post("/pairings/{pairing_id}/help/{entry_id}/reveal")
async def see(request: Request, caller: Carer, pairing_id: EntityId, entry_id: EntityId) -> Response:
    """What was said of it; written down first who reads it."""
    form = await request.form()

    async def work() -> Response:
        command = read_form(Reveal, form, ("reason",))
        told = await help_seen(request, caller, pairing_id, entry_id, command)
        return await shown(request, caller, pairing_id, seen={"id": entry_id, **told.values})

    return await or_again(work(), form, lambda again: shown(request, caller, pairing_id, again))
