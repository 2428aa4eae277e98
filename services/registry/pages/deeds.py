"""The deeds of a member's page: one form each, sent with its key and the version it was made from."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from fastapi import APIRouter, Request
from pydantic import BaseModel
from starlette.datastructures import FormData
from starlette.responses import Response

from events.facts.decision import Command
from events.facts.member import DETAIL_PLACE, CorrectableField
from events.log.command import Asked, Receipt
from services.registry.decide.classify import Classify
from services.registry.decide.commands import (
    Assign,
    ChangeContact,
    Correct,
    Die,
    MoveAway,
    Return,
    SetPensionBasis,
)
from services.registry.decide.details import ChangeDetails
from services.registry.handle.registry import Registry
from services.registry.pages import away_words, words
from services.registry.pages.common import (
    EntityId,
    Office,
    fen_of,
    member_card,
    of_member,
    read,
    reading,
    registry,
    rules,
    show_own_write,
)
from services.registry.pages.forms import Form, again, fresh
from services.registry.pages.way_back import way_of
from services.registry.project import branch
from services.shell.i18n import N_, speech
from services.shell.i18n import gettext as _
from services.shell.pages import Undo, done, page
from services.shell.problems import FieldError, Invalid, NotFound, Refusal, Stale

router = APIRouter(include_in_schema=False)

Card = Mapping[str, Any]
_DETAILS: Final = tuple(field.value for field in DETAIL_PLACE)
_SEVERAL: Final = (CorrectableField.SKILLS.value, CorrectableField.INTERESTS.value)


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing that can be put on record about a member.

    `begin` is what the form says at first, `given` the command's fields out of the form, `act` the command itself.
    """

    title: str
    hint: str
    button: str
    told: str
    command: type[Command]
    act: Callable[[Registry, Asked, str, Any], Awaitable[Receipt]]
    begin: Callable[[Card], Mapping[str, Any]] = lambda card: {}
    given: Callable[[Mapping[str, Any]], Mapping[str, Any]] = lambda form: form
    undo: Callable[[Card], Undo | None] = field(default=lambda card: None)


def _flags(*names: str) -> Callable[[Mapping[str, Any]], Mapping[str, Any]]:
    """A box that is not ticked is not sent: it says no."""
    return lambda form: {**form, **{name: name in form for name in names}}


def _yes_or_no(form: Mapping[str, Any]) -> Mapping[str, Any]:
    """People write 是 and 否; the command wants true and false."""
    return {**form, "value": {"是": "true", "否": "false"}.get(str(form.get("value", "")), form.get("value"))}


def _pension(form: Mapping[str, Any]) -> Mapping[str, Any]:
    given = dict(form)
    try:
        given["basis_fen"] = fen_of(str(given.pop("basis", "")))
    except ValueError as error:
        raise Invalid([FieldError("basis", _("不是金额"), _("请写成元，例如 3420 或 3420.50。"))]) from error
    return given


def _contact(form: Mapping[str, Any]) -> Mapping[str, Any]:
    """The whole card as the form shows it; the family is told by its first member."""
    given = {name: value for name, value in form.items() if not name.startswith("family_")}
    relative = {name.removeprefix("family_"): value for name, value in form.items() if name.startswith("family_")}
    if relative:
        given["family"] = [{"name": "—", **relative}]
    return {"phone": None, "address": None, "note": None, **_flags("lives_alone", "minimum_living")(given)}


def _contact_now(card: Card) -> Mapping[str, Any]:
    first = (card["family"] or [{}])[0]
    return {
        **{name: card[name] or "" for name in ("phone", "address", "note", "lives_alone", "minimum_living")},
        **{f"family_{name}": first.get(name) or "" for name in ("name", "relation", "phone")},
    }


def _details_now(card: Card) -> Mapping[str, Any]:
    """Several words stand in one field, as people write them."""
    return {name: "、".join(card[name] or ()) if name in _SEVERAL else card[name] or "" for name in _DETAILS}


def _back_to_branch(card: Card) -> Undo | None:
    if not card["branch_id"]:
        return None
    return Undo(f"/registry/members/{card['member_id']}/assign", {"branch": card["branch_id"]})


DEEDS: Final[Mapping[str, Deed]] = {
    "move-away": Deed(
        N_("登记%(name)s外出"),
        N_("发联系卡、转临时组织关系还是照常参加活动，由政策按日期和地点定。"),
        N_("登记外出"),
        N_("已登记%(name)s外出。"),
        MoveAway,
        Registry.move_away,
        lambda card: {"from": speech().today},
        _flags("fixed_place", "intermittent"),
    ),
    "return": Deed(
        N_("登记%(name)s返回"),
        N_("返回时谈一谈在外的情况，查验联系卡。"),
        N_("登记返回"),
        N_("已登记%(name)s返回。"),
        Return,
        Registry.come_back,
        lambda card: {"on": speech().today},
    ),
    "correct": Deed(
        N_("更正%(name)s的资料"),
        N_("更正的是当时记错的；情况后来有变，请用“联系方式或住址有变”。"),
        N_("更正"),
        N_("已更正%(name)s的资料。"),
        Correct,
        Registry.correct,
        given=_yes_or_no,
    ),
    "contact": Deed(
        N_("%(name)s的联系方式"),
        N_("从哪天起变的，就写哪天；以前的仍然查得到。"),
        N_("记下来"),
        N_("已记下%(name)s新的联系方式。"),
        ChangeContact,
        Registry.change_contact,
        _contact_now,
        _contact,
    ),
    "details": Deed(
        N_("%(name)s的其他资料"),
        N_("从哪天起是这样，就写哪天；当时就记错的，请用“更正”。健康情况由关怀服务记，这里不记。"),
        N_("记下来"),
        N_("已记下%(name)s的资料。"),
        ChangeDetails,
        Registry.change_details,
        _details_now,
        lambda form: dict.fromkeys(_DETAILS) | dict(form),
    ),
    "classify": Deed(
        N_("%(name)s的人员类别"),
        N_("从哪天起是这样，就写哪天；当时就记错的，请用“更正”。"),
        N_("记下来"),
        N_("已记下%(name)s的人员类别。"),
        Classify,
        Registry.classify,
        lambda card: {name: card[name] for name in ("kind", "lives_alone", "minimum_living")},
        _flags("lives_alone", "minimum_living"),
    ),
    "assign": Deed(
        N_("把%(name)s编入支部"),
        N_("写支部的名字；没有的会新建。"),
        N_("编入"),
        N_("已把%(name)s编入支部。"),
        Assign,
        Registry.assign,
        lambda card: {"branch": card["branch"] or ""},
        undo=_back_to_branch,
    ),
    "pension-basis": Deed(
        N_("%(name)s的养老金基数"),
        N_("每月的基本养老金，党费按它算。"),
        N_("记下来"),
        N_("已记下%(name)s的养老金基数。"),
        SetPensionBasis,
        Registry.set_pension_basis,
        lambda card: {"since": speech().today},
        _pension,
    ),
    "die": Deed(
        N_("%(name)s去世"),
        N_("记下以后，所有未办的走访和通知都会停下。"),
        N_("记下来"),
        N_("已记下。请节哀。"),
        Die,
        Registry.die,
        lambda card: {"on": speech().today},
    ),
}
"""By the last part of the form's address."""


@router.get("/members/{member_id}/{name}")
async def form(request: Request, caller: Office, member_id: EntityId, name: str, field: str = "") -> Response:
    """The form of one deed; `field` says which field of the card somebody comes to correct."""
    deed = _deed(name)
    card = await member_card(request, caller, member_id)
    begin = {"field": field, **deed.begin(card)}
    return await _form(request, caller, card, name, fresh(request, card["seq"], **begin))


@router.post("/members/{member_id}/{name}")
async def send(request: Request, caller: Office, member_id: EntityId, name: str) -> Response:
    """Put it on record; when that cannot be, the form comes back with what was typed and why."""
    deed = _deed(name)
    card = await member_card(request, caller, member_id)
    sent = await request.form()
    try:
        command: BaseModel = read(deed.command, deed.given(_typed(sent)))
        async with of_member(request, caller, member_id, name, sent) as asked:
            receipt = await deed.act(registry(request), asked, member_id, command)
    except (Invalid, Refusal, Stale) as problem:
        latest = await member_card(request, caller, member_id)
        return await _form(request, caller, latest, name, again(request, sent, problem, latest["seq"]))
    await show_own_write(request, receipt)
    told = _(deed.told, name=card["name"]) if receipt.facts else _("已经是这样了，没有改动。")
    here = way_of(request).to(f"/registry/members/{member_id}")
    return done(request, here, told, undo=deed.undo(card) if receipt.facts else None)


def _deed(name: str) -> Deed:
    deed = DEEDS.get(name)
    if deed is None:
        raise NotFound()
    return deed


def _typed(sent: FormData) -> dict[str, Any]:
    return {
        name: value.strip()
        for name, value in sent.items()
        if isinstance(value, str) and value.strip() and name not in {"idempotency_key", "version"}
    }


async def _form(request: Request, caller: Office, card: Card, name: str, form: Form) -> Response:
    deed = DEEDS[name]
    async with reading(request, caller) as db:
        branches = await branch.branches(db, card["community"]) if name == "assign" else []
    return await page(
        request,
        f"deed_{name.replace('-', '_')}.html",
        status=form.status,
        card=card,
        deed=deed,
        name=name,
        way=way_of(request),
        form=form,
        branches=branches,
        fields=words.options(words.FIELD),
        kinds=away_words.kinds(),
        policy=rules(request, card["community"]),
        CorrectableField=CorrectableField,
        words=words,
    )
